/** Alerts: when one is raised, and what is remembered of it. The rules are those of the server's `wattloom.status`. */

import { epoch } from "./format.js";
import { faults } from "./meters.js";
import { keep, recall } from "./storage.js";

const PATIENCE = 3;
const MOST = 300;

/**
 * The alerts of all houses that were watched here, newest first, kept over reloads.
 *
 * An alert: {id, household, meter, cause, priority, reason, time, last, cleared, acknowledged}; `cause` is `quality` or
 * `value`, `time`, `last` and `cleared` are ISO times of windows.
 */
export class Alerts {
  constructor(changed) {
    this.changed = changed;
    this.list = recall("alerts", []);
    this.rows = new Map();
    window.addEventListener("storage", (event) => {
      if (event.key !== "wattloom.alerts") return;
      this.list = recall("alerts", []);
      changed();
    });
  }

  /** Takes the next window of a house: bad readings alert at once, a red value after three windows in a row. */
  update(event) {
    for (const [meter, colour] of Object.entries(event.by_value)) {
      const quality = event.quality[meter];
      const bad = Object.keys(quality.counts).length > 0 || !quality.valid;
      this.step(event, meter, "quality", bad, 1);
      if (colour !== null) this.step(event, meter, "value", colour === "Red", PATIENCE);
    }
  }

  /** Counts the windows in a row that speak against the present state; enough of them change it. */
  step(event, meter, cause, bad, toRaise) {
    const key = [event.household, event.interval, meter, cause].join("|");
    const row = this.rows.get(key) ?? this.resume(event, meter, cause);
    this.rows.set(key, row);
    row.count = bad === (row.alert !== null) ? 0 : row.count + 1;
    if (row.alert && bad) row.alert.last = event.time;
    if (row.count < (row.alert ? PATIENCE : toRaise)) return;
    row.count = 0;
    if (row.alert) {
      row.alert.cleared = event.time;
      row.alert = null;
    } else {
      row.alert = this.raise(event, meter, cause);
    }
    this.save();
  }

  /** After a reload an alert that was raised a moment ago is still the same one. */
  resume(event, meter, cause) {
    const near = (alert) => Math.abs(epoch(event.time) - epoch(alert.last)) <= 3 * event.interval + 30;
    const found = this.list.find(
      (alert) => alert.household === event.household && alert.interval === event.interval && alert.meter === meter && alert.cause === cause && !alert.cleared && near(alert),
    );
    return { count: 0, alert: found ?? null };
  }

  raise(event, meter, cause) {
    const id = [event.household, event.interval, meter, cause, event.time].join("|");
    const known = this.list.find((alert) => alert.id === id);
    if (known) return Object.assign(known, { cleared: null });
    const words = faults(event, meter).join(", ");
    const alert = {
      id,
      household: event.household,
      interval: event.interval,
      meter,
      cause,
      priority: cause === "value" ? "Red" : event.status[meter],
      reason: cause === "value" ? `${event[meter].toFixed(3)} kW, at or above the critical value` : words || "no valid second",
      time: event.time,
      last: event.time,
      cleared: null,
      acknowledged: false,
    };
    this.list.unshift(alert);
    this.list.length = Math.min(this.list.length, MOST);
    return alert;
  }

  /** Those of a house (all houses: null) that pass a filter of the page. */
  chosen(household, filter) {
    const passes = {
      all: () => true,
      open: (alert) => !alert.acknowledged,
      Red: (alert) => alert.priority === "Red",
      "Critical Red": (alert) => alert.priority === "Critical Red",
      Overall: (alert) => alert.meter === "Overall",
      AC: (alert) => alert.meter === "AC",
      Geyser: (alert) => alert.meter === "Geyser",
    }[filter];
    return this.list.filter((alert) => (household === null || alert.household === household) && passes(alert));
  }

  /** How many of a house are not acknowledged. */
  open(household) {
    return this.chosen(household, "open").length;
  }

  acknowledge(alerts) {
    for (const alert of alerts) alert.acknowledged = true;
    this.save();
  }

  save() {
    keep("alerts", this.list);
    this.changed();
  }
}
