/** Today's energy per meter, and what a usual day has used by this time. */

import { json, query, Refused } from "./api.js";
import { h, s, text } from "./dom.js";
import { energy, epoch, percent } from "./format.js";
import { glyph } from "./glyphs.js";
import { METERS } from "./meters.js";
import { isLive, timeOf } from "./setup.js";

const DAYS = 28;
const QUARTER = 900;
const ENOUGH = 3;

/** The quantile of rising values, interpolated. */
function quantile(sorted, q) {
  const place = q * (sorted.length - 1);
  const low = Math.floor(place);
  return sorted[low] + (place - low) * ((sorted[low + 1] ?? sorted[low]) - sorted[low]);
}

/** Second of the day of an ISO time, by the house's clock. */
function secondOfDay(iso) {
  const [hours, minutes, seconds] = [iso.slice(11, 13), iso.slice(14, 16), iso.slice(17, 19)].map(Number);
  return hours * 3600 + minutes * 60 + seconds;
}

/** The day so many days before a day. */
function daysBefore(day, count) {
  return new Date(Date.parse(`${day}T00:00:00Z`) - count * 86_400_000).toISOString().slice(0, 10);
}

/** Sums the energy of a day, kW-min, from its history and from the events that follow. */
export class Energy {
  constructor(place, note) {
    this.note = note;
    this.rows = Object.fromEntries(METERS.map((meter) => [meter, new EnergyRow(meter)]));
    place.append(...METERS.map((meter) => this.rows[meter].row));
    this.stop();
  }

  stop() {
    this.controller?.abort();
    this.day = null;
    this.usual = null;
    for (const row of Object.values(this.rows)) row.clear();
    text(this.note, "");
  }

  /** Takes the next event; the first of a day looks up what the day had before it. */
  took(event, setup, step) {
    const day = event.time.slice(0, 10);
    const second = epoch(event.time);
    if (day !== this.day || second < this.next - event.interval / 2) this.begin(event, setup, step);
    else if (second > this.next + event.interval / 2) this.begin(event, setup, step);
    if (second < this.next) return;
    this.next = second + event.interval;
    this.index = secondOfDay(event.time) + event.interval;
    for (const meter of METERS) {
      this.sum[meter] += event.energy[meter] ?? 0;
    }
  }

  /** Starts a day at an event; asks for what came before it. */
  begin(event, setup, step) {
    this.controller?.abort();
    this.controller = new AbortController();
    this.day = event.time.slice(0, 10);
    this.index = secondOfDay(event.time);
    this.next = epoch(event.time);
    this.household = event.household;
    this.sum = Object.fromEntries(METERS.map((meter) => [meter, 0]));
    this.since = this.index ? "asked" : "midnight";
    const { signal } = this.controller;
    if (this.index) this.lookBack(event, setup, step, signal);
    if (this.usual?.household !== event.household || this.usual?.day !== this.day) {
      this.usual = null;
      this.learn(step, signal);
    }
  }

  async lookBack(event, setup, step, signal) {
    const start = epoch(event.time) - this.index;
    const coarse = step * Math.ceil(60 / step);
    const middle = this.index - (this.index % coarse);
    const parts = [
      [start, start + middle, coarse],
      [start + middle, start + this.index, this.index % coarse],
    ].filter(([from, to, interval]) => to > from && interval > 0);
    try {
      let blank = 0;
      for (const [from, to, interval] of parts) {
        const values = { household: this.household, start: from, end: to, interval, view: isLive(setup) ? "live" : "reported", faults: setup.faults };
        const { columns, rows } = await json(`/readings?${query(values)}`, { signal });
        for (const row of rows) {
          if (row[columns.indexOf("Overall")] === null) blank += interval;
          columns.slice(1).forEach((meter, i) => (this.sum[meter] += ((row[i + 1] ?? 0) * interval) / 60));
        }
      }
      this.since = "midnight";
      this.blank = blank;
    } catch (error) {
      if (signal.aborted) return;
      this.since = error instanceof Refused ? timeOf(secondOfDay(event.time)) : "asked";
    }
    this.draw();
  }

  /** Learns how energy grew on the days before, quarter of an hour by quarter. */
  async learn(step, signal) {
    const interval = step * Math.ceil(QUARTER / step);
    const { household, day } = this;
    const values = { household, start: daysBefore(day, DAYS), end: day, interval, view: "truth" };
    try {
      const { columns, rows } = await json(`/readings?${query(values)}`, { signal });
      const days = new Map();
      for (const row of rows) {
        const of = row[0].slice(0, 10);
        if (!days.has(of)) days.set(of, []);
        days.get(of).push(row);
      }
      this.usual = { household, day, interval, columns, days: [...days.values()] };
    } catch {
      if (!signal.aborted) this.usual = { household, day, interval, columns: [], days: [] };
    }
    this.draw();
  }

  /** The lower quartile, median and upper quartile of a meter's energy by this time of the day before. */
  usualSoFar(meter) {
    const place = this.usual?.columns.indexOf(meter) ?? -1;
    if (place < 0) return null;
    const { interval, days } = this.usual;
    const sums = days
      .map((rows) =>
        rows.reduce((sum, row) => {
          const share = Math.min(1, Math.max(0, (this.index - secondOfDay(row[0])) / interval));
          return sum + ((row[place] ?? 0) * share * interval) / 60;
        }, 0),
      )
      .sort((a, b) => a - b);
    return sums.length < ENOUGH ? null : [0.25, 0.5, 0.75].map((q) => quantile(sums, q));
  }

  draw() {
    if (!this.day) return;
    const usual = Object.fromEntries(METERS.map((meter) => [meter, this.usualSoFar(meter)]));
    const most = Math.max(0.01, ...METERS.flatMap((meter) => [this.sum[meter], usual[meter]?.[2] ?? 0]));
    for (const meter of METERS) this.rows[meter].draw(this.sum[meter], usual[meter], most * 1.05);
    const since = this.since === "midnight" ? "Since midnight" : this.since === "asked" ? "Adding up the day" : `Counted from ${this.since} on`;
    const blank = this.blank >= 60 ? `, without ${Math.round(this.blank / 60)} min that nobody metered` : "";
    const days = this.usual?.days.length >= ENOUGH ? ` Line and band: the median and the middle half of the ${this.usual.days.length} days before, up to this time of day.` : "";
    text(this.note, `${since}${blank}.${days}`);
  }
}

class EnergyRow {
  constructor(meter) {
    this.kwh = h("strong", {}, "–");
    this.minutes = h("span", { class: "small" });
    this.words = h("p", { class: "small" });
    this.track = s("rect", { class: "track", x: 0, y: 2, width: 100, height: 10 });
    this.range = s("rect", { class: "usual-range", y: 0, height: 14 });
    this.part = s("rect", { class: "part", x: 0, y: 2, width: 0, height: 10 });
    this.mark = s("line", { class: "usual-mark", y1: -1, y2: 15, "vector-effect": "non-scaling-stroke" });
    const bar = s("svg", { class: "track-bar", viewBox: "0 0 100 14", preserveAspectRatio: "none", "aria-hidden": "true" }, this.track, this.part, this.range, this.mark);
    this.row = h(
      "div",
      { "data-meter": meter },
      h("p", { class: "head" }, h("span", { class: "of" }, glyph(meter), meter), this.kwh, h("span", { class: "small" }, "kWh"), this.minutes),
      bar,
      this.words,
    );
    this.clear();
  }

  clear() {
    text(this.kwh, "–");
    text(this.minutes, "");
    text(this.words, "");
    this.part.setAttribute("width", 0);
    for (const node of [this.range, this.mark]) node.setAttribute("visibility", "hidden");
  }

  draw(minutes, usual, most) {
    const at = (value) => (100 * value) / most;
    text(this.kwh, (minutes / 60).toFixed(2));
    text(this.minutes, `${energy(minutes)} kW-min`);
    this.part.setAttribute("width", at(minutes));
    for (const node of [this.range, this.mark]) node.setAttribute("visibility", usual ? "visible" : "hidden");
    if (!usual) return text(this.words, "");
    const [low, median, high] = usual;
    this.range.setAttribute("x", at(low));
    this.range.setAttribute("width", Math.max(0.5, at(high) - at(low)));
    this.mark.setAttribute("x1", at(median));
    this.mark.setAttribute("x2", at(median));
    const so = `a usual day so far (${(median / 60).toFixed(2)}\u00a0kWh)`;
    if (minutes >= low && minutes <= high) return text(this.words, `Within the usual range around ${so}`);
    if (median < 0.6) return text(this.words, minutes > high ? `More than ${so}` : `Less than ${so}`);
    const more = minutes / median - 1;
    return text(this.words, `${percent(Math.abs(more))} ${more > 0 ? "more" : "less"} than ${so}`);
  }
}
