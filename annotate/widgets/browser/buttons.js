// Buttons with a printed key, as HTML whose words are filled in from the catalogue.

/** Keys as ARIA calls them, where the print is another. */
const SPOKEN = { Esc: "Escape", "⌫": "Backspace" };

/**
 * A quiet one.
 * @param {string} name its class, and its words unless `words` names others
 * @param {string} key as it is printed
 */
export const button = (name, key, { words = name, attributes = "" } = {}) =>
  `<button type="button" class="quiet ${name}" ${attributes} aria-keyshortcuts="${SPOKEN[key] ?? key}">` +
  `<span data-word="${words}"></span><kbd>${key}</kbd></button>`;

/** One that stays pressed. */
export const switchButton = (name, key) => button(name, key, { attributes: `aria-pressed="false"` });

/** One that opens a menu. */
export const opener = (name, key, words = name) =>
  button(name, key, { words, attributes: `aria-haspopup="menu" aria-expanded="false"` });

/** One that opens a panel beside the work. */
export const panelOpener = (name, key, words = name) =>
  button(name, key, { words, attributes: `aria-expanded="false"` });

/** The one that opens the list of keys: its name is not seen. */
export const KEY_LIST = (words) =>
  `<button type="button" class="quiet keys" aria-expanded="false" aria-keyshortcuts="?" data-title="${words}">` +
  `<span class="hidden" data-word="${words}"></span><kbd>?</kbd></button>`;

/** The one that closes a panel. */
export const CLOSE = `<button type="button" class="quiet close"><span data-word="close"></span><kbd>Esc</kbd></button>`;
