/** What is watched: the stream, the hour behind it, and what is usual. */

import { json, query, Refused } from "./api.js";
import { epoch } from "./format.js";
import { History, shownSpan } from "./history.js";
import { isLive, toQuery } from "./setup.js";
import { Stream } from "./stream.js";

/** One set-up from when it is chosen until another is. */
export class Session {
  /**
   * - `event(event)`, `gap(data)`: what came; `state(name, words)`: of the connection;
   * - `filled()`: the hour behind is there; `statistics(stats)`; `done(answer)`: the server's answer to the set-up;
   * - `refused(message)`: it cannot be watched.
   */
  constructor(setup, handlers) {
    this.setup = setup;
    this.handlers = handlers;
    this.controller = new AbortController();
    this.history = new History(Number(setup.interval));
    this.pace = Number(setup.interval) / Number(setup.speed ?? 1);
    this.first = true;
    this.stream = new Stream(`/stream_data?${toQuery(setup)}`, {
      event: (event) => this.took(event),
      named: (name, data) => this.named(name, data),
      state: (name, words) => (name === "refused" ? handlers.refused(words) : handlers.state(name, words)),
    });
    this.ask();
    this.learn();
  }

  stop() {
    this.stream.stop();
    this.controller.abort();
  }

  took(event) {
    this.history.push(event);
    this.handlers.event(event);
    if (!this.first) return;
    this.first = false;
    this.fill(event);
  }

  named(name, data) {
    if (name === "restart") this.history.clear();
    if (name !== "gap") return;
    this.history.clear();
    this.first = true;
    this.handlers.gap(data);
  }

  /** The hour before the first event, on the same windows, with what is known of its faults. */
  async fill(event) {
    const { signal } = this.controller;
    const { interval } = event;
    const end = epoch(event.time);
    const start = end - Math.floor(shownSpan(interval) / interval) * interval;
    const stretch = { household: event.household, start, end, faults: this.setup.faults };
    try {
      const { columns, rows } = await json(`/readings?${query({ ...stretch, interval, view: isLive(this.setup) ? "live" : "reported" })}`, { signal });
      this.history.prepend(columns, rows);
      this.handlers.filled();
      const labels = await json(`/labels?${query(stretch)}`, { signal });
      this.mark(labels);
    } catch {
      // A replay of what is to come, or the start of a recording, has no hour behind it: the charts begin empty.
    }
    if (!signal.aborted) this.handlers.filled();
  }

  mark({ columns, rows }) {
    const place = Object.fromEntries(columns.map((name, i) => [name, i]));
    const marks = rows
      .filter((row) => row[place.effective])
      .map((row) => ({ time: epoch(row[place.start]), meter: row[place.meter], kind: row[place.kind], words: row[place.kind].replace(/_/g, " ") }));
    this.history.marks = marks.concat(this.history.marks);
  }

  /** Tells the server of the set-up, as a script would: its answer has the links to the raw things. */
  async ask() {
    const { household, interval, start_index: start, date, speed, faults } = this.setup;
    const body = { household, interval: Number(interval), date, faults };
    if (start !== undefined) body.start_index = Number(start);
    if (speed !== undefined) body.speed = Number(speed);
    const options = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
    try {
      this.handlers.done(await json("/stream_setup", { ...options, signal: this.controller.signal }));
    } catch (error) {
      if (error instanceof Refused && !this.controller.signal.aborted) this.handlers.refused(error.message);
    }
  }

  async learn() {
    for (let wait = 1000; !this.controller.signal.aborted; wait = Math.min(30_000, 2 * wait)) {
      try {
        const stats = await json(`/stream_qstats?${toQuery(this.setup)}`, { signal: this.controller.signal });
        return this.handlers.statistics(stats);
      } catch (error) {
        if (error instanceof Refused) return undefined;
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    }
    return undefined;
  }

  get live() {
    return isLive(this.setup);
  }
}
