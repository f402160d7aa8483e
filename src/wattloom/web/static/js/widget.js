/** The widget of one house. Offline it shows what it knew last, and says so. */

import { alertItem } from "./alertlist.js";
import { Alerts } from "./alerts.js";
import { json } from "./api.js";
import { $, h, painter, text } from "./dom.js";
import { Freshness } from "./freshness.js";
import { verdict } from "./meters.js";
import { Deeds } from "./deeds.js";
import { faultsOf, fromUrl, isLive, toQuery } from "./setup.js";
import { keep, recall } from "./storage.js";
import { Stream } from "./stream.js";
import { Tile } from "./tile.js";
import { offline } from "./offline.js";

const setup = { household: "A", interval: "5", ...fromUrl(location.search) };
const query = toQuery(setup);
const memory = `last.${query}`;
const tile = new Tile($("#widget"), setup.household, {
  chart: `/?${query}`,
  alerts: () => open("#alerts"),
  settings: () => open("#settings"),
});
const alerts = new Alerts(() => drawAlerts());
const deeds = new Deeds(tile, alerts, setup.household, isLive(setup));
const freshness = new Freshness(() => draw());
let wrong = Object.values(faultsOf(setup))[0] ?? "";

const draw = painter(() => {
  const { state, old } = freshness;
  const lost = old || state === "refused";
  tile.fresh(lost, wrong || freshness.text());
  document.title = `${lost || !freshness.event ? "◌" : freshness.event.priority} House ${setup.household}`;
});

const drawAlerts = painter(() => {
  tile.alerts(alerts.open(setup.household));
  const groups = alerts.chosen(setup.household, "all").slice(0, 20);
  $("#alert-list").replaceChildren(...groups.map((group) => alertItem(group, false)));
  $("#alerts-empty").hidden = groups.length > 0;
  $("#acknowledge-all").hidden = !alerts.open(setup.household);
});

let said = "";
function announce(event) {
  if (event.priority === said) return;
  if (said) text($("#announcer"), `House ${event.household}: ${event.priority}. ${verdict(event)}. ${event.reason}`);
  said = event.priority;
}

function took(event) {
  tile.took(event);
  freshness.took(event, Number(setup.interval) / Number(setup.speed ?? 1));
  alerts.update(event);
  deeds.took(event);
  announce(event);
  keep(memory, event);
  draw();
}

function open(dialog) {
  if (dialog === "#settings") {
    $("#household").value = setup.household;
    $("#interval").value = setup.interval;
    offer();
  }
  $(dialog).showModal();
}

async function offer() {
  try {
    const { households } = await json("/households");
    $("#houses").replaceChildren(...households.map(({ name, description }) => h("option", { value: name }, description)));
  } catch {
    // Names can be typed without it.
  }
}

/** Another house or interval: asked of the server first, so that a mistake can be mended where it was made. */
async function save(event) {
  event.preventDefault();
  const next = { ...setup, household: $("#household").value.trim(), interval: $("#interval").value.trim() };
  const found = Object.values(faultsOf(next))[0];
  text($("#settings-error"), found ?? "");
  if (found) return;
  try {
    await json(`/latest?${toQuery(next)}`);
    location.search = toQuery(next);
  } catch (error) {
    text($("#settings-error"), error.message);
  }
}

$("#settings-form").addEventListener("submit", save);
for (const id of ["#settings", "#alerts"]) $(`${id}-close`).addEventListener("click", () => $(id).close());
$("#acknowledge-all").addEventListener("click", () => alerts.acknowledge(alerts.chosen(setup.household, "open")));
$("#page-link").href = `/?${query}`;
$("#install-link").href = `/widget/${encodeURIComponent(setup.household.replaceAll("/", "-"))}/?${query}`;
document.head.append(h("link", { rel: "manifest", href: `/widget.webmanifest?${query}` }));
window.addEventListener("beforeinstallprompt", (prompt) => {
  prompt.preventDefault();
  $("#install").hidden = false;
  $("#install").addEventListener("click", () => prompt.prompt(), { once: true });
});

const last = recall(memory, null);
if (last) {
  tile.took(last);
  freshness.remember(last);
}
if (wrong) freshness.connection("refused", wrong);
else {
  new Stream(`/stream_data?${query}`, {
    event: took,
    state: (name, words) => {
      if (name === "refused") wrong = words;
      freshness.connection(name, words);
    },
  });
}
offline();
draw();
drawAlerts();
