// The panels beside the work: the guidelines, which push it aside, and the list of keys, which lies over it.

import { Guidelines } from "./guidelines.js";
import { keyRows } from "./keys.js";

export class Panels {
  /**
   * @param {HTMLElement} deck
   * @param {object} words
   * @param {{keys: object[], onRead: (guideline: object) => void, onResize: () => void}} with
   */
  constructor(deck, words, { keys, onRead, onResize }) {
    this.deck = deck;
    this.onResize = onResize;
    this.drawer = deck.querySelector(".drawer");
    this.keylist = deck.querySelector(".keylist");
    this.guidelines = new Guidelines(this.drawer, words, onRead);
    this.keylist.querySelector(".rows").replaceChildren(...keyRows(keys, words));
    this.opener(".guide").addEventListener("click", () => this.toggleGuidelines());
    this.opener(".keys").addEventListener("click", () => this.toggleKeyList());
    this.drawer.querySelector(".close").addEventListener("click", () => this.openGuidelines(false));
    this.keylist.querySelector(".close").addEventListener("click", () => this.openKeyList(false));
  }

  opener(selector) {
    return this.deck.querySelector(selector);
  }

  /** Shows these guidelines; they open by themselves where they are news. */
  show(guideline) {
    if (this.guidelines.show(guideline)) this.openGuidelines(true);
  }

  toggleGuidelines() {
    this.openGuidelines(this.drawer.hidden);
  }

  toggleKeyList() {
    this.openKeyList(this.keylist.hidden);
  }

  openGuidelines(isOpen) {
    if (!isOpen && !this.drawer.hidden) this.guidelines.leave();
    this.open(this.drawer, ".guide", isOpen);
    this.deck.classList.toggle("guided", isOpen);
  }

  openKeyList(isOpen) {
    this.open(this.keylist, ".keys", isOpen);
  }

  open(panel, opener, isOpen) {
    // Focus must not vanish with the panel, and on no button: there Enter would press it and not submit.
    if (!isOpen && panel.contains(panel.getRootNode().activeElement)) this.deck.focus();
    panel.hidden = !isOpen;
    this.opener(opener).setAttribute("aria-expanded", isOpen);
    requestAnimationFrame(this.onResize);
  }

  /** Closes the uppermost panel; returns whether there was one. */
  close() {
    if (!this.keylist.hidden) this.openKeyList(false);
    else if (!this.drawer.hidden) this.openGuidelines(false);
    else return false;
    return true;
  }
}
