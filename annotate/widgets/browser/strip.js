// The strip above the work: where one is and how far, what became of the last message, and whether there is a line.

import { isOffline, speakOfConnection } from "./connection.js";
import { phrase } from "./words.js";

const MESSAGE_MS = 2200;
const REFUSAL_MS = 8000;

export class Strip {
  constructor(box, words) {
    this.box = box;
    this.words = words;
    this.status = box.querySelector(".status");
    this.wasOffline = false;
    this.fallSilent = speakOfConnection();
  }

  /** @param {{batch: string, done: number, total: number}} progress */
  showProgress({ batch, done, total }) {
    const open = total - done;
    this.box.querySelector(".batch").textContent = batch;
    this.box.querySelector(".count").textContent = phrase(this.words, open > 0 ? "count" : "count_done", { done, open });
    const meter = this.box.querySelector(".meter");
    meter.setAttribute("aria-valuemax", Math.max(1, total));
    meter.setAttribute("aria-valuenow", done);
    meter.firstElementChild.style.width = `${(100 * done) / Math.max(1, total)}%`;
  }

  /** What became of a message; a refusal stays longer. */
  tell(sentence, isRefusal) {
    this.say(sentence, isRefusal ? "late" : "", isRefusal ? REFUSAL_MS : MESSAGE_MS);
  }

  /** A word in the strip; it goes after `lasts` milliseconds, or stays where that is 0. */
  say(sentence, tone, lasts) {
    this.status.textContent = sentence;
    this.status.title = sentence;
    this.status.classList.toggle("late", tone === "late");
    clearTimeout(this.hush);
    if (lasts > 0) this.hush = setTimeout(() => this.say("", "", 0), lasts);
  }

  /** Says when the line goes and when it is back, at which moment `delivery` hurries; and whether work waits for it. */
  watch(delivery, isSending = delivery.isBusy) {
    const offline = isOffline();
    const state = isSending ? "sending" : "idle";
    if (offline) this.say(phrase(this.words, `offline_${state}`), "late", 0);
    else if (this.wasOffline) {
      this.say(phrase(this.words, `online_${state}`), "", MESSAGE_MS);
      if (delivery.isBusy) delivery.hurry();
    }
    this.wasOffline = offline;
  }

  destroy() {
    clearTimeout(this.hush);
    this.fallSilent();
  }
}
