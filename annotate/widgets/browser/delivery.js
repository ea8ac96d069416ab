// Gets one message at a time to the server, and repeats it until the server says that it has seen it.
//
// Streamlit drops events while its socket is down and right after a restart of the server. Repeating is safe:
// a label's id is its lease, so the store keeps one; an undo names the lease it was pressed on.

const FIRST_TRIES_MS = 2500;
const LATER_TRIES_MS = 5000;
const AFTER_RECONNECT_MS = 400;

export class Delivery {
  /** @param {() => void} onLate called each time the message has to be repeated */
  constructor(onLate) {
    this.onLate = onLate;
    this.channel = () => {};
    this.pending = null;
    this.timer = null;
  }

  get isBusy() {
    return this.pending !== null;
  }

  /** Whether the pair on the screen is done with when the pending message is accepted; after an undo it comes again. */
  get finishes() {
    return this.isBusy && this.pending.kind !== "undo";
  }

  /** Sends a message that must arrive. */
  send(message) {
    this.pending = { ...message, mid: messageId() };
    this.tries = 0;
    this.transmit();
  }

  /** Sends a message that may be lost: the next one like it makes up for it. */
  mention(message) {
    if (!this.isBusy) this.channel({ ...message, mid: messageId() });
  }

  transmit() {
    clearTimeout(this.timer);
    if (this.tries > 0) this.onLate();
    this.tries += 1;
    this.channel({ ...this.pending, attempt: this.tries });
    this.timer = setTimeout(() => this.transmit(), this.tries < 4 ? FIRST_TRIES_MS : LATER_TRIES_MS);
  }

  /** Whether `mid`, which the server has seen last, settles what is pending. */
  settles(mid) {
    return this.isBusy && this.pending.mid === mid;
  }

  /** The server drew the page without having seen what is pending: it was lost with the old connection. */
  hurry() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.transmit(), AFTER_RECONNECT_MS);
  }

  settle() {
    clearTimeout(this.timer);
    this.pending = null;
  }

  destroy() {
    this.settle();
  }
}

function messageId() {
  return Array.from(crypto.getRandomValues(new Uint32Array(3)), (part) => part.toString(36)).join("");
}
