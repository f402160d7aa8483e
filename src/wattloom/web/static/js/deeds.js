/** What can be done from the widget: a line in it that opens the switches, the alerts to acknowledge, and the reason. */

import { h, text } from "./dom.js";
import { verdict } from "./meters.js";
import { device, Switches } from "./switches.js";

export class Deeds {
  constructor(tile, alerts, household, live) {
    this.alerts = alerts;
    this.household = household;
    this.line = h("button", { type: "button", class: "act", "aria-haspopup": "dialog", hidden: true, onclick: () => this.open() });
    tile.node.insertBefore(this.line, tile.node.querySelector("nav"));
    const banner = h("div", { class: "switched", hidden: true });
    const buttons = h("div", { class: "switches", hidden: true });
    this.title = h("h2", { id: "deeds-title" });
    this.reason = h("p", { class: "reason" });
    this.acknowledge = h("button", { type: "button", onclick: () => alerts.acknowledge(alerts.chosen(household, "open")) }, "Acknowledge");
    const close = h("button", { type: "button", onclick: () => this.dialog.close() }, "Close");
    this.dialog = h("dialog", { id: "deeds", "aria-labelledby": "deeds-title" }, this.title, this.reason, banner, buttons, h("p", { class: "buttons" }, this.acknowledge, close));
    document.body.append(this.dialog);
    this.switches = new Switches(banner, buttons, device("widget"), (alert) => alerts.record(alert));
    this.switches.watch(household, live);
    const draw = this.switches.draw.bind(this.switches);
    this.switches.draw = () => {
      draw();
      this.draw();
    };
  }

  took(event) {
    this.event = event;
    this.switches.took(event);
  }

  open() {
    this.draw();
    this.dialog.showModal();
  }

  draw() {
    const { event } = this;
    if (!event) return;
    const off = Object.entries(this.switches.off).map(([meter, { until }]) => `${meter} off until ${until.slice(11, 16)}`);
    this.line.hidden = !off.length && event.priority === "Green";
    text(this.line, off.join(", ") || "What to do");
    text(this.title, `House ${this.household}: ${verdict(event)}`);
    text(this.reason, event.reason);
    this.acknowledge.hidden = !this.alerts.open(this.household);
  }
}
