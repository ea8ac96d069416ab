// Radio buttons as browsers have them: Tab leads to one of a group, the arrows to the next, around, and choose it.
// The arrows are the group's: no key of the page hears them.

const MOVES = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

export class Radios {
  /**
   * @param {HTMLElement} box with role radiogroup and a name
   * @param {HTMLElement[]} buttons in it, with role radio; a click chooses one
   */
  constructor(box, buttons) {
    this.buttons = buttons;
    box.addEventListener("keydown", (event) => this.move(event));
    this.check(-1);
  }

  /** Shows the one at this index as chosen; -1, none. */
  check(index) {
    this.buttons.forEach((button, at) => {
      button.setAttribute("aria-checked", at === index);
      button.tabIndex = at === Math.max(0, index) ? 0 : -1;
    });
  }

  move(event) {
    const by = MOVES[event.key];
    const from = this.buttons.indexOf(event.target);
    if (!by || from < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    const to = this.buttons.at((from + by) % this.buttons.length);
    to.focus();
    to.click();
  }
}
