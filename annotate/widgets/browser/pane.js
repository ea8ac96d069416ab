// One response: its text, whether it is safe, and, if not, which risk it runs and how grave.

import { element, rendered, verbatim } from "./elements.js";
import { LETTERS } from "./judgement.js";

const SEVERITIES = ["Mild", "Serious", "Severe"];

export class Pane {
  /**
   * @param {HTMLElement} box
   * @param {number} place 0 left, 1 right
   * @param {(place: number, safety: object) => void} onRate
   */
  constructor(box, place, onRate) {
    this.box = box;
    this.place = place;
    this.onRate = onRate;
    this.body = box.querySelector(".body");
    this.safety = null;
    this.wireSafety();
    this.body.addEventListener("scroll", () => this.fade(), { passive: true });
  }

  wireSafety() {
    for (const button of this.box.querySelectorAll(".safety button")) {
      button.addEventListener("click", () => this.rate(button.dataset.safe === "true"));
    }
  }

  /** The risks that an unsafe response can run: [{value, words}]. */
  offerRisks(risks) {
    this.risks = risks;
    const row = this.box.querySelector(".risks");
    const name = `response ${LETTERS[this.place]}`;
    row.replaceChildren(
      chips(`Risk of ${name}`, risks, "category", (category) => this.refine({ category })),
      chips(`Severity of ${name}`, severities(), "severity", (severity) => this.refine({ severity })),
    );
  }

  rate(safe) {
    const risk = { category: null, severity: 0 };
    this.onRate(this.place, safe ? { safe, ...risk } : { ...risk, ...this.safety, safe });
  }

  /** Q and P: unrated becomes safe, then each press turns it over. */
  toggle() {
    this.rate(this.safety === null || !this.safety.safe);
  }

  refine(change) {
    this.onRate(this.place, { ...this.safety, ...change });
  }

  showSafety(safety) {
    this.safety = safety;
    const state = safety === null ? "" : String(safety.safe);
    for (const button of this.box.querySelectorAll(".safety button")) {
      button.setAttribute("aria-checked", button.dataset.safe === state);
    }
    if (safety !== null) this.box.querySelector(".safety").classList.remove("missing");
    const row = this.box.querySelector(".risks");
    row.hidden = state !== "false";
    for (const chip of row.querySelectorAll("button")) {
      chip.setAttribute("aria-checked", safety !== null && String(safety[chip.dataset.field]) === chip.dataset.value);
    }
    this.fade();
  }

  showPreferred(isPreferred) {
    this.box.classList.toggle("preferred", isPreferred);
  }

  markMissing() {
    this.box.querySelector(".safety").classList.add("missing");
  }

  showText(response, raw) {
    this.body.replaceChildren(raw ? verbatim(response.text) : rendered(response.html));
    this.body.scrollTop = 0;
    this.fade();
  }

  scrollBy(pixels) {
    this.body.scrollBy({ top: pixels });
  }

  /** A fade at the foot says that there is more to read. */
  fade() {
    const left = this.body.scrollHeight - this.body.clientHeight - this.body.scrollTop;
    this.box.classList.toggle("more", left > 4);
  }
}

function severities() {
  return SEVERITIES.map((words, value) => ({ value, words }));
}

function chips(label, options, field, onPick) {
  const group = element("div", "chips");
  group.setAttribute("role", "radiogroup");
  group.setAttribute("aria-label", label);
  for (const { value, words } of options) {
    const chip = element("button", "", words);
    chip.type = "button";
    chip.setAttribute("role", "radio");
    chip.setAttribute("aria-checked", "false");
    chip.dataset.field = field;
    chip.dataset.value = value;
    chip.addEventListener("click", () => onPick(value));
    group.append(chip);
  }
  return group;
}
