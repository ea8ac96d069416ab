// Why: a row of chips, any number of which may be pressed. W lends them the digits until W, Esc or Enter.

import { element, keycap } from "./elements.js";

export class Reasons {
  /** @param {(reasons: string[]) => void} onChange */
  constructor(box, onChange) {
    this.box = box;
    this.onChange = onChange;
    this.chosen = [];
    this.offered = [];
    this.row = box.querySelector(".chips");
    box.querySelector(".why").addEventListener("click", () => this.listen(!this.isListening));
  }

  /** The reasons there are for this item: [{value, words}]. */
  offer(reasons) {
    this.offered = reasons;
    this.listen(false);
    this.row.replaceChildren(...reasons.map((reason, at) => this.chip(reason, at)));
  }

  chip({ value, words }, at) {
    const made = element("button");
    made.type = "button";
    made.dataset.value = value;
    made.append(keycap(at + 1), element("span", "", words));
    made.addEventListener("click", () => this.toggle(at));
    return made;
  }

  toggle(at) {
    const value = this.offered[at]?.value;
    if (value === undefined) return;
    // In the catalogue's order, so that the same reasons are always the same words.
    const kept = this.offered.filter((one) => (one.value === value) !== this.chosen.includes(one.value));
    this.onChange(kept.map((one) => one.value));
  }

  show(chosen) {
    this.chosen = chosen;
    for (const chip of this.row.children) chip.setAttribute("aria-pressed", chosen.includes(chip.dataset.value));
  }

  get isListening() {
    return this.box.classList.contains("listening");
  }

  listen(isListening) {
    this.box.classList.toggle("listening", isListening);
    this.box.querySelector(".why").setAttribute("aria-pressed", isListening);
  }
}
