// How a chat asks its two models: a message goes to them, their answers stream in, or it is said why none come. What is
// shown and when is the affair of chat.js.

import { ChatScene } from "./chat_scene.js";
import { AnswerStream } from "./chat_stream.js";
import { newId } from "./ids.js";

/** A page that extends it has `composer`, `stage` and `turnStage()`. */
export class Asking extends ChatScene {
  build() {
    super.build();
    this.stream = new AnswerStream((frame) => this.hear(frame));
    this.trouble = null;
    this.request = null;
  }

  destroy() {
    super.destroy();
    this.stream.detach();
    clearTimeout(this.slowness);
  }

  /** The chat that is open: it has an id before the server knows of it. */
  get chatId() {
    this.ownId ??= newId();
    return this.data.chat?.chat_id ?? this.data.asked ?? this.ownId;
  }

  /** The message waits and nobody here has heard how it stands. */
  listen() {
    const { turn, message, again } = this.data.chat.pending;
    this.expect({ turn_id: turn, message, again });
    this.stream.attach();
    this.turnStage();
  }

  send() {
    if (this.stage !== "new" && this.stage !== "write") return;
    if (this.isWaiting || this.isUntested) return;
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

  askFor(message) {
    this.menu.close();
    this.delivery.send(message);
    this.setWaiting(true);
  }

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
