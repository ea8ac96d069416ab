// A radio group of buttons: one of a few, by click, by arrow keys, and told to screen readers as such.

import { element, keycap } from "./elements.js";

const MOVES = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

export class Segments {
  /**
   * @param {HTMLElement} box with role radiogroup and a name
   * @param {{value: string, words: string, hint?: string, cap?: string}[]} options
   * @param {(value: string) => void} onPick
   */
  constructor(box, options, onPick) {
    this.options = options;
    this.onPick = onPick;
    this.buttons = options.map((option) => this.button(option));
    box.replaceChildren(...this.buttons);
    box.addEventListener("keydown", (event) => this.move(event));
    this.show(null);
  }

  button({ value, words, hint, cap }) {
    const made = element("button");
    made.type = "button";
    made.setAttribute("role", "radio");
    if (cap) made.append(keycap(cap));
    made.append(element("span", "name", words));
    if (hint) made.append(element("span", "hint", hint));
    made.addEventListener("click", () => this.onPick(value));
    return made;
  }

  /** Presses the one that has this value; null presses none. */
  show(value) {
    this.at = this.options.findIndex((option) => option.value === value);
    this.buttons.forEach((button, index) => {
      button.setAttribute("aria-checked", index === this.at);
      button.tabIndex = index === Math.max(0, this.at) ? 0 : -1;
    });
  }

  /** Picks by place; returns whether there is one. */
  pick(index) {
    if (!this.options[index]) return false;
    this.onPick(this.options[index].value);
    return true;
  }

  move(event) {
    const by = MOVES[event.key];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    const index = (Math.max(0, this.at) + by + this.options.length) % this.options.length;
    this.onPick(this.options[index].value);
    this.buttons[index].focus();
  }
}
