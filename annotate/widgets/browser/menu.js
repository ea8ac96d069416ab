// The menus of reasons behind Skip and Flag. While one is open, digits pick a reason and not a step of the scale.

import { element, keycap } from "./elements.js";

export const REASONS = {
  skip: {
    title: "Skip because",
    reasons: [
      "I cannot judge this topic",
      "Not in a language I read",
      "Too long to read with care",
      "Both are broken or empty",
    ],
  },
  flag: {
    title: "Flag because",
    reasons: [
      "Personal data",
      "Illegal or shocking content",
      "The prompt makes no sense",
      "The page shows it wrongly",
    ],
  },
};

export class Menu {
  /**
   * @param {HTMLElement} box
   * @param {{skip: HTMLElement, flag: HTMLElement}} openers
   * @param {(kind: string, reason: string) => void} onPick
   */
  constructor(box, openers, onPick) {
    this.box = box;
    this.openers = openers;
    this.onPick = onPick;
    this.kind = null;
    for (const kind of Object.keys(openers)) openers[kind].addEventListener("click", () => this.toggle(kind));
  }

  get isOpen() {
    return this.kind !== null;
  }

  toggle(kind) {
    if (this.kind === kind) return this.close();
    this.close();
    this.kind = kind;
    const { title, reasons } = REASONS[kind];
    this.box.replaceChildren(element("b", "", title), ...reasons.map((reason, index) => this.item(reason, index)));
    this.box.style.left = `${this.openers[kind].offsetLeft}px`;
    this.box.hidden = false;
    this.openers[kind].setAttribute("aria-expanded", "true");
  }

  item(reason, index) {
    const made = element("button");
    made.type = "button";
    made.setAttribute("role", "menuitem");
    made.append(keycap(index + 1), element("span", "", reason));
    made.addEventListener("click", () => this.pick(index));
    return made;
  }

  /** Takes the reason at this index; an index that is not there does nothing. */
  pick(index) {
    const kind = this.kind;
    const reason = REASONS[kind].reasons[index];
    if (reason === undefined) return;
    this.close();
    this.onPick(kind, reason);
  }

  /** A press anywhere but on the menu, or on the buttons that open it, closes it. */
  closeUnless(target) {
    const own = [this.box, ...Object.values(this.openers)];
    if (!own.some((each) => each.contains(target))) this.close();
  }

  close() {
    if (!this.isOpen) return;
    this.box.hidden = true;
    this.openers[this.kind].setAttribute("aria-expanded", "false");
    this.kind = null;
  }
}
