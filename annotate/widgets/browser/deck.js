// Compare: two responses to one prompt. What is of every surface lies in surface.js; this is what is of a pair.

import { KEYS, PARTS } from "./deck_template.js";
import {
  LETTERS,
  STEPS,
  chosen,
  emptyJudgement,
  fromMessage,
  isDecided,
  preferred,
  prefersTheUnsafe,
  toMessage,
  unrated,
} from "./judgement.js";
import { Judging } from "./judging.js";
import { mounting } from "./mounting.js";
import { Pane } from "./pane.js";
import { Scale } from "./scale.js";

export class Deck extends Judging {
  static parts = PARTS;
  static form = "pair";

  build() {
    super.build();
    this.judgement = emptyJudgement();
    this.question = "";
    this.scale = new Scale(this.find(".scale"), this.words, (value) => this.choose(value));
    this.panes = [...this.root.querySelectorAll(".pane")].map(
      (box, place) => new Pane(box, place, this.words, (at, safety) => this.rate(at, safety)),
    );
  }

  wire() {
    super.wire();
    this.find(".bad").addEventListener("click", () => this.toggleBothBad());
  }

  keys() {
    return KEYS;
  }

  summary(said) {
    const { choice, tied } = fromMessage(said);
    if (choice === null) return this.say(tied ? "tied" : "bad");
    const { place, degree } = STEPS[choice - 1];
    return this.say("step_short", { letter: LETTERS[place], degree: this.say(`degree_${degree}`).toLowerCase() });
  }

  choose(value) {
    if (!this.isGuarded) this.keep(chosen(this.judgement, value, false));
  }

  toggleBothBad() {
    if (!this.isGuarded) this.keep(chosen(this.judgement, null, !this.judgement.bothBad));
  }

  objection() {
    if (!isDecided(this.judgement)) return this.say("choose_first");
    const ofSafety = this.objectionToSafety(unrated(this.judgement));
    if (ofSafety) return ofSafety;
    const isDoubtful = prefersTheUnsafe(this.judgement) && !this.doubts.isSettled("prefers_unsafe");
    return isDoubtful ? this.say("prefers_unsafe") : "";
  }

  toMessage() {
    return toMessage({ ...this.judgement, seen: this.seen });
  }

  deal(work, draft) {
    this.judgement = draft === null ? fromMessage(work.said) : { ...emptyJudgement(), ...draft };
    this.ratedLast = null;
    this.question = work.question;
    this.reasons.offer(work.reasons);
    this.panes.forEach((pane, place) => {
      pane.deal(this.judgement.seen[place]);
      pane.offerRisks(work.risks);
    });
  }

  showJudgement() {
    this.showOpinion();
    const best = preferred(this.judgement);
    this.find(".question").textContent = this.judgement.tied ? `${this.say("tied")}. ${this.question}` : this.question;
    this.scale.show(this.judgement.choice);
    this.panes.forEach((pane, place) => pane.showPreferred(best === place));
    this.find(".bad").setAttribute("aria-pressed", this.judgement.bothBad);
    this.find(".submit").disabled = !isDecided(this.judgement) || this.isWaiting;
  }
}

export default mounting(Deck);
