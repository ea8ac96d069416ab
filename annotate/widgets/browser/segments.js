// A radio group of buttons: one of a few, by click, by arrow keys, and told to screen readers as such.

import { element, keycap } from "./elements.js";
import { Radios } from "./radios.js";

export class Segments {
  /**
   * @param {HTMLElement} box with role radiogroup and a name
   * @param {{value: string | number, words: string, hint?: string, cap?: string, key?: string}[]} options
   *   `cap` is printed before the words; `key` behind them, and is told to screen readers
   * @param {(value: string | number) => void} onPick
   */
  constructor(box, options, onPick) {
    this.options = options;
    this.onPick = onPick;
    const buttons = options.map((option) => this.button(option));
    box.replaceChildren(...buttons);
    this.radios = new Radios(box, buttons);
  }

  button({ value, words, hint, cap, key }) {
    const made = element("button");
    made.type = "button";
    made.setAttribute("role", "radio");
    if (cap) made.append(keycap(cap));
    made.append(element("span", "name", words));
    if (hint) made.append(element("span", "hint", hint));
    if (key) {
      made.setAttribute("aria-keyshortcuts", key);
      made.append(keycap(key));
    }
    made.addEventListener("click", () => this.onPick(value));
    return made;
  }

  /** Presses the one that has this value; a value that none has presses none. */
  show(value) {
    this.radios.check(this.options.findIndex((option) => option.value === value));
  }

  /** Picks by place; returns whether there is one. */
  pick(index) {
    if (!this.options[index]) return false;
    this.onPick(this.options[index].value);
    return true;
  }
}
