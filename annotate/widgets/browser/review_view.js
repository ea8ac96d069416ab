// What a reviewer reads: the list of what waits, and one of it with its texts.

import { element, keycap, rendered } from "./elements.js";
import { phrase } from "./words.js";

const LETTERS = "ABCDEFGHI";

/** The list, whose present line is marked; a press on a line goes there. */
export function drawList(box, { items, words, nothing }, place, go) {
  box.setAttribute("aria-label", phrase(words, "waiting"));
  box.replaceChildren(...items.map((item, number) => line(item, number === place, () => go(number))));
  if (items.length === 0) box.append(element("p", "none", nothing));
}

function line(item, isHere, go) {
  const button = element("button", "line");
  if (isHere) button.setAttribute("aria-current", "true");
  button.append(element("span", "reason", item.words), element("span", "about", item.about));
  button.addEventListener("click", go);
  return button;
}

/** One of what waits: why it is here, what the label says, and the texts, or the way to them. */
export function drawItem(box, { words, shown, room }, item, uncover) {
  const texts = item.covered ? shown[item.thing] : item;
  box.setAttribute("aria-label", phrase(words, "item"));
  const head = element("header");
  const about = [item.about, item.likely].filter(Boolean).join(", ");
  head.append(element("h2", "", item.words), element("p", "muted", about), element("p", "said", item.said));
  head.append(...lines(item.others, words.others), ...lines(item.rulings, words.rulings));
  box.replaceChildren(head, ...(texts ? read(texts, words) : [cover(words, room, uncover)]));
}

/** Sentences under a heading, if there are any. */
function lines(sentences, title) {
  if (sentences.length === 0) return [];
  const list = element("ul", "marks");
  list.append(...sentences.map((sentence) => element("li", "", sentence)));
  return [element("h3", "", title), list];
}

function cover(words, room, uncover) {
  const box = element("div", "cover");
  box.append(element("p", "", phrase(words, "covered")), element("p", "muted", room));
  const button = element("button", "onward", "");
  button.append(element("span", "", phrase(words, "uncover")), keycap("U"));
  button.addEventListener("click", uncover);
  box.append(button);
  return box;
}

function read({ turns, cards, comment }, words) {
  const parts = [];
  if (comment) parts.push(element("p", "comment", phrase(words, "comment", { text: comment })));
  const conversation = scrolling("turns", phrase(words, "conversation"));
  for (const { role, html } of turns) {
    const turn = element("div", `turn ${role}`);
    turn.append(element("h3", "", phrase(words, role)), rendered(html));
    conversation.append(turn);
  }
  const row = element("div", "cards");
  cards.forEach(({ html, said }, place) => {
    const card = element("article", `card side-${LETTERS[place].toLowerCase()}`);
    const list = element("ul", "marks");
    list.append(...said.map((sentence) => element("li", "", sentence)));
    const text = scrolling("", `${phrase(words, "response")} ${LETTERS[place]}`);
    text.append(rendered(html));
    card.append(element("h3", "", LETTERS[place]), list, text);
    row.append(card);
  });
  return [...parts, conversation, row];
}

/** A box that the keyboard can scroll. */
function scrolling(className, name) {
  const box = element("div", `scrolling ${className}`);
  box.tabIndex = 0;
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", name);
  return box;
}
