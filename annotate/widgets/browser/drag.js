// Dragging a response to its place on the rail, by mouse, pen or finger. Knows where the slots are, not what is in them.

/** A press that moves less is a click. */
const SLACK_PX = 6;
/** How far from the rail one may let go and still mean it. */
const REACH_PX = 90;

export class Drag {
  /**
   * @param {HTMLElement} deck
   * @param {{slots: () => HTMLElement[], ghost: (place: number) => HTMLElement,
   *   onOver: (place: number, at: number | null) => void, onDrop: (place: number, at: number | null) => void}} hears
   *   `at` is the slot under the hand, null while it is far from all
   */
  constructor(deck, hears) {
    this.deck = deck;
    this.hears = hears;
    this.now = null;
    this.justDropped = false;
    this.listeners = {
      pointermove: (event) => this.move(event),
      pointerup: (event) => this.end(event, true),
      pointercancel: (event) => this.end(event, false),
      keydown: (event) => event.key === "Escape" && this.end(event, false),
    };
  }

  /** Lets this node be dragged; `placeOf`, given the press, says which response it stands for, null for none. */
  enable(node, placeOf) {
    node.addEventListener("pointerdown", (event) => this.begin(event, placeOf(event)));
    // The press that ended a drag is no click.
    node.addEventListener("click", (event) => this.justDropped && event.stopImmediatePropagation(), true);
  }

  begin(event, place) {
    if (event.button !== 0 || place === null || this.now) return;
    this.now = { place, id: event.pointerId, x: event.clientX, y: event.clientY, ghost: null, at: null };
    for (const [name, listener] of Object.entries(this.listeners)) window.addEventListener(name, listener, true);
  }

  move(event) {
    const { now } = this;
    if (event.pointerId !== now.id) return;
    if (!now.ghost && Math.hypot(event.clientX - now.x, event.clientY - now.y) < SLACK_PX) return;
    event.preventDefault();
    if (!now.ghost) this.lift();
    this.carry(event.clientX, event.clientY);
    now.at = this.slotAt(event.clientX, event.clientY);
    this.hears.onOver(now.place, now.at);
  }

  lift() {
    this.now.ghost = this.hears.ghost(this.now.place);
    this.now.ghost.classList.add("ghost");
    this.deck.classList.add("dragging");
    this.deck.append(this.now.ghost);
  }

  /** The ghost's corner stands where CSS puts it; from there it is carried to the hand. */
  carry(x, y) {
    const { ghost } = this.now;
    ghost.style.translate = "none";
    const { left, top, width, height } = ghost.getBoundingClientRect();
    ghost.style.translate = `${x - left - width / 2}px ${y - top - height / 2}px`;
  }

  /** The slot nearest to the hand, or null. */
  slotAt(x, y) {
    const near = this.hears.slots().map((slot, at) => {
      const { left, right, top, bottom } = slot.getBoundingClientRect();
      const aside = Math.abs(x - (left + right) / 2);
      const away = Math.max(0, top - y, y - bottom);
      return { at, away, far: Math.hypot(aside, away) };
    });
    const nearest = near.reduce((best, one) => (one.far < best.far ? one : best));
    return nearest.away <= REACH_PX ? nearest.at : null;
  }

  end(event, isMeant) {
    const { now } = this;
    if (event.pointerId !== undefined && event.pointerId !== now.id) return;
    for (const [name, listener] of Object.entries(this.listeners)) window.removeEventListener(name, listener, true);
    this.now = null;
    if (!now.ghost) return;
    event.preventDefault();
    event.stopPropagation();
    now.ghost.remove();
    this.deck.classList.remove("dragging");
    this.justDropped = true;
    setTimeout(() => (this.justDropped = false));
    this.hears.onDrop(now.place, isMeant ? now.at : null);
  }

  /** Lets go of whatever is being dragged: there is another item. */
  cancel() {
    if (this.now) this.end(new Event("pointercancel"), false);
  }
}
