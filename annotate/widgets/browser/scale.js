// The eight steps: a radio group whose tint is strong at the ends and pale in the middle.

import { element, keycap } from "./elements.js";
import { LETTERS, STEPS } from "./judgement.js";
import { Radios } from "./radios.js";
import { phrase } from "./words.js";

export class Scale {
  /** @param {(value: number) => void} onChoose */
  constructor(box, words, onChoose) {
    this.words = words;
    this.onChoose = onChoose;
    const buttons = STEPS.map((step) => this.button(step));
    box.replaceChildren(...buttons.slice(0, 4), element("i"), ...buttons.slice(4));
    this.radios = new Radios(box, buttons);
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
    this.radios.check((choice ?? 0) - 1);
  }
}
