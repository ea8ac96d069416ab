// Where a message is written, and, before a chat begins, what sort of chat it shall be. What is typed is a draft of
// its chat, here and on the server, until the server says that the message is durable.

import { loadDraft, saveDraft } from "./drafts.js";
import { Segments } from "./segments.js";
import { phrase } from "./words.js";

const TRACKS = ["helpfulness", "safety"];
const EMPTY = { text: "", track: TRACKS[0], category: null, vector: null };

export class Composer {
  /**
   * @param {(selector: string) => HTMLElement} find
   * @param {{words: object, risks: string[], vectors: string[]}} data
   * @param {{onSend: () => void, onTrack: () => void}} hears
   */
  constructor(find, data, { onSend, onTrack }) {
    this.find = find;
    this.words = data.words;
    this.onTrack = onTrack;
    this.field = find("textarea.message");
    this.pair = null;
    this.draft = { ...EMPTY };
    const named = (values, name) => values.map((value) => ({ value, words: this.words[name(value)] }));
    this.kinds = new Segments(find(".kinds"), named(TRACKS, (track) => `track_${track}_name`), (track) => this.aim(track));
    this.risks = new Segments(
      find(".risk-kinds"), named(data.risks, (risk) => `risk_${risk}`), (category) => this.turn({ category }),
    );
    this.vectors = new Segments(
      find(".vector-kinds"), named(data.vectors, (vector) => `vector_${vector}`), (vector) => this.turn({ vector }),
    );
    this.field.addEventListener("input", () => this.keep({ text: this.field.value }));
    this.field.addEventListener("keydown", (event) => this.hear(event, onSend));
    find(".send").addEventListener("click", onSend);
  }

  /** Turns to this chat's draft; `carried` is a message that was taken back into it. */
  open(pair, sent, carried) {
    if (pair !== this.pair) this.draft = { ...EMPTY, ...loadDraft(pair, sent) };
    this.pair = pair;
    if (carried) this.keep(carried);
    this.show();
  }

  keep(change) {
    this.draft = { ...this.draft, ...change };
    this.object("");
    saveDraft(this.pair, this.draft);
    this.show();
  }

  /** The message is the server's: here and in its drafts the field is empty. */
  clear() {
    this.keep({ text: "" });
  }

  aim(track) {
    this.keep({ track });
    this.onTrack();
  }

  turnTrack() {
    if (!this.find(".opening").hidden) this.aim(TRACKS[1 - TRACKS.indexOf(this.draft.track)]);
  }

  /** Chooses a risk or a way; what is chosen already is let go. */
  turn(change) {
    const [[name, value]] = Object.entries(change);
    this.keep({ [name]: this.draft[name] === value ? null : value });
  }

  hear(event, onSend) {
    if (event.isComposing) return;
    if (event.key === "Escape") this.field.blur();
    else if (event.key === "Enter" && !event.shiftKey) {
      if (!event.repeat) onSend();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** What begins a chat, or the message alone. */
  get request() {
    const { text, track, category, vector } = this.draft;
    const isSafety = track === "safety";
    const risk = isSafety ? { category, attack_vector: vector } : { category: null, attack_vector: null };
    return { message: text, track, ...risk };
  }

  get isEmpty() {
    return this.draft.text.trim() === "";
  }

  object(key) {
    this.find(".objection").textContent = key ? phrase(this.words, key) : "";
  }

  show() {
    const { text, track, category, vector } = this.draft;
    if (this.field.value !== text) this.field.value = text;
    this.kinds.show(track);
    this.risks.show(category);
    this.vectors.show(vector);
    const isSafety = track === "safety";
    this.find(".attack").hidden = !isSafety;
    this.find(".opening .about").textContent = this.words[isSafety ? "opening_safety" : "opening_text"];
    this.find(".send").setAttribute("aria-disabled", this.isEmpty);
  }

  focus() {
    this.field.focus();
  }
}
