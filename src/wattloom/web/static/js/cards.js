/** One row per meter: its value, trend, unit, status and reason, with its chart beside it. */

import { attribute, h, text } from "./dom.js";
import { kw } from "./format.js";
import { glyph, reglyph } from "./glyphs.js";
import { because, MEANS, METERS, trend } from "./meters.js";

const TRENDS = { up: "rising", down: "falling", steady: "steady" };

class Card {
  constructor(meter) {
    this.value = h("span", { class: "number" }, "–");
    this.trendWords = h("span", { class: "sr-only" });
    this.arrow = glyph("steady");
    this.trend = h("span", { class: "trend" }, this.arrow, this.trendWords);
    this.shape = glyph("Green");
    this.colour = h("span", {}, "No value yet");
    this.because = h("p", { class: "because" });
    this.plot = h("div", { class: "plot", tabindex: "0", role: "group", "aria-label": `${meter}: no values yet` });
    const face = h(
      "div",
      { class: "face" },
      h("h3", { title: MEANS[meter] }, glyph(meter), meter),
      h("p", { class: "value" }, this.value, h("span", { class: "unit" }, "kW-min", h("span", { class: "sr-only" }, " each minute")), this.trend),
      h("p", { class: "status" }, this.shape, this.colour),
      this.because,
    );
    this.row = h("article", { class: "meter", "data-meter": meter, "aria-label": meter }, face, this.plot);
    this.meter = meter;
    this.clear();
  }

  clear() {
    text(this.value, "–");
    text(this.colour, "No value yet");
    text(this.because, "");
    this.trend.hidden = true;
    this.shape.classList.add("sr-only");
    attribute(this.row, "data-status", null);
  }

  draw(event, before) {
    this.row.hidden = !(this.meter in event.status);
    if (this.row.hidden) return;
    const value = event[this.meter];
    text(this.value, kw(value));
    const way = trend(before, value);
    this.trend.hidden = way === null;
    if (way) {
      reglyph(this.arrow, way);
      text(this.trendWords, TRENDS[way]);
      attribute(this.trend, "title", `${TRENDS[way]} against the windows before`);
    }
    const status = event.status[this.meter];
    this.shape.classList.remove("sr-only");
    reglyph(this.shape, status);
    text(this.colour, status);
    text(this.because, because(event, this.meter));
    attribute(this.row, "data-status", status);
  }
}

export class Cards {
  constructor(place, charts) {
    this.cards = METERS.map((meter) => new Card(meter));
    place.append(...this.cards.map((card) => card.row));
    this.charts = charts;
    for (const card of this.cards) charts.add(card.meter, card.plot);
    this.described = 0;
  }

  clear() {
    this.cards.forEach((card) => card.clear());
  }

  draw(event, history) {
    const now = Date.now();
    const describe = now - this.described > 5000;
    if (describe) this.described = now;
    for (const card of this.cards) {
      card.draw(event, history.before(card.meter, 3));
      if (describe) this.charts.describe(card.meter, card.plot);
    }
  }
}
