// Every key of the deck, in one table: what it does and how the list of keys describes it.
// A key held down repeats nothing, and keys typed into a field belong to the field.

import { dialogIsOpen } from "./connection.js";
import { element, keycap } from "./elements.js";
import { RISK_KEYS, SEVERITY_KEYS } from "./pane.js";

const SCROLL_PX = 140;

/** key, words for the list, action on the deck. */
const KEYS = [
  ["Q", "Safe or unsafe, response A", (deck) => deck.panes[0].toggle()],
  ["P", "Safe or unsafe, response B", (deck) => deck.panes[1].toggle()],
  ["X", "Both are safe", (deck) => deck.rateBothSafe()],
  ["B", "Both are bad", (deck) => deck.toggleBothBad()],
  ["N", "Comment; Esc leaves it", (deck) => deck.comment.focus()],
  ["S", "Skip, then 1 to 4 for the reason", (deck) => deck.menu.toggle("skip")],
  ["F", "Flag, then 1 to 4 for the reason", (deck) => deck.menu.toggle("flag")],
  ["U", "Undo your last label", (deck) => deck.undo()],
  ["J", "Scroll both responses down", (deck) => deck.scrollBoth(SCROLL_PX)],
  ["K", "Scroll both responses up", (deck) => deck.scrollBoth(-SCROLL_PX)],
  ["V", "Raw text, every character as it is", (deck) => deck.toggleRaw()],
  ["G", "Guidelines", (deck) => deck.toggleGuidelines()],
  ["?", "This list", (deck) => deck.toggleKeyList()],
];

const CHIP_KEYS = [...RISK_KEYS, ...SEVERITY_KEYS];

const ACTIONS = new Map([
  ...KEYS.map(([key, , action]) => [key.toLowerCase(), action]),
  ...CHIP_KEYS.map((key) => [key.toLowerCase(), (deck) => deck.keyedPane?.press(key)]),
]);

/** Rows for the list of keys. */
export function keyRows() {
  const rows = KEYS.map(([key, words]) => keyRow([key], words));
  const chips = [keyRow(RISK_KEYS, "Risk of the unsafe response"), keyRow(SEVERITY_KEYS, "Severity of that risk")];
  rows.splice(2, 0, ...chips);
  return [keyRow(["1", "to", "8"], "Choose, left to right"), keyRow(["Enter"], "Submit"), ...rows];
}

function keyRow(caps, words) {
  const row = element("div", "key");
  const left = element("span");
  left.append(...caps.map((cap) => (cap === "to" ? element("span", "to", " to ") : keycap(cap))));
  row.append(left, element("span", "", words));
  return row;
}

/** Listens on the whole page; returns the function that stops. */
export function listenForKeys(deck) {
  const listen = (event) => hear(deck, event);
  document.addEventListener("keydown", listen);
  return () => document.removeEventListener("keydown", listen);
}

function hear(deck, event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
  const path = event.composedPath();
  if (path.some(isField) || dialogIsOpen()) return;
  if (event.key === "Escape") return deck.closePanels();
  if (event.repeat) {
    // A held Enter on a focused button would press it again and again.
    if (event.key === "Enter") event.preventDefault();
    return;
  }
  const done = deck.isEmpty ? actWhenEmpty(deck, event) : act(deck, event, path[0]);
  if (done) {
    event.preventDefault();
    leaveOthers(deck);
  }
}

/** Who judges by keyboard works on the deck: the link that led here lets go of Enter. */
function leaveOthers(deck) {
  const focused = document.activeElement;
  if (focused && focused !== document.body && !deck.host.contains(focused)) focused.blur();
}

function isField(node) {
  return Boolean(node.tagName) && (/^(INPUT|TEXTAREA|SELECT)$/.test(node.tagName) || node.isContentEditable);
}

function act(deck, event, target) {
  if (/^[1-8]$/.test(event.key)) {
    if (deck.menu.isOpen) deck.menu.pick(Number(event.key) - 1);
    else deck.choose(Number(event.key));
    return true;
  }
  if (event.key === "Enter") return pressEnter(deck, target);
  const action = ACTIONS.get(event.key.toLowerCase());
  action?.(deck);
  return action !== undefined;
}

/** Enter on a focused button, link or summary is theirs; anywhere else it submits. */
function pressEnter(deck, target) {
  const isRadio = target.getAttribute?.("role") === "radio";
  if (/^(BUTTON|SUMMARY|A)$/.test(target.tagName) && !isRadio) return false;
  deck.submit();
  return true;
}

/** Nothing to compare: only a label that was just given can be taken back. */
function actWhenEmpty(deck, event) {
  if (event.key.toLowerCase() !== "u") return false;
  deck.undo();
  return true;
}
