// The reviewer's desk: what waits on the left, one of it on the right with its texts, and a verdict by keys.
//
// THE SERVER SENDS {words, ack, message, refused, items, nothing, shown, causes, risks, room}:
//   items    what waits, in order: {thing, reason, words, about, likely, covered, flag, edits, verdicts, pair,
//            asks_safety, said, others, rulings, turns, cards, comment}; `said` tells the label's judgement, `others`
//            those of others, `rulings` the verdicts so far; a covered one has no texts until `shown` has them
//   shown    texts that were uncovered, by thing: {turns: [{role, html}], cards: [{html, said}], comment}
//   nothing  what stands in the place of no items
//   causes   what may have made a label wrong, in words;   risks   those that an unsafe response can run
//   room     how many covered texts may be looked at
// IT SENDS {kind: "uncover", thing} and
// {kind: "rule", thing, edits, verdicts, verdict, why, cause, found_by, better, degree, safety}.

import { Delivery } from "./delivery.js";
import { element, keycap } from "./elements.js";
import { keyRows, listenForKeys } from "./keys.js";
import { mounting } from "./mounting.js";
import { MARK_KEYS } from "./review_marks.js";
import { Ruling, VERDICTS } from "./review_ruling.js";
import { drawItem, drawList } from "./review_view.js";
import { isDark } from "./theme.js";
import { phrase } from "./words.js";

const FRESH_MS = 250;

class Review {
  constructor(root) {
    this.root = root;
    this.host = root.host ?? root;
    this.menu = { isOpen: false };
    this.writesUntil = 0;
    this.box = element("div", "deck desk");
    this.list = element("nav", "waiting");
    this.item = element("section", "item");
    this.ruling = new Ruling((message) => this.rule(message));
    this.told = element("p", "told");
    this.told.setAttribute("role", "status");
    this.keys = element("details", "keys");
    this.box.append(this.list, this.item, this.ruling.box, this.told, this.keys);
    root.append(this.box);
    this.delivery = new Delivery(() => this.tell(this.say("late"), true));
    this.stopKeys = listenForKeys(this, KEYS);
  }

  say(key, values) {
    return phrase(this.data.words, key, values);
  }

  get isEmpty() {
    return this.current === undefined;
  }

  get current() {
    return this.data?.items[this.place];
  }

  update(data, channel) {
    this.delivery.channel = channel;
    this.box.classList.toggle("dark", isDark(this.host));
    const settled = this.delivery.settle(data.ack);
    const before = this.current?.thing;
    this.data = data;
    // Who was ruled on is gone from the list, and the next one has moved up to its place.
    const place = data.items.findIndex((one) => one.thing === before);
    this.place = Math.min(place < 0 ? (this.place ?? 0) : place, Math.max(0, data.items.length - 1));
    if (settled) {
      this.tell(data.message, data.refused);
      if (settled.kind === "rule" && !data.refused) this.ruling.end();
    }
    this.draw();
  }

  draw() {
    const key = JSON.stringify([this.data, this.place]);
    if (key === this.drawn) return;
    this.drawn = key;
    this.freshUntil = performance.now() + FRESH_MS;
    this.listKeys();
    drawList(this.list, this.data, this.place, (place) => this.go(place));
    this.item.hidden = this.isEmpty;
    this.ruling.box.hidden = this.isEmpty;
    if (this.isEmpty) return;
    drawItem(this.item, this.data, this.current, () => this.uncover());
    this.ruling.show(this.current, this.data);
  }

  listKeys() {
    if (this.keys.firstChild) return;
    const title = element("summary", "", `${this.say("keys_title")} `);
    title.append(keycap("?"));
    this.keys.append(title, ...keyRows(KEYS, this.data.words));
  }

  toggleKeyList() {
    this.keys.open = !this.keys.open;
    if (this.keys.open) this.keys.scrollIntoView({ block: "nearest" });
  }

  go(place) {
    if (place < 0 || place >= this.data.items.length || this.delivery.isBusy) return;
    this.place = place;
    this.ruling.close();
    this.draw();
    this.list.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
  }

  uncover() {
    if (this.isCovered && !this.delivery.isBusy) this.delivery.send({ kind: "uncover", thing: this.current.thing });
  }

  get isCovered() {
    return this.current.covered && !this.data.shown[this.current.thing];
  }

  /** A verdict by its key; a key that was meant for the item before does nothing. */
  choose(verdict) {
    if (performance.now() < this.freshUntil || this.delivery.isBusy) return;
    if (this.isCovered) return this.tell(this.say("look_first"), true);
    this.ruling.open(verdict);
  }

  rule(message) {
    this.tell("", false);
    const { thing, edits, verdicts, reason } = this.current;
    this.delivery.send({ kind: "rule", thing, edits, verdicts, found_by: reason, ...message });
  }

  tell(sentence, isRefused) {
    this.told.textContent = sentence;
    this.told.classList.toggle("refused", isRefused);
  }

  submit() {
    if (this.isCovered) this.tell(this.say("look_first"), true);
    else if (!this.delivery.isBusy) this.ruling.submit();
  }

  escape() {
    this.ruling.close();
  }

  destroy() {
    this.stopKeys();
    this.delivery.clear();
  }
}

const KEYS = [
  { caps: ["J"], keys: ["j", "ArrowDown"], does: "key_down", act: (desk) => desk.go(desk.place + 1) },
  { caps: ["K"], keys: ["k", "ArrowUp"], does: "key_up", act: (desk) => desk.go(desk.place - 1) },
  { caps: ["U"], does: "uncover", act: (desk) => desk.uncover() },
  ...VERDICTS.map(({ key, verdict }) => ({ caps: [key], does: verdict, act: (desk) => desk.choose(verdict) })),
  { caps: ["A", "B", "T"], does: "better", act: (desk, key) => desk.ruling.prefer(key) },
  { caps: ["D"], does: "degree", act: (desk) => desk.ruling.turnDegree() },
  ...MARK_KEYS.map((cap, place) => ({ caps: [cap], does: `key_mark_${place}`, act: (desk) => desk.ruling.mark(place) })),
  { caps: ["1", "2", "3"], does: "cause", act: (desk, key) => desk.ruling.cause(Number(key) - 1) },
  { caps: ["W"], does: "key_why", act: (desk) => desk.ruling.write() },
  { caps: ["Enter"], does: "save" },
  { caps: ["Esc"], does: "key_leave" },
  { caps: ["?"], does: "keys_list", act: (desk) => desk.toggleKeyList(), empty: true },
];

export default mounting(Review);
