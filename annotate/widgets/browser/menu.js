// The menus behind buttons: of reasons to skip and to flag, of the last labels. While one is open, digits pick from it.

import { element, keycap } from "./elements.js";

const MOVES = { ArrowDown: 1, ArrowUp: -1 };

export class Menu {
  /**
   * @param {HTMLElement} box
   * @param {Object<string, HTMLElement>} openers the button of each kind of menu
   * @param {(kind: string) => Promise<Menu> | {title: string, items: object[], empty: string}} contents
   *   what is in it: items of {words, detail, value}; it may take a moment
   * @param {(kind: string, value: string) => void} onPick
   */
  constructor(box, openers, contents, onPick) {
    this.box = box;
    this.openers = openers;
    this.contents = contents;
    this.onPick = onPick;
    this.kind = null;
    this.items = [];
    for (const kind of Object.keys(openers)) openers[kind].addEventListener("click", () => this.toggle(kind));
  }

  get isOpen() {
    return this.kind !== null;
  }

  async toggle(kind) {
    if (this.kind === kind) return this.close();
    this.close();
    this.kind = kind;
    const contents = this.contents(kind);
    const shown = contents instanceof Promise ? await contents : contents;
    if (this.kind !== kind) return;
    this.items = shown.items;
    this.box.replaceChildren(element("b", "", shown.title), this.list(shown));
    this.box.hidden = false;
    this.box.querySelector("button")?.focus();
    const { offsetLeft, offsetParent } = this.openers[kind];
    const most = (offsetParent?.clientWidth ?? Infinity) - this.box.offsetWidth;
    this.box.style.left = `${Math.max(0, Math.min(offsetLeft, most))}px`;
    this.openers[kind].setAttribute("aria-expanded", "true");
  }

  list({ title, items, empty }) {
    if (items.length === 0) return element("p", "", empty);
    const list = element("div");
    list.setAttribute("role", "menu");
    list.setAttribute("aria-label", title);
    list.append(...items.map((item, index) => this.row(item, index)));
    list.addEventListener("keydown", (event) => this.move(event, list));
    return list;
  }

  /** The arrows go from item to item, and around. */
  move(event, list) {
    const by = MOVES[event.key];
    if (!by) return;
    event.preventDefault();
    const rows = [...list.children];
    rows.at((rows.indexOf(event.target.closest("button")) + by) % rows.length).focus();
  }

  row({ words, detail }, index) {
    const made = element("button");
    made.type = "button";
    made.setAttribute("role", "menuitem");
    const said = element("span", "said");
    said.append(element("span", "", words));
    if (detail) said.append(element("span", "detail", detail));
    made.append(keycap(index + 1), said);
    made.addEventListener("click", () => this.pick(index));
    return made;
  }

  /** Takes the item at this index; an index that is not there does nothing. */
  pick(index) {
    const kind = this.kind;
    const item = this.items[index];
    if (item === undefined) return;
    this.close();
    this.onPick(kind, item.value);
  }

  /** A press anywhere but on the menu, or on the buttons that open it, closes it. */
  closeUnless(target) {
    const own = [this.box, ...Object.values(this.openers)];
    if (!own.some((each) => each.contains(target))) this.close();
  }

  close() {
    if (!this.isOpen) return;
    // Focus must not vanish with the menu, and on no button: there Enter would press it and not submit.
    if (this.box.contains(this.box.getRootNode().activeElement)) this.box.closest(".deck").focus();
    this.box.hidden = true;
    this.items = [];
    this.openers[this.kind].setAttribute("aria-expanded", "false");
    this.kind = null;
  }
}
