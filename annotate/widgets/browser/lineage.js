// A lineage as a picture: a box a thing, each a way to that thing's own lineage, and a curve where one came of another.
//
// THE SERVER SENDS {name, width, height, box: {width, height}, paths: [d, …], boxes: [{x, y, lines: [text, …], address,
// kind, marked, here}]}. Texts are set as text; addresses are this app's own.

import { element } from "./elements.js";
import { mounting } from "./mounting.js";
import { isDark } from "./theme.js";

const SVG = "http://www.w3.org/2000/svg";
const ROOM = 6;

class Lineage {
  constructor(root) {
    this.host = root.host ?? root;
    this.box = element("div", "reading lineage");
    root.append(this.box);
  }

  update(data) {
    this.box.classList.toggle("dark", isDark(this.host));
    const shown = JSON.stringify(data);
    if (shown === this.shown) return; // a picture stays where it was scrolled to
    this.shown = shown;
    const scroll = element("div", "picture");
    scroll.tabIndex = 0;
    scroll.setAttribute("role", "region");
    scroll.setAttribute("aria-label", data.name);
    scroll.append(picture(data));
    this.box.replaceChildren(scroll);
  }
}

function picture({ width, height, box, paths, boxes }) {
  const svg = drawn("svg", {
    width: width + 2 * ROOM,
    height: height + 2 * ROOM,
    viewBox: `${-ROOM} ${-ROOM} ${width + 2 * ROOM} ${height + 2 * ROOM}`,
  });
  svg.append(...paths.map((d) => drawn("path", { d, class: "edge" })));
  svg.append(...boxes.map((one) => thing(one, box)));
  return svg;
}

function thing({ x, y, lines, address, kind, marked, here }, { width, height }) {
  const classes = ["thing", kind, marked ? "marked" : "", here ? "here" : ""].join(" ").trim();
  const made = address ? drawn("a", { href: address, target: "_self", class: classes }) : drawn("g", { class: classes });
  made.append(drawn("rect", { x, y, width, height, rx: 8 }));
  lines.forEach((words, at) => {
    const text = drawn("text", { x: x + 12, y: y + 20 + 18 * at, class: at ? "under" : "over" });
    text.textContent = words;
    made.append(text);
  });
  return made;
}

function drawn(tag, attributes) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

export default mounting(Lineage);
