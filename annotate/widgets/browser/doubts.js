// Questions that a second press answers. A press that comes before anybody can have read the question answers nothing.

/** As long as it takes to see that something is asked and what. */
const READING_MS = 600;

export class Doubts {
  constructor() {
    this.clear();
  }

  /** Nothing has been asked: what is done now is something else. */
  clear() {
    this.asked = new Map();
  }

  /** Asks by this name, or says that this press answers: it came when the question had stood for a while. */
  isSettled(name) {
    const now = performance.now();
    const stood = now - (this.asked.get(name) ?? now);
    if (stood < READING_MS) this.asked.set(name, now);
    return stood >= READING_MS;
  }
}
