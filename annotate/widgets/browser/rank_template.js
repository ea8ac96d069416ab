// What Rank adds to the skeleton of a surface, and its keys. Letters are responses; a letter that names none of those
// on the screen is a key as it is in Compare, and with Shift it always is.

import { LETTERS } from "./judgement.js";
import { RISK_KEYS, SEVERITY_KEYS } from "./pane.js";
import { SURFACE_KEYS } from "./surface_template.js";

const SCROLL_PX = 140;

const button = (name, key, attributes = "") =>
  `<button type="button" class="quiet ${name}" ${attributes} aria-keyshortcuts="${key}">` +
  `<span data-word="${name}"></span><kbd>${key}</kbd></button>`;

const opener = (name, key) => button(name, key, `aria-haspopup="menu" aria-expanded="false"`);

/** A response's card, whose words are still to be filled in. */
export const CARD = (letter, number) => `
  <section class="pane card" data-label="response_${letter}">
    <header>
      <button type="button" class="take" data-label="take_${letter}"><span class="letter">${letter}</span></button>
      <h2 data-word="response_${letter}"></h2>
      <span class="place"></span>
      <button type="button" class="single" aria-pressed="false" data-label="single_${letter}"></button>
      <div class="safety" role="radiogroup" data-label="safety_${letter}">
        <button type="button" role="radio" aria-checked="false" data-safe="true" data-word="safe"></button>
        <button type="button" role="radio" aria-checked="false" data-safe="false" data-word="unsafe"></button>
      </div>
      <kbd data-title="rates_${letter}">${number}</kbd>
    </header>
    <div class="risks" hidden></div>
    <div class="body" tabindex="0" role="region" data-label="text_${letter}"></div>
    <div class="fade"></div>
  </section>`;

export const PARTS = {
  stage: `
    <div class="conversation" tabindex="0" role="region" data-label="conversation"></div>
    <div class="cards"></div>`,
  controls: `
    <div class="ask">
      <div class="question" id="question"></div>
      <div class="hint"></div>
      ${button("back", "⌫")}${button("none", "0", `aria-pressed="false"`)}
    </div>
    <div class="railrow">
      <span class="end" aria-hidden="true" data-word="best"></span>
      <ol class="rail" data-label="rail"></ol>
      <span class="end" aria-hidden="true" data-word="worst"></span>
      <span class="hidden order" aria-live="polite"></span>
    </div>
    <div class="reasons">
      ${button("why", "W", `aria-pressed="false"`)}
      <div class="chips" role="group" data-label="reasons"></div>
    </div>
    <div class="actions">
      ${button("undo", "U")}${button("leave", "Esc")}${opener("revise", "E")}${opener("skip", "S")}${opener("flag", "F")}
      <label class="note">
        <span class="hidden" data-word="comment"></span>
        <textarea rows="1" maxlength="2000" data-placeholder="comment_hint" aria-keyshortcuts="n"></textarea>
        <kbd>N</kbd>
      </label>
      <span class="warning" role="alert"></span>
      <button type="button" class="submit" disabled aria-keyshortcuts="Enter"><span data-word="submit"></span><kbd>Enter</kbd></button>
    </div>`,
};

const [UNDO, RAW, GUIDELINES, LIST] = SURFACE_KEYS;

/** What a letter does with Shift, or where it names no response. */
export const COMMANDS = new Map([
  ...[...RISK_KEYS, ...SEVERITY_KEYS].map((key) => [key, (rank) => rank.keyedPane?.press(key)]),
  ["E", (rank) => rank.openMenu("revise")],
  ["F", (rank) => rank.openMenu("flag")],
  ["G", GUIDELINES.act],
]);

/** A letter with Shift, which `letters` hears. */
const shifted = (caps, does) => ({ caps: ["⇧", ...caps], does });

/** A letter is a response; with Shift, or where there is no such response, a command. */
function hearLetter(rank, key, { shiftKey }) {
  const letter = key.toUpperCase();
  const place = LETTERS.indexOf(letter);
  if (!rank.isEmpty && !shiftKey && place < rank.cards.panes.length) rank.lay(place);
  else if (!rank.isEmpty || letter === "E") COMMANDS.get(letter)?.(rank);
}

export const KEYS = [
  { caps: ["A", "to", "I"], keys: LETTERS, does: "keys_place", empty: true, act: hearLetter },
  { caps: ["="], does: "keys_equal", act: (rank) => rank.tie() },
  { caps: ["⌫"], keys: ["Backspace"], does: "keys_back", act: (rank) => rank.takeBack() },
  { caps: ["←", "→"], keys: ["ArrowLeft"], does: "keys_move", act: (rank) => rank.turn(-1) },
  { caps: ["→"], keys: ["ArrowRight"], act: (rank) => rank.turn(1) },
  { caps: ["0"], does: "keys_none", act: (rank) => rank.toggleNone() },
  { caps: ["Enter"], does: "keys_submit" },
  { caps: ["1", "to", "9"], keys: [..."123456789"], does: "keys_safe", act: (rank, key) => rank.digit(Number(key)) },
  { caps: ["X"], does: "keys_all_safe", act: (rank) => rank.rateAllSafe() },
  shifted(RISK_KEYS, "keys_risk"),
  shifted(SEVERITY_KEYS, "keys_severity"),
  { caps: SEVERITY_KEYS, keys: ["O", "M", "T"], act: (rank, key) => COMMANDS.get(key.toUpperCase())(rank) },
  { caps: ["Z"], does: "keys_single", act: (rank) => rank.cards.toggleSingle(rank.atHand ?? 0) },
  { caps: ["W"], does: "keys_why", act: (rank) => rank.reasons.listen(!rank.reasons.isListening) },
  { caps: ["N"], does: "keys_comment", act: (rank) => rank.comment.focus() },
  { caps: ["S"], does: "keys_skip", act: (rank) => rank.openMenu("skip") },
  shifted(["F"], "keys_flag"),
  UNDO,
  shifted(["E"], "keys_revise"),
  { caps: ["J"], does: "keys_down", act: (rank) => rank.scrollAll(SCROLL_PX) },
  { caps: ["K"], does: "keys_up", act: (rank) => rank.scrollAll(-SCROLL_PX) },
  RAW,
  shifted(["G"], GUIDELINES.does),
  LIST,
];
