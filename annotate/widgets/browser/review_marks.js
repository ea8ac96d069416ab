// The safety of each response as the reviewer says it: nothing is said before they say it, whatever the label said.

import { element, keycap } from "./elements.js";
import { LETTERS } from "./judgement.js";
import { ungraded } from "./safety.js";
import { Segments } from "./segments.js";
import { phrase } from "./words.js";

/** By response, as on Compare. */
export const MARK_KEYS = ["Q", "P"];
const UNSAID = { category: null, severity: null };

export class Marks {
  /**
   * @param {(null | object)[]} said of each response, {safe, category, severity}; null where nothing is said
   * @param {{words: object, risks: {value: string, words: string}[]}} offered
   * @param {(said: (null | object)[]) => void} onSay
   */
  constructor(said, { words, risks }, onSay) {
    this.said = said;
    this.words = words;
    this.onSay = onSay;
    this.rows = said.map((_, place) => this.row(place, risks));
    this.box = element("div", "marking");
    this.box.append(...this.rows.map(({ box }) => box));
    this.show();
  }

  /** By key: what nobody has marked becomes safe, then each press turns it over. */
  toggle(place) {
    if (this.said[place] === undefined) return;
    this.mark(place, this.said[place] === null || !this.said[place].safe);
  }

  mark(place, safe) {
    this.say(place, safe ? { safe, category: null, severity: 0 } : { ...UNSAID, ...this.said[place], safe });
  }

  say(place, mark) {
    this.said = this.said.map((old, at) => (at === place ? mark : old));
    this.show();
    this.onSay(this.said);
  }

  /** Whether all is said that can be sent. */
  get isWhole() {
    return !this.said.includes(null) && ungraded(this.said).length === 0;
  }

  show() {
    this.rows.forEach(({ rating, risk, severity }, place) => {
      const mark = this.said[place];
      const isUnsafe = mark !== null && !mark.safe;
      rating.show(mark?.safe);
      for (const [chips, value] of [[risk, mark?.category], [severity, mark?.severity]]) {
        chips.show(isUnsafe ? value : null);
        chips.box.hidden = !isUnsafe;
      }
    });
  }

  row(place, risks) {
    const box = element("div", "safeties");
    const letter = LETTERS[place];
    const grades = [0, 1, 2].map((value) => ({ value, words: phrase(this.words, `severity_${value}`) }));
    const rated = [true, false].map((safe) => ({ value: safe, words: phrase(this.words, safe ? "safe" : "unsafe") }));
    const refine = (name) => (value) => this.say(place, { ...UNSAID, ...this.said[place], [name]: value, safe: false });
    const rating = this.group("safety_of", letter, rated, (safe) => this.mark(place, safe));
    rating.box.className = "safety";
    [...rating.box.children].forEach((button, at) => (button.dataset.safe = String(rated[at].value)));
    const risk = this.group("risk_of", letter, risks, refine("category"));
    const severity = this.group("severity_of", letter, grades, refine("severity"));
    const name = element("span", "muted", letter);
    box.append(name, keycap(MARK_KEYS[place]), rating.box, risk.box, severity.box);
    return { box, rating, risk, severity };
  }

  group(name, letter, options, onPick) {
    const box = element("div", "chips");
    box.setAttribute("role", "radiogroup");
    box.setAttribute("aria-label", phrase(this.words, name, { letter }));
    const made = new Segments(box, options, onPick);
    return { box, show: (value) => made.show(value) };
  }
}
