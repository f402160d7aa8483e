/** The list of alerts, newest first, with what can be done about them. */

import { $, h, text } from "./dom.js";
import { glyph } from "./glyphs.js";
import { keep, recall } from "./storage.js";

const FILTERS = {
  all: "All alerts",
  open: "Not acknowledged",
  Red: "Red",
  "Critical Red": "Critical Red",
  Overall: "Overall",
  AC: "AC",
  Geyser: "Geyser",
};
const MOST = 60;

export class AlertList {
  constructor(alerts) {
    this.alerts = alerts;
    this.household = null;
    this.filter = $("#alert-filter");
    this.everywhere = $("#alert-everywhere");
    this.filter.append(...Object.entries(FILTERS).map(([value, words]) => h("option", { value }, words)));
    this.filter.value = recall("alert-filter", "all");
    if (!this.filter.value) this.filter.value = "all";
    this.filter.addEventListener("change", () => {
      keep("alert-filter", this.filter.value);
      this.draw();
    });
    this.everywhere.addEventListener("change", () => this.draw());
    $("#acknowledge-all").addEventListener("click", () => this.alerts.acknowledge(this.shown()));
  }

  watch(household) {
    this.household = household;
    this.draw();
  }

  shown() {
    return this.alerts.chosen(this.everywhere.checked ? null : this.household, this.filter.value);
  }

  draw() {
    const shown = this.shown();
    const open = this.alerts.open(this.household);
    const count = $("#alerts-count");
    text(count, String(open));
    count.hidden = !open;
    $("#acknowledge-all").hidden = !shown.some((alert) => !alert.acknowledged);
    const empty = $("#alerts-empty");
    empty.hidden = shown.length > 0;
    text(empty, this.filter.value === "all" ? "Nothing so far. Bad readings show up at once, red values after three windows in a row." : "Nothing that the filter lets pass.");
    const focused = document.activeElement?.dataset?.id;
    $("#alert-list").replaceChildren(...shown.slice(0, MOST).map((alert) => this.item(alert)));
    if (focused) ($(`#alert-list [data-id="${CSS.escape(focused)}"]`) ?? $("#alert-filter")).focus();
  }

  item(alert) {
    const place = this.everywhere.checked ? `${alert.household} ` : "";
    const until = alert.cleared ? ` to ${alert.cleared.slice(11, 19)}` : "";
    const done = alert.acknowledged
      ? h("span", { class: "seen" }, "Seen")
      : h(
          "button",
          { type: "button", "data-id": alert.id, "aria-label": `Acknowledge ${alert.meter}, ${alert.reason}`, onclick: () => this.alerts.acknowledge([alert]) },
          "Acknowledge",
        );
    return h(
      "li",
      { class: alert.acknowledged ? "acknowledged" : "" },
      h("span", { class: "chip", "data-priority": alert.priority }, alert.priority),
      h("time", { class: "when", datetime: alert.time }, `${alert.time.slice(5, 10)} ${alert.time.slice(11, 19)}${until}`),
      h("span", { class: "what" }, `${place}${alert.meter}: ${alert.reason}`),
      done,
    );
  }
}

/** The badge of a priority: its glyph and its name. */
export function badge(node, priority) {
  if (node.dataset.is === priority) return;
  node.dataset.is = priority;
  node.replaceChildren(glyph(priority), priority);
}
