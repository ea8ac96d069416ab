// Gets messages to the server, one at a time and in order, each repeated until the server says that it has seen it.
//
// Streamlit drops events while its socket is down and right after a restart of the server. Repeating is safe:
// a label's id is its lease, so the store keeps one; an undo names the lease it was pressed on.

import { newId } from "./ids.js";

const FIRST_TRIES_MS = 2500;
const LATER_TRIES_MS = 5000;
const AFTER_RECONNECT_MS = 400;

export class Delivery {
  /** @param {() => void} onLate called each time a message has to be repeated */
  constructor(onLate) {
    this.onLate = onLate;
    this.channel = () => {};
    this.waiting = [];
    this.timer = null;
  }

  get isBusy() {
    return this.waiting.length > 0;
  }

  /** Sends a message that must arrive, after those that are on their way. */
  send(message) {
    this.waiting.push({ ...message, mid: newId() });
    if (this.waiting.length === 1) this.begin();
  }

  /** Sends a message that may be lost: the next one like it makes up for it. */
  mention(message) {
    if (!this.isBusy) this.channel({ ...message, mid: newId() });
  }

  begin() {
    this.tries = 0;
    this.transmit();
  }

  transmit() {
    clearTimeout(this.timer);
    if (this.tries > 0) this.onLate();
    this.tries += 1;
    this.channel({ ...this.waiting[0], attempt: this.tries });
    this.timer = setTimeout(() => this.transmit(), this.tries < 4 ? FIRST_TRIES_MS : LATER_TRIES_MS);
  }

  /** Takes out the message that the server has seen last, if it is the one on its way; else null. */
  settle(mid) {
    if (!this.isBusy || this.waiting[0].mid !== mid) return null;
    clearTimeout(this.timer);
    const settled = this.waiting.shift();
    // Not at once: the page is just being drawn.
    if (this.isBusy) this.timer = setTimeout(() => this.begin(), 0);
    return settled;
  }

  /** The server drew the page without having seen what is on its way: it was lost with the old connection. */
  hurry() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.transmit(), AFTER_RECONNECT_MS);
  }

  /** Gives up on whatever has not been settled. */
  clear() {
    clearTimeout(this.timer);
    this.waiting = [];
  }
}
