/** All houses at once, over one connection. */

import { Alerts } from "./alerts.js";
import { json } from "./api.js";
import { $, attribute, h, painter, text } from "./dom.js";
import { Freshness } from "./freshness.js";
import { offline } from "./offline.js";
import { faultsOf, fromUrl, toQuery } from "./setup.js";
import { keep, recall } from "./storage.js";
import { Stream } from "./stream.js";
import { Tile } from "./tile.js";

const MOST = 32;
const asked = { interval: "5", ...fromUrl(location.search) };
const tiles = new Map();
const alerts = new Alerts(() => draw());
const freshness = new Freshness(() => draw());

const draw = painter(() => {
  text($("#connection"), freshness.text());
  attribute($("#connection"), "data-state", freshness.state);
  for (const [household, { tile, own }] of tiles) {
    own.socket = freshness.socket;
    tile.fresh(own.old || freshness.state === "refused", own.text());
    tile.alerts(alerts.open(household));
  }
});

function add(household) {
  const one = toQuery({ ...asked, household });
  const links = { chart: `/?${one}`, alerts: `/?${one}#alerts`, settings: `/widget?${one}` };
  const frame = h("div", { class: "frame" });
  $("#widgets").append(frame);
  const own = new Freshness(() => {});
  const tile = new Tile(frame, household, links, "h2");
  const last = recall(`last.${one}`, null);
  if (last) {
    tile.took(last);
    own.remember(last);
  }
  tiles.set(household, { tile, own, said: "", memory: `last.${one}` });
}

function took(event) {
  if (!tiles.has(event.household)) return;
  const entry = tiles.get(event.household);
  const pace = Number(asked.interval) / Number(asked.speed ?? 1);
  entry.tile.took(event);
  entry.own.took(event, pace);
  freshness.took(event, pace);
  alerts.update(event);
  keep(entry.memory, event);
  if (entry.said && entry.said !== event.priority) text($("#announcer"), `House ${event.household}: ${event.priority}. ${event.reason}`);
  entry.said = event.priority;
  draw();
}

function refuse(words) {
  text($("#problem"), words);
  freshness.connection("refused", "Nothing is streamed");
}

/** The houses that were asked for, else all that are live; remembered for when the server is away. */
async function houses() {
  if (asked.household) return asked.household.split(",").map((name) => name.trim());
  try {
    const { households } = await json("/households");
    const live = households.filter((house) => house.live).map(({ name }) => name).slice(0, MOST);
    keep("houses", live);
    return live;
  } catch {
    return recall("houses", ["A", "B", "C"]);
  }
}

const names = [...new Set(await houses())];
names.forEach(add);
const setup = { ...asked, household: names.join(",") };
const wrong = Object.values(faultsOf(setup))[0];
if (wrong) refuse(wrong);
else {
  new Stream(`/stream_data?${toQuery(setup)}`, {
    event: took,
    state: (name, words) => (name === "refused" ? refuse(words) : freshness.connection(name, words)),
  });
}
offline();
draw();
