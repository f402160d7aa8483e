/** The windows of the last hour, in order, and no more than that however long the page stays open. */

import { epoch } from "./format.js";
import { METERS } from "./meters.js";

/** Seconds shown: an hour, or sixty windows where they are long. */
export function shownSpan(interval) {
  return Math.max(3600, 60 * interval);
}

export class History {
  constructor(interval) {
    this.interval = interval;
    this.room = Math.ceil(shownSpan(interval) / interval) + 1;
    this.clear();
  }

  clear() {
    this.times = [];
    this.values = Object.fromEntries(METERS.map((meter) => [meter, []]));
    this.priorities = [];
    this.marks = [];
  }

  get length() {
    return this.times.length;
  }

  get last() {
    return this.times.at(-1);
  }

  /** The newest values of a meter, `count` of them before the last one. */
  before(meter, count) {
    return this.values[meter].slice(-count - 1, -1);
  }

  /** Takes the next event. A time that lies before the last one starts anew: a replay began again. */
  push(event) {
    const time = epoch(event.time);
    if (time <= this.last - this.interval) this.clear();
    else if (time <= this.last) return;
    else if (time > this.last + 1.5 * this.interval) this.row(this.last + this.interval, {}, null);
    this.row(time, event, event.priority);
    for (const meter of METERS) {
      const counts = event.quality?.[meter]?.counts ?? {};
      for (const [kind, count] of Object.entries(counts)) this.mark({ time, meter, kind, words: `${count} ${kind.replace(/_/g, " ")}` });
    }
    this.trim();
  }

  row(time, values, priority) {
    this.times.push(time);
    this.priorities.push(priority);
    for (const meter of METERS) this.values[meter].push(values[meter] ?? null);
  }

  mark(mark) {
    this.marks.push(mark);
  }

  /** Puts rows of `/readings` (times rising) before what is there. */
  prepend(columns, rows) {
    const first = this.times[0] ?? Infinity;
    const earlier = rows.map((row) => [epoch(row[0]), row]).filter(([time]) => time < first);
    this.times = earlier.map(([time]) => time).concat(this.times);
    this.priorities = earlier.map(() => null).concat(this.priorities);
    for (const meter of METERS) {
      const place = columns.indexOf(meter);
      const values = place < 0 ? earlier.map(() => null) : earlier.map(([, row]) => row[place]);
      this.values[meter] = values.concat(this.values[meter]);
    }
    this.trim();
  }

  /** Cuts in larger pieces, so that a long hour is not moved with every event. */
  trim() {
    const extra = this.length - this.room;
    if (extra < Math.max(1, this.room / 60)) return;
    this.times.splice(0, extra);
    this.priorities.splice(0, extra);
    for (const meter of METERS) this.values[meter].splice(0, extra);
    const first = this.times[0];
    if (this.marks.length && this.marks[0].time < first) this.marks = this.marks.filter((mark) => mark.time >= first);
  }
}
