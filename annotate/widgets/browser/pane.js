// One response: its text, how much of it came into view, whether it is safe, and, if not, which risk it runs and how grave.

import { element, hasMore, rendered, verbatim } from "./elements.js";
import { LETTERS } from "./judgement.js";
import { Radios } from "./radios.js";
import { Segments } from "./segments.js";
import { phrase } from "./words.js";

/** Not R: Streamlit hears it too, and draws the page again. */
export const RISK_KEYS = ["C", "H", "A", "O"];
export const SEVERITY_KEYS = ["M", "I", "T"];

export class Pane {
  /**
   * @param {HTMLElement} box
   * @param {number} place from 0, the left one
   * @param {object} words
   * @param {(place: number, safety: object) => void} onRate
   */
  constructor(box, place, words, onRate) {
    this.box = box;
    this.place = place;
    this.words = words;
    this.onRate = onRate;
    this.body = box.querySelector(".body");
    this.safety = null;
    this.seen = 0;
    const [safe, unsafe] = this.box.querySelectorAll(".safety button");
    safe.addEventListener("click", () => this.rate(true));
    unsafe.addEventListener("click", () => this.rate(false));
    this.ratings = new Radios(this.box.querySelector(".safety"), [safe, unsafe]);
    this.body.addEventListener("scroll", () => this.fade(), { passive: true });
  }

  /** The risks that an unsafe response can run: [{value, words}]. */
  offerRisks(risks) {
    const letter = LETTERS[this.place];
    const named = risks.map((risk, at) => ({ ...risk, key: RISK_KEYS[at] }));
    const graded = SEVERITY_KEYS.map((key, value) => ({ value, words: phrase(this.words, `severity_${value}`), key }));
    const [risk, severity] = ["risk_of", "severity_of"].map((name) => chips(phrase(this.words, name, { letter })));
    this.risk = new Segments(risk, named, (category) => this.refine({ category }));
    this.severity = new Segments(severity, graded, (grade) => this.refine({ severity: grade }));
    this.box.querySelector(".risks").replaceChildren(risk, severity);
  }

  /** Presses the chip that bears this letter. */
  press(key) {
    this.box.querySelector(`.chips [aria-keyshortcuts="${key}"]`)?.click();
  }

  rate(safe) {
    // How grave a risk is, the annotator says: nothing is pressed before.
    const unsafe = this.isUnsafe ? this.safety : { safe, category: null, severity: null };
    this.onRate(this.place, safe ? { safe, category: null, severity: 0 } : unsafe);
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
    this.ratings.check(safety === null ? -1 : safety.safe ? 0 : 1);
    if (safety !== null) this.box.querySelector(".safety").classList.remove("missing");
    const row = this.box.querySelector(".risks");
    row.hidden = !this.isUnsafe;
    this.risk?.show(this.isUnsafe ? safety.category : null);
    this.severity?.show(this.isUnsafe ? safety.severity : null);
    for (const group of row.children) group.classList.remove("missing");
    this.fade();
  }

  get isUnsafe() {
    return this.safety !== null && !this.safety.safe;
  }

  /** Whether the letters of the chips are this response's; only then do its chips bear them. */
  showKeys(areHere) {
    this.box.classList.toggle("keyed", areHere);
  }

  showPreferred(isPreferred) {
    this.box.classList.toggle("preferred", isPreferred);
  }

  markMissing() {
    this.box.querySelector(".safety").classList.add("missing");
  }

  /** A risk is named; the second row of chips says how grave it is. */
  markUngraded() {
    this.box.querySelector(".risks").lastElementChild.classList.add("missing");
  }

  /** Another response, of which so much was seen before. */
  deal(seen) {
    this.seen = seen;
  }

  showText(response, raw) {
    this.body.replaceChildren(raw ? verbatim(response) : rendered(response.html));
    this.body.scrollTop = 0;
    this.fade();
  }

  scrollBy(pixels) {
    this.body.scrollBy({ top: pixels });
  }

  /** A fade at the foot says that there is more to read; what was above it has come into view. */
  fade() {
    this.box.classList.toggle("more", hasMore(this.body));
    const { scrollTop, clientHeight, scrollHeight } = this.body;
    if (clientHeight === 0 || document.hidden) return;
    const shown = hasMore(this.body) ? (scrollTop + clientHeight) / scrollHeight : 1;
    this.seen = Math.max(this.seen, Math.round(shown * 100) / 100);
  }
}

function chips(label) {
  const group = element("div", "chips");
  group.setAttribute("role", "radiogroup");
  group.setAttribute("aria-label", label);
  return group;
}
