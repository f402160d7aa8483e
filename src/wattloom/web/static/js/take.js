/** Downloads of what is seen, and curl lines for it. */

import { $, h, text } from "./dom.js";
import { query } from "./api.js";
import { iso } from "./format.js";
import { isLive, toQuery } from "./setup.js";

function copier(code) {
  const button = h("button", { type: "button" }, "Copy");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(code.textContent);
      text(button, "Copied");
    } catch {
      getSelection().selectAllChildren(code);
      text(button, "Selected");
    }
    setTimeout(() => text(button, "Copy"), 2000);
  });
  return button;
}

export class Take {
  constructor() {
    this.links = {};
    for (const [key, words] of [
      ["csv", "What the charts show, CSV"],
      ["parquet", "The same, Parquet"],
      ["seconds", "Every second of it, CSV"],
      ["labels", "Its faults, CSV"],
    ]) {
      this.links[key] = h("a", { href: "#", download: "" }, words);
    }
    $("#downloads").append(...Object.values(this.links));
    this.codes = {};
  }

  /** Another set-up. */
  watch(setup) {
    const root = location.origin;
    const body = JSON.stringify({ ...setup, interval: Number(setup.interval), ...(setup.start_index ? { start_index: Number(setup.start_index) } : {}), ...(setup.speed ? { speed: Number(setup.speed) } : {}) });
    const quote = (words) => `'${words.replace(/'/g, "'\\''")}'`;
    const lines = {
      "Set up": `curl -H 'Content-Type: application/json' -d ${quote(body)} ${root}/stream_setup`,
      "Live values": `curl -N ${quote(`${root}/stream_data?${toQuery(setup)}`)}`,
      "Last value": `curl ${quote(`${root}/latest?${toQuery(setup)}`)}`,
      Statistics: `curl ${quote(`${root}/stream_qstats?${toQuery(setup)}`)}`,
      "The charts": "",
      "Its faults": "",
    };
    this.codes = {};
    $("#curls").replaceChildren(
      ...Object.entries(lines).map(([name, line]) => {
        const code = h("code", { tabindex: "0", role: "group", "aria-label": `curl line: ${name}` }, line);
        this.codes[name] = code;
        const button = copier(code);
        button.setAttribute("aria-label", `Copy the curl line: ${name}`);
        return h("div", { class: "curl" }, h("span", {}, name), code, button);
      }),
    );
    this.setup = setup;
  }

  /** What the charts show: [from, to), POSIX seconds. */
  show([from, to], ahead) {
    const { household, interval, faults } = this.setup;
    const n = Number(interval);
    const end = Math.floor(to);
    const start = end - Math.max(n, Math.floor((end - from) / n) * n);
    const values = { household, start: iso(start, ahead), end: iso(end, ahead), faults };
    const view = isLive(this.setup) ? "live" : "reported";
    const readings = { ...values, interval, view };
    const paths = {
      csv: `/readings?${query({ ...readings, format: "csv" })}`,
      parquet: `/readings?${query({ ...readings, format: "parquet" })}`,
      seconds: `/readings?${query({ ...values, view, format: "csv" })}`,
      labels: `/labels?${query({ ...values, format: "csv" })}`,
    };
    for (const [key, path] of Object.entries(paths)) if (this.links[key].getAttribute("href") !== path) this.links[key].setAttribute("href", path);
    text(this.codes["The charts"], `curl '${location.origin}${paths.csv}'`);
    text(this.codes["Its faults"], `curl '${location.origin}${paths.labels}'`);
  }
}
