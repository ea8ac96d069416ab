// The keys of the writing page. One types here most of the time: outside the texts a key works alone, and in them
// together with Alt, or with Control on a Mac, whose Option key types characters.

import { dialogIsOpen } from "./connection.js";
import { element, keycap } from "./elements.js";
import { isField } from "./keys.js";
import { phrase } from "./words.js";

const IS_MAC = /Mac|iP(hone|ad)/.test(navigator.platform);
const MODIFIER = IS_MAC ? "Ctrl" : "Alt";
export const CHORD = IS_MAC ? ["⌘", "Enter"] : ["Ctrl", "Enter"];

const LETTERS = {
  KeyM: (page) => page.turnMode(),
  KeyW: (page) => page.turnOwn(),
  KeyJ: (page) => page.pass(),
  KeyL: (page) => page.find(".language").focus(),
  KeyS: (page) => page.drawer.toggle("sent"),
  KeyG: (page) => page.drawer.toggle("guidelines"),
  KeyE: (page) => page.focusText(),
};

const LISTED = [
  [CHORD, "key_send"],
  [["Esc"], "key_leave"],
  [["E"], "key_edit"],
  [["M"], "key_mode"],
  [["W"], "key_own"],
  [["J"], "key_another"],
  [["1", "2"], "key_track"],
  [["1", "to", "4"], "key_risk"],
  [["⇧ 1", "to", "⇧ 7"], "key_vector"],
  [["L"], "key_language"],
  [["S"], "key_sent"],
  [["G"], "key_guidelines"],
  [["?"], "key_list"],
];

/** Rows for the list of keys. */
export function keyRows(words) {
  const rows = LISTED.map(([caps, says]) => {
    const row = element("div", "key");
    const left = element("span");
    left.append(...caps.map((cap) => (cap === "to" ? element("span", "to", ` ${words.to} `) : keycap(cap))));
    row.append(left, element("span", "", words[says]));
    return row;
  });
  return [...rows, element("p", "aside", phrase(words, "key_modifier", { key: MODIFIER }))];
}

/** Listens on the whole page; returns the function that stops. */
export function listen(page) {
  const heard = (event) => hear(page, event);
  document.addEventListener("keydown", heard);
  return () => document.removeEventListener("keydown", heard);
}

function hear(page, event) {
  if (event.isComposing || event.defaultPrevented || event.repeat || dialogIsOpen()) return;
  const field = event.composedPath().find(isField);
  if (act(page, event, field)) event.preventDefault();
}

function act(page, event, field) {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return done(page.submit());
  if (event.key === "Escape") return leave(page, field);
  const isAlone = !(event.ctrlKey || event.metaKey || event.altKey) && !field;
  const isModified = IS_MAC ? event.ctrlKey && !event.altKey : event.altKey && !event.ctrlKey;
  if (event.metaKey || !(isAlone || isModified)) return false;
  if (event.key === "?") return done(page.toggleKeys());
  const digit = /^Digit([1-9])$/.exec(event.code);
  if (digit) return page.pick(Number(digit[1]) - 1, event.shiftKey);
  return LETTERS[event.code] ? done(LETTERS[event.code](page)) : false;
}

/** Closes what lies above, the uppermost first; else lets go of the text, so that single keys work. */
function leave(page, field) {
  if (page.close()) return true;
  field?.blur();
  return field !== undefined;
}

function done() {
  return true;
}
