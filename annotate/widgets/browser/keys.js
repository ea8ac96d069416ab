// Keys: one table says what each does and how the list of keys describes it.
// A key held down repeats nothing, and keys typed into a field belong to the field; so do those of somebody who
// was writing when it went away, until they pause.
//
// A row is {caps, does, act, keys, empty}: the printed keys; the words' key in the catalogue; the action, which gets
// the surface and the key in lower case; the keys themselves where they are not the caps; and whether it works where
// there is nothing to do. A row without `act` is only listed, one without `does` only acts.

import { dialogIsOpen } from "./connection.js";
import { element, keycap } from "./elements.js";
import { phrase } from "./words.js";

const PAUSE_MS = 700;

/** Rows for the list of keys. */
export function keyRows(table, words) {
  return table.filter((row) => row.does).map((row) => keyRow(row.caps, phrase(words, row.does), phrase(words, "to")));
}

function keyRow(caps, says, to) {
  const row = element("div", "key");
  const left = element("span");
  left.append(...caps.map((cap) => (cap === "to" ? element("span", "to", ` ${to} `) : keycap(cap))));
  row.append(left, element("span", "", says));
  return row;
}

/** Listens on the whole page; returns the function that stops. */
export function listenForKeys(surface, table) {
  const actions = new Map();
  for (const row of table.filter((each) => each.act)) {
    for (const key of row.keys ?? row.caps) actions.set(key.toLowerCase(), row);
  }
  const listen = (event) => hear(surface, actions, event);
  document.addEventListener("keydown", listen);
  return () => document.removeEventListener("keydown", listen);
}

function hear(surface, actions, event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
  const path = event.composedPath();
  if (path.some(isField) || dialogIsOpen()) return;
  if (performance.now() < surface.writesUntil) {
    event.preventDefault();
    return writesOn(surface);
  }
  if (event.key === "Escape") return surface.escape();
  if (event.repeat) {
    // A held Enter on a focused button would press it again and again.
    if (event.key === "Enter") event.preventDefault();
    return;
  }
  if (act(surface, actions, event, path[0])) {
    event.preventDefault();
    leaveOthers(surface);
  }
}

/** Takes the cursor out of the field in which somebody may be writing: what it belonged to is gone. */
export function leaveField(surface) {
  const field = surface.root.activeElement;
  if (!field || !isField(field)) return;
  field.blur();
  writesOn(surface);
}

function writesOn(surface) {
  surface.writesUntil = performance.now() + PAUSE_MS;
}

/** Who works by keyboard works on the surface: the link that led here lets go of Enter. */
function leaveOthers(surface) {
  const focused = document.activeElement;
  if (focused && focused !== document.body && !surface.host.contains(focused)) focused.blur();
}

/** Whether keys typed there are words. */
export function isField(node) {
  return Boolean(node.tagName) && (/^(INPUT|TEXTAREA|SELECT)$/.test(node.tagName) || node.isContentEditable);
}

function act(surface, actions, event, target) {
  const key = event.key.toLowerCase();
  if (/^[1-9]$/.test(key) && surface.menu.isOpen) {
    surface.menu.pick(Number(key) - 1);
    return true;
  }
  if (key === "enter") return pressEnter(surface, target);
  const row = actions.get(key);
  if (row === undefined || (surface.isEmpty && !row.empty)) return false;
  row.act(surface, key, event);
  return true;
}

/** Enter on a focused button, link or summary is theirs; anywhere else it submits. */
function pressEnter(surface, target) {
  const isRadio = target.getAttribute?.("role") === "radio";
  const isTheirs = /^(BUTTON|SUMMARY|A)$/.test(target.tagName) && !isRadio;
  if (isTheirs || surface.isEmpty) return false;
  surface.submit();
  return true;
}
