// Two answers on their way: one request of /api/chat, read line by line, and taken up again where the line breaks.
//
// The server works on without us, and knows a message by its turn_id: to say it again is to ask how it stands.

const FOLDER = "/api/chat";
const HEADERS = { "Content-Type": "application/json", "X-Hone": "1" };
/** Between two tries; after the last one it is given up, and the person may try. */
const PAUSES_MS = [700, 1500, 3000, 6000, 6000, 6000, 6000];
/** The server shows a sign of life every 10 s; after so long without one the line is dead. */
const SILENCE_MS = 25_000;
/** Frames after which nothing comes. */
const LAST = new Set(["kept", "failed", "stopped", "idle"]);

export class AnswerStream {
  /** @param {(frame: object) => void} onFrame hears every frame, and {kind: "refused" | "lost", message} of our own */
  constructor(onFrame) {
    this.onFrame = onFrame;
    this.control = null;
  }

  get isOpen() {
    return this.control !== null;
  }

  /** Sends a message, or asks how it stands. */
  say(request) {
    return this.open("say", request);
  }

  /** Hears what is under way for this person. */
  attach() {
    return this.open("attach", {});
  }

  /** The server gives up; the stream then ends by itself. */
  async stop() {
    await this.ask("stop", {}).catch((lost) => console.debug("Not stopped:", lost));
  }

  /** Hears no more; the work goes on. */
  detach() {
    this.control?.abort();
    this.control = null;
  }

  async open(name, request) {
    this.detach();
    const control = new AbortController();
    this.control = control;
    let tried = 0;
    while (!control.signal.aborted) {
      const outcome = await this.read(name, request, control);
      if (outcome === "again") tried = 0;
      else if (outcome === "ended") return;
      if (tried >= PAUSES_MS.length) return this.end(control, { kind: "lost" });
      if (!control.signal.aborted) this.onFrame({ kind: "retry" });
      await pause(PAUSES_MS[tried], control.signal);
      tried += 1;
    }
  }

  /** One request: "ended" by its last frame, "again" when it broke after something came, else "broken". */
  async read(name, request, control) {
    let outcome = "broken";
    const line = new AbortController();
    const cut = () => line.abort();
    control.signal.addEventListener("abort", cut);
    try {
      const reply = await this.ask(name, request, line.signal);
      if (!reply.ok) return this.refuse(reply, control);
      for await (const frame of frames(reply.body, cut)) {
        if (control.signal.aborted) return "ended";
        outcome = "again";
        if (LAST.has(frame.kind)) return this.end(control, frame);
        this.onFrame(frame);
      }
    } catch (broken) {
      console.debug("The answers broke off:", broken);
    } finally {
      control.signal.removeEventListener("abort", cut);
    }
    return outcome;
  }

  ask(name, request, signal) {
    return fetch(`${FOLDER}/${name}`, { method: "POST", headers: HEADERS, body: JSON.stringify(request), signal });
  }

  /** The server would not: a sentence of its own says why, unless it is in trouble itself. */
  async refuse(reply, control) {
    const said = await reply.json().catch(() => ({}));
    if (reply.status >= 500) return "broken";
    return this.end(control, { kind: "refused", message: said.error ?? "" });
  }

  end(control, frame) {
    if (this.control === control) {
      this.control = null;
      this.onFrame(frame);
    }
    return "ended";
  }
}

/** The lines of a body as JSON; `cut` ends it when nothing has come for long. */
async function* frames(body, cut) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let kept = "";
  let silence = setTimeout(cut, SILENCE_MS);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      clearTimeout(silence);
      if (done) return;
      silence = setTimeout(cut, SILENCE_MS);
      const lines = (kept + value).split("\n");
      kept = lines.pop();
      for (const line of lines) if (line) yield JSON.parse(line);
    }
  } finally {
    clearTimeout(silence);
    reader.cancel().catch(() => {});
  }
}

function pause(ms, signal) {
  return new Promise((wake) => {
    const timer = setTimeout(wake, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      wake();
    });
  });
}
