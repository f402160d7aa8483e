/** The last hour in figures, for who cannot or does not want to read charts. */

import { h, text } from "./dom.js";
import { clock, kw } from "./format.js";
import { METERS } from "./meters.js";

const MOST = 120;
const HEADS = ["Window from", ...METERS.map((meter) => `${meter}, kW`), "Priority", "Faults"];

/** Fills a place with the newest windows, newest first. */
export function hourTable(place, history, ahead) {
  let body = place.querySelector("tbody");
  if (!body) {
    body = h("tbody");
    const head = h("tr", {}, HEADS.map((words, i) => h("th", { scope: "col", class: i > 3 ? "words" : "" }, words)));
    place.append(h("table", {}, h("caption"), h("thead", {}, head), body));
  }
  const count = Math.min(MOST, history.length);
  text(place.querySelector("caption"), `The newest ${count} windows; all of them are in the download below.`);
  const rows = [];
  for (let i = history.length - 1; i >= history.length - count; i--) {
    const time = history.times[i];
    const marks = history.marks.filter((mark) => mark.time >= time && mark.time < time + history.interval);
    rows.push(
      h(
        "tr",
        {},
        h("td", {}, clock(time, ahead)),
        METERS.map((meter) => h("td", {}, kw(history.values[meter][i]))),
        h("td", { class: "words" }, history.priorities[i] ?? ""),
        h("td", { class: "words" }, marks.map((mark) => `${mark.meter}: ${mark.words}`).join("; ")),
      ),
    );
  }
  body.replaceChildren(...rows);
}
