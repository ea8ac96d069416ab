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

/** The model's own characters, unchanged; `note` says what is hidden among them. */
export function verbatim({ text, note }) {
  const made = element("div", "prose");
  made.append(element("pre", "verbatim", text));
  if (note) made.append(element("p", "notice", note));
  return made;
}
