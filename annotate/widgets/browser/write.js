// The page on which people write: an ideal response to a prompt, or a prompt that attacks. One server run a text.
//
// The server sends {words, ack, message, refused, offered, draft, kept, languages, risks, vectors, guidelines, sent, …}.
// `ack` names the last message that it has seen; nothing else settles one. `draft` names what is being written, and
// `kept` is what the server has of it: from the first letter until it is sent, a draft lies here and there.

import { Delivery } from "./delivery.js";
import { dropOldDrafts, loadDraft, post, saveDraft } from "./drafts.js";
import { mounting } from "./mounting.js";
import { Strip } from "./strip.js";
import { isDark } from "./theme.js";
import { phrase } from "./words.js";
import { Drawer } from "./write_drawer.js";
import { MODES, afterSending, emptyDraft, missing, offerRequest, renamed, toMessage } from "./write_form.js";
import { listen } from "./write_keys.js";
import { Sheet } from "./write_sheet.js";

class WritingPage {
  constructor(root, data) {
    this.words = data.words;
    this.data = data;
    this.offered = null;
    this.sheet = new Sheet(root, data, this);
    this.find = (selector) => this.sheet.find(selector);
    this.strip = new Strip(this.find(".strip"), this.words);
    this.delivery = new Delivery(() => this.strip.say(this.words.late, "late", 0));
    this.drawer = new Drawer(this.sheet.deck, this.words);
    dropOldDrafts();
    this.wire();
    this.draft = loadDraft(data.draft, data.kept) ?? emptyDraft(data.languages[0]);
    this.begin();
  }

  wire() {
    this.find(".submit").addEventListener("click", () => this.submit());
    this.find(".another").addEventListener("click", () => this.pass());
    this.find(".quiet.keys").addEventListener("click", () => this.toggleKeys());
    this.find(".keylist .close").addEventListener("click", () => this.toggleKeys());
    this.find(".language").addEventListener("change", (event) => this.aim({ language: event.target.value }));
    this.listenTo("prompt", (prompt) => ({ prompt }));
    this.listenTo("response", (response) => ({ response }));
    this.listenTo("attack", (prompt) => ({ prompt }));
    this.stopKeys = listen(this);
    this.fit = () => this.sheet.size();
    window.addEventListener("resize", this.fit);
    window.addEventListener("pagehide", post);
    this.observer = new ResizeObserver(this.fit);
    this.observer.observe(document.body);
    this.watch = setInterval(() => this.strip.watch(this.delivery, this.isSending), 1000);
  }

  listenTo(name, change) {
    const field = this.find(`textarea.${name}`);
    field.addEventListener("input", () => this.keep(change(field.value)));
  }

  destroy() {
    this.stopKeys();
    window.removeEventListener("resize", this.fit);
    window.removeEventListener("pagehide", post);
    this.observer.disconnect();
    clearInterval(this.watch);
    this.strip.destroy();
    this.delivery.clear();
    post();
  }

  // ---- what the server says -------------------------------------------------------------------------------------

  update(data, channel) {
    this.delivery.channel = channel;
    this.sheet.deck.classList.toggle("dark", isDark(this.sheet.host));
    const isNews = data.ack !== this.data.ack;
    this.data = data;
    const settled = this.delivery.settle(data.ack);
    if (settled) this.conclude(settled, data);
    else if (this.delivery.isBusy && isNews) this.delivery.hurry();
    this.drawer.show(data);
    this.find(".count").textContent = phrase(this.words, "counts", data);
    this.show();
    this.seek();
    this.sheet.size();
  }

  conclude(settled, { refused, message, offered }) {
    if (settled.kind === "offer") this.takeOffer(settled.offer, offered, refused);
    else if (refused) this.keepAs(renamed(this.draft, settled.kind));
    else this.finish(settled.kind);
    if (refused) this.sheet.warn(message);
    else if (message) this.strip.tell(message, false);
  }

  /** The text is kept by the server: the sheet is empty again. */
  finish(mode) {
    this.draft = afterSending(this.draft, mode);
    if (mode === "demonstration") this.offered = null;
    this.isBare = false;
    saveDraft(this.data.draft, this.draft);
    this.begin();
    this.focusText();
  }

  takeOffer(asked, offered, refused) {
    const { track, language } = this.draft.demonstration;
    if (asked.track !== track || asked.language !== language) return;
    this.offered = offered;
    // The prompt of an old draft may not be wanted any more, and then makes room for another.
    this.isBare = offered === null && !(refused && asked.prompt_id);
    this.keepAs({
      ...this.draft,
      demonstration: { ...this.draft.demonstration, promptId: offered?.prompt_id ?? null },
    });
    this.showOffer();
  }

  /** Asks for a prompt where one is wanted and none is here: the one of the draft, or another. */
  seek() {
    const { mode, demonstration } = this.draft;
    if (mode !== "demonstration" || demonstration.own || this.offered || this.isBare || this.delivery.isBusy) return;
    this.delivery.send(offerRequest(this.draft, demonstration.promptId));
    this.showOffer();
  }

  // ---- what the person does -------------------------------------------------------------------------------------

  get mode() {
    return this.draft.mode;
  }

  get isSending() {
    return this.delivery.waiting.some((message) => message.kind !== "offer");
  }

  keepAs(draft) {
    this.draft = draft;
    saveDraft(this.data.draft, draft);
    this.show();
  }

  /** Takes a change into what is being written. */
  keep(change) {
    if (this.isSending) return;
    this.sheet.warn("");
    this.keepAs({ ...this.draft, [this.mode]: { ...this.draft[this.mode], ...change } });
  }

  turnMode(mode = MODES[1 - MODES.indexOf(this.mode)]) {
    if (this.isSending || mode === this.mode) return;
    this.sheet.warn("");
    this.keepAs({ ...this.draft, mode });
    this.begin();
    this.seek();
    this.focusText();
  }

  turnOwn(own = !this.draft.demonstration.own) {
    if (this.mode !== "demonstration" || own === this.draft.demonstration.own) return;
    this.keep({ own });
    this.seek();
    this.showOffer();
    if (own) this.find("textarea.prompt").focus();
  }

  /** Another track or language: another prompt of the collection. */
  aim(change) {
    this.keep(change);
    if (this.mode !== "demonstration" || this.draft.demonstration.own) return;
    this.offered = null;
    this.isBare = false;
    this.keep({ promptId: null });
    this.seek();
  }

  /** Passes over the prompt that is offered. */
  pass() {
    const { own, promptId, passed } = this.draft.demonstration;
    if (this.mode !== "demonstration" || own || this.delivery.isBusy) return;
    this.offered = null;
    // Where nothing is left, those that were passed over come again.
    this.keep({ promptId: null, passed: this.isBare ? [] : [...passed, promptId].filter(Boolean) });
    this.isBare = false;
    this.seek();
  }

  /** The digit's choice, of the first group or, with Shift, of the second. */
  pick(index, isShifted) {
    const { track, risks, vectors } = this.sheet.groups;
    if (this.mode === "demonstration") return !isShifted && track.pick(index);
    return (isShifted ? vectors : risks).pick(index);
  }

  submit() {
    if (this.isSending) return;
    const lack = missing(this.draft);
    if (lack) return this.sheet.object(...lack);
    this.sheet.warn("");
    this.delivery.send(toMessage(this.draft));
    this.show();
  }

  focusText() {
    const { own } = this.draft.demonstration;
    this.find(`textarea.${this.mode === "adversarial" ? "attack" : own ? "prompt" : "response"}`).focus();
  }

  toggleKeys() {
    this.sheet.toggleKeys();
  }

  /** Closes the uppermost panel; returns whether there was one. */
  close() {
    if (!this.find(".keylist").hidden) this.toggleKeys();
    else if (this.drawer.kind) this.drawer.open(null);
    else return false;
    return true;
  }

  // ---- what is seen ---------------------------------------------------------------------------------------------

  begin() {
    this.sheet.begin(this.draft);
    this.show();
    this.showOffer();
  }

  show() {
    this.sheet.show(this.draft, this.isSending);
  }

  showOffer() {
    this.sheet.showOffer(this.draft.demonstration.own, this.offered, this.isBare ? "none_left" : "seeking");
  }
}

export default mounting(WritingPage);
