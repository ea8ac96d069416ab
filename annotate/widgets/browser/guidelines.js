// The guidelines beside the work. A version that this person has not read opens by itself, with what changed first;
// closing it then says that it was read.

import { element, rendered } from "./elements.js";
import { phrase } from "./words.js";

export class Guidelines {
  /** @param {(version: number) => void} onRead */
  constructor(panel, words, onRead) {
    this.panel = panel;
    this.words = words;
    this.onRead = onRead;
    this.shown = null;
  }

  get isUnread() {
    return this.shown !== null && this.shown.unread;
  }

  /** Shows {track, version, html, unread, notes, lines}. Returns whether it wants to be read. */
  show(guideline) {
    const { track, version, html, unread } = guideline;
    const isKnown = this.shown?.track === track && this.shown.version === version;
    // What was closed here a moment ago may still be unread for the server.
    const isRead = !unread || (isKnown && !this.shown.unread);
    this.shown = { track, version, unread: !isRead };
    this.label();
    if (isKnown) return false;
    this.panel.querySelector(".version").textContent = phrase(this.words, "guidelines_version", { version });
    this.panel.querySelector(".text").replaceChildren(...this.news(guideline), rendered(html));
    this.panel.querySelector(".text").scrollTop = 0;
    return this.isUnread;
  }

  /** What is new: the author's own words, then the lines that changed with a little around them. */
  news({ notes, lines }) {
    if (notes.length === 0) return [];
    const box = element("section", "changed");
    box.append(element("h3", "", phrase(this.words, "guidelines_changed")));
    box.append(...notes.map((note) => element("p", "", note)));
    box.append(...lines.map((line) => this.line(line)));
    return [box];
  }

  line({ change, text }) {
    const made = element("p", `line ${change}`);
    if (change !== "same") made.append(element("span", "hidden", phrase(this.words, `line_${change}`)));
    made.append(element("span", "", text));
    return made;
  }

  label() {
    const words = phrase(this.words, this.isUnread ? "guidelines_read" : "close");
    this.panel.querySelector(".close span").textContent = words;
  }

  /** The panel was closed. */
  leave() {
    if (!this.isUnread) return;
    this.shown.unread = false;
    this.onRead(this.shown);
    this.label();
  }
}
