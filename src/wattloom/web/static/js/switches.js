/** Switches: what is switched off, what can be switched off and for how long, and the token where one is needed. */

import { json } from "./api.js";
import { h, text } from "./dom.js";
import { epoch, span } from "./format.js";

const MINUTES = [15, 30, 60];
const TOKEN = "wattloom.token";

/** What the others will read, for want of a name: "page on Android". */
export function device(kind) {
  const agent = navigator.userAgentData?.platform ?? navigator.userAgent;
  const found = ["Android", "iPhone", "iPad", "Windows", "Mac", "CrOS", "Linux"].find((name) => agent.includes(name));
  return found ? `${kind} on ${found}` : kind;
}

/** The token of this tab; it is sent in a header and to nobody but the server that the page came from. */
function token(value) {
  try {
    if (value !== undefined) sessionStorage.setItem(TOKEN, value);
    return sessionStorage.getItem(TOKEN) ?? "";
  } catch {
    return "";
  }
}

function headers() {
  return token() ? { Authorization: `Bearer ${token()}` } : {};
}

/** The switches of the house that is watched. No button is shown that would fail. */
export class Switches {
  /** `banner` and `buttons` are filled; `record(alert)` is told of every switch, whoever made it. */
  constructor(banner, buttons, by, record) {
    this.by = by;
    this.record = record;
    this.buttons = buttons;
    this.off = {};
    this.mine = {};
    this.lines = h("div", { role: "status" });
    this.trouble = h("p", { class: "switch-trouble", role: "alert" });
    banner.append(this.lines, this.trouble);
    this.banner = banner;
    this.watch("", false);
    this.learn();
  }

  /** Another house, or a replay, which nobody can switch. */
  watch(household, live) {
    this.household = household;
    this.live = live;
    this.event = null;
    this.off = {};
    this.mine = {};
    text(this.trouble, "");
    this.draw();
  }

  /** Asks what can be switched here, and whether we may. */
  async learn(wait = 500) {
    try {
      const { households, switches } = await json("/households", { headers: headers() });
      this.may = switches.allowed;
      this.locked = switches.token && !switches.allowed;
      this.switchable = Object.fromEntries(households.map(({ name, switchable }) => [name, switchable]));
      this.draw();
    } catch {
      setTimeout(() => this.learn(Math.min(10_000, 2 * wait)), wait);
    }
  }

  /** Takes the next window: what it says is off, and of what was done here what it is too old to know. */
  took(event) {
    const before = this.off;
    this.event = event;
    this.off = { ...event.off };
    for (const [meter, answer] of Object.entries(this.mine)) {
      if (epoch(event.time) + event.interval > epoch(answer.from)) delete this.mine[meter];
      else this.overlay(meter, answer);
    }
    this.report(before, event.time);
    this.draw();
  }

  overlay(meter, answer) {
    if (answer.on) delete this.off[meter];
    else this.off[meter] = { until: answer.until, by: answer.by };
  }

  /** Tells the alert feed what came and what is over. */
  report(before, time) {
    for (const meter of new Set([...Object.keys(before), ...Object.keys(this.off)])) {
      const [was, is] = [before[meter], this.off[meter]];
      if (was && was.until === is?.until) continue;
      if (was) this.record({ id: this.id(meter, was), cleared: time });
      if (is) {
        const reason = `switched off by ${is.by} until ${is.until.slice(11, 19)}`;
        const what = { household: this.household, interval: 0, meter, cause: "switch", priority: "Switch", reason };
        this.record({ id: this.id(meter, is), ...what, time, last: time, cleared: null, acknowledged: true });
      }
    }
  }

  id(meter, { until }) {
    return [this.household, "switch", meter, until].join("|");
  }

  /** The meters that can be switched off and are on. */
  get offered() {
    const { event } = this;
    if (!this.live || !event || event.priority === "Green") return [];
    const own = this.switchable?.[this.household] ?? this.switchable?.[this.household.split("/")[0]] ?? [];
    return own.filter((meter) => meter in event.status && !(meter in this.off));
  }

  draw() {
    this.drawBanner();
    const offered = this.offered;
    const shown = `${this.may}|${this.locked}|${offered}`;
    this.buttons.hidden = !offered.length || !(this.may || this.locked);
    if (this.shown === shown) return;
    this.shown = shown;
    if (this.locked) this.buttons.replaceChildren(h("button", { type: "button", onclick: () => this.unlock() }, "Unlock the switches"));
    else this.buttons.replaceChildren(...offered.map((meter) => this.group(meter)));
  }

  group(meter) {
    const button = (minutes) =>
      h(
        "button",
        { type: "button", "aria-label": `Switch the ${meter} off for ${minutes} min`, onclick: () => this.act(meter, { on: false, minutes }) },
        `${minutes} min`,
      );
    return h("span", { class: "switch-group", role: "group", "aria-label": `Switch the ${meter} off` }, h("span", {}, `${meter} off for`), ...MINUTES.map(button));
  }

  drawBanner() {
    const lines = Object.entries(this.off).map(([meter, { by, until }]) => `${meter} is switched off by ${by} until ${until.slice(11, 19)}`);
    const shown = `${this.may}|${lines.join("|")}`;
    this.banner.hidden = !lines.length && !this.trouble.textContent;
    if (this.drawn !== shown) {
      this.drawn = shown;
      this.left = new Map();
      this.lines.replaceChildren(...Object.keys(this.off).map((meter, i) => this.line(meter, lines[i])));
    }
    if (!this.event) return;
    const now = epoch(this.event.time) + this.event.interval;
    for (const [meter, node] of this.left) text(node, `, ${span(Math.max(0, epoch(this.off[meter].until) - now))} more`);
  }

  line(meter, words) {
    // The time left changes with every window; who listens to the page has heard until when.
    const left = h("span", { "aria-hidden": "true" });
    this.left.set(meter, left);
    const undo = h("button", { type: "button", "aria-label": `Undo: switch the ${meter} on again`, onclick: () => this.act(meter, { on: true }) }, "Undo");
    return h("p", { class: "what-is-off" }, h("span", {}, words, left), this.may ? undo : null);
  }

  /** Switches, and shows it at once; everybody else sees it in their next window. */
  async act(meter, order) {
    text(this.trouble, "");
    const before = { ...this.off };
    const house = this.household;
    const options = { method: "PUT", headers: { ...headers(), "Content-Type": "application/json" }, body: JSON.stringify({ ...order, by: this.by }) };
    try {
      const answer = await json(`/households/${encodeURIComponent(house)}/switches/${meter}`, options);
      if (house !== this.household) return;
      this.mine[meter] = answer;
      this.overlay(meter, answer);
      this.report(before, answer.from);
    } catch (error) {
      text(this.trouble, error.message);
      this.learn();
    }
    this.draw();
  }

  /** Asks for the token. */
  unlock() {
    const field = h("input", { type: "password", id: "token", autocomplete: "off", "aria-describedby": "token-error", required: true });
    const error = h("p", { class: "error", id: "token-error", role: "alert" });
    const dialog = h("dialog", { class: "token", "aria-labelledby": "token-title" });
    const tried = async (submitted) => {
      submitted.preventDefault();
      token(field.value.trim());
      await this.learn();
      if (this.may) dialog.close();
      else text(error, "That is not the server's token.");
    };
    const close = h("button", { type: "button", onclick: () => dialog.close() }, "Close");
    const label = h("label", { for: "token" }, "The token that this server was started with");
    const buttons = h("p", { class: "buttons" }, h("button", { type: "submit" }, "Unlock"), close);
    dialog.append(h("form", { onsubmit: tried }, h("h2", { id: "token-title" }, "Unlock the switches"), label, field, error, buttons));
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  }
}
