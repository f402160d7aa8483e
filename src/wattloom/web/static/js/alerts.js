/** Alerts: when one is raised, and what is remembered of it. The rules are those of the server's `wattloom.status`. */

import { epoch } from "./format.js";
import { trouble } from "./meters.js";
import { keep, recall } from "./storage.js";

const PATIENCE = 3;
const MOST = 300;

const PASSES = {
  all: () => true,
  open: (alert) => !alert.acknowledged,
  Red: (alert) => alert.priority === "Red",
  "Critical Red": (alert) => alert.priority === "Critical Red",
  Overall: (alert) => alert.meter === "Overall",
  AC: (alert) => alert.meter === "AC",
  Geyser: (alert) => alert.meter === "Geyser",
};

/**
 * The alerts of all houses that were watched here, newest first, kept over reloads and shared by all tabs.
 *
 * An alert: {id, household, interval, meter, cause, priority, reason, time, last, cleared, acknowledged}; `cause` is
 * `quality` or `value`, `time`, `last` and `cleared` are ISO times of windows.
 */
export class Alerts {
  constructor(changed) {
    this.changed = changed;
    this.list = recall("alerts", []);
    this.rows = new Map();
    window.addEventListener("storage", (event) => {
      if (event.key !== "wattloom.alerts") return;
      this.merge();
      changed();
    });
  }

  /** Takes the next window of a house: bad readings alert at once, a red value after three windows in a row. */
  update(event) {
    const before = this.touched;
    for (const [meter, colour] of Object.entries(event.by_value)) {
      const quality = event.quality[meter];
      const bad = Object.keys(quality.counts).length > 0 || !quality.valid;
      this.step(event, meter, "quality", bad, 1);
      if (colour !== null) this.step(event, meter, "value", colour === "Red", PATIENCE);
    }
    if (this.touched !== before) this.save();
  }

  touched = 0;

  /** Counts the windows in a row that speak against the present state; enough of them change it. */
  step(event, meter, cause, bad, toRaise) {
    const key = [event.household, event.interval, meter, cause].join("|");
    const row = this.rows.get(key) ?? { count: 0, id: this.resumed(event, meter, cause) };
    this.rows.set(key, row);
    const alert = row.id && this.list.find(({ id }) => id === row.id);
    row.count = bad === Boolean(row.id) ? 0 : row.count + 1;
    if (alert && bad) alert.last = event.time;
    if (row.count < (row.id ? PATIENCE : toRaise)) return;
    row.count = 0;
    this.touched++;
    if (alert) alert.cleared = event.time;
    row.id = row.id ? null : this.raise(event, meter, cause);
  }

  /** After a reload an alert that was raised a moment ago is still the same one. */
  resumed(event, meter, cause) {
    const near = (alert) => Math.abs(epoch(event.time) - epoch(alert.last)) <= 3 * event.interval + 30;
    const same = (alert) => alert.household === event.household && alert.interval === event.interval && alert.meter === meter && alert.cause === cause;
    return this.list.find((alert) => same(alert) && !alert.cleared && near(alert))?.id ?? null;
  }

  raise(event, meter, cause) {
    const id = [event.household, event.interval, meter, cause, event.time].join("|");
    const known = this.list.find((alert) => alert.id === id);
    if (known) {
      known.cleared = null;
      return id;
    }
    const value = `${(event[meter] ?? 0).toFixed(3)} kW, at or above the critical value`;
    this.list.unshift({
      id,
      household: event.household,
      interval: event.interval,
      meter,
      cause,
      priority: cause === "value" ? "Red" : event.status[meter],
      reason: cause === "value" ? value : trouble(event, meter),
      time: event.time,
      last: event.time,
      cleared: null,
      acknowledged: false,
    });
    return id;
  }

  /** Keeps what somebody did, or what became of it. */
  record(alert) {
    const known = this.list.find(({ id }) => id === alert.id);
    if (known) Object.assign(known, alert);
    else if (alert.time) this.list.unshift(alert);
    this.save();
  }

  /**
   * Those of a house (all houses: null) that pass a filter, newest first, in groups: what befell several meters in the
   * same window for the same reason is one thing to look at.
   */
  chosen(household, filter) {
    const groups = new Map();
    for (const alert of this.list) {
      if ((household !== null && alert.household !== household) || !PASSES[filter](alert)) continue;
      const key = [alert.household, alert.interval, alert.time, alert.cause, alert.reason].join("|");
      if (!groups.has(key)) groups.set(key, []);
      groups.get(key).push(alert);
    }
    return [...groups.values()];
  }

  /** How many groups of a house are not acknowledged. */
  open(household) {
    return this.chosen(household, "open").length;
  }

  acknowledge(groups) {
    const ids = new Set(groups.flat().map(({ id }) => id));
    for (const alert of this.list) if (ids.has(alert.id)) alert.acknowledged = true;
    this.save();
  }

  /** Takes in what other tabs wrote: what was seen or cleared anywhere is so everywhere. */
  merge() {
    const mine = new Map(this.list.map((alert) => [alert.id, alert]));
    for (const alert of recall("alerts", [])) {
      const own = mine.get(alert.id);
      if (!own) mine.set(alert.id, alert);
      else {
        own.acknowledged ||= alert.acknowledged;
        own.cleared ??= alert.cleared;
      }
    }
    this.list = [...mine.values()].sort((a, b) => epoch(b.time) - epoch(a.time)).slice(0, MOST);
  }

  save() {
    this.merge();
    keep("alerts", this.list);
    this.changed();
  }
}
