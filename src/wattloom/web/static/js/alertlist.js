/** The list of alerts, newest first, with what can be done about them. */

import { $, h, text } from "./dom.js";
import { glyph } from "./glyphs.js";
import { METERS } from "./meters.js";
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
    $("#acknowledge-all").hidden = !shown.flat().some((alert) => !alert.acknowledged);
    const empty = $("#alerts-empty");
    empty.hidden = shown.length > 0;
    text(empty, this.filter.value === "all" ? "Nothing so far. Bad readings show up at once, red values after three windows in a row." : "Nothing that the filter lets pass.");
    const focused = document.activeElement?.dataset?.id;
    $("#alert-list").replaceChildren(...shown.slice(0, MOST).map((group) => this.item(group)));
    if (focused) ($(`#alert-list [data-id="${CSS.escape(focused)}"]`) ?? $("#alert-filter")).focus();
  }

  item(group) {
    const [alert] = group;
    const item = alertItem(group, this.everywhere.checked);
    const name = `${meters(group)}, ${alert.reason}`;
    const button = { type: "button", "data-id": alert.id, "aria-label": `Acknowledge ${name}`, onclick: () => this.alerts.acknowledge([group]) };
    item.append(group.every((each) => each.acknowledged) ? h("span", { class: "seen" }, "Seen") : h("button", button, "Acknowledge"));
    return item;
  }
}

/** The meters of a group of alerts. */
function meters(group) {
  return group.length === METERS.length ? "All meters" : group.map(({ meter }) => meter).join(", ");
}

/** One item of a list: what befell which meters when. */
export function alertItem(group, withHouse) {
  const [alert] = group;
  const until = alert.cleared ? ` to ${alert.cleared.slice(11, 19)}` : "";
  return h(
    "li",
    { class: group.every((each) => each.acknowledged) ? "acknowledged" : "" },
    h("span", { class: "chip", "data-priority": alert.priority }, alert.priority),
    h("time", { class: "when", datetime: alert.time, title: alert.time }, `${alert.time.slice(11, 19)}${until}`),
    h("span", { class: "what" }, `${withHouse ? `House ${alert.household}, ` : ""}${meters(group)}: ${alert.reason}`),
  );
}

/** The badge of a priority: its glyph and its name. */
export function badge(node, priority) {
  if (node.dataset.is === priority) return;
  node.dataset.is = priority;
  node.replaceChildren(glyph(priority), priority);
}
