// What Rank adds to the skeleton of a surface, and its keys. Letters are responses; a letter that names none of those
// on the screen is a key as it is in Compare, and with Shift it always is.

import { button, switchButton } from "./buttons.js";
import { LETTERS } from "./judgement.js";
import { CONVERSATION, JUDGING_KEYS, OPINION, RESPONSE } from "./judging_template.js";
import { RISK_KEYS, SEVERITY_KEYS } from "./pane.js";
import { SURFACE_KEYS } from "./surface_template.js";

/** A response's card, whose words are still to be filled in. */
export const CARD = (letter, number) =>
  RESPONSE(letter, {
    key: number,
    kind: "card",
    head: `<button type="button" class="take" data-label="take_${letter}"><span class="letter">${letter}</span></button>`,
    tools: `
      <span class="place"></span>
      <button type="button" class="single" aria-pressed="false" data-label="single_${letter}"></button>`,
  });

export const PARTS = {
  stage: `
    ${CONVERSATION}
    <div class="cards"></div>`,
  controls: `
    <div class="ask">
      <div class="question" id="question"></div>
      <div class="hint"></div>
      ${button("back", "⌫")}${switchButton("none", "0")}
    </div>
    <div class="railrow">
      <span class="end" aria-hidden="true" data-word="best"></span>
      <ol class="rail" data-label="rail"></ol>
      <span class="end" aria-hidden="true" data-word="worst"></span>
      <span class="hidden order" aria-live="polite"></span>
    </div>
    ${OPINION()}`,
};

const { why, comment, skip, down, up } = JUDGING_KEYS;
const [UNDO, RAW, GUIDELINES, LIST] = SURFACE_KEYS;

/** What a letter does with Shift, or where it names no response. */
const COMMANDS = new Map([
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
  why,
  comment,
  skip,
  shifted(["F"], "keys_flag"),
  UNDO,
  shifted(["E"], "keys_revise"),
  down,
  up,
  RAW,
  shifted(["G"], GUIDELINES.does),
  LIST,
];
