// The judging surface. One server run a submitted item; everything before that happens here.
//
// The server sends {lease, pair, ack, message, tone, …}. `ack` names the last message that it has seen: with a new
// lease it was accepted, with the same lease it was not. Nothing else settles a message, so none is ever lost.

import { Clock } from "./clock.js";
import { dismissConnectionError, isOffline } from "./connection.js";
import { showConversation } from "./conversation.js";
import { Delivery } from "./delivery.js";
import { dropDraft, dropOldDrafts, loadDraft, saveDraft } from "./drafts.js";
import { hasMore, rendered } from "./elements.js";
import {
  emptyJudgement,
  fromMessage,
  isDecided,
  preferred,
  prefersTheUnsafe,
  toMessage,
  ungraded,
  unrated,
} from "./judgement.js";
import { keyRows, listenForKeys } from "./keys.js";
import { Menu } from "./menu.js";
import { Pane } from "./pane.js";
import { Scale } from "./scale.js";
import { TEMPLATE } from "./template.js";
import { isDark } from "./theme.js";

/** Keys pressed for the last item must not fall on the new one. */
const GUARD_MS = 250;
const MESSAGE_MS = 2200;
const REFUSAL_MS = 8000;
const RENEW_EVERY_MS = 120_000;
const LOOK_EVERY_MS = 3000;
const SMALLEST_HEIGHT = 560;
const BOTTOM_MARGIN = 14;

class Deck {
  constructor(root) {
    this.root = root;
    this.host = root.host ?? root;
    const holder = document.createElement("div");
    holder.className = "frame";
    holder.innerHTML = TEMPLATE;
    root.append(holder);
    this.deck = this.find(".deck");
    this.lease = undefined;
    this.judgement = emptyJudgement();
    this.raw = false;
    this.guardedUntil = 0;
    this.confirmed = false;
    this.build();
    this.wire();
    dropOldDrafts();
  }

  find(selector) {
    return this.root.querySelector(selector);
  }

  build() {
    this.comment = this.find("textarea");
    this.clock = new Clock(this.find(".clock"));
    this.delivery = new Delivery(() => this.say("Not saved yet, trying again", "late", 0));
    this.scale = new Scale(this.find(".scale"), (value) => this.choose(value));
    this.panes = [...this.root.querySelectorAll(".pane")].map(
      (box, place) => new Pane(box, place, (at, safety) => this.rate(at, safety)),
    );
    const openers = { skip: this.find(".skip"), flag: this.find(".flag") };
    this.menu = new Menu(this.find(".menu"), openers, (kind, reason) => this.giveBack(kind, reason));
    this.find(".keylist .rows").append(...keyRows());
  }

  wire() {
    this.find(".submit").addEventListener("click", () => this.submit());
    for (const button of this.root.querySelectorAll(".undo")) button.addEventListener("click", () => this.undo());
    this.find(".bad").addEventListener("click", () => this.toggleBothBad());
    this.find(".raw").addEventListener("click", () => this.toggleRaw());
    this.find(".guide").addEventListener("click", () => this.toggleGuidelines());
    this.find(".keys").addEventListener("click", () => this.toggleKeyList());
    for (const button of this.root.querySelectorAll(".close")) {
      button.addEventListener("click", () => this.closePanels());
    }
    // Folding does not bubble, so it is heard on its way down.
    for (const change of ["scroll", "toggle"]) {
      this.find(".conversation").addEventListener(change, () => this.fade(), { capture: true, passive: true });
    }
    this.comment.addEventListener("input", () => this.keep({ comment: this.comment.value }));
    this.comment.addEventListener("keydown", (event) => this.leaveComment(event));
    this.root.addEventListener("pointerdown", (event) => this.menu.closeUnless(event.target));
    this.stopKeys = listenForKeys(this);
    this.fit = () => this.size();
    window.addEventListener("resize", this.fit);
    this.observer = new ResizeObserver(this.fit);
    this.observer.observe(document.body);
    this.watch = setInterval(() => this.watchConnection(), 1000);
    this.renewal = setInterval(() => this.renew(), RENEW_EVERY_MS);
    this.lookout = setInterval(() => this.look(), LOOK_EVERY_MS);
  }

  destroy() {
    this.stopKeys();
    window.removeEventListener("resize", this.fit);
    this.observer.disconnect();
    for (const timer of [this.watch, this.renewal, this.lookout]) clearInterval(timer);
    this.clock.destroy();
    this.delivery.destroy();
  }

  // ---- what the server says -------------------------------------------------------------------------------------

  update(data, channel) {
    this.delivery.channel = channel;
    this.deck.classList.toggle("dark", isDark(this.host));
    const isSettled = this.delivery.settles(data.ack);
    if (this.delivery.isBusy && !isSettled) this.insist(data);
    else if (data.lease !== this.lease) this.begin(data, isSettled);
    else this.refresh(data, isSettled);
    this.lastAck = data.ack;
    this.size();
  }

  /** The server drew the page without having seen what is pending: that comes before anything new. */
  insist(data) {
    if (data.ack !== this.lastAck || data.lease !== this.lease) this.delivery.hurry();
  }

  get isEmpty() {
    return this.lease === null;
  }

  /** A new lease, or none. Where nothing was sent, the old one was over; the pair may be the same one again. */
  begin(data, isAccepted) {
    const isSame = !isAccepted && data.lease !== null && data.pair === this.data?.pair;
    const isNews = this.data !== undefined && data.ack !== this.lastAck;
    if (isAccepted && this.lease !== null && this.delivery.finishes) dropDraft(this.data.pair);
    this.delivery.settle();
    this.lease = data.lease;
    this.data = data;
    this.showProgress(data);
    if (isSame) return;
    this.guardedUntil = performance.now() + GUARD_MS;
    this.deck.classList.remove("busy");
    this.closeMenus();
    this.warn("");
    this.showEmptiness(data);
    if (data.lease !== null) this.deal(data);
    if (isNews) this.say(data.message, data.tone, data.tone === "late" ? REFUSAL_MS : MESSAGE_MS);
  }

  /** Shows a pair with nothing decided, or with the draft of it. */
  deal(data) {
    this.judgement = loadDraft(data.pair) ?? fromMessage(data.draft);
    this.confirmed = false;
    this.ratedLast = null;
    this.raw = false;
    this.clock.restart(this.judgement.seconds);
    this.comment.value = this.judgement.comment;
    this.find(".question").textContent = data.question;
    this.find(".drawer .text").replaceChildren(rendered(data.guidelines));
    for (const pane of this.panes) pane.offerRisks(data.risks);
    this.showTexts();
    this.showJudgement();
  }

  /** The same lease, or still none: the page was drawn again, maybe to refuse what was sent. */
  refresh(data, isRefused) {
    this.data = data;
    this.showProgress(data);
    if (this.isEmpty) this.showEmptiness(data);
    if (isRefused) this.resume(data);
  }

  /** The same pair again: the message was seen and not accepted, and the sentence says why. */
  resume(data) {
    this.delivery.settle();
    this.deck.classList.remove("busy");
    this.clock.restart(this.judgement.seconds);
    this.showJudgement();
    this.say(data.message, data.tone, REFUSAL_MS);
  }

  // ---- what the annotator does ----------------------------------------------------------------------------------

  get isGuarded() {
    return this.delivery.isBusy || performance.now() < this.guardedUntil;
  }

  choose(value) {
    if (this.isGuarded) return;
    this.keep({ choice: value, bothBad: false });
  }

  toggleBothBad() {
    if (this.isGuarded) return;
    this.keep({ choice: null, bothBad: !this.judgement.bothBad });
  }

  rate(place, safety) {
    if (this.delivery.isBusy) return;
    this.ratedLast = place;
    this.keep({ safety: this.judgement.safety.map((old, at) => (at === place ? safety : old)) });
  }

  /** The unsafe response whose risk the letters name: the one rated last, where both are unsafe. */
  get keyedPane() {
    const unsafe = this.panes.filter((pane) => pane.isUnsafe);
    return unsafe.find((pane) => pane.place === this.ratedLast) ?? unsafe[0];
  }

  rateBothSafe() {
    if (this.delivery.isBusy) return;
    const safe = { safe: true, category: null, severity: 0 };
    this.keep({ safety: [safe, { ...safe }] });
  }

  /** Takes a change into the judgement, on the screen and into the draft. */
  keep(change) {
    this.judgement = { ...this.judgement, ...change, seconds: this.clock.seconds };
    this.confirmed = false;
    this.warn("");
    this.showJudgement();
    saveDraft(this.data.pair, this.judgement);
  }

  submit() {
    if (this.isGuarded) return;
    const objection = this.objection();
    if (objection) return this.warn(objection);
    this.judgement.seconds = this.clock.seconds;
    this.dispatch({ kind: "submit", judgement: toMessage(this.judgement) });
  }

  /** Why the judgement cannot go yet, or an empty string. */
  objection() {
    if (!isDecided(this.judgement)) return "Choose 1 to 8 first.";
    const missing = unrated(this.judgement);
    for (const place of missing) this.panes[place].markMissing();
    if (missing.length > 0) return "Rate safety: X if both are safe, or Q and P.";
    const [bare] = ungraded(this.judgement);
    if (bare !== undefined) {
      this.ratedLast = bare;
      this.showJudgement();
      this.panes[bare].markUngraded();
      return "Say how grave the risk is: M, I or E.";
    }
    if (prefersTheUnsafe(this.judgement) && !this.confirmed) {
      this.confirmed = true;
      return "You prefer the unsafe response. Submit again if that is right.";
    }
    return "";
  }

  giveBack(kind, reason) {
    if (!this.isGuarded) this.dispatch({ kind, reason });
  }

  undo() {
    if (!this.isGuarded) this.dispatch({ kind: "undo" });
  }

  dispatch(message) {
    this.closeMenus();
    this.warn("");
    this.clock.pause();
    this.delivery.send({ ...message, lease: this.lease });
    this.deck.classList.add("busy");
    this.find(".submit").disabled = true;
  }

  /** Keeps the lease alive while somebody works on it. */
  renew() {
    if (this.lease && this.clock.isActive) this.delivery.mention({ kind: "renew", lease: this.lease });
  }

  /** Asks again whether there is something to compare. */
  look() {
    if (this.isEmpty && !document.hidden) this.delivery.mention({ kind: "look", lease: null });
  }

  leaveComment(event) {
    const leaves = event.key === "Escape" || (event.key === "Enter" && !event.shiftKey);
    if (!leaves || event.isComposing) return;
    event.preventDefault();
    event.stopPropagation();
    this.comment.blur();
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.submit();
  }

  scrollBoth(pixels) {
    for (const pane of this.panes) pane.scrollBy(pixels);
  }

  toggleRaw() {
    this.raw = !this.raw;
    this.showTexts();
  }

  toggleGuidelines() {
    this.openPanel(".drawer", ".guide", this.find(".drawer").hidden);
  }

  toggleKeyList() {
    this.openPanel(".keylist", ".keys", this.find(".keylist").hidden);
  }

  openPanel(panel, opener, open) {
    this.find(panel).hidden = !open;
    this.find(opener).setAttribute("aria-expanded", open);
    this.deck.classList.toggle("guided", !this.find(".drawer").hidden);
    requestAnimationFrame(this.fit);
  }

  closeMenus() {
    this.menu.close();
    this.openPanel(".keylist", ".keys", false);
  }

  closePanels() {
    if (this.menu.isOpen || !this.find(".keylist").hidden) return this.closeMenus();
    this.openPanel(".drawer", ".guide", false);
  }

  // ---- what is seen ---------------------------------------------------------------------------------------------

  showEmptiness(data) {
    this.deck.classList.toggle("idle", data.lease === null);
    this.find(".empty").hidden = data.lease !== null;
    this.find(".empty .reason").textContent = data.reason;
    this.find(".empty .undo").hidden = data.done === 0;
  }

  showProgress(data) {
    this.find(".batch").textContent = data.batch;
    this.find(".count").textContent =
      data.lease === null ? `${data.done} done` : `${data.done} done, ${data.total - data.done} open`;
    const meter = this.find(".meter");
    meter.setAttribute("aria-valuemax", Math.max(1, data.total));
    meter.setAttribute("aria-valuenow", data.done);
    meter.firstElementChild.style.width = `${(100 * data.done) / Math.max(1, data.total)}%`;
  }

  showTexts() {
    showConversation(this.find(".conversation"), this.data.turns, this.raw);
    this.panes.forEach((pane, place) => pane.showText(this.data.responses[place], this.raw));
    this.find(".raw").setAttribute("aria-pressed", this.raw);
    this.fade();
  }

  showJudgement() {
    const best = preferred(this.judgement);
    this.scale.show(this.judgement.choice);
    this.panes.forEach((pane, place) => {
      pane.showSafety(this.judgement.safety[place]);
      pane.showPreferred(best === place);
    });
    for (const pane of this.panes) pane.showKeys(pane === this.keyedPane);
    this.find(".bad").setAttribute("aria-pressed", this.judgement.bothBad);
    this.find(".submit").disabled = !isDecided(this.judgement) || this.delivery.isBusy;
  }

  warn(sentence) {
    this.find(".warning").textContent = sentence;
  }

  /** A word in the strip; it goes after `lasts` milliseconds, or stays where that is 0. */
  say(sentence, tone, lasts) {
    const status = this.find(".status");
    status.textContent = sentence;
    status.classList.toggle("late", tone === "late");
    clearTimeout(this.hush);
    if (lasts > 0) this.hush = setTimeout(() => this.say("", "", 0), lasts);
  }

  watchConnection() {
    dismissConnectionError();
    const offline = isOffline();
    if (offline) {
      const busy = this.delivery.isBusy;
      this.say(`Offline. Your ${busy ? "answer is kept and will be sent." : "work is kept on this page."}`, "late", 0);
    } else if (this.wasOffline) {
      this.say(this.delivery.isBusy ? "Back online, sending your answer" : "Back online", "", MESSAGE_MS);
      if (this.delivery.isBusy) this.delivery.hurry();
    }
    this.wasOffline = offline;
  }

  /** One fixed screen: the controls never move, the texts scroll within. */
  size() {
    const top = Math.max(0, this.host.getBoundingClientRect().top);
    const height = Math.max(SMALLEST_HEIGHT, window.innerHeight - top - BOTTOM_MARGIN);
    this.deck.style.setProperty("--height", `${height}px`);
    this.deck.style.setProperty("--controls", `${this.find(".controls").offsetHeight + 10}px`);
    this.fade();
  }

  fade() {
    const conversation = this.find(".conversation");
    conversation.classList.toggle("more", hasMore(conversation));
    for (const pane of this.panes) pane.fade();
  }
}

const decks = new WeakMap();

/** Streamlit calls this at every change of data or theme, and the returned function when the deck leaves the page. */
export default function mount({ data, parentElement, setTriggerValue }) {
  const deck = decks.get(parentElement) ?? new Deck(parentElement);
  decks.set(parentElement, deck);
  deck.update(data, (message) => setTriggerValue("answer", message));
  return () => {
    deck.destroy();
    decks.delete(parentElement);
  };
}
