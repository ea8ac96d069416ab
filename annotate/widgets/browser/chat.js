// Chat: a person writes, two blind models answer side by side, and the better answer carries the chat on.
//
// A pair is judged as on Compare, which this extends. The server's data has, besides that of a surface:
//   chat      {chat_id, track, stage, turns, judged, pending: {turn, message, failure, again} | null}, or null: a new one
//   asked     the chat that the address names, which may not have begun; composer, kept: the draft of its message
//   chats     one's own, for the menu
// While answers come, nothing of this changes; when they are kept, the page is asked for anew and has the pair.

import { Asking } from "./chat_asking.js";
import { Composer } from "./chat_composer.js";
import { DOORS, KEYS, PARTS } from "./chat_template.js";
import { element } from "./elements.js";
import { newId } from "./ids.js";
import { mounting } from "./mounting.js";
import { fill } from "./words.js";

/** Characters of a chat's first message in the menu. */
const OPENING = 56;

class Chat extends Asking {
  static parts = PARTS;

  build() {
    this.deck.classList.add("chat");
    const doors = element("div", "doors");
    doors.innerHTML = DOORS;
    fill(doors, this.words);
    this.find(".status").before(...doors.children);
    super.build();
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

  /** Leads the cursor to what is to be done, unless somebody reads a panel. */
  arrive() {
    if (this.stage === "new" || this.stage === "write") this.composer.focus();
    else if (this.stage === "stuck" || this.stage === "again") this.find(".onward").focus();
    else this.root.activeElement?.blur();
  }

  // ---- what the person does -------------------------------------------------------------------------------------

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
}

function shortened(text) {
  const letters = [...text.replace(/\s+/g, " ").trim()];
  return letters.length > OPENING ? `${letters.slice(0, OPENING - 1).join("")}…` : letters.join("");
}

export default mounting(Chat);
