/** Whether what is shown is still true: a value that is old must look old. */

import { clock, epoch, offset, span } from "./format.js";

/** Seconds after which a value that should have been replaced is old. */
function grace(pace) {
  return Math.min(10, Math.max(3, pace / 2));
}

/** What is known of a connection, and how to say it. Calls `changed()` whenever the answer may be another. */
export class Freshness {
  constructor(changed) {
    this.changed = changed;
    this.socket = "connecting";
    this.words = "";
    this.event = null;
    this.arrived = 0;
    this.pace = 5;
    setInterval(changed, 500);
  }

  /** Something came; `pace` is how many seconds pass until the next. */
  took(event, pace) {
    this.event = event;
    this.pace = pace;
    this.arrived = Date.now();
  }

  /** A state remembered from before: shown, but old from the start. */
  remember(event) {
    this.event = event;
    this.arrived = 0;
  }

  connection(state, words) {
    this.socket = state;
    this.words = words;
    this.changed();
  }

  get old() {
    return this.event !== null && Date.now() - this.arrived > (this.pace + grace(this.pace)) * 1000;
  }

  /** When the last value was complete, by the house's clock. */
  get updated() {
    return this.event ? clock(epoch(this.event.time) + this.event.interval, offset(this.event.time)) : "";
  }

  /** live, connecting, reconnecting, stale or refused. */
  get state() {
    if (this.socket === "refused") return "refused";
    if (this.socket === "lost") return "reconnecting";
    if (this.socket === "connecting" || !this.event) return "connecting";
    return this.old ? "stale" : "live";
  }

  /** The state in words; `live` is what to call it when all is well. */
  text(live = "Live") {
    const since = this.event ? this.updated : "";
    const ago = this.arrived ? `, ${span((Date.now() - this.arrived) / 1000)} ago` : "";
    switch (this.state) {
      case "live":
        return live;
      case "refused":
        return this.words || "Refused";
      case "reconnecting":
        return `${navigator.onLine ? "Reconnecting" : "Offline"}${since ? `, last value ${since}${ago}` : ""}`;
      case "stale":
        return `Stale since ${since}${ago}`;
      default:
        return since ? `Connecting, last value ${since}` : "Connecting";
    }
  }
}
