// A surface to work on: everything that Compare, Rank and Chat share. One server run a submitted item.
//
// THE SERVER SENDS {words, ack, message, refused, work, next, reason, done, guidelines}:
//   words       the catalogue's phrases, of `surface` and of the page together
//   ack         the id of the last message that the server has seen; `message` says what became of it, and
//               `refused` whether nothing came of it. Nothing else settles a message, so none is ever lost.
//   work, next  the item now and the one after it, or null: {lease, pair, track, batch, done, total, draft, said, …}
//               `pair` names the item for its draft, whatever its lease; `draft` is what the server kept of it
//               ({judgement, savedAt}); `said` is a judgement in the store's words, of an undone or edited label.
//               An item whose label is being edited has `edits: true`, and its lease is the label's id.
//   reason      why there is nothing to do, where `work` is null; `done` is then the number of labels
//   guidelines  by track: {track, version, html, unread, notes, lines}: what is new, said and line by line
//   notice      why the label that the address names cannot be shown, or ""
// A SURFACE SENDS {kind, mid, lease, pair, …}: "submit" or "edit" with `judgement`; "skip" and "flag" with `reason`;
//   "undo"; "open" with `label`, "leave"; and, without repeating, "renew" (with `next`), "look", "read" (track, version).
//
// A PAGE EXTENDS IT. `static parts` = {stage, controls}: its HTML; in it .submit, .undo, .leave, .warning and what `openers` names.
//   keys()            its table of keys (see keys.js); SURFACE_KEYS are to be among them
//   openers()         the buttons that open a menu, by kind; menuOf(kind) what is in it; picked(kind, value)
//   deal(work, judgement)   shows an item; `judgement` is its draft as `keep` was given it, or null
//   judgement         what was decided so far, any JSON with `seconds`; `keep(change)` changes it, shows it, saves it
//   showJudgement()   draws it       showTexts()  draws the texts, by `this.raw`       fade()  says where more is to read
//   objection()       why it cannot go yet, or ""       toMessage()  the judgement in the store's words
// It never waits for the server with an item that is there: `dispatch` shows `next` at once and settles behind it;
// a refusal brings the refused item back, with its draft, and what was begun meanwhile keeps its own.

import { Clock } from "./clock.js";
import { Delivery } from "./delivery.js";
import { dropDraft, dropOldDrafts, holdPosts, loadDraft, post, saveDraft } from "./drafts.js";
import { Frame } from "./frame.js";
import { leaveField, listenForKeys } from "./keys.js";
import { Menu } from "./menu.js";
import { Panels } from "./panels.js";
import { Strip } from "./strip.js";

/** Keys pressed for the last item must not fall on the new one. */
const GUARD_MS = 250;
const RENEW_EVERY_MS = 120_000;
const LOOK_EVERY_MS = 3000;
/** Where the one after it can be shown before the server has answered. */
const ADVANCING = new Set(["submit", "edit", "skip", "flag", "leave"]);
/** What, once accepted, leaves nothing of the item to keep. */
const FINISHING = new Set(["submit", "edit", "skip", "flag"]);

export class Surface extends Frame {
  constructor(root, words) {
    super(root, words);
    this.work = this.next = undefined;
    this.isWaiting = false;
    this.raw = false;
    this.guardedUntil = this.writesUntil = 0;
    this.build();
    this.wire();
    dropOldDrafts();
  }

  build() {
    const keys = this.keys();
    this.fit = () => this.size();
    this.clock = new Clock(this.find(".clock"));
    this.strip = new Strip(this.find(".strip"), this.words);
    this.delivery = new Delivery(() => this.strip.say(this.say("late"), "late", 0));
    this.panels = new Panels(this.deck, this.words, {
      keys,
      onRead: ({ track, version }) => this.delivery.mention({ kind: "read", track, version }),
      onResize: this.fit,
    });
    this.menu = new Menu(
      this.find(".menu"), this.openers(), (kind) => this.menuOf(kind), (kind, value) => this.picked(kind, value),
    );
    this.stopKeys = listenForKeys(this, keys);
  }

  wire() {
    this.find(".submit").addEventListener("click", () => this.submit());
    for (const button of this.root.querySelectorAll(".undo")) button.addEventListener("click", () => this.undo());
    // Where nothing is open, the button of the same menu stands elsewhere.
    this.find(".empty .revise").addEventListener("click", () => this.menu.toggle("revise"));
    this.find(".empty .revise").hidden = !("revise" in this.openers());
    this.find(".leave").addEventListener("click", () => this.escape());
    this.find(".raw").addEventListener("click", () => this.toggleRaw());
    this.root.addEventListener("pointerdown", (event) => this.menu.closeUnless(event.target));
    window.addEventListener("resize", this.fit);
    window.addEventListener("pagehide", post);
    this.observer = new ResizeObserver(this.fit);
    this.observer.observe(document.body);
    this.timers = [
      setInterval(() => this.strip.watch(this.delivery), 1000),
      setInterval(() => this.renew(), RENEW_EVERY_MS),
      setInterval(() => this.look(), LOOK_EVERY_MS),
    ];
  }

  destroy() {
    this.stopKeys();
    window.removeEventListener("resize", this.fit);
    window.removeEventListener("pagehide", post);
    this.observer.disconnect();
    this.timers.forEach(clearInterval);
    this.clock.destroy();
    this.strip.destroy();
    this.delivery.clear();
    post();
  }

  // ---- what the server says -------------------------------------------------------------------------------------

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

  // ---- what the person does -------------------------------------------------------------------------------------

  get isEmpty() {
    return !this.work;
  }

  get isGuarded() {
    return this.isWaiting || performance.now() < this.guardedUntil;
  }

  /** Takes a change into the judgement, on the screen and into the draft. */
  keep(change) {
    this.judgement = { ...this.judgement, ...change, seconds: this.clock.seconds };
    this.warn("");
    this.showJudgement();
    saveDraft(this.work.pair, this.judgement);
  }

  submit() {
    if (this.isGuarded || this.isEmpty) return;
    const objection = this.objection();
    if (objection) return this.warn(objection);
    this.judgement.seconds = this.clock.seconds;
    this.dispatch({ kind: this.work.edits ? "edit" : "submit", judgement: this.toMessage() });
  }

  undo() {
    if (!this.isGuarded && !this.work?.edits) this.dispatch({ kind: "undo" });
  }

  /** Sends what ends the work on this item, and goes on. */
  dispatch(message) {
    this.menu.close();
    this.panels.openKeyList(false);
    this.warn("");
    this.clock.pause();
    holdPosts();
    this.isFinished = FINISHING.has(message.kind);
    this.strip.say(this.say("sending"), "", 0);
    this.delivery.send({ ...message, lease: this.work?.lease ?? null, pair: this.work?.pair ?? "" });
    this.setWaiting(true);
    this.advance();
  }

  /** Keeps the leases alive while somebody works. */
  renew() {
    if (this.isEmpty || this.work.edits || !this.clock.isActive) return;
    this.delivery.mention({ kind: "renew", lease: this.work.lease, next: this.next?.lease ?? null });
  }

  /** Asks again whether there is something to do. */
  look() {
    if (this.isEmpty && !document.hidden) this.delivery.mention({ kind: "look", lease: null });
  }

  /** Closes what lies above the work, the uppermost first; then an edited label is left as it was. */
  escape() {
    if (this.menu.isOpen) return this.menu.close();
    if (this.panels.close() || !this.work?.edits || this.isGuarded) return;
    this.dispatch({ kind: "leave" });
  }

  toggleRaw() {
    this.raw = !this.raw;
    this.find(".raw").setAttribute("aria-pressed", this.raw);
    this.showTexts();
  }

  toggleGuidelines() {
    this.panels.toggleGuidelines();
  }

  toggleKeyList() {
    this.panels.toggleKeyList();
  }
}

/** What Streamlit calls at every change of data or theme; the function returned, when the surface leaves the page. */
export function mounting(Kind) {
  const surfaces = new WeakMap();
  return ({ data, parentElement, setTriggerValue }) => {
    const surface = surfaces.get(parentElement) ?? new Kind(parentElement, data.words);
    surfaces.set(parentElement, surface);
    surface.update(data, (message) => setTriggerValue("answer", message));
    return () => {
      surface.destroy();
      surfaces.delete(parentElement);
    };
  };
}
