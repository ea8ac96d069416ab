// The rail on the screen: a slot for each place from best to worst. What is in a slot changes, the slots stay, so that
// focus and a finger that drags keep what they hold.

import { element } from "./elements.js";
import { LETTERS } from "./judgement.js";
import { ranks } from "./rail.js";
import { phrase } from "./words.js";

const STEPS = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };

export class RailView {
  /**
   * @param {HTMLElement} box
   * @param {object} words
   * @param {{onStep: (place: number, by: number) => void, onTie: (at: number) => void,
   *   onPick: (place: number) => void, onSubmit: () => void}} hears
   */
  constructor(box, words, hears) {
    this.box = box;
    this.words = words;
    this.hears = hears;
    this.slots = [];
  }

  /** So many empty slots; `enable` lets a tag be dragged. */
  deal(count, enable) {
    this.slots = Array.from({ length: count }, (_, at) => this.slot(at, enable));
    this.box.dataset.count = count;
    this.box.replaceChildren(...this.slots.map((slot) => slot.box));
  }

  slot(at, enable) {
    const box = element("li", "slot");
    const tag = tagElement();
    const hole = element("span", "hole", this.ordinal(at + 1));
    const relation = element("button", "relation");
    relation.type = "button";
    relation.addEventListener("click", () => this.hears.onTie(at));
    tag.addEventListener("keydown", (event) => this.hear(event, at));
    tag.addEventListener("click", () => this.hears.onPick(placeOf(tag)));
    enable(tag, () => placeOf(tag));
    box.append(tag, hole, relation);
    return { box, tag, hole, relation };
  }

  /** Keys on a tag are of that response. */
  hear(event, at) {
    const place = placeOf(this.slots[at].tag);
    const by = STEPS[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (by) this.hears.onStep(place, by);
    else if (event.key === "=") this.hears.onTie(Math.min(at, this.slots.length - 2));
    else if (event.key === "Enter" && !event.repeat) this.hears.onSubmit();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Draws a rail; `picked` is the response at hand, `lifted` the one that is being dragged, null where there is none. */
  show(rail, picked, lifted) {
    this.rail = rail;
    const given = ranks(rail);
    this.slots.forEach(({ box, tag, hole, relation }, at) => {
      const place = rail.order[at] ?? null;
      tag.hidden = place === null;
      hole.hidden = place !== null;
      box.classList.toggle("lifted", place !== null && place === lifted);
      if (place !== null) this.showTag(tag, place, { rank: given[place], isPicked: place === picked });
      this.showRelation(relation, at);
    });
  }

  showTag(tag, place, { rank, isPicked }) {
    dress(tag, place, phrase(this.words, "response", { letter: LETTERS[place] }));
    tag.classList.toggle("picked", isPicked);
    const values = { letter: LETTERS[place], rank: this.ordinal(rank) };
    tag.setAttribute("aria-label", phrase(this.words, "tag", values));
  }

  /** Better than the next, or equal to it; behind the last letter typed, to the one that comes. */
  showRelation(relation, at) {
    const { order, ties, count } = this.rail;
    const isThere = at < count - 1 && at < order.length && (at + 1 < order.length || ties[at]);
    relation.hidden = at === count - 1;
    relation.disabled = !isThere;
    relation.textContent = ties[at] ? "=" : "›";
    relation.setAttribute("aria-pressed", ties[at] ?? false);
    const [one, other] = [order[at], order[at + 1]].map((place) => LETTERS[place] ?? "–");
    relation.setAttribute("aria-label", phrase(this.words, "equal", { one, other }));
  }

  ordinal(rank) {
    return phrase(this.words, `rank_${rank}`);
  }

  /** Gives the tag of this response the keyboard. */
  focus(place) {
    this.slots.find(({ tag }) => !tag.hidden && placeOf(tag) === place)?.tag.focus();
  }

  /** Whether one of the tags has the keyboard. */
  get hasFocus() {
    return this.slots.some(({ tag }) => tag === tag.getRootNode().activeElement);
  }

  /** The order in a sentence, for those who hear the screen. */
  sentence() {
    const { order, ties } = this.rail;
    const parts = order.map((place, at) => {
      const letter = LETTERS[place];
      return at === 0 ? letter : phrase(this.words, ties[at - 1] ? "order_equal" : "order_then", { letter });
    });
    return parts.length > 0 ? phrase(this.words, "order_said", { order: parts.join("") }) : "";
  }
}

/** A tag that follows the hand. */
export function ghostTag(place, words) {
  const tag = tagElement();
  dress(tag, place, phrase(words, "response", { letter: LETTERS[place] }));
  return tag;
}

function tagElement() {
  const tag = element("button", "tag");
  tag.type = "button";
  tag.append(element("span", "letter"), element("span", "name"), element("span", "grip"));
  return tag;
}

function dress(tag, place, name) {
  tag.dataset.place = place;
  tag.querySelector(".letter").textContent = LETTERS[place];
  tag.querySelector(".name").textContent = name;
}

function placeOf(tag) {
  return tag.dataset.place === undefined ? null : Number(tag.dataset.place);
}
