/** The form in which is said what to watch. Whatever is wrong is said at its field. */

import { $, attribute, h, text } from "./dom.js";
import { faultsOf, fieldOf, isLive, secondOf, timeOf } from "./setup.js";

const HOUSES = ["A", "B", "C"];
const INTERVALS = ["5", "15", "30", "60"];
const SPEEDS = ["1", "2", "5", "10", "30", "60", "300", "3600"];
const FIELDS = ["household", "interval", "start", "speed", "faults"];

function pills(place, name, values) {
  place.replaceChildren(
    ...values.flatMap((value) => [
      h("input", { type: "radio", name, id: `${name}-${value}`, value }),
      h("label", { for: `${name}-${value}` }, value),
    ]),
  );
}

export class Form {
  /** `chosen(setup)` is called with what was asked for once it can be asked for. */
  constructor(chosen) {
    this.chosen = chosen;
    this.known = [];
    this.form = $("#setup");
    pills($("#house-pills"), "house", HOUSES);
    pills($("#interval-pills"), "every", INTERVALS);
    $("#speed").append(...SPEEDS.map((value) => h("option", { value }, `${value} ×`)));
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.form.addEventListener("change", (event) => this.change(event.target));
    $("#fold").addEventListener("click", () => this.unfold($("#fold").getAttribute("aria-expanded") !== "true"));
  }

  change(target) {
    if (target.name === "house" && target.checked) $("#household").value = "";
    if (target.name === "every" && target.checked) $("#interval").value = "";
    if (target.name === "start") {
      this.timed();
      if (target.value === "at" && !$("#time").value) {
        $("#time").value = timeOf(8 * 3600);
      }
      if (target.value === "now") $("#speed").value = "1";
    }
    this.submit();
  }

  /** What the fields say. */
  read() {
    const checked = (name) => $(`input[name="${name}"]:checked`, this.form)?.value;
    const setup = {
      household: $("#household").value.trim() || checked("house"),
      interval: $("#interval").value.trim() || checked("every"),
    };
    if (checked("start") === "at") {
      const second = secondOf($("#time").value);
      setup.start_index = second === null ? "none" : String(second);
      if ($("#date").value) setup.date = $("#date").value;
    }
    if ($("#speed").value !== "1") setup.speed = $("#speed").value;
    if ($("#faults").value) setup.faults = $("#faults").value;
    return setup;
  }

  submit() {
    const setup = this.read();
    const wrong = faultsOf(setup);
    this.complain(wrong);
    if (!Object.keys(wrong).length) this.chosen(setup);
  }

  /** Shows a set-up, as from the URL. */
  write(setup) {
    const choose = (name, value, other) => {
      const pill = [...this.form.querySelectorAll(`input[name="${name}"]`)].find((input) => input.value === value);
      for (const input of this.form.querySelectorAll(`input[name="${name}"]`)) input.checked = input === pill;
      other.value = pill ? "" : (value ?? "");
      other.classList.toggle("given", Boolean(other.value));
    };
    choose("house", setup.household, $("#household"));
    choose("every", setup.interval, $("#interval"));
    $(isLive(setup) ? "#start-now" : "#start-at").checked = true;
    const second = Number(setup.start_index ?? 0);
    $("#time").value = isLive(setup) || !(second >= 0) ? "" : timeOf(second);
    $("#date").value = setup.date ?? "";
    this.option($("#speed"), setup.speed ?? "1", (value) => `${value} ×`);
    this.option($("#faults"), setup.faults ?? "", (value) => value);
    this.timed();
    const from = isLive(setup) ? "now" : `from ${setup.date ?? ""} ${timeOf(second >= 0 ? second : 0)}`;
    text($("#fold-text"), `House ${setup.household ?? "?"}, every ${setup.interval ?? "?"} s, ${from}`);
  }

  /** On a phone the form is folded away, so that the state is what one sees first. */
  unfold(open) {
    attribute($("#fold"), "aria-expanded", String(open));
  }

  /** Chooses a value of a list, which is added if it is not there. */
  option(select, value, words) {
    if (![...select.options].some((option) => option.value === value)) select.append(h("option", { value }, words(value)));
    select.value = value;
  }

  timed() {
    const live = $("#start-now").checked;
    $("#at").hidden = live;
    $("#speed").disabled = live && $("#speed").value === "1";
  }

  /** The houses and fault plans that the server has. */
  offer({ households, faults, default_faults: usual }) {
    this.known = households;
    $("#houses").replaceChildren(...households.map(({ name, description }) => h("option", { value: name }, description)));
    const select = $("#faults");
    const value = select.value;
    select.replaceChildren(h("option", { value: "" }, `as served (${usual})`), ...faults.map((name) => h("option", { value: name }, name)));
    this.option(select, value, (name) => name);
  }

  /** Who lives there. */
  introduce(household) {
    const base = household.split("/")[0];
    const found = this.known.find(({ name }) => name === household) ?? this.known.find(({ name }) => name === base);
    const number = found && household !== found.name ? ` Home ${household.slice(base.length + 1)} of this kind.` : "";
    text($("#who"), found ? `${found.description}${number}` : "");
    return found;
  }

  /** Says what is wrong, at the fields it is wrong with; the others are cleared. */
  complain(wrong) {
    if (Object.keys(wrong).length) this.unfold(true);
    for (const field of FIELDS) {
      const words = wrong[field] ?? "";
      text($(`#error-${field}`), words);
      for (const input of this.form.querySelectorAll(`#field-${field} input, #field-${field} select`)) {
        attribute(input, "aria-invalid", words ? "true" : null);
      }
    }
  }

  /** The server's own words, at the field they are about, with what is allowed. */
  refused(message) {
    const field = fieldOf(message);
    const names = this.known.map(({ name }) => name).join(", ");
    const allowed = field === "household" && names ? ` There are ${names}, and numbered homes of each such as A/17.` : "";
    this.complain({ [field]: message + allowed });
  }
}
