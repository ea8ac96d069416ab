// Rank: K responses to one prompt, put in order. What is of every judgement lies in judging.js; this is what is of a ranking.

import { Cards } from "./cards.js";
import { Drag } from "./drag.js";
import { element, keycap } from "./elements.js";
import { LETTERS } from "./judgement.js";
import { Judging } from "./judging.js";
import { mounting } from "./mounting.js";
import { isPlaced, move, put, ranks, step, takeBack, tie, tieLast, written } from "./rail.js";
import { RailView, ghostTag } from "./rail_view.js";
import { KEYS, PARTS } from "./rank_template.js";
import {
  emptyRanking,
  fromMessage,
  isDecided,
  isUntouched,
  orderOf,
  ordered,
  prefersTheUnsafe,
  toMessage,
  unrated,
} from "./ranking.js";

/** What is asked once more before it is sent, by the name of its sentence. */
const DOUBTS = { untouched: isUntouched, prefers_unsafe: prefersTheUnsafe };
/** The buttons whose letter names the response at this place, where there is one; they then want Shift. */
const CONTESTED = { revise: 4, flag: 5, guide: 6 };

export class Rank extends Judging {
  static form = "ranking";
  static parts = PARTS;

  build() {
    super.build();
    this.judgement = emptyRanking(2);
    this.atHand = null;
    this.cards = new Cards(this.find(".cards"), this.words, {
      onTake: (place) => this.lay(place),
      onRate: (place, safety) => this.rate(place, safety),
    });
    this.rail = new RailView(this.find(".rail"), this.words, {
      onStep: (place, by) => this.step(place, by),
      onTie: (at) => this.reorder(tie(this.judgement.rail, at)),
      onPick: (place) => this.pick(place),
      onSubmit: () => this.submit(),
    });
    this.drag = new Drag(this.deck, {
      slots: () => this.rail.slots.map((slot) => slot.box),
      ghost: (place) => ghostTag(place, this.words),
      onOver: (place, at) => this.preview(place, at),
      onDrop: (place, at) => this.drop(place, at),
    });
  }

  wire() {
    super.wire();
    this.find(".back").addEventListener("click", () => this.takeBack());
    this.find(".none").addEventListener("click", () => this.toggleNone());
  }

  keys() {
    return KEYS;
  }

  /** A ranking in a few words, by the letters under which it was shown. */
  summary({ ranks: given, both_bad: noneAcceptable }) {
    const order = written(orderOf(given, noneAcceptable), LETTERS);
    return noneAcceptable ? [order, this.say("none")].filter(Boolean).join("; ") : order;
  }

  get panes() {
    return this.cards.panes;
  }

  // ---- what the annotator does ----------------------------------------------------------------------------------

  /** Gives the response the next place; one that has a place is taken in hand for the arrow keys. */
  lay(place) {
    if (this.isGuarded) return;
    if (isPlaced(this.judgement.rail, place)) return this.pick(place);
    this.atHand = place;
    this.reorder(put(this.judgement.rail, place));
  }

  pick(place) {
    this.atHand = place;
    this.showRail(this.judgement.rail);
    this.rail.focus(place);
  }

  step(place, by) {
    const hadFocus = this.rail.hasFocus;
    this.atHand = place;
    this.reorder(step(this.judgement.rail, place, by));
    if (hadFocus) this.rail.focus(place);
  }

  /** Arrow keys: from card to card while one is shown alone; else they move the response at hand. */
  turn(by) {
    if (this.cards.isSingle) this.cards.turn(by);
    else if (this.atHand !== null) this.step(this.atHand, by);
  }

  tie() {
    this.reorder(tieLast(this.judgement.rail));
  }

  takeBack() {
    this.atHand = null;
    this.reorder(takeBack(this.judgement.rail));
  }

  /** The rail as it would be where the dragged response were let go. */
  preview(place, at) {
    const { rail } = this.judgement;
    this.showRail(at === null ? rail : move(rail, place, at), place);
  }

  drop(place, at) {
    if (at === null || this.isGuarded) return this.showRail(this.judgement.rail);
    this.atHand = place;
    this.reorder(move(this.judgement.rail, place, at));
    this.rail.focus(place);
  }

  reorder(rail) {
    if (!this.isGuarded && rail !== this.judgement.rail) this.keep(ordered(this.judgement, rail));
  }

  toggleNone() {
    if (!this.isGuarded) this.keep({ noneAcceptable: !this.judgement.noneAcceptable });
  }

  /** A digit that names no reason rates the response at its place. */
  choose(number) {
    this.panes[number - 1]?.toggle();
  }

  objection() {
    if (!isDecided(this.judgement)) return this.say("place_first");
    const missing = unrated(this.judgement, this.work.track === "safety");
    const unsafe = this.objectionToSafety(missing);
    if (unsafe) return unsafe;
    const doubt = Object.keys(DOUBTS).find((one) => DOUBTS[one](this.judgement) && !this.doubts.isSettled(one));
    return doubt === undefined ? "" : this.say(doubt);
  }

  toMessage() {
    return toMessage({ ...this.judgement, seen: this.seen });
  }

  escape() {
    const isFree = !this.menu.isOpen && !this.reasons.isListening;
    if (isFree && this.cards.isSingle) return this.cards.show(null);
    super.escape();
  }

  // ---- what is seen ---------------------------------------------------------------------------------------------

  deal(work, draft) {
    const count = work.responses.length;
    this.drag.cancel();
    this.judgement = draft ?? (work.said ? fromMessage(work.said) : emptyRanking(count));
    this.ratedLast = this.atHand = null;
    this.find(".question").textContent = work.question;
    this.find(".hint").replaceChildren(...this.hint(count));
    this.reasons.offer(work.reasons);
    const enable = (node, placeOf) => this.drag.enable(node, (press) => (this.isGuarded ? null : placeOf(press)));
    this.cards.deal(this.judgement.seen, work.risks, enable);
    this.rail.deal(count, enable);
    for (const [name, place] of Object.entries(CONTESTED)) this.contest(name, place < count);
  }

  /** How to make an order, with the letters that there are. */
  hint(count) {
    const caps = element("span", "caps");
    caps.append(...LETTERS.slice(0, count).map(keycap));
    const keys = { "{letters}": caps, "{equal}": keycap("=") };
    return this.say("hint").split(/(\{\w+\})/).map((part) => keys[part] ?? part);
  }

  contest(name, wantsShift) {
    const cap = this.find(`.${name} kbd`);
    const letter = cap.textContent.replace("⇧", "");
    cap.textContent = (wantsShift ? "⇧" : "") + letter;
    for (const listed of this.find(".keylist").querySelectorAll("kbd + kbd")) {
      const shift = listed.previousElementSibling;
      if (listed.textContent === letter && shift.textContent === "⇧") shift.hidden = !wantsShift;
    }
  }

  showJudgement() {
    const { rail, noneAcceptable } = this.judgement;
    this.showRail(rail);
    this.find(".order").textContent = this.rail.sentence();
    this.showOpinion();
    this.find(".none").setAttribute("aria-pressed", noneAcceptable);
    this.find(".back").disabled = rail.order.length === 0;
    this.find(".submit").disabled = !isDecided(this.judgement) || this.isWaiting;
  }

  /** `lifted` is the response that is being dragged. */
  showRail(rail, lifted = null) {
    this.rail.show(rail, this.atHand, lifted);
    this.cards.showPlaces(ranks(rail).map((rank) => (rank === null ? "" : this.rail.ordinal(rank))));
  }
}

export default mounting(Rank);
