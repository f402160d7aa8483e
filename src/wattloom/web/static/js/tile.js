/** One widget: the house, when it was last heard of, three values with their trends, three buttons. */

import { json, query } from "./api.js";
import { attribute, h, text } from "./dom.js";
import { clock, epoch, kw, offset } from "./format.js";
import { glyph, reglyph } from "./glyphs.js";
import { METERS, trend, verdict } from "./meters.js";

const TRENDS = { up: "rising", down: "falling", steady: "steady" };

class Row {
  constructor(meter) {
    this.meter = meter;
    this.before = [];
    this.number = h("span", { class: "number" }, "–");
    this.arrow = glyph("steady");
    this.trend = h("span", { class: "trend" });
    this.words = h("span", { class: "sr-only" });
    this.trend.append(this.arrow, this.words);
    const unit = h("span", { class: "unit" }, "kW-min");
    this.node = h("li", {}, glyph(meter), h("span", { class: "reading" }, h("span", { class: "sr-only" }, `${meter} `), this.number, unit), this.trend);
    this.arrow.classList.add("sr-only");
  }

  /** Shows a value; `past` are those before it, where they are known from elsewhere. */
  draw(event, past = this.before) {
    this.node.hidden = !(this.meter in event.status);
    const value = event[this.meter];
    const way = trend(past, value);
    this.before = [...past, value].slice(-3);
    text(this.number, kw(value));
    this.arrow.classList.toggle("sr-only", way === null);
    if (way) reglyph(this.arrow, way);
    text(this.words, way ? TRENDS[way] : "");
  }
}

export class Tile {
  /** `links`: {chart, alerts, settings}, each an address or what to do. */
  constructor(place, household, links, heading = "h1") {
    this.household = household;
    const length = household.length > 6 ? "longer" : household.length > 2 ? "long" : "";
    this.house = h(heading, { class: `house ${length}`, title: `House ${household}` }, `House ${household}`);
    this.time = h("p", { class: "time" }, "–");
    this.shape = glyph("Green");
    this.noteWords = h("span", {}, "Connecting");
    this.note = h("p", { class: "note" }, this.shape, this.noteWords);
    this.shape.classList.add("sr-only");
    this.rows = METERS.map((meter) => new Row(meter));
    this.count = h("span", { class: "number-of", hidden: true });
    const button = (name, words) => {
      const to = links[name];
      const inside = [glyph(name), name === "alerts" ? this.count : null, h("span", { class: "sr-only" }, words)];
      return typeof to === "function" ? h("button", { type: "button", title: words, onclick: to }, ...inside) : h("a", { href: to, title: words }, ...inside);
    };
    this.node = h(
      "article",
      { class: "tile", "data-priority": "none", "aria-label": `House ${household}` },
      h("header", {}, this.house, this.time, this.note),
      h("ul", { class: "rows" }, this.rows.map((row) => row.node)),
      h("nav", { "aria-label": `House ${household}` }, button("chart", "Charts"), button("alerts", "Alerts"), button("settings", "Settings")),
    );
    place.append(this.node);
  }

  /** Takes the next event. */
  took(event) {
    if (!this.event) this.lookBack(event);
    this.event = event;
    for (const row of this.rows) row.draw(event);
    text(this.time, clock(epoch(event.time) + event.interval, offset(event.time)));
    attribute(this.node, "data-priority", event.priority);
    attribute(this.node, "aria-label", `House ${event.household}: ${event.priority}, ${event.reason}`);
    attribute(this.node, "title", `House ${event.household}: ${event.priority}. ${event.reason}`);
  }

  /** The windows before the first, so that it has a trend at once. */
  async lookBack(event) {
    const { household, interval } = event;
    const end = epoch(event.time);
    try {
      const found = await json(`/readings?${query({ household, interval, start: end - 3 * interval, end, view: "reported" })}`);
      if (this.event !== event) return;
      for (const row of this.rows) row.draw(event, found.rows.map((values) => values[found.columns.indexOf(row.meter)]));
    } catch {
      // No past: the trend comes with the second window.
    }
  }

  /** How true it still is: `words` say so where it is not. */
  fresh(old, words) {
    this.node.classList.toggle("old", old || !this.event);
    this.shape.classList.toggle("sr-only", !this.event || old);
    if (this.event && !old) reglyph(this.shape, this.event.priority);
    text(this.noteWords, old || !this.event ? words : verdict(this.event));
  }

  /** How many alerts wait. */
  alerts(count) {
    text(this.count, count > 99 ? "99+" : String(count));
    this.count.hidden = !count;
  }
}
