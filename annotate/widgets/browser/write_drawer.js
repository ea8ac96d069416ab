// The panel beside what is written: the guidelines, or what its writer sent last.

import { element, rendered } from "./elements.js";

export class Drawer {
  /** @param {HTMLElement} deck */
  constructor(deck, words) {
    this.deck = deck;
    this.words = words;
    this.box = deck.querySelector(".drawer");
    this.openers = { sent: deck.querySelector(".quiet.sent"), guidelines: deck.querySelector(".guide") };
    this.kind = null;
    for (const kind of Object.keys(this.openers)) this.openers[kind].addEventListener("click", () => this.toggle(kind));
    this.box.querySelector(".close").addEventListener("click", () => this.open(null));
  }

  toggle(kind) {
    this.open(this.kind === kind ? null : kind);
  }

  open(kind) {
    // Focus must not vanish with the panel.
    if (kind === null && this.box.contains(this.box.getRootNode().activeElement)) this.openers[this.kind].focus();
    this.kind = kind;
    this.box.hidden = kind === null;
    this.deck.classList.toggle("guided", kind !== null);
    for (const [each, opener] of Object.entries(this.openers)) opener.setAttribute("aria-expanded", each === kind);
    if (kind !== null) this.draw();
  }

  /** @param {{guidelines: string, sent: object[], locale: string}} data */
  show(data) {
    this.data = data;
    if (this.kind === "sent") this.draw();
  }

  draw() {
    const title = this.words[this.kind];
    this.box.setAttribute("aria-label", title);
    this.box.querySelector("h2").textContent = title;
    const text = this.box.querySelector(".text");
    text.setAttribute("aria-label", title);
    text.replaceChildren(...(this.kind === "sent" ? this.writings() : [rendered(this.data.guidelines)]));
  }

  writings() {
    if (this.data.sent.length === 0) return [element("p", "aside", this.words.sent_none)];
    return this.data.sent.map((each) => this.writing(each));
  }

  writing({ kind, prompt, response, category, attack_vector, made_at }) {
    const fold = element("details", "writing");
    const summary = element("summary");
    const head = element("span", "head");
    head.append(element("b", "", this.words[kind]), element("time", "", localTime(new Date(made_at))));
    summary.append(head, element("span", "opening", prompt));
    fold.append(summary, this.part("sent_prompt", prompt));
    if (response !== null) fold.append(this.part("sent_response", response));
    else fold.append(element("p", "aside", [this.words[category], vectorName(this.words, attack_vector)].join(", ")));
    return fold;
  }

  part(name, text) {
    const box = element("div", "part");
    box.append(element("span", "speaker", this.words[name]), element("p", "own", text));
    return box;
  }
}

/** A time on this clock, written as on every other page: 2026-11-21 17:40. */
function localTime(moment) {
  const day = [moment.getFullYear(), moment.getMonth() + 1, moment.getDate()].map(twoDigits).join("-");
  return `${day} ${[moment.getHours(), moment.getMinutes()].map(twoDigits).join(":")}`;
}

function twoDigits(part) {
  return String(part).padStart(2, "0");
}

/** A way of attacking in words; "other" is a risk too, in words of its own. */
function vectorName(words, vector) {
  return words[`${vector}_vector`] ?? words[vector] ?? vector;
}
