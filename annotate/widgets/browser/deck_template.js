// What Compare adds to the skeleton of a surface, and its keys.

import { switchButton } from "./buttons.js";
import { CONVERSATION, JUDGING_KEYS, OPINION, RESPONSE } from "./judging_template.js";
import { RISK_KEYS, SEVERITY_KEYS } from "./pane.js";
import { SURFACE_KEYS } from "./surface_template.js";

const PANE = (letter, key) =>
  RESPONSE(letter, { key, head: `<span class="letter" aria-hidden="true">${letter}</span>` });

export const PARTS = {
  stage: `
    ${CONVERSATION}
    <div class="pair">${PANE("A", "Q")}${PANE("B", "P")}</div>`,
  controls: `
    <div class="ends">
      <span aria-hidden="true" data-word="A_is"></span>
      <div class="question" id="question"></div>
      <span aria-hidden="true" data-word="B_is"></span>
    </div>
    <div class="scale" role="radiogroup" aria-labelledby="question"></div>
    ${OPINION(switchButton("bad", "B"))}`,
};

const { why, comment, skip, down, up } = JUDGING_KEYS;
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
  why,
  comment,
  skip,
  { caps: ["F"], does: "keys_flag", act: (deck) => deck.openMenu("flag") },
  UNDO,
  { caps: ["E"], does: "keys_revise", act: (deck) => deck.openMenu("revise"), empty: true },
  down,
  up,
  ...VIEWS,
];
