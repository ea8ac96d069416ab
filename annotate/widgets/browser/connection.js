// Streamlit's own view of its connection, read from the page.
//
// Its "Connection error" box names a shell command and makes the page inert; it is closed on every page, and the page
// says something useful instead: of the work, where there is some, by itself, and else by the masthead.
// The two test ids are Streamlit's; a browser test holds them.

const STATUS = "[data-testid=stConnectionStatus]";
const DIALOG = "[data-testid=stDialog]";
const LOST = /Connection error|Streamlit server is not responding|Is Streamlit still running/;

/** Counts the parts of this page that say by themselves what becomes of the work. */
const SPEAKERS = "connectionSpeakers";

export function isOffline() {
  return document.querySelector(STATUS) !== null;
}

export function dismissConnectionError() {
  for (const dialog of document.querySelectorAll(DIALOG)) {
    if (LOST.test(dialog.textContent)) dialog.querySelector("button")?.click();
  }
}

/** Whether a dialog of the page is open, in which case keys belong to it. */
export function dialogIsOpen() {
  return document.querySelector(DIALOG) !== null && !isOffline();
}

/** This part of the page says what a lost connection means for the work; the function returned, that it is gone. */
export function speakOfConnection() {
  const { dataset } = document.documentElement;
  const count = (by) => (dataset[SPEAKERS] = Number(dataset[SPEAKERS] ?? 0) + by);
  count(1);
  return () => count(-1);
}

/** Whether some part of the page speaks of the connection. */
export function isSpokenOf() {
  return Number(document.documentElement.dataset[SPEAKERS] ?? 0) > 0;
}
