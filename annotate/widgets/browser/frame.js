// What of a surface is seen around its items: the skeleton with its words, and the states it can be in.

import { skeleton } from "./surface_template.js";
import { isDark } from "./theme.js";
import { fill, phrase } from "./words.js";

const SMALLEST_HEIGHT = 440;
const BOTTOM_MARGIN = 14;

export class Frame {
  constructor(root, { words }) {
    this.root = root;
    this.host = root.host ?? root;
    this.words = words;
    const holder = document.createElement("div");
    holder.className = "frame";
    holder.innerHTML = skeleton(this.constructor.parts);
    fill(holder, words);
    root.append(holder);
    this.deck = this.find(".deck");
  }

  find(selector) {
    return this.root.querySelector(selector);
  }

  say(key, values) {
    return phrase(this.words, key, values);
  }

  showTheme() {
    this.deck.classList.toggle("dark", isDark(this.host));
  }

  setWaiting(isWaiting) {
    this.isWaiting = isWaiting;
    this.deck.classList.toggle("busy", isWaiting);
    if (isWaiting) this.find(".submit").disabled = true;
  }

  showGuidelines() {
    const guideline = this.data.guidelines?.[this.work.track];
    if (guideline) this.panels.show(guideline);
  }

  /** Whoever says a label anew sees so above the work and on the button that ends it. */
  showEditing() {
    const isEdit = this.work.edits === true;
    this.deck.classList.toggle("editing", isEdit);
    this.find(".submit span").textContent = this.say(isEdit ? "save_changes" : "submit");
    if (isEdit) this.find(".batch").textContent = this.say("editing");
  }

  showEmptiness() {
    this.deck.classList.toggle("idle", this.isEmpty);
    this.find(".empty").hidden = !this.isEmpty;
    if (!this.isEmpty) return;
    this.find(".empty .reason").textContent = this.data.reason;
    this.find(".empty .to-test").hidden = !this.data.unqualified;
    this.find(".empty .after").hidden = this.data.done === 0;
  }

  warn(sentence) {
    this.find(".warning").textContent = sentence;
  }

  /** One fixed screen: the controls never move, the texts scroll within. */
  size() {
    const top = Math.max(0, this.host.getBoundingClientRect().top);
    const height = Math.max(SMALLEST_HEIGHT, window.innerHeight - top - BOTTOM_MARGIN);
    this.deck.style.setProperty("--height", `${height}px`);
    this.deck.style.setProperty("--controls", `${this.find(".controls").offsetHeight + 10}px`);
    if (this.work) this.fade();
  }
}
