/** What is usual: for each meter its histogram, fitted curve, atoms and limits, a box plot, and the numbers. */

import { density } from "./densities.js";
import { h, s } from "./dom.js";
import { kw, percent } from "./format.js";
import { glyph } from "./glyphs.js";
import { METERS } from "./meters.js";

const WIDTH = 420;
const TOP = 20;
const BASE = 142;
const BOX = 172;
const AXIS = 192;
const HEIGHT = 212;
const LEFT = 8;
const RIGHT = WIDTH - 8;

/** A round step that cuts `top` into about five. */
function step(top) {
  const rough = top / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough);
}

/** One meter's figure; `present` moves its mark without drawing the rest again. */
class Figure {
  constructor(meter, stats, share) {
    this.stats = stats;
    const { every, on, critical, atoms, distribution, histogram } = share;
    Object.assign(this, { meter, every, on, critical, atoms, distribution, histogram });
    const ends = [critical * 1.18, (histogram?.shares.length ?? 0) * (histogram?.width ?? 0), ...atoms.map((atom) => atom.value * 1.08)];
    this.top = Math.max(0.05, ...ends);
    this.mark = s("path", { class: "present", d: "M0-7 7 0 0 7-7 0z", visibility: "hidden" });
    this.node = h(
      "figure",
      { class: "figure", "data-meter": meter },
      h("h3", {}, glyph(meter), meter),
      h("p", { class: "sentence" }, this.sentence()),
      this.drawing(),
      this.table(),
      this.binTable(),
    );
  }

  x(value) {
    return LEFT + (Math.min(value, this.top) / this.top) * (RIGHT - LEFT);
  }

  sentence() {
    const idle = this.on ? 1 - this.on.share : 1;
    if (!this.on) return "Not on in the whole of its history: whatever it uses is compared with its rating.";
    const parts = [];
    if (idle > 0.02) parts.push(`Idle ${percent(idle)} of the time.`);
    parts.push(`${idle > 0.02 ? "When on" : "Half of the time"} it uses ${kw(this.on["25p"])} to ${kw(this.on["75p"])} kW, most typically ${kw(this.on.median)}.`);
    return parts.join(" ");
  }

  drawing() {
    const { stats, every, critical, atoms } = this;
    const name = `${this.meter}: histogram of the clean history with its fitted curve; quartiles ${kw(every.p25)}, ${kw(every.median)} and ${kw(every.p75)} kW, critical value ${kw(critical)} kW. The numbers are in the table below.`;
    const svg = s("svg", { class: "drawing", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": name });
    svg.append(s("rect", { class: "region", x: this.x(critical), y: TOP - 12, width: RIGHT - this.x(critical), height: BASE - TOP + 12 }));
    svg.append(...this.bins(), ...this.curve());
    const line = (cls, value) => s("line", { class: cls, x1: this.x(value), x2: this.x(value), y1: TOP - 4, y2: BASE });
    if (every.p25 !== null) svg.append(line("quartile", every.p25), line("quartile", every.p75), line("median", every.median));
    svg.append(s("line", { class: "limit", x1: this.x(critical), x2: this.x(critical), y1: TOP - 12, y2: BASE }));
    svg.append(s("text", { x: this.x(critical) + (this.x(critical) > RIGHT - 90 ? -5 : 5), y: TOP - 3, "text-anchor": this.x(critical) > RIGHT - 90 ? "end" : "start", class: "strong" }, `critical ${kw(critical)}`));
    let edge = -100;
    for (const { value, share } of [...atoms].sort((a, b) => a.value - b.value)) {
      const x = this.x(value);
      const high = BASE - (BASE - TOP - 14) * Math.sqrt(share);
      svg.append(s("line", { class: "pin", x1: x, x2: x, y1: BASE, y2: high }), s("circle", { class: "pin-head", cx: x, cy: high, r: 4 }));
      const over = x - edge < 46 ? -12 : 4;
      svg.append(s("text", { x: x + 7, y: high + over, class: "strong" }, percent(share)));
      edge = x;
    }
    svg.append(...this.box(), ...this.axis(stats), this.mark);
    return svg;
  }

  /** The tallest density that is drawn, so that bins and curve share a scale. */
  scale() {
    const { histogram } = this;
    return histogram?.shares.length ? Math.max(...histogram.shares) / histogram.width : 0;
  }

  bins() {
    const { shares = [], width } = this.histogram ?? {};
    const most = this.scale();
    return shares.map((share, i) => {
      const [x, right] = [this.x(i * width), this.x((i + 1) * width)];
      const high = ((BASE - TOP - 14) * share) / width / most;
      return s("rect", { class: "bin", x, y: BASE - high, width: Math.max(0.5, right - x - 0.4), height: high });
    });
  }

  curve() {
    const of = density(this.distribution);
    const most = this.scale() || (of ? Math.max(...Array.from({ length: 200 }, (_, i) => of((i * this.top) / 200))) : 0);
    if (!of || !most) return [];
    const share = this.scale() ? (this.distribution.share ?? 1) : 1;
    const points = Array.from({ length: 421 }, (_, i) => {
      const value = (i / 420) * this.top;
      const high = Math.min(1.12, (of(value) * share) / most);
      return `${this.x(value).toFixed(1)} ${(BASE - (BASE - TOP - 14) * (Number.isFinite(high) ? high : 1.12)).toFixed(1)}`;
    });
    return [s("path", { class: "density", d: `M${points.join("L")}` })];
  }

  /** Quartiles as a box, the line to the critical value. */
  box() {
    const { every, critical } = this;
    if (every.p25 === null) return [];
    const [low, middle, high] = [every.p25, every.median, every.p75].map((value) => this.x(value));
    return [
      s("line", { class: "whisker", x1: this.x(0), x2: this.x(critical), y1: BOX, y2: BOX }),
      s("line", { class: "limit", x1: this.x(critical), x2: this.x(critical), y1: BOX - 9, y2: BOX + 9 }),
      s("rect", { class: "box", x: low, y: BOX - 9, width: Math.max(2, high - low), height: 18 }),
      s("line", { class: "median", x1: middle, x2: middle, y1: BOX - 9, y2: BOX + 9 }),
    ];
  }

  axis() {
    const size = step(this.top);
    const marks = [];
    for (let value = 0; value <= this.top + 1e-9; value += size) {
      const label = String(Math.round(value * 1000) / 1000);
      marks.push(s("text", { x: this.x(value), y: AXIS + 14, "text-anchor": value ? "middle" : "start" }, value + size > this.top ? `${label} kW` : label));
      marks.push(s("line", { class: "axis", x1: this.x(value), x2: this.x(value), y1: BASE, y2: AXIS }));
    }
    marks.push(s("line", { class: "axis", x1: LEFT, x2: RIGHT, y1: BASE, y2: BASE }), s("line", { class: "axis", x1: LEFT, x2: RIGHT, y1: AXIS, y2: AXIS }));
    return marks;
  }

  table() {
    const { every, on, distribution, stats, meter } = this;
    const critical = stats.critical_value?.[meter] ?? {};
    const colours = stats.colours?.[meter];
    const cells = (name, ...values) => h("tr", {}, h("th", { scope: "row" }, name), values.map((value) => h("td", {}, value)));
    const of = { all: "all windows", "on-state": "the on-state", rated: "the rating" };
    const rows = [
      cells("25th percentile", kw(every.p25), on ? kw(on["25p"]) : "–"),
      cells("Median", kw(every.median), on ? kw(on.median) : "–"),
      cells("75th percentile", kw(every.p75), on ? kw(on["75p"]) : "–"),
      cells(`Critical value, 1 %${critical.of === "rated" ? " (rating)" : ""}`, kw(critical.value ?? this.critical), on ? kw(on.critical_value) : "–"),
    ];
    const wide = (name, value) => h("tr", {}, h("th", { scope: "row" }, name), h("td", { colspan: 2 }, value));
    if (colours) rows.push(wide(`Yellow from, by ${of[colours.by] ?? colours.by}`, kw(colours.yellow_from)), wide("Red from", kw(colours.red_from)));
    if (critical.achieved !== undefined && critical.achieved !== null) {
      const [low, high] = critical.interval_95 ?? [];
      rows.push(wide("Exceeded on days not used for it", `${percent(critical.achieved)}${low === undefined ? "" : ` (${percent(low)} to ${percent(high)})`}`));
    }
    rows.push(wide("Best fit of the rest", this.fitName(distribution)));
    if (stats.windows?.[meter]) rows.push(wide("Windows averaged", String(stats.windows[meter])));
    const head = h("tr", {}, h("th", { scope: "col" }, h("span", { class: "sr-only" }, "Figure")), h("th", { scope: "col" }, "all, kW"), h("th", { scope: "col" }, "on, kW"));
    return h("table", {}, h("thead", {}, head), h("tbody", {}, rows));
  }

  fitName(distribution) {
    if (!distribution?.name) return "none";
    const names = { norm: "normal", expon: "exponential", lognorm: "log-normal", weibull_min: "Weibull" };
    const count = distribution.components?.length;
    return distribution.name === "mixture" ? `mixture of ${count ?? "several"}` : (names[distribution.name] ?? distribution.name);
  }

  /** The histogram in figures, filled when it is opened. */
  binTable() {
    const { shares = [], width } = this.histogram ?? {};
    if (!shares.length) return null;
    const details = h("details", { class: "table" }, h("summary", {}, "The histogram as a table"));
    details.addEventListener("toggle", () => {
      if (details.children.length > 1) return;
      const rows = [
        ...this.atoms.map(({ value, share }) => [`exactly ${kw(value)}`, share]),
        ...shares.map((share, i) => [`${kw(i * width)} to ${kw((i + 1) * width)}`, share]).filter(([, share]) => share > 0),
      ].map(([range, share]) => h("tr", {}, h("td", {}, range), h("td", {}, `${(100 * share).toFixed(3)} %`)));
      const head = h("tr", {}, h("th", { scope: "col" }, "kW"), h("th", { scope: "col" }, "Share of windows"));
      details.append(h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `Histogram of ${this.meter}` }, h("table", {}, h("thead", {}, head), h("tbody", {}, rows))));
    });
    return details;
  }

  present(value) {
    this.mark.setAttribute("visibility", value === null || value === undefined ? "hidden" : "visible");
    if (value !== null && value !== undefined) this.mark.setAttribute("transform", `translate(${this.x(value).toFixed(1)} ${BOX})`);
  }
}

export class Figures {
  constructor(place) {
    this.place = place;
    this.figures = [];
  }

  clear() {
    this.figures = [];
    this.place.replaceChildren();
  }

  show(stats) {
    this.figures = METERS.filter((meter) => meter in stats.median).map((meter) => {
      const every = { p25: stats["25p"][meter], median: stats.median[meter], p75: stats["75p"][meter] };
      return new Figure(meter, stats, {
        every,
        on: stats.on_state?.[meter] ?? null,
        critical: stats["rt_critical_value_0.01"][meter],
        atoms: stats.atoms?.[meter] ?? [],
        distribution: stats.distribution?.[meter],
        histogram: stats.histogram?.[meter],
      });
    });
    this.place.replaceChildren(...this.figures.map((figure) => figure.node));
  }

  present(event) {
    for (const figure of this.figures) figure.present(event[figure.meter]);
  }
}
