// Compare: two responses to one prompt. What is of every surface lies in surface.js; this is what is of a pair.

import { Comment } from "./comment.js";
import { fadeConversation, showConversation } from "./conversation.js";
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
  ungraded,
  unrated,
} from "./judgement.js";
import { Pane } from "./pane.js";
import { Reasons } from "./reasons.js";
import { recentLabels } from "./recent.js";
import { Scale } from "./scale.js";
import { Surface, mounting } from "./surface.js";

class Deck extends Surface {
  static parts = PARTS;

  build() {
    super.build();
    this.judgement = emptyJudgement();
    this.comment = new Comment(this.find("textarea"), {
      onWrite: (comment) => this.keep({ comment }),
      onSubmit: () => this.submit(),
    });
    this.reasons = new Reasons(this.find(".reasons"), (reasons) => this.keep({ reasons }));
    this.scale = new Scale(this.find(".scale"), this.words, (value) => this.choose(value));
    this.panes = [...this.root.querySelectorAll(".pane")].map(
      (box, place) => new Pane(box, place, this.words, (at, safety) => this.rate(at, safety)),
    );
  }

  wire() {
    super.wire();
    this.find(".bad").addEventListener("click", () => this.toggleBothBad());
    // Folding does not bubble, so it is heard on its way down.
    for (const change of ["scroll", "toggle"]) {
      this.find(".conversation").addEventListener(change, () => this.fade(), { capture: true, passive: true });
    }
  }

  keys() {
    return KEYS;
  }

  openers() {
    return { skip: this.find(".skip"), flag: this.find(".flag"), revise: this.find(".revise") };
  }

  menuOf(kind) {
    if (kind === "revise") return recentLabels(this.words, "pair", (said) => this.summary(said));
    const items = this.data[kind].map((value) => ({ value, words: this.say(`${kind}_${value}`) }));
    return { title: this.say(`${kind}_title`), items };
  }

  /** A judgement of the store's in a few words. */
  summary(said) {
    const { choice } = fromMessage(said);
    if (choice === null) return this.say("bad");
    const { place, degree } = STEPS[choice - 1];
    return this.say("step_short", { letter: LETTERS[place], degree: this.say(`degree_${degree}`).toLowerCase() });
  }

  picked(kind, value) {
    if (this.isGuarded) return;
    if (kind === "revise") this.dispatch({ kind: "open", label: value });
    else this.dispatch({ kind, reason: value });
  }

  openMenu(kind) {
    const isOfWork = kind !== "revise" && this.work?.edits;
    if (!isOfWork) this.menu.toggle(kind);
  }

  // ---- what the annotator does ----------------------------------------------------------------------------------

  keep(change) {
    this.confirmed = false;
    super.keep({ ...change, seen: this.panes.map((pane) => pane.seen) });
  }

  digit(number) {
    if (this.reasons.isListening) this.reasons.toggle(number - 1);
    else this.choose(number);
  }

  choose(value) {
    if (!this.isGuarded) this.keep(chosen(this.judgement, value, false));
  }

  toggleBothBad() {
    if (!this.isGuarded) this.keep(chosen(this.judgement, null, !this.judgement.bothBad));
  }

  rate(place, safety) {
    if (this.isWaiting) return;
    this.ratedLast = place;
    this.keep({ safety: this.judgement.safety.map((old, at) => (at === place ? safety : old)) });
  }

  rateBothSafe() {
    if (this.isWaiting) return;
    const safe = { safe: true, category: null, severity: 0 };
    this.keep({ safety: [safe, { ...safe }] });
  }

  /** The unsafe response whose risk the letters name: the one rated last, where both are unsafe. */
  get keyedPane() {
    const unsafe = this.panes.filter((pane) => pane.isUnsafe);
    return unsafe.find((pane) => pane.place === this.ratedLast) ?? unsafe[0];
  }

  objection() {
    if (!isDecided(this.judgement)) return this.say("choose_first");
    const missing = unrated(this.judgement);
    for (const place of missing) this.panes[place].markMissing();
    if (missing.length > 0) return this.say("rate_first");
    const [bare] = ungraded(this.judgement);
    if (bare !== undefined) {
      this.ratedLast = bare;
      this.showJudgement();
      this.panes[bare].markUngraded();
      return this.say("grade_first");
    }
    if (prefersTheUnsafe(this.judgement) && !this.confirmed) {
      this.confirmed = true;
      return this.say("prefers_unsafe");
    }
    return "";
  }

  toMessage() {
    return toMessage({ ...this.judgement, seen: this.panes.map((pane) => pane.seen) });
  }

  escape() {
    if (!this.menu.isOpen && this.reasons.isListening) return this.reasons.listen(false);
    super.escape();
  }

  scrollBoth(pixels) {
    for (const pane of this.panes) pane.scrollBy(pixels);
  }

  // ---- what is seen ---------------------------------------------------------------------------------------------

  deal(work, draft) {
    this.judgement = draft === null ? fromMessage(work.said) : { ...emptyJudgement(), ...draft };
    this.confirmed = false;
    this.ratedLast = null;
    this.find(".question").textContent = work.question;
    this.reasons.offer(work.reasons);
    this.panes.forEach((pane, place) => {
      pane.deal(this.judgement.seen[place]);
      pane.offerRisks(work.risks);
    });
  }

  showTexts() {
    showConversation(this.find(".conversation"), this.work.turns, this.raw, this.words);
    this.panes.forEach((pane, place) => pane.showText(this.work.responses[place], this.raw));
    this.fade();
  }

  showJudgement() {
    const best = preferred(this.judgement);
    this.scale.show(this.judgement.choice);
    this.reasons.show(this.judgement.reasons);
    this.comment.show(this.judgement.comment);
    this.panes.forEach((pane, place) => {
      pane.showSafety(this.judgement.safety[place]);
      pane.showPreferred(best === place);
    });
    for (const pane of this.panes) pane.showKeys(pane === this.keyedPane);
    this.find(".bad").setAttribute("aria-pressed", this.judgement.bothBad);
    this.find(".submit").disabled = !isDecided(this.judgement) || this.isWaiting;
  }

  fade() {
    fadeConversation(this.find(".conversation"));
    for (const pane of this.panes) pane.fade();
  }
}

export default mounting(Deck);
