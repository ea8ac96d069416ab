// The responses as cards, two to nine: beside each other, or one at a time over the whole width.

import { LETTERS } from "./judgement.js";
import { Pane } from "./pane.js";
import { CARD } from "./rank_template.js";
import { fill, phrase } from "./words.js";

export class Cards {
  /**
   * @param {HTMLElement} box
   * @param {object} words
   * @param {{onTake: (place: number) => void, onRate: (place: number, safety: object) => void}} hears
   */
  constructor(box, words, hears) {
    this.box = box;
    this.words = words;
    this.hears = hears;
    this.panes = [];
    this.single = null;
  }

  /** New cards for so many responses, of which so much was seen before; `enable` lets a header be dragged. */
  deal(seen, risks, enable) {
    const { words } = this;
    this.box.innerHTML = seen.map((_, place) => CARD(LETTERS[place], place + 1)).join("");
    this.box.dataset.count = seen.length;
    fill(this.box, cardWords(words));
    this.panes = [...this.box.children].map((card, place) => new Pane(card, place, words, this.hears.onRate));
    this.panes.forEach((pane, place) => {
      pane.deal(seen[place]);
      pane.offerRisks(risks);
      this.wire(pane, place, enable);
    });
    this.show(null);
  }

  wire({ box }, place, enable) {
    box.querySelector(".take").addEventListener("click", () => this.hears.onTake(place));
    box.querySelector(".single").addEventListener("click", () => this.show(this.single === place ? null : place));
    const header = box.querySelector("header");
    enable(header, (event) => (event.target.closest(".safety, .single") ? null : place));
  }

  /** Where each response stands, as words; empty where it has no place. */
  showPlaces(ordinals) {
    this.panes.forEach(({ box }, place) => {
      box.querySelector(".place").textContent = ordinals[place];
      box.classList.toggle("placed", ordinals[place] !== "");
    });
  }

  /** Shows this card alone, or all where it is null. */
  show(place) {
    this.single = place;
    this.box.classList.toggle("alone", place !== null);
    this.panes.forEach(({ box }, at) => {
      box.classList.toggle("current", at === place);
      box.querySelector(".single").setAttribute("aria-pressed", at === place);
    });
    this.fade();
  }

  get isSingle() {
    return this.single !== null;
  }

  toggleSingle(place) {
    this.show(this.isSingle ? null : place);
  }

  /** The next card, while one is shown alone. */
  turn(by) {
    this.show((this.single + by + this.panes.length) % this.panes.length);
  }

  fade() {
    for (const pane of this.panes) pane.fade();
  }
}

/** The words of every card, with its letter in them. */
function cardWords(words) {
  const named = ["response", "take", "safety", "rates", "text", "single"];
  const filled = LETTERS.flatMap((letter) => named.map((name) => [`${name}_${letter}`, phrase(words, name, { letter })]));
  return { ...words, ...Object.fromEntries(filled) };
}
