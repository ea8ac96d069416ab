// Streamlit's own view of its connection, read from the page.
//
// Its "Connection error" box names a shell command and makes the page inert; it is closed, and the deck says
// something useful instead. The two test ids are Streamlit's; a browser test holds them.

const STATUS = "[data-testid=stConnectionStatus]";
const DIALOG = "[data-testid=stDialog]";
const LOST = /Connection error|Streamlit server is not responding|Is Streamlit still running/;

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
