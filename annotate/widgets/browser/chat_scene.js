// What a chat looks like: where one is, the conversation, two answers on their way, and what to do where it is stuck.
// It extends Compare's deck, whose panes the answers stream into. What happens is the affair of chat.js.

import { showConversation } from "./conversation.js";
import { Deck } from "./deck.js";
import { element } from "./elements.js";

/** After so long without a word from either model, it is said that they are slow. */
const SLOW_MS = 9000;

/** A page that extends it has `stage`, `composer`, `trouble` and `judgedLast`. */
export class ChatScene extends Deck {
  showEmptiness() {}

  showGuidelines() {
    const track = this.data.chat?.track ?? this.composer?.draft.track;
    const guideline = this.data.guidelines?.[track];
    if (guideline) this.panels.show(guideline);
  }

  get track() {
    return this.data.chat?.track ?? this.composer.draft.track;
  }

  /** Whether a test stands before chats of this track. */
  get isUntested() {
    return this.data.untested.includes(this.track);
  }

  /** Another sort of chat, before it has begun. */
  retrack() {
    this.showPlace();
    this.showGuidelines();
  }

  showPlace() {
    const { chat } = this.data;
    const judged = chat?.judged ?? 0;
    this.find(".batch").textContent = this.say(`batch_${this.track}`);
    this.find(".count").textContent = judged === 0 ? "" : this.say(judged === 1 ? "judged_one" : "judged", { n: judged });
    this.find(".count").removeAttribute("title");
    this.find(".opening").hidden = this.stage !== "new";
    this.find(".stuck").hidden = this.stage !== "stuck" && this.stage !== "again";
    this.find(".rethink").hidden = !this.judgedLast;
    this.find(".untested").hidden = !this.isUntested;
    this.find(".send").hidden = this.isUntested;
    this.composer.field.placeholder = this.say(this.stage === "new" ? "message_first" : "message_next");
    for (const part of this.root.querySelectorAll(".scale, .reasons, .actions")) part.inert = this.stage !== "judge";
  }

  /** The conversation; while the models answer, with the message that they were just given. */
  showTurns(request = null) {
    const turns = this.data.chat?.turns ?? [];
    const isThere = !request || request.again || this.data.chat?.stage === "answer";
    const shown = isThere ? turns : [...turns, own(request.message)];
    const box = this.find(".conversation");
    box.hidden = shown.length === 0;
    if (shown.length === 0) return;
    const isLater = this.stage === "write" && !request;
    showConversation(box, shown, this.raw, this.words, isLater ? 2 : 1);
    if (isLater) box.scrollTop = box.scrollHeight;
    this.fade();
  }

  showTexts() {
    if (!this.work) return this.data.chat && this.showTurns();
    const tops = this.panes.map((pane) => pane.body.scrollTop);
    this.find(".conversation").hidden = false;
    super.showTexts();
    this.panes.forEach((pane, place) => {
      pane.box.classList.remove("streaming");
      pane.body.scrollTop = tops[place];
    });
  }

  clearPanes() {
    for (const pane of this.panes) {
      const lines = element("div", "lines");
      lines.append(element("i"), element("i"), element("i"));
      pane.body.replaceChildren(lines);
      pane.body.scrollTop = 0;
      pane.box.classList.add("streaming");
      pane.showSafety(null);
      pane.showPreferred(false);
    }
  }

  showWaiting(key) {
    this.find(".waiting > span").textContent = this.say(key);
    clearTimeout(this.slowness);
    if (key === "answering") this.slowness = setTimeout(() => this.showWaiting("slow"), SLOW_MS);
  }

  showTrouble() {
    const isAgain = this.stage === "again";
    const { kind, message } = this.trouble ?? {};
    const known = { stopped: "stuck_stopped", unsent: "stuck_unsent" }[kind];
    const why = known && !message ? this.say(known) : message || this.data.chat?.pending?.failure;
    this.find(".stuck b").textContent = this.say(isAgain ? "again_title" : "stuck_title");
    this.find(".stuck .why").textContent = isAgain ? this.say("again_text") : why || this.say("stuck_unknown");
    this.find(".onward").textContent = this.say(isAgain ? "two_others" : "try_again");
    this.find(".change").hidden = isAgain || Boolean(this.data.chat?.pending?.again);
  }
}

/** A turn that nobody has rendered yet: the person's own words, as they are. */
function own(text) {
  return { role: "user", text, html: element("div", "own", text).outerHTML };
}
