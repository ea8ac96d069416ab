// What Compare and Rank show of every judgement, as HTML without words, and the keys of both.

import { button, opener, switchButton } from "./buttons.js";

const SCROLL_PX = 140;

/**
 * A response with its safety.
 * @param {string} letter
 * @param {{key: string, kind?: string, head?: string, tools?: string}} own the key that rates it, a class, and what
 *   stands in its head before its name and behind it
 */
export const RESPONSE = (letter, { key, kind = "", head = "", tools = "" }) => `
  <section class="pane ${kind}" data-label="response_${letter}">
    <header>
      ${head}
      <h2 data-word="response_${letter}"></h2>
      ${tools}
      <div class="safety" role="radiogroup" data-label="safety_${letter}">
        <button type="button" role="radio" data-safe="true" data-word="safe"></button>
        <button type="button" role="radio" data-safe="false" data-word="unsafe"></button>
      </div>
      <kbd data-title="rates_${letter}">${key}</kbd>
    </header>
    <div class="risks" hidden></div>
    <div class="body" tabindex="0" role="region" data-label="text_${letter}"></div>
    <div class="fade"></div>
  </section>`;

export const CONVERSATION = `<div class="conversation" tabindex="0" role="region" data-label="conversation"></div>`;

/** Why, what else there is to do, a comment, and the end; `more` stands among what else there is to do. */
export const OPINION = (more = "") => `
    <div class="reasons">
      ${switchButton("why", "W")}
      <div class="chips" role="group" data-label="reasons"></div>
    </div>
    <div class="actions">
      ${button("undo", "U")}${button("leave", "Esc")}${opener("revise", "E")}${opener("skip", "S")}${opener("flag", "F")}${more}
      <label class="note">
        <span class="hidden" data-word="comment"></span>
        <textarea rows="1" maxlength="2000" data-placeholder="comment_hint" aria-keyshortcuts="n"></textarea>
        <kbd>N</kbd>
      </label>
      <span class="warning" role="alert"></span>
      <button type="button" class="submit" disabled aria-keyshortcuts="Enter"><span data-word="submit"></span><kbd>Enter</kbd></button>
    </div>`;

/** Rows of a page's table of keys, which puts them where they belong. */
export const JUDGING_KEYS = {
  why: { caps: ["W"], does: "keys_why", act: (page) => page.reasons.listen(!page.reasons.isListening) },
  comment: { caps: ["N"], does: "keys_comment", act: (page) => page.comment.focus() },
  skip: { caps: ["S"], does: "keys_skip", act: (page) => page.openMenu("skip") },
  down: { caps: ["J"], does: "keys_down", act: (page) => page.scrollAll(SCROLL_PX) },
  up: { caps: ["K"], does: "keys_up", act: (page) => page.scrollAll(-SCROLL_PX) },
};
