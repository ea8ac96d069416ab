// Texts of people and models to be read beside Streamlit's own widgets: prose as the server rendered and cleaned it,
// lines that changed, and responses beside each other with what was said of them.
//
// THE SERVER SENDS {parts, words}; each part is one of
//   {kind: "prose" | "preview", title, html}: as long as it is, or in a box that scrolls
//   {kind: "changes", title, lines: [{change: "same" | "added" | "removed", text}]}
//   {kind: "table", title, heads: [words, …], rows: [{cells: [text, …], address, words}]}, one head more than cells
//   {kind: "responses", turns: [{role, html}], cards: [{letter, html, said: [sentence, …]}]}

import { element, rendered } from "./elements.js";
import { mounting } from "./mounting.js";
import { isDark } from "./theme.js";

const SIGNS = { same: "", added: "+", removed: "−" };
const LETTERS = "ABCDEFGHI";

class Reading {
  constructor(root) {
    this.host = root.host ?? root;
    this.box = element("div", "reading");
    root.append(this.box);
  }

  update({ parts, words }) {
    this.box.classList.toggle("dark", isDark(this.host));
    const shown = JSON.stringify(parts);
    if (shown === this.shown) return; // what is read stays where it was scrolled to
    this.shown = shown;
    this.box.replaceChildren(...parts.map((part) => this.part(part, words)));
  }

  part(part, words) {
    const box = element("section", `part-${part.kind}`);
    if (part.title) box.append(element("h3", "", part.title));
    if (part.kind === "prose" || part.kind === "preview") box.append(scrolling(rendered(part.html), part.title || words.text));
    if (part.kind === "changes") box.append(scrolling(changes(part.lines, words), part.title || words.changes));
    if (part.kind === "table") box.append(scrolling(table(part), part.title || words.text));
    if (part.kind === "responses") box.append(...responses(part, words));
    return box;
  }
}

/** A box that the keyboard can scroll, where it is long. */
function scrolling(content, name) {
  const box = element("div", "scrolling");
  box.tabIndex = 0;
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", name);
  box.append(content);
  return box;
}

function changes(lines, words) {
  const list = element("div", "lines");
  for (const { change, text } of lines) {
    const line = element("div", `line ${change}`);
    const sign = element("span", "sign", SIGNS[change]);
    sign.ariaHidden = "true";
    line.append(sign);
    if (change !== "same") line.append(element("span", "spoken", words[change]));
    line.append(element("span", "words", text || " "));
    list.append(line);
  }
  return list;
}

function table({ heads, rows }) {
  const box = element("table");
  const head = element("tr");
  for (const words of heads) {
    const cell = element("th", "", words);
    cell.scope = "col";
    head.append(cell);
  }
  const top = element("thead");
  top.append(head);
  const body = element("tbody");
  for (const { cells, address, words } of rows) {
    const row = element("tr");
    row.append(...cells.map((text) => element("td", "", text)));
    const last = element("td", "to");
    if (address) {
      const link = element("a", "", words);
      link.href = address;
      link.target = "_self";
      last.append(link);
    }
    row.append(last);
    body.append(row);
  }
  box.append(top, body);
  return box;
}

function responses({ turns, cards }, words) {
  const conversation = element("div", "turns");
  for (const { role, html } of turns) {
    const turn = element("div", `turn ${role}`);
    turn.append(element("h4", "", words[role]), rendered(html));
    conversation.append(turn);
  }
  const row = element("div", "cards");
  cards.forEach(({ html, said }, place) => {
    const card = element("article", `card side-${LETTERS[place].toLowerCase()}`);
    const heading = element("h4", "", LETTERS[place]);
    const list = element("ul", "said");
    list.append(...said.map((sentence) => element("li", "", sentence)));
    card.append(heading, list, scrolling(rendered(html), `${words.response} ${LETTERS[place]}`));
    row.append(card);
  });
  return [scrolling(conversation, words.conversation), row];
}

export default mounting(Reading);
