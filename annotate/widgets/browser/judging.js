// What Compare and Rank share: a judgement of responses with reasons, a comment and the safety of each.

import { Comment } from "./comment.js";
import { fadeConversation, showConversation } from "./conversation.js";
import { Reasons } from "./reasons.js";
import { recentLabels } from "./recent.js";
import { ungraded } from "./safety.js";
import { Surface } from "./surface.js";

/**
 * A page that extends it has `static form`, as the store names it; `panes`, one a response; `choose(number)`, which
 * hears digits; and `summary(said)`, a judgement of the store's in a few words.
 */
export class Judging extends Surface {
  build() {
    super.build();
    this.comment = new Comment(this.find("textarea"), {
      onWrite: (comment) => this.keep({ comment }),
      onSubmit: () => this.submit(),
    });
    this.reasons = new Reasons(this.find(".reasons"), (reasons) => this.keep({ reasons }));
  }

  wire() {
    super.wire();
    // Folding does not bubble, so it is heard on its way down.
    for (const change of ["scroll", "toggle"]) {
      this.find(".conversation").addEventListener(change, () => this.fade(), { capture: true, passive: true });
    }
  }

  openers() {
    return { skip: this.find(".skip"), flag: this.find(".flag"), revise: this.find(".revise") };
  }

  menuOf(kind) {
    if (kind === "revise") return recentLabels(this.words, this.constructor.form, (said) => this.summary(said));
    const items = this.data[kind].map((value) => ({ value, words: this.say(`${kind}_${value}`) }));
    return { title: this.say(`${kind}_title`), items };
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

  keep(change) {
    super.keep({ ...change, seen: this.seen });
  }

  /** How much of each response came into view. */
  get seen() {
    return this.panes.map((pane) => pane.seen);
  }

  digit(number) {
    if (this.reasons.isListening) this.reasons.toggle(number - 1);
    else this.choose(number);
  }

  rate(place, safety) {
    if (this.isGuarded) return;
    this.ratedLast = place;
    this.keep({ safety: this.judgement.safety.map((old, at) => (at === place ? safety : old)) });
  }

  rateAllSafe() {
    if (!this.isGuarded) this.keep({ safety: this.panes.map(() => ({ safe: true, category: null, severity: 0 })) });
  }

  /** The unsafe response whose risk the letters name: the one rated last. */
  get keyedPane() {
    const unsafe = this.panes.filter((pane) => pane.isUnsafe);
    return unsafe.find((pane) => pane.place === this.ratedLast) ?? unsafe[0];
  }

  /** What is to be said of the safety of these responses before it can go, or "". */
  objectionToSafety(missing) {
    for (const place of missing) this.panes[place].markMissing();
    if (missing.length > 0) return this.say("rate_first");
    const [open] = ungraded(this.judgement.safety);
    if (open === undefined) return "";
    this.ratedLast = open;
    this.showJudgement();
    this.panes[open].markUngraded();
    return this.say("grade_first");
  }

  escape() {
    if (!this.menu.isOpen && this.reasons.isListening) return this.reasons.listen(false);
    super.escape();
  }

  scrollAll(pixels) {
    for (const pane of this.panes) pane.scrollBy(pixels);
  }

  showTexts() {
    showConversation(this.find(".conversation"), this.work.turns, this.raw, this.words);
    this.panes.forEach((pane, place) => pane.showText(this.work.responses[place], this.raw));
    this.fade();
  }

  /** Shows what every judgement has. */
  showOpinion() {
    this.reasons.show(this.judgement.reasons);
    this.comment.show(this.judgement.comment);
    this.panes.forEach((pane, place) => pane.showSafety(this.judgement.safety[place]));
    for (const pane of this.panes) pane.showKeys(pane === this.keyedPane);
  }

  fade() {
    fadeConversation(this.find(".conversation"));
    for (const pane of this.panes) pane.fade();
  }
}
