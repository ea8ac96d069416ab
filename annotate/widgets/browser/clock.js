// Active time on one item: it runs while the tab is visible and somebody did something within the last minute.

const IDLE_AFTER_MS = 60_000;
const SIGNS_OF_LIFE = ["pointermove", "pointerdown", "keydown", "wheel", "touchstart"];

export class Clock {
  constructor(face) {
    this.face = face;
    this.restart(0);
    this.lastSign = performance.now();
    this.notice = () => {
      this.lastSign = performance.now();
    };
    for (const sign of SIGNS_OF_LIFE) document.addEventListener(sign, this.notice, { passive: true });
    this.timer = setInterval(() => this.tick(), 1000);
  }

  /** Begins a new item that already has so many active seconds. */
  restart(seconds) {
    this.activeMs = seconds * 1000;
    this.tickedAt = performance.now();
    this.running = true;
    this.show();
  }

  pause() {
    this.tick();
    this.running = false;
  }

  get seconds() {
    this.tick();
    return Math.round(this.activeMs / 100) / 10;
  }

  get isActive() {
    return !document.hidden && performance.now() - this.lastSign < IDLE_AFTER_MS;
  }

  tick() {
    const now = performance.now();
    if (this.running && this.isActive) this.activeMs += now - this.tickedAt;
    this.tickedAt = now;
    this.show();
  }

  show() {
    const whole = Math.floor(this.activeMs / 1000);
    this.face.textContent = `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
  }

  destroy() {
    clearInterval(this.timer);
    for (const sign of SIGNS_OF_LIFE) document.removeEventListener(sign, this.notice);
  }
}
