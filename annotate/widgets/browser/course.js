// The course of a surface's items: what the server says is taken in, and the item after this one is shown as soon as
// this one is on its way. What people do, and what the server sends, is told in surface.js.

import { dropDraft, loadDraft, releasePosts } from "./drafts.js";
import { Frame } from "./frame.js";
import { leaveField } from "./keys.js";

/** Keys pressed for the last item must not fall on the new one. */
const GUARD_MS = 250;
/** Where the one after it can be shown before the server has answered. */
const ADVANCING = new Set(["submit", "edit", "skip", "flag", "leave"]);
/** What, once accepted, leaves nothing of the item to keep. */
export const FINISHING = new Set(["submit", "edit", "skip", "flag", "leave"]);

/** Whoever extends it has `clock`, `delivery`, `doubts`, `menu`, `panels` and `strip`. */
export class Course extends Frame {
  constructor(root, data) {
    super(root, data);
    this.work = this.next = undefined;
    this.isWaiting = false;
    this.raw = false;
    this.guardedUntil = this.writesUntil = 0;
  }

  get isEmpty() {
    return !this.work;
  }

  get isGuarded() {
    return this.isWaiting || performance.now() < this.guardedUntil;
  }

  update(data, channel) {
    this.delivery.channel = channel;
    this.showTheme();
    const settled = this.delivery.settle(data.ack);
    if (settled === null && this.delivery.isBusy) this.insist(data);
    else this.take(data, settled);
    this.heard = { ack: data.ack, lease: data.work?.lease };
    this.size();
  }

  /** The server drew the page without having seen what is on its way: that comes before anything new. */
  insist(data) {
    if (data.ack !== this.heard?.ack || data.work?.lease !== this.heard?.lease) this.delivery.hurry();
  }

  take(data, settled) {
    const isNews = this.heard !== undefined && data.ack !== this.heard.ack;
    if (settled !== null) this.conclude(settled, data.refused);
    this.data = data;
    this.next = data.next;
    // What is behind the settled message concerns the item on the screen: it has been sent, and the next is here.
    if (this.delivery.isBusy) this.advance();
    else this.turnTo(data.work);
    if (this.heard === undefined && data.notice) this.strip.tell(data.notice, true);
    if (isNews && data.message) this.strip.tell(data.message, data.refused);
    else if (settled !== null) this.strip.say("", "", 0);
  }

  /** What was refused shall be mended first: whatever was sent behind it waits as a draft. */
  conclude(settled, isRefused) {
    if (isRefused) {
      this.delivery.clear();
      releasePosts();
      this.isFinished = false;
    } else if (FINISHING.has(settled.kind)) dropDraft(settled.pair);
  }

  /** Shows what the server wants done; the same item stays as it is, whatever its lease is now. */
  turnTo(work) {
    const isSame = this.work !== undefined && work?.pair === this.work?.pair && !this.isFinished;
    this.work = work;
    this.setWaiting(false);
    this.strip.showProgress(work ?? { batch: "", done: this.data.done, total: this.data.done });
    this.showEmptiness();
    if (isSame) this.resume();
    else this.begin();
  }

  /** The same item again. */
  resume() {
    if (this.isEmpty) return;
    if (!this.clock.running) this.clock.restart(this.judgement.seconds);
    this.showJudgement();
    this.showGuidelines();
  }

  /** Another item, or none. */
  begin() {
    this.isFinished = false;
    this.guardedUntil = performance.now() + GUARD_MS;
    this.menu.close();
    this.doubts.clear();
    this.warn("");
    leaveField(this);
    if (this.work === null) return;
    this.raw = false;
    const draft = loadDraft(this.work.pair, this.work.draft);
    this.deal(this.work, draft);
    this.clock.restart(this.judgement.seconds);
    this.showEditing();
    this.showTexts();
    this.showJudgement();
    this.showGuidelines();
    this.find(".raw").setAttribute("aria-pressed", "false");
  }

  /** Shows the next item before the server has answered, if it is here. */
  advance() {
    const next = this.next;
    if (!next || !ADVANCING.has(this.delivery.waiting.at(-1).kind) || !this.isWaiting) return;
    this.next = null;
    this.work = next;
    this.setWaiting(false);
    this.strip.showProgress(next);
    this.begin();
    this.size();
  }
}
