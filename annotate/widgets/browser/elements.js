// The smallest things that all parts need: making an element and seeing its end. Text is always set as text, never as HTML.

/**
 * A new element.
 * @param {string} tag
 * @param {string} className
 * @param {string | number | null} text
 */
export function element(tag, className = "", text = null) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== null) made.textContent = String(text);
  return made;
}

/** A printed key, as it stands on a button. */
export function keycap(label) {
  return element("kbd", "", label);
}

/** Whether a box that scrolls has more below. */
export function hasMore(box) {
  return box.scrollHeight - box.clientHeight - box.scrollTop > 4;
}

/** Text that the server rendered and cleaned through its allow-list: the only HTML that the deck takes. */
export function rendered(html) {
  const made = element("div", "prose");
  made.innerHTML = html;
  return made;
}

/** Characters that nobody sees and that turn the text behind them about, by their names in Unicode. */
const TURNING = new Map(Object.entries({
  "\u061c": "ALM", "\u200e": "LRM", "\u200f": "RLM", "\u202a": "LRE", "\u202b": "RLE", "\u202c": "PDF",
  "\u202d": "LRO", "\u202e": "RLO", "\u2066": "LRI", "\u2067": "RLI", "\u2068": "FSI", "\u2069": "PDI",
}));
const TURNING_ONE = /([\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069])/u;

/** The model's own characters, unchanged and in their order; `note` says what is hidden among them. */
export function verbatim({ text, note }) {
  const made = element("div", "prose");
  const all = element("pre", "verbatim");
  all.append(...text.split(TURNING_ONE).map((part) => (TURNING.has(part) ? mark(part) : part)));
  made.append(all);
  if (note) made.append(element("p", "notice", note));
  return made;
}

/** A character that turns text, shown by its name; in a box of its own it turns nothing. */
function mark(character) {
  const made = element("span", "mark", character);
  made.dataset.mark = TURNING.get(character);
  made.title = `U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
  made.setAttribute("role", "img");
  made.setAttribute("aria-label", `${made.dataset.mark}, ${made.title}`);
  return made;
}
