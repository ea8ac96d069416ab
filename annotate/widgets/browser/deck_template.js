// What Compare adds to the skeleton of a surface, and its keys.

import { RISK_KEYS, SEVERITY_KEYS } from "./pane.js";
import { SURFACE_KEYS } from "./surface_template.js";

const SCROLL_PX = 140;

const button = (name, key, attributes) =>
  `<button type="button" class="quiet ${name}" ${attributes} aria-keyshortcuts="${key.toLowerCase()}">` +
  `<span data-word="${name}"></span><kbd>${key}</kbd></button>`;

const opener = (name, key) => button(name, key, `aria-haspopup="menu" aria-expanded="false"`);

const PANE = (letter, key) => `
  <section class="pane" data-label="response_${letter}">
    <header>
      <span class="letter" aria-hidden="true">${letter}</span>
      <h2 data-word="response_${letter}"></h2>
      <div class="safety" role="radiogroup" data-label="safety_${letter}">
        <button type="button" role="radio" aria-checked="false" data-safe="true" data-word="safe"></button>
        <button type="button" role="radio" aria-checked="false" data-safe="false" data-word="unsafe"></button>
      </div>
      <kbd data-title="rates_${letter}">${key}</kbd>
    </header>
    <div class="risks" hidden></div>
    <div class="body" tabindex="0" role="region" data-label="text_${letter}"></div>
    <div class="fade"></div>
  </section>`;

export const PARTS = {
  stage: `
    <div class="conversation" tabindex="0" role="region" data-label="conversation"></div>
    <div class="pair">${PANE("A", "Q")}${PANE("B", "P")}</div>`,
  controls: `
    <div class="ends">
      <span aria-hidden="true" data-word="A_is"></span>
      <div class="question" id="question"></div>
      <span aria-hidden="true" data-word="B_is"></span>
    </div>
    <div class="scale" role="radiogroup" aria-labelledby="question"></div>
    <div class="reasons">
      ${button("why", "W", `aria-pressed="false"`)}
      <div class="chips" role="group" data-label="reasons"></div>
    </div>
    <div class="actions">
      ${button("undo", "U", "")}${button("leave", "Esc", "")}${opener("revise", "E")}
      ${opener("skip", "S")}${opener("flag", "F")}${button("bad", "B", `aria-pressed="false"`)}
      <label class="note">
        <span class="hidden" data-word="comment"></span>
        <textarea rows="1" maxlength="2000" data-placeholder="comment_hint" aria-keyshortcuts="n"></textarea>
        <kbd>N</kbd>
      </label>
      <span class="warning" role="alert"></span>
      <button type="button" class="submit" disabled aria-keyshortcuts="Enter"><span data-word="submit"></span><kbd>Enter</kbd></button>
    </div>`,
};

const [UNDO, ...VIEWS] = SURFACE_KEYS;

export const KEYS = [
  { caps: ["1", "to", "8"], keys: [..."12345678"], does: "keys_choose", act: (deck, key) => deck.digit(Number(key)) },
  { caps: ["Enter"], does: "keys_submit" },
  { caps: ["Q"], does: "keys_safe_A", act: (deck) => deck.panes[0].toggle() },
  { caps: ["P"], does: "keys_safe_B", act: (deck) => deck.panes[1].toggle() },
  { caps: RISK_KEYS, does: "keys_risk", act: (deck, key) => deck.keyedPane?.press(key.toUpperCase()) },
  { caps: SEVERITY_KEYS, does: "keys_severity", act: (deck, key) => deck.keyedPane?.press(key.toUpperCase()) },
  { caps: ["X"], does: "keys_both_safe", act: (deck) => deck.rateAllSafe() },
  { caps: ["B"], does: "keys_bad", act: (deck) => deck.toggleBothBad() },
  { caps: ["W"], does: "keys_why", act: (deck) => deck.reasons.listen(!deck.reasons.isListening) },
  { caps: ["N"], does: "keys_comment", act: (deck) => deck.comment.focus() },
  { caps: ["S"], does: "keys_skip", act: (deck) => deck.openMenu("skip") },
  { caps: ["F"], does: "keys_flag", act: (deck) => deck.openMenu("flag") },
  UNDO,
  { caps: ["E"], does: "keys_revise", act: (deck) => deck.openMenu("revise"), empty: true },
  { caps: ["J"], does: "keys_down", act: (deck) => deck.scrollAll(SCROLL_PX) },
  { caps: ["K"], does: "keys_up", act: (deck) => deck.scrollAll(-SCROLL_PX) },
  ...VIEWS,
];
