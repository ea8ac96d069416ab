// The eight steps: a radio group whose tint is strong at the ends and pale in the middle.

import { element, keycap } from "./elements.js";
import { LETTERS, STEPS } from "./judgement.js";
import { phrase } from "./words.js";

const MOVES = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

export class Scale {
  /** @param {(value: number) => void} onChoose */
  constructor(box, words, onChoose) {
    this.words = words;
    this.onChoose = onChoose;
    this.choice = null;
    this.buttons = STEPS.map((step) => this.button(step));
    box.replaceChildren(...this.buttons.slice(0, 4), element("i"), ...this.buttons.slice(4));
    box.addEventListener("keydown", (event) => this.move(event));
  }

  button(step) {
    const words = phrase(this.words, `degree_${step.degree}`);
    const made = element("button");
    made.type = "button";
    made.dataset.place = step.place;
    made.style.setProperty("--strength", step.degree + 1);
    made.setAttribute("role", "radio");
    made.setAttribute("aria-keyshortcuts", step.value);
    const name = { letter: LETTERS[step.place], degree: words.toLowerCase() };
    made.setAttribute("aria-label", phrase(this.words, "step", name));
    const face = element("span", "face");
    face.append(keycap(step.value), element("span", "", words));
    made.append(face);
    made.addEventListener("click", () => this.onChoose(step.value));
    return made;
  }

  show(choice) {
    this.choice = choice;
    this.buttons.forEach((button, index) => {
      const isChosen = choice === index + 1;
      button.setAttribute("aria-checked", isChosen);
      button.tabIndex = isChosen || (choice === null && index === 0) ? 0 : -1;
    });
  }

  move(event) {
    const by = MOVES[event.key];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    const value = Math.min(STEPS.length, Math.max(1, (this.choice ?? 0) + by));
    this.onChoose(value);
    this.buttons[value - 1].focus();
  }
}
