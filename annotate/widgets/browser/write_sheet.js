// What the writing page looks like: the two sheets, the choices beside them, the button that sends. It shows a draft
// and tells of presses; what they mean is the page's affair.

import { element, keycap, rendered } from "./elements.js";
import { Segments } from "./segments.js";
import { fill, phrase } from "./words.js";
import { MODES, TRACKS, countWords, missing } from "./write_form.js";
import { CHORD, keyRows } from "./write_keys.js";
import { TEMPLATE } from "./write_template.js";

const SMALLEST_HEIGHT = 520;
const BOTTOM_MARGIN = 14;

export class Sheet {
  /**
   * @param {Node} root
   * @param {{words: object, locale: string, risks: string[], vectors: string[], languages: string[]}} data
   * @param {object} page hears `turnMode`, `turnOwn`, `aim` and `keep`
   */
  constructor(root, data, page) {
    this.root = root;
    this.host = root.host ?? root;
    this.words = data.words;
    this.locale = data.locale;
    const holder = element("div", "frame");
    holder.innerHTML = TEMPLATE;
    fill(holder, this.words);
    root.append(holder);
    this.deck = this.find(".deck");
    this.build(data, page);
  }

  find(selector) {
    return this.root.querySelector(selector);
  }

  build({ risks, vectors, languages, locale }, page) {
    const origins = ["collection", "own"];
    this.groups = {
      mode: new Segments(this.find(".modes"), this.named(MODES), (mode) => page.turnMode(mode)),
      from: new Segments(this.find(".from"), this.named(origins), (from) => page.turnOwn(from === "own")),
      track: new Segments(this.find(".track"), this.named(TRACKS), (track) => page.aim({ track })),
      risks: new Segments(this.find(".risks"), this.explained(risks, "", ""), (category) => page.keep({ category })),
      vectors: new Segments(
        this.find(".vectors"), this.explained(vectors, "⇧ ", "_vector"), (vector) => page.keep({ vector }),
      ),
    };
    const names = new Intl.DisplayNames(locale, { type: "language" });
    this.find(".language").replaceChildren(
      ...languages.map((code) => Object.assign(element("option", "", names.of(code)), { value: code })),
    );
    this.find(".keylist .rows").replaceChildren(...keyRows(this.words));
    this.find(".chord").replaceWith(...CHORD.map(keycap));
  }

  named(values) {
    return values.map((value) => ({ value, words: this.words[value] }));
  }

  /** Options with a sentence each and the key that picks them; "other" is a risk and a way, in words of their own. */
  explained(values, shift, ending) {
    return values.map((value, at) => {
      const key = this.words[value + ending] ? value + ending : value;
      return { value, words: this.words[key], hint: this.words[`${key}_hint`], cap: `${shift}${at + 1}` };
    });
  }

  /** Puts the draft's texts into the fields. */
  begin({ demonstration, adversarial }) {
    this.find("textarea.prompt").value = demonstration.prompt;
    this.find("textarea.response").value = demonstration.response;
    this.find("textarea.attack").value = adversarial.prompt;
  }

  show(draft, isSending) {
    const { mode, demonstration, adversarial } = draft;
    const isAttack = mode === "adversarial";
    this.find(".sheet.demonstration").hidden = isAttack;
    this.find(".sheet.adversarial").hidden = !isAttack;
    this.find(".teaches").hidden = isAttack;
    this.groups.mode.show(mode);
    this.groups.from.show(demonstration.own ? "own" : "collection");
    this.groups.track.show(demonstration.track);
    this.groups.risks.show(adversarial.category);
    this.groups.vectors.show(adversarial.vector);
    this.find(".language").value = draft[mode].language;
    this.showLength("response", demonstration.response);
    this.showLength("attack", adversarial.prompt);
    this.showSending(isSending, missing(draft) === null);
  }

  showLength(name, text) {
    const n = countWords(text, this.locale);
    this.find(`[data-of=${name}]`).textContent = phrase(this.words, n === 1 ? "words_one" : "words_many", { n });
  }

  showSending(isSending, isComplete) {
    this.deck.classList.toggle("busy", isSending);
    for (const field of this.root.querySelectorAll("textarea")) field.readOnly = isSending;
    const button = this.find(".submit");
    button.setAttribute("aria-disabled", isSending || !isComplete);
    button.firstElementChild.textContent = this.words[isSending ? "sending" : "send"];
  }

  /** The prompt to respond to: that of the collection, in its absence `instead`, or the field for one's own. */
  showOffer(own, offered, instead) {
    this.find("textarea.prompt").hidden = !own;
    this.find(".another").hidden = own;
    const box = this.find(".offer");
    box.hidden = own;
    if (offered) box.replaceChildren(...offered.turns.map((turn) => this.turn(turn, offered.turns.length > 1)));
    else box.replaceChildren(element("p", "aside", this.words[instead]));
    box.scrollTop = 0;
  }

  turn({ role, html }, isNamed) {
    const box = element("div", "turn");
    if (isNamed) box.append(element("div", "speaker", this.words[role] ?? role));
    box.append(rendered(html));
    return box;
  }

  /** Says what is missing and leads there. */
  object(key, field) {
    this.warn(this.words[key]);
    const box = this.find(`.${field}`);
    (box.matches("textarea, button") ? box : box.querySelector("[tabindex='0']")).focus();
  }

  warn(sentence) {
    this.find(".warning").textContent = sentence;
  }

  toggleKeys() {
    const list = this.find(".keylist");
    list.hidden = !list.hidden;
    this.find(".quiet.keys").setAttribute("aria-expanded", !list.hidden);
  }

  /** One fixed screen: the texts take what room there is. */
  size() {
    const top = Math.max(0, this.host.getBoundingClientRect().top);
    const height = Math.max(SMALLEST_HEIGHT, window.innerHeight - top - BOTTOM_MARGIN);
    this.deck.style.setProperty("--height", `${height}px`);
  }
}
