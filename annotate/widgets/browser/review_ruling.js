// A verdict and what goes with it: why, what made the label wrong, and what it should have been.

import { element, keycap } from "./elements.js";
import { phrase } from "./words.js";

export const VERDICTS = [
  { key: "Y", verdict: "confirm" },
  { key: "O", verdict: "overturn" },
  { key: "X", verdict: "exclude" },
  { key: "S", verdict: "send back" },
];
const FOR_FLAGS = new Set(["confirm", "overturn"]);

export class Ruling {
  /** @param {(message: object) => void} send called with what was decided */
  constructor(send) {
    this.send = send;
    this.box = element("form", "ruling");
    this.box.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
  }

  /** A verdict that was begun on this item stays as it is. */
  show(item, { words, causes }) {
    const isSame = this.item?.thing === item.thing;
    Object.assign(this, { item, words, causes });
    if (isSame) return;
    this.verdict = null;
    this.draw();
  }

  say(key, values) {
    return phrase(this.words, key, values);
  }

  open(verdict) {
    if (this.item.flag && !FOR_FLAGS.has(verdict)) return;
    this.verdict = verdict;
    this.chosen = { cause: null, better: null };
    this.draw();
    this.box.querySelector(".submit").scrollIntoView({ block: "nearest" });
  }

  /** Into the field for why. */
  write() {
    this.box.querySelector("textarea")?.focus();
  }

  close() {
    if (this.verdict === null || this.verdict === undefined) return;
    this.verdict = null;
    this.draw();
  }

  cause(number) {
    const button = this.box.querySelectorAll(".cause button")[number];
    button?.click();
  }

  prefer(letter) {
    this.box.querySelector(`.better [data-better="${letter}"]`)?.click();
  }

  submit() {
    if (!this.verdict) return;
    const why = this.box.querySelector("textarea").value.trim() || (this.verdict === "confirm" ? this.say("right") : "");
    if (!why) {
      this.box.querySelector(".warning").textContent = this.say("say_why");
      return this.box.querySelector("textarea").focus();
    }
    const { cause, better } = this.chosen;
    const degree = this.box.querySelector("select")?.value;
    const unsafe = [...this.box.querySelectorAll(".unsafe input")].map((mark) => mark.checked);
    this.send({ verdict: this.verdict, why, cause, better, degree: degree ? Number(degree) : null, unsafe });
  }

  draw() {
    this.box.setAttribute("aria-label", this.say("verdict"));
    this.box.replaceChildren(this.verdicts(), ...(this.verdict ? this.particulars() : []));
  }

  verdicts() {
    const row = element("div", "verdicts");
    for (const { key, verdict } of VERDICTS) {
      if (this.item.flag && !FOR_FLAGS.has(verdict)) continue;
      const button = element("button", "quiet verdict");
      button.type = "button";
      button.setAttribute("aria-pressed", String(this.verdict === verdict));
      button.append(element("span", "", this.say(this.item.flag ? `flag_${verdict}` : verdict)), keycap(key));
      button.addEventListener("click", () => this.open(verdict));
      row.append(button);
    }
    return row;
  }

  particulars() {
    const parts = [];
    if (this.verdict === "overturn" && this.item.pair) parts.push(this.betterRow());
    if (this.verdict !== "confirm" && !this.item.flag) parts.push(this.causeRow());
    const label = element("label", "why");
    const name = element("span", "", `${this.say("why")} `);
    name.append(keycap("W"));
    const field = element("textarea");
    field.placeholder = this.verdict === "confirm" ? this.say("right") : "";
    field.maxLength = 2000;
    field.rows = 2;
    field.addEventListener("keydown", (event) => this.hearField(event));
    label.append(name, field);
    const end = element("button", "submit");
    end.append(element("span", "", this.say("save")), keycap("Enter"));
    parts.push(label, element("p", "warning"), end);
    return parts;
  }

  /** Enter ends it, Escape leaves the field, and then the verdict. */
  hearField(event) {
    if (event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      if (!event.repeat) this.submit();
    }
    if (event.key === "Escape") event.target.blur();
  }

  causeRow() {
    return this.choices("cause", this.say("cause"), this.causes.map(({ cause, words }, number) => ({
      value: cause, words, cap: String(number + 1),
    })));
  }

  betterRow() {
    const row = this.choices("better", this.say("better"), ["a", "b", "t"].map((letter) => ({
      value: letter, words: this.say(`better_${letter}`), cap: letter.toUpperCase(),
    })));
    const degree = element("select");
    degree.setAttribute("aria-label", this.say("degree"));
    degree.append(...[3, 2, 1, 0].map((number) => new Option(this.say(`degree_${number}`), String(number), number === 2, number === 2)));
    row.append(degree);
    if (this.item.safety.length) row.append(...this.item.safety.map((unsafe, place) => this.unsafeMark(unsafe, place)));
    return row;
  }

  unsafeMark(unsafe, place) {
    const label = element("label", "unsafe");
    const mark = element("input");
    mark.type = "checkbox";
    mark.checked = unsafe;
    label.append(mark, this.say("unsafe", { letter: "AB"[place] }));
    return label;
  }

  choices(kind, name, offered) {
    const row = element("div", kind);
    row.setAttribute("role", "group");
    row.setAttribute("aria-label", name);
    row.append(element("span", "muted", name));
    for (const { value, words, cap } of offered) {
      const button = element("button", "quiet");
      button.type = "button";
      button.dataset[kind] = value;
      button.setAttribute("aria-pressed", "false");
      button.append(element("span", "", words), keycap(cap));
      button.addEventListener("click", () => this.choose(kind, value, row));
      row.append(button);
    }
    return row;
  }

  choose(kind, value, row) {
    this.chosen[kind] = this.chosen[kind] === value ? null : value;
    for (const button of row.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button.dataset[kind] === this.chosen[kind]));
    }
  }
}
