// Chat: a person writes, two blind models answer side by side, and the better answer carries the chat on.
//
// A pair is judged as on Compare, which this extends. The server's data has, besides that of a surface:
//   chat      {chat_id, track, stage, turns, judged, pending: {turn, message, failure, again} | null}, or null: a new one
//   asked     the chat that the address names, which may not have begun; composer, kept: the draft of its message
//   chats     one's own, for the menu
// While answers come, nothing of this changes; when they are kept, the page is asked for anew and has the pair.

import { Composer } from "./chat_composer.js";
import { ChatScene } from "./chat_scene.js";
import { AnswerStream } from "./chat_stream.js";
import { DOORS, KEYS, PARTS } from "./chat_template.js";
import { element } from "./elements.js";
import { mounting } from "./surface.js";
import { fill } from "./words.js";

/** Characters of a chat's first message in the menu. */
const OPENING = 56;

class Chat extends ChatScene {
  static parts = PARTS;

  build() {
    this.deck.classList.add("chat");
    const doors = element("div", "doors");
    doors.innerHTML = DOORS;
    fill(doors, this.words);
    this.find(".status").before(...doors.children);
    super.build();
    this.stream = new AnswerStream((frame) => this.hear(frame));
    this.trouble = null;
    this.request = null;
  }

  wire() {
    super.wire();
    this.find(".fresh").addEventListener("click", () => this.enter());
    this.find(".stop").addEventListener("click", () => this.stop());
    this.find(".rethink").addEventListener("click", () => this.undo());
    this.find(".onward").addEventListener("click", () => this.goOn());
    this.find(".change").addEventListener("click", () => this.takeBack());
  }

  keys() {
    return KEYS;
  }

  openers() {
    return { skip: this.find(".skip"), flag: this.find(".flag"), chats: this.find(".chats") };
  }

  menuOf(kind) {
    if (kind !== "chats") return super.menuOf(kind);
    const items = this.data.chats.map((chat) => ({
      words: shortened(chat.opening),
      detail: this.say(chat.turns === 1 ? "pairs_one" : "pairs_many", { n: chat.turns }),
      value: chat.chat_id,
    }));
    return { title: this.say("own_chats"), items, empty: this.say("own_chats_none") };
  }

  picked(kind, value) {
    if (kind === "chats") this.enter(value);
    else super.picked(kind, value);
  }

  openMenu(kind) {
    if (!this.isEmpty) super.openMenu(kind);
  }

  destroy() {
    super.destroy();
    this.stream.detach();
    clearTimeout(this.slowness);
  }

  // ---- what the server says -------------------------------------------------------------------------------------

  update(data, channel) {
    this.composer ??= new Composer(this.find.bind(this), data, {
      onSend: () => this.send(),
      onTrack: () => this.retrack(),
    });
    super.update(data, channel);
    if (!this.delivery.isBusy) this.turnStage();
  }

  /** Shows what the chat waits for. */
  turnStage() {
    this.composer.open(this.data.composer, this.data.kept, this.carried);
    this.carried = null;
    const stage = this.stageNow();
    const isNew = stage !== this.stage || this.data.composer !== this.shownIn;
    this.stage = stage;
    this.shownIn = this.data.composer;
    this.deck.dataset.stage = stage;
    this.showPlace();
    if (stage === "listen") return this.listen();
    if (stage !== "answer" && stage !== "judge") this.showTurns();
    if (stage === "stuck" || stage === "again") this.showTrouble();
    if (isNew) this.arrive();
    this.showGuidelines();
    this.size();
  }

  stageNow() {
    if (this.stream.isOpen) return "answer";
    const { chat } = this.data;
    if (this.trouble?.kind === "unsent") return "stuck";
    if (chat === null) return "new";
    if (chat.stage !== "answer") return chat.stage;
    return this.trouble || chat.pending.failure ? "stuck" : "listen";
  }

  /** The message waits and nobody here has heard how it stands. */
  listen() {
    const { turn, message, again } = this.data.chat.pending;
    this.expect({ turn_id: turn, message, again });
    this.stream.attach();
    this.turnStage();
  }

  /** Leads the cursor to what is to be done, unless somebody reads a panel. */
  arrive() {
    if (this.stage === "new" || this.stage === "write") this.composer.focus();
    else if (this.stage === "stuck" || this.stage === "again") this.find(".onward").focus();
    else this.root.activeElement?.blur();
  }

  // ---- what the person does -------------------------------------------------------------------------------------

  /** The chat that is open: it has an id before the server knows of it. */
  get chatId() {
    this.ownId ??= newId();
    return this.data.chat?.chat_id ?? this.data.asked ?? this.ownId;
  }

  send() {
    if (this.stage !== "new" && this.stage !== "write") return;
    if (this.isWaiting) return;
    if (this.composer.isEmpty) return this.composer.object("missing_message");
    // The same words again are the same message, until the server has them.
    const message = this.composer.request;
    const isRepeat = this.request && !this.request.isBegun && this.request.message === message.message;
    this.beginAsking({ ...message, turn_id: isRepeat ? this.request.turn_id : newId(), again: false });
  }

  /** The primary way on from where the chat is stuck. */
  goOn() {
    if (this.isWaiting) return;
    if (this.stage === "again") return this.beginAsking({ message: "", turn_id: newId(), again: true });
    const { pending } = this.data.chat ?? {};
    const waiting = pending && { turn_id: pending.turn, message: pending.message, again: pending.again };
    this.beginAsking(this.trouble?.kind === "unsent" ? this.request : (waiting ?? this.request));
  }

  beginAsking(request) {
    this.expect(request);
    const { isBegun, ...said } = this.request;
    this.stream.say({ ...said, chat_id: this.chatId, locale: this.data.locale });
    this.turnStage();
  }

  /** Room for two answers. */
  expect(request) {
    this.request = { ...request, isBegun: false };
    this.trouble = null;
    this.clearPanes();
    this.showTurns(request);
    this.showWaiting("answering");
  }

  stop() {
    if (!this.stream.isOpen) return;
    if (!this.isCut) return this.stream.stop();
    // The server cannot hear us: what it does not know of stays here.
    this.stream.detach();
    this.breakOff("lost");
  }

  /** The waiting message goes back to where it was written. */
  takeBack() {
    const { pending } = this.data.chat ?? {};
    const message = pending?.message ?? this.request?.message ?? "";
    // What was not even sent is there still; the one that waits is of another tab.
    const isUnsent = this.trouble?.kind === "unsent";
    this.trouble = null;
    if (isUnsent || !pending) return this.turnStage();
    this.carried = { ...this.composer.draft, text: message };
    this.askFor({ kind: "back", turn: pending.turn });
  }

  /** Opens one's own chat, or a new one. */
  enter(chat = newId()) {
    if (this.isWaiting) return;
    this.stream.detach();
    this.trouble = null;
    this.request = null;
    this.judgedLast = null;
    this.askFor({ kind: "enter", chat });
  }

  undo() {
    if (this.isWaiting || !this.judgedLast || !["write", "again"].includes(this.stage)) return;
    this.askFor({ kind: "rethink", label: this.judgedLast });
    this.judgedLast = null;
  }

  askFor(message) {
    this.menu.close();
    this.delivery.send(message);
    this.setWaiting(true);
  }

  dispatch(message) {
    if (message.kind === "submit") this.judgedLast = this.work.lease;
    super.dispatch(message);
  }

  escape() {
    const isAbove = this.menu.isOpen || this.reasons.isListening || !this.find(".drawer").hidden;
    if (isAbove || !this.find(".keylist").hidden) return super.escape();
    this.stop();
  }

  /** A chat waits for its person, not for work of others. */
  look() {}

  // ---- what the models say --------------------------------------------------------------------------------------

  hear(frame) {
    const { kind, place, html, message } = frame;
    this.isCut = kind === "retry";
    if (kind === "begun") this.noteBegun();
    else if (kind === "text" || kind === "end") this.showAnswer(place, html, kind === "end");
    else if (kind === "retry") this.showWaiting("lost");
    else if (kind === "kept") this.askFor({ kind: "look", lease: null });
    else if (kind !== "wait") this.breakOff(kind, message);
  }

  noteBegun() {
    this.request.isBegun = true;
    // Another tab may have sent it while something else was written here.
    if (this.composer.draft.text === this.request.message) this.composer.clear();
    this.showWaiting("answering");
  }

  showAnswer(place, html, isDone) {
    clearTimeout(this.slowness);
    const pane = this.panes[place];
    const top = pane.body.scrollTop;
    if (html) pane.showText({ html }, false);
    pane.body.scrollTop = top;
    pane.box.classList.toggle("streaming", !isDone);
    this.showWaiting("answering");
  }

  /** It ended without answers. What was not even begun is still in the composer. */
  breakOff(kind, message) {
    const isUnsent = !this.request.isBegun && (kind === "lost" || kind === "refused");
    this.trouble = { kind: isUnsent ? "unsent" : kind, message };
    this.askFor({ kind: "look", lease: null });
    if (isUnsent) this.turnStage();
  }
}

function shortened(text) {
  const letters = [...text.replace(/\s+/g, " ").trim()];
  return letters.length > OPENING ? `${letters.slice(0, OPENING - 1).join("")}…` : letters.join("");
}

function newId() {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("");
}

export default mounting(Chat);
