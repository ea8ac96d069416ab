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
import { Course, FINISHING } from "./course.js";
import { Delivery } from "./delivery.js";
import { Doubts } from "./doubts.js";
import { dropOldDrafts, holdPost, loadDraft, releasePosts, saveDraft } from "./drafts.js";
import { listenForKeys } from "./keys.js";
import { Menu } from "./menu.js";
import { Panels } from "./panels.js";
import { Strip } from "./strip.js";

const RENEW_EVERY_MS = 120_000;
const LOOK_EVERY_MS = 3000;

export class Surface extends Course {
  constructor(root, data) {
    super(root, data);
    this.build();
    this.wire();
    dropOldDrafts();
  }

  build() {
    const keys = this.keys();
    this.fit = () => this.size();
    this.doubts = new Doubts();
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
    window.addEventListener("pagehide", releasePosts);
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
    window.removeEventListener("pagehide", releasePosts);
    this.observer.disconnect();
    this.timers.forEach(clearInterval);
    this.clock.destroy();
    this.strip.destroy();
    this.delivery.clear();
    releasePosts();
  }

  // ---- what the person does -------------------------------------------------------------------------------------

  /** Takes a change into the judgement, on the screen and into the draft. */
  keep(change) {
    this.judgement = { ...this.judgement, ...change, seconds: this.clock.seconds };
    this.doubts.clear();
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
    this.isFinished = FINISHING.has(message.kind);
    if (this.isFinished) holdPost(this.work?.pair);
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
    const isChanged = loadDraft(this.work.pair, this.work.draft) !== null;
    if (isChanged && !this.doubts.isSettled("leave")) return this.warn(this.say("leave_unsaved"));
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
