// A verdict and what goes with it: why, what made the label wrong, and what it should have been. What was begun is
// kept in this browser until it is saved, so that a reload costs nothing.

import { element, keycap } from "./elements.js";
import { Marks } from "./review_marks.js";
import { safetyToMessage } from "./safety.js";
import { forget, forgetOld, store, stored } from "./stored.js";
import { phrase } from "./words.js";

export const VERDICTS = [
  { key: "Y", verdict: "confirm" },
  { key: "O", verdict: "overturn" },
  { key: "X", verdict: "exclude" },
  { key: "S", verdict: "send back" },
];
const FOR_FLAGS = new Set(["confirm", "overturn"]);
const PREFIX = "hone.ruling.";
const KEPT_MS = 24 * 3600 * 1000;
const DEGREES = [3, 2, 1, 0];
const NOTHING = { verdict: null, why: "", cause: null, better: null, degree: 2 };

export class Ruling {
  /** @param {(message: object) => void} send called with what was decided */
  constructor(send) {
    this.send = send;
    this.box = element("form", "ruling");
    this.box.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    forgetOld(PREFIX, KEPT_MS);
  }

  /** A verdict that was begun on this item stays as it is. */
  show(item, { words, causes, risks }) {
    const isSame = this.item?.thing === item.thing;
    Object.assign(this, { item, words, causes, risks });
    if (isSame) return;
    this.begun = { ...NOTHING, safety: [null, null], ...stored(PREFIX + item.thing)?.begun };
    this.draw();
  }

  say(key, values) {
    return phrase(this.words, key, values);
  }

  /** Another verdict keeps what was typed. */
  open(verdict) {
    if (this.item.flag && !FOR_FLAGS.has(verdict)) return;
    this.keep({ verdict });
    this.draw();
    this.box.querySelector(".submit").scrollIntoView({ block: "nearest" });
  }

  /** Into the field for why. */
  write() {
    this.box.querySelector("textarea")?.focus();
  }

  close() {
    if (!this.begun?.verdict) return;
    this.keep({ verdict: null });
    this.draw();
  }

  /** It was saved: nothing of it is kept. */
  end() {
    forget(PREFIX + this.item.thing);
    this.begun = { ...NOTHING, safety: [null, null] };
    this.draw();
  }

  keep(change) {
    this.begun = { ...this.begun, ...change };
    store(PREFIX + this.item.thing, { begun: this.begun, savedAt: Date.now() });
  }

  cause(number) {
    this.box.querySelectorAll(".cause button")[number]?.click();
  }

  prefer(letter) {
    this.box.querySelector(`.better [data-better="${letter}"]`)?.click();
  }

  /** By how much, one step on and around. */
  turnDegree() {
    const field = this.box.querySelector("select");
    if (!field) return;
    field.selectedIndex = (field.selectedIndex + 1) % field.length;
    this.keep({ degree: Number(field.value) });
  }

  mark(place) {
    if (this.box.querySelector(".marking")) this.marks.toggle(place);
  }

  submit() {
    const { verdict, cause, better, degree, safety } = this.begun;
    if (!verdict) return;
    const why = this.begun.why.trim() || (verdict === "confirm" ? this.say("right") : "");
    if (!why) {
      this.warn("say_why");
      return this.write();
    }
    const judges = verdict === "overturn" && this.item.pair;
    const marks = judges && this.item.asks_safety ? safety : [];
    if (judges && better === null && marks.some((mark) => mark !== null)) return this.warn("say_better");
    if (better !== null && marks.length && !this.marks.isWhole) return this.warn("say_safety");
    this.send({
      verdict,
      why,
      cause: this.asksCause ? cause : null,
      better: judges ? better : null,
      degree: judges && better !== null ? (better === "t" ? 0 : degree) : null,
      safety: better !== null ? safetyToMessage(marks) : [],
    });
  }

  warn(key) {
    this.box.querySelector(".warning").textContent = this.say(key);
  }

  draw() {
    this.box.setAttribute("aria-label", this.say("verdict"));
    this.box.replaceChildren(this.verdicts(), ...(this.begun.verdict ? this.particulars() : []));
  }

  verdicts() {
    const row = element("div", "verdicts");
    for (const { key, verdict } of VERDICTS) {
      if (this.item.flag && !FOR_FLAGS.has(verdict)) continue;
      const button = element("button", "quiet verdict");
      button.type = "button";
      button.setAttribute("aria-pressed", String(this.begun.verdict === verdict));
      button.append(element("span", "", this.say(this.item.flag ? `flag_${verdict}` : verdict)), keycap(key));
      button.addEventListener("click", () => this.open(verdict));
      row.append(button);
    }
    return row;
  }

  get asksCause() {
    return this.begun.verdict !== "confirm" && !this.item.flag;
  }

  particulars() {
    const parts = [];
    if (this.begun.verdict === "overturn" && this.item.pair) parts.push(...this.judgement());
    if (this.asksCause) parts.push(this.causeRow());
    const end = element("button", "submit");
    end.append(element("span", "", this.say("save")), keycap("Enter"));
    const warning = element("p", "warning");
    warning.setAttribute("role", "status");
    return [...parts, this.reason(), warning, end];
  }

  reason() {
    const label = element("label", "why");
    const name = element("span", "", `${this.say("why")} `);
    name.append(keycap("W"));
    const field = element("textarea");
    field.placeholder = this.begun.verdict === "confirm" ? this.say("right") : "";
    field.maxLength = 2000;
    field.rows = 2;
    field.value = this.begun.why;
    field.addEventListener("input", () => this.keep({ why: field.value }));
    field.addEventListener("keydown", (event) => this.hearField(event));
    label.append(name, field);
    return label;
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

  judgement() {
    const row = this.choices("better", this.say("better"), ["a", "b", "t"].map((letter) => ({
      value: letter, words: this.say(`better_${letter}`), cap: letter.toUpperCase(),
    })));
    const degree = element("select");
    degree.setAttribute("aria-label", this.say("degree"));
    degree.append(...DEGREES.map((number) => new Option(this.say(`degree_${number}`), String(number))));
    degree.value = String(this.begun.degree);
    degree.addEventListener("change", () => this.keep({ degree: Number(degree.value) }));
    row.append(degree, keycap("D"));
    if (!this.item.asks_safety) return [row];
    this.marks = new Marks(this.begun.safety, this, (safety) => this.keep({ safety }));
    return [row, this.marks.box];
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
      button.setAttribute("aria-pressed", String(this.begun[kind] === value));
      button.append(element("span", "", words), keycap(cap));
      button.addEventListener("click", () => this.choose(kind, value, row));
      row.append(button);
    }
    return row;
  }

  choose(kind, value, row) {
    this.keep({ [kind]: this.begun[kind] === value ? null : value });
    for (const button of row.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button.dataset[kind] === this.begun[kind]));
    }
  }
}
