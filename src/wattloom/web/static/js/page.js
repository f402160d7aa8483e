/** The page: puts the parts together. */

import { AlertList, badge } from "./alertlist.js";
import { Alerts } from "./alerts.js";
import { json } from "./api.js";
import { Cards } from "./cards.js";
import { Charts } from "./chart.js";
import { $, attribute, h, painter, text } from "./dom.js";
import { Energy } from "./energy.js";
import { Figures } from "./figures.js";
import { Form } from "./form.js";
import { kw, offset } from "./format.js";
import { Freshness } from "./freshness.js";
import { hourTable } from "./hourtable.js";
import { METERS, trouble, verdict } from "./meters.js";
import { Session } from "./session.js";
import { faultsOf, fromUrl, isLive, toQuery } from "./setup.js";
import { keepWord } from "./storage.js";
import { device, Switches } from "./switches.js";
import { Take } from "./take.js";

const USUAL = { household: "A", interval: "5" };
const THEMES = ["auto", "light", "dark"];

let session = null;
let event = null;
let stats = null;
let houses = null;

const charts = new Charts();
const cards = new Cards($("#meters"), charts);
const alerts = new Alerts(() => drawAlerts());
const list = new AlertList(alerts);
const energy = new Energy($("#energy"), $("#energy-note"));
const figures = new Figures($("#figures"));
const take = new Take();
const freshness = new Freshness(() => draw());
const form = new Form((setup) => choose(setup, true));
const switches = new Switches($("#switched"), $("#switches"), device("page"), (alert) => alerts.record(alert));
const drawAlerts = painter(() => {
  list.draw();
  drawActions();
});
charts.changed = painter(() => event && take.show(charts.range(), charts.ahead));

/** What to call the connection when all is well. */
function liveWords() {
  if (!session || session.live) return "Live";
  const speed = Number(session.setup.speed ?? 1);
  return speed === 1 ? "Replay" : `Replay, ${speed} times as fast`;
}

const draw = painter(() => {
  drawConnection();
  if (!event) return;
  const old = freshness.old;
  document.body.classList.toggle("old", old);
  cards.draw(event, session.history);
  charts.draw();
  figures.present(event);
  energy.draw();
  take.show(charts.range(), charts.ahead);
  drawHero(old);
  if ($("#hour-table").open) hourTable($("#hour-table .scroll"), session.history, charts.ahead);
});

function drawConnection() {
  const node = $("#connection");
  const state = freshness.state;
  attribute(node, "data-state", state);
  text($("#connection-text"), freshness.text(liveWords()));
}

function drawHero(old) {
  attribute($("#now"), "data-priority", event.priority);
  text($("#verdict"), old ? "Not up to date" : verdict(event));
  text($("#reason"), old ? `Last known: ${verdict(event)}. ${event.reason}` : event.reason);
  badge($("#badge"), event.priority);
  text($("#updated"), freshness.updated);
  const day = event.time.slice(0, 10);
  text($("#updated-note"), `${isLive(session.setup) ? "house time" : day}, mean of ${event.interval} s`);
  drawActions();
  document.title = `${old ? "◌ Old" : event.priority}: House ${event.household}`;
}

function drawActions() {
  if (!event) return;
  const open = alerts.open(event.household);
  $("#actions").hidden = event.priority === "Green" && !open;
  $("#acknowledge").hidden = !open;
  text($("#acknowledge"), open > 1 ? `Acknowledge ${open} alerts` : "Acknowledge the alert");
  if (!$("#why").hidden) drawWhy();
}

/** Why the state is what it is, meter by meter, in sentences. */
function drawWhy() {
  const lines = METERS.filter((meter) => meter in event.status).map((meter) => {
    const value = event[meter];
    const colours = stats?.colours?.[meter];
    const own = trouble(event, meter);
    const parts = [`${meter} is ${event.status[meter]}.`];
    parts.push(value === null ? "It has no valid second in this window." : `It uses ${kw(value)} kW.`);
    if (colours && value !== null) {
      const against = colours.by === "on-state" ? "compared with when it was on" : "compared with all of its last four weeks";
      const limits = colours.yellow_from < colours.red_from ? `Yellow begins at ${kw(colours.yellow_from)} and Red at ${kw(colours.red_from)} kW` : `Red begins at ${kw(colours.red_from)} kW`;
      parts.push(`${limits}, ${against}.`);
      if (event.label[meter] === "unusual") parts.push("For this hour of the day it is unusually much.");
    }
    if (own) parts.push(`The meter's own trouble in this window: ${own}.`);
    return h("p", {}, parts.join(" "));
  });
  const why = $("#why");
  const before = why.textContent;
  if (before !== lines.map((line) => line.textContent).join("")) why.replaceChildren(...lines);
}

/** Says a change of priority to those who do not see it; not more often than every two seconds. */
const announce = (() => {
  let said = "";
  let timer = 0;
  return (next) => {
    const words = `House ${next.household}: ${next.priority}. ${verdict(next)}. ${next.priority === "Green" ? "" : next.reason}`;
    const key = next.household + next.priority;
    if (key === said) return;
    said = key;
    clearTimeout(timer);
    timer = setTimeout(() => text($("#announcer"), words), 400);
  };
})();

function took(next) {
  if (charts.history !== session.history || !event) charts.show(session.history, offset(next.time));
  event = next;
  charts.ahead = offset(next.time);
  freshness.took(next, session.pace);
  alerts.update(next);
  switches.took(next);
  energy.took(next, session.setup, step());
  announce(next);
  if (document.hidden) drawHero(false);
  draw();
}

/** Seconds between two rows of the house that is watched. */
function step() {
  const { household } = session.setup;
  return houses?.find(({ name }) => name === household)?.step ?? 1;
}

function showDone(answer) {
  const link = (name, href) => [" · ", h("a", { href }, name)];
  const path = (url) => new URL(url).pathname + new URL(url).search;
  $("#done").replaceChildren(answer.status, ...link("stream", path(answer.stream_url)), ...link("statistics", path(answer.qstats_url)), ...link("last value", `/latest?${toQuery(session.setup)}`));
}

function showStatistics(found) {
  stats = found;
  charts.compare(found);
  figures.show(found);
  const reliable = found.reliable ? "" : " That is little to go by.";
  text($("#statistics-note"), `From ${found.days} days of clean history before ${found.before}, averaged over ${found.interval} s like the stream.${reliable} Pins are single values that the meter has again and again, the curve is the fitted rest, the shaded part is critical, and the diamond in the box plot is now.`);
  if (event) figures.present(event);
}

/** Nothing can be shown: says why, and leaves nothing that looks alive. */
function refuse(message) {
  session?.stop();
  freshness.connection("refused", "Nothing is streamed");
  form.refused(message);
  text($("#verdict"), "Nothing to show");
  text($("#reason"), message);
}

function reset(setup) {
  session?.stop();
  event = stats = null;
  freshness.event = null;
  document.body.classList.remove("old");
  cards.clear();
  figures.clear();
  energy.stop();
  charts.show(null, 0);
  charts.bands = null;
  text($("#done"), "");
  text($("#statistics-note"), "");
  text($("#house"), setup.household ? `House ${setup.household}` : "House");
  attribute($("#now"), "data-priority", "none");
  text($("#verdict"), "Waiting for the first value");
  for (const id of ["#reason", "#updated", "#updated-note", "#badge"]) text($(id), "");
  $("#badge").dataset.is = "";
  $("#actions").hidden = true;
  $("#why").hidden = true;
  attribute($("#see-why"), "aria-expanded", "false");
}

/** Watches what was chosen. */
function choose(setup, remember) {
  form.write(setup);
  form.complain({});
  if (remember) history.pushState(null, "", `/?${toQuery(setup)}`);
  reset(setup);
  const wrong = faultsOf(setup);
  if (Object.keys(wrong).length) {
    form.complain(wrong);
    freshness.connection("refused", "Nothing is streamed");
    text($("#verdict"), "Nothing to show");
    text($("#reason"), Object.values(wrong)[0]);
    return;
  }
  if (houses) form.introduce(setup.household);
  $("#widget-link").href = `/widget?${toQuery({ household: setup.household, interval: setup.interval })}`;
  list.watch(setup.household);
  switches.watch(setup.household, isLive(setup));
  take.watch(setup);
  session = new Session(setup, {
    event: took,
    gap: ({ from, to }) => text($("#energy-note"), `Nothing was received from ${from} to ${to}.`),
    state: (name, words) => freshness.connection(name, words),
    filled: () => draw(),
    statistics: showStatistics,
    done: showDone,
    refused: refuse,
  });
  freshness.pace = session.pace;
}

async function offer() {
  for (let wait = 500; !houses; wait = Math.min(10_000, 2 * wait)) {
    try {
      const found = await json("/households");
      houses = found.households;
      form.offer(found);
      if (session) form.introduce(session.setup.household);
      const shown = $("#error-household").textContent;
      if (/^Unrecognized house\.$/.test(shown)) form.refused(shown);
    } catch {
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
}

function tools() {
  const press = (id, deed) => $(id).addEventListener("click", () => charts.history && deed());
  press("#zoom-in", () => charts.zoom(0.5));
  press("#zoom-out", () => charts.zoom(2));
  press("#pan-left", () => charts.pan(-0.3));
  press("#pan-right", () => charts.pan(0.3));
  press("#whole", () => charts.whole());
  $("#pause").addEventListener("click", pause);
  $("#hour-table").addEventListener("toggle", draw);
  $("#acknowledge").addEventListener("click", () => alerts.acknowledge(alerts.chosen(event.household, "open")));
  $("#see-why").addEventListener("click", () => {
    const open = ($("#why").hidden = !$("#why").hidden);
    attribute($("#see-why"), "aria-expanded", String(!open));
    if (!open) drawWhy();
  });
  $("#help-open").addEventListener("click", () => $("#help").showModal());
  document.addEventListener("keydown", (pressed) => {
    if (pressed.ctrlKey || pressed.metaKey || pressed.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(pressed.target.tagName)) return;
    if (pressed.key === "?" && !$("#help").open) $("#help").showModal();
    else if (pressed.key.toLowerCase() === "p" && !$("#help").open) pause();
  });
  const legend = [["band", "the middle half of all values"], ["median", "median"], ["yellow", "Yellow from"], ["critical", "critical: Red from"], ["fault", "fault"]];
  $("#legend").append(...legend.map(([key, words]) => h("span", {}, h("i", { class: `key-${key}` }), words)));
}

function pause() {
  const paused = !charts.paused;
  charts.pause(paused);
  attribute($("#pause"), "aria-pressed", String(paused));
  text($("#pause"), paused ? "Paused: go on" : "Pause");
}

function themes() {
  const button = $("#theme");
  const show = () => text(button, `Theme: ${document.documentElement.dataset.theme ?? "auto"}`);
  button.addEventListener("click", () => {
    const next = THEMES[(THEMES.indexOf(document.documentElement.dataset.theme ?? "auto") + 1) % THEMES.length];
    if (next === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = next;
    keepWord("theme", next);
    charts.recolour();
    show();
  });
  show();
}

function start() {
  const setup = fromUrl(location.search);
  if (Object.keys(setup).length) choose({ ...USUAL, ...setup }, false);
  else {
    history.replaceState(null, "", `/?${toQuery(USUAL)}`);
    choose(USUAL, false);
  }
}

tools();
themes();
window.addEventListener("popstate", start);
start();
offer();
