/** The last hour as three charts over one stretch of time, which can be panned, zoomed and paused together. */

import { $, attribute, h, painter, text } from "./dom.js";
import { clock, kw } from "./format.js";
import { shownSpan } from "./history.js";
import { METERS } from "./meters.js";

const { uPlot } = globalThis;
/** Windows as steps; where there are more of them than pixels, as a line that is drawn once per pixel. */
const STEPS = uPlot.paths.stepped({ align: 1 });
const DENSE = uPlot.paths.linear();
/** With more marks than this in view their lines would hide the values. */
const FEW = 40;

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** One meter's chart. `group` says what is drawn and from when to when. */
class MeterChart {
  constructor(group, meter, place) {
    this.group = group;
    this.meter = meter;
    this.place = place;
    this.readout = h("p", { class: "readout", "aria-hidden": "true" });
    place.append(this.readout);
    this.recolour();
    this.high = 0.1;
    this.plot = new uPlot(this.options(), [[], []], place);
    new ResizeObserver(() => this.resize()).observe(place);
  }

  recolour() {
    this.colours = Object.fromEntries(
      [this.meter, "soft", "line", "band", "critical", "raised", "surface"].map((name) => [name, colour(`--${name}`)]),
    );
  }

  options() {
    const c = () => this.colours;
    const axis = { stroke: () => c().soft, grid: { stroke: () => c().line, width: 1 }, ticks: { show: false }, font: "11px sans-serif" };
    return {
      width: this.place.clientWidth || 300,
      height: this.place.clientHeight || 130,
      padding: [8, 16, 0, 0],
      legend: { show: false },
      tzDate: (second) => uPlot.tzDate(new Date((second + this.group.ahead) * 1000), "Etc/UTC"),
      cursor: {
        sync: { key: "hour" },
        drag: { x: false, y: false, setScale: false },
        points: { size: 7 },
        y: false,
        bind: { dblclick: () => null, mousedown: () => null, mouseup: () => null },
      },
      scales: {
        x: { time: true, range: () => this.group.range() },
        y: { range: () => [0, this.high] },
      },
      axes: [
        { ...axis, size: 22, space: 80, values: (_, splits) => splits.map((t) => clock(t, this.group.ahead, this.group.fine ? 3 : 2)) },
        { ...axis, size: 42, space: 28, values: (_, splits) => splits.map((v) => String(Math.round(v * 1000) / 1000)) },
      ],
      series: [
        {},
        {
          stroke: () => c()[this.meter],
          fill: () => `${c()[this.meter]}2e`,
          width: 1.5,
          paths: (plot, series, from, to) => (to - from > plot.bbox.width / devicePixelRatio ? DENSE : STEPS)(plot, series, from, to),
          points: { show: (_, __, from, to) => to - from < 40 },
        },
      ],
      hooks: {
        drawClear: [(plot) => this.under(plot)],
        draw: [(plot) => this.over(plot)],
        setCursor: [(plot) => this.read(plot.cursor.idx)],
      },
    };
  }

  /** The highest value of the axis: high enough for the critical value, so that it does not jump about. */
  top() {
    const bands = this.group.bands?.[this.meter];
    const values = this.group.history?.values[this.meter] ?? [];
    let high = bands ? bands.critical * 1.12 : 0.1;
    for (const value of values) if (value * 1.06 > high) high = value * 1.06;
    return high || 0.1;
  }

  /** Band, median and limits, beneath the values. */
  under({ ctx, bbox, valToPos }) {
    const bands = this.group.bands?.[this.meter];
    if (!bands) return;
    const y = (value) => Math.round(valToPos(value, "y", true));
    const ratio = devicePixelRatio;
    ctx.save();
    if (bands.p25 !== null) {
      ctx.fillStyle = this.colours.band;
      ctx.fillRect(bbox.left, y(bands.p75), bbox.width, Math.max(2 * ratio, y(bands.p25) - y(bands.p75)));
    }
    const line = (value, stroke, dash) => {
      ctx.strokeStyle = stroke;
      ctx.lineWidth = 1.5 * ratio;
      ctx.setLineDash(dash.map((d) => d * ratio));
      ctx.beginPath();
      ctx.moveTo(bbox.left, y(value));
      ctx.lineTo(bbox.left + bbox.width, y(value));
      ctx.stroke();
    };
    if (bands.median !== null) line(bands.median, this.colours.soft, [1.5, 3]);
    if (bands.yellow < bands.critical) line(bands.yellow, this.colours.raised, [6, 4]);
    line(bands.critical, this.colours.critical, []);
    ctx.restore();
  }

  /** Faults: a mark at the top, and a thin line down. */
  over({ ctx, bbox, valToPos }) {
    const ratio = devicePixelRatio;
    ctx.save();
    ctx.fillStyle = ctx.strokeStyle = this.colours.critical;
    ctx.lineWidth = ratio;
    ctx.globalAlpha = 0.9;
    const [from, to] = this.group.range();
    const inView = (mark) => (mark.meter === this.meter || mark.meter === "*") && mark.time >= from && mark.time <= to;
    const marks = (this.group.history?.marks ?? []).filter(inView);
    for (const mark of marks) {
      const x = valToPos(mark.time, "x", true);
      ctx.beginPath();
      ctx.moveTo(x - 5 * ratio, bbox.top - 6 * ratio);
      ctx.lineTo(x + 5 * ratio, bbox.top - 6 * ratio);
      ctx.lineTo(x, bbox.top + 3 * ratio);
      ctx.fill();
      if (marks.length > FEW) continue;
      ctx.globalAlpha = 0.35;
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      ctx.globalAlpha = 0.9;
    }
    ctx.restore();
  }

  read(index) {
    const { history, ahead } = this.group;
    const time = index === null || index === undefined ? undefined : history?.times[index];
    if (time === undefined) return text(this.readout, "");
    const near = history.marks.filter((m) => (m.meter === this.meter || m.meter === "*") && Math.abs(m.time - time) < history.interval);
    const words = [...new Set(near.map((m) => m.words))].join(", ");
    return text(this.readout, `${clock(time, ahead)}  ${kw(history.values[this.meter][index])}${words ? `  ▼ ${words}` : ""}`);
  }

  resize() {
    const { clientWidth: width, clientHeight: height } = this.place;
    if (width && (width !== this.plot.width || height !== this.plot.height)) this.plot.setSize({ width, height });
  }

  draw() {
    const { times = [], values = {} } = this.group.history ?? {};
    this.high = this.top();
    this.plot.setData([times, values[this.meter] ?? []]);
  }
}

/** The charts of all meters. */
export class Charts {
  constructor() {
    this.charts = [];
    this.history = null;
    this.bands = null;
    this.ahead = 0;
    this.paused = false;
    this.view = null;
    this.end = 0;
    this.draw = painter(() => this.charts.forEach((chart) => chart.draw()));
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", () => this.recolour());
  }

  add(meter, place) {
    this.charts.push(new MeterChart(this, meter, place));
    this.handle(place);
  }

  recolour() {
    this.charts.forEach((chart) => chart.recolour());
    this.draw();
  }

  /** Follows another history. */
  show(history, ahead) {
    this.history = history;
    this.ahead = ahead;
    this.view = null;
    this.draw();
  }

  /** What is shown, POSIX seconds: the whole hour up to now, unless somebody looked elsewhere. */
  range() {
    const span = shownSpan(this.history?.interval ?? 5);
    if (!this.paused || !this.end) this.end = (this.history?.last ?? span) + (this.history?.interval ?? 0);
    if (!this.view) return [this.end - span, this.end];
    const end = this.view.end ?? this.end;
    return [end - this.view.span, end];
  }

  get fine() {
    const [from, to] = this.range();
    return to - from < 600;
  }

  /** Shows `factor` times as much time, around a point of the range (0 left, 1 right). */
  zoom(factor, at = 1) {
    const whole = shownSpan(this.history.interval);
    const [from, to] = this.range();
    const span = Math.min(whole, Math.max(10 * this.history.interval, (to - from) * factor));
    const pivot = from + (to - from) * at;
    this.look(pivot + span * (1 - at), span);
  }

  /** Moves by a share of what is shown. */
  pan(share) {
    const [from, to] = this.range();
    this.look(to + share * (to - from), to - from);
  }

  /** Shows `span` seconds up to `end`, within the hour; at its end the charts go on with the time. */
  look(end, span) {
    const whole = shownSpan(this.history.interval);
    const last = Math.min(Math.max(end, this.end - whole + span), this.end);
    const follows = this.end - last < this.history.interval;
    this.view = follows && span >= whole ? null : { end: follows ? null : last, span };
    this.draw();
    this.changed?.();
  }

  whole() {
    this.view = null;
    this.draw();
    this.changed?.();
  }

  pause(paused) {
    this.paused = paused;
    this.draw();
  }

  /** Drag, pinch and wheel. */
  handle(place) {
    const held = new Map();
    const width = () => $(".u-over", place).clientWidth || 1;
    const spread = () => Math.abs([...held.values()].reduce((a, b) => a - b));
    place.addEventListener("pointerdown", (event) => {
      if (!this.history || (event.pointerType === "mouse" && event.button !== 0)) return;
      held.set(event.pointerId, event.clientX);
      place.setPointerCapture(event.pointerId);
      place.classList.add("dragging");
    });
    place.addEventListener("pointermove", (event) => {
      if (!held.has(event.pointerId)) return;
      const before = held.size === 2 ? spread() : held.get(event.pointerId);
      held.set(event.pointerId, event.clientX);
      if (held.size === 2) this.zoom(Math.max(before, 20) / Math.max(spread(), 20), 0.5);
      else if (before !== event.clientX) this.pan((before - event.clientX) / width());
    });
    const release = (event) => {
      held.delete(event.pointerId);
      place.classList.toggle("dragging", held.size > 0);
    };
    place.addEventListener("pointerup", release);
    place.addEventListener("pointercancel", release);
    place.addEventListener(
      "wheel",
      (event) => {
        if (!this.history) return;
        if (event.ctrlKey || event.metaKey) {
          event.preventDefault();
          const box = $(".u-over", place).getBoundingClientRect();
          this.zoom(event.deltaY > 0 ? 1.25 : 0.8, Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)));
        } else if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
          event.preventDefault();
          this.pan(event.deltaX / width());
        }
      },
      { passive: false },
    );
    place.addEventListener("keydown", (event) => {
      if (this.key(event.key)) event.preventDefault();
    });
  }

  /** A key that a chart understands. */
  key(key) {
    if (!this.history) return false;
    const deeds = {
      ArrowLeft: () => this.pan(-0.2),
      ArrowRight: () => this.pan(0.2),
      "+": () => this.zoom(0.5),
      "=": () => this.zoom(0.5),
      "-": () => this.zoom(2),
      Home: () => this.whole(),
    };
    deeds[key]?.();
    return key in deeds;
  }

  /** What the charts compare with, from quick statistics. */
  compare(stats) {
    this.bands = {};
    for (const meter of METERS) {
      if (!stats?.colours?.[meter]) continue;
      const { by, yellow_from: yellow, red_from: critical } = stats.colours[meter];
      const of = by === "on-state" ? stats.on_state[meter] : null;
      const figure = (key) => of?.[key] ?? stats[key][meter];
      this.bands[meter] = { by, yellow, critical, p25: figure("25p"), median: figure("median"), p75: figure("75p") };
    }
    this.draw();
  }

  /** In words, for those who cannot see it. */
  describe(meter, place) {
    const values = (this.history?.values[meter] ?? []).filter((value) => value !== null);
    if (!values.length) return attribute(place, "aria-label", `${meter}: no values yet`);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return attribute(place, "aria-label", `${meter} in the last hour: from ${kw(low)} to ${kw(high)} kW, now ${kw(values.at(-1))}. Arrow keys pan, plus and minus zoom.`);
  }
}
