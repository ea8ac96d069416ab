// What was decided and typed but not sent: in this browser's storage at once, and on the server soon after, so that
// a reload, a closed tab, another browser and a wiped storage all find it. One draft an annotator's pair.

import { forget, forgetOld, store, stored } from "./stored.js";

const PREFIX = "hone.draft.";
const KEPT_MS = 7 * 24 * 3600 * 1000;
const QUIET_MS = 700;
const ROUTE = "/drafts";
/** Characters up to which a browser finishes a request of a page that is gone; larger ones it refuses outright. */
const OUTLIVES_PAGE = 15_000;

/** Drafts of this page, so that a browser that refuses storage still keeps them while it is open. */
const here = new Map();
/** Of these the server does not know yet. */
const unposted = new Map();
/** Nor of these, whose judgement is on its way. */
const held = new Map();
let timer = null;

/** Keeps a draft; any JSON will do. */
export function saveDraft(pair, judgement) {
  const entry = { judgement, savedAt: Date.now() };
  here.set(pair, entry);
  unposted.set(pair, entry);
  clearTimeout(timer);
  timer = setTimeout(post, QUIET_MS);
  store(PREFIX + pair, entry);
}

/** The newest draft of this pair, of this browser or as the server sent it; null where there is none. */
export function loadDraft(pair, sent) {
  const found = [here.get(pair), stored(PREFIX + pair), sent].filter((entry) => entry?.judgement);
  found.sort((one, other) => other.savedAt - one.savedAt);
  return found[0]?.judgement ?? null;
}

/** The judgement itself is on its way: its draft must not come after it, whatever else is typed. */
export function holdPost(pair) {
  held.set(pair, unposted.get(pair));
  unposted.delete(pair);
}

/** A judgement was refused, or may not arrive: its draft goes to the server after all, with all others. */
export function releasePosts() {
  for (const [pair, entry] of held) if (entry && !unposted.has(pair)) unposted.set(pair, entry);
  held.clear();
  post();
}

/** The label is saved: the server has dropped its copy by itself. */
export function dropDraft(pair) {
  here.delete(pair);
  unposted.delete(pair);
  held.delete(pair);
  forget(PREFIX + pair);
}

/** Pairs that were judged elsewhere leave drafts behind; a week later nobody wants them. */
export function dropOldDrafts() {
  forgetOld(PREFIX, KEPT_MS);
}

/** Sends what the server does not know; also while the page goes away. */
export function post() {
  clearTimeout(timer);
  for (const [pair, entry] of unposted) {
    const body = JSON.stringify({ pair, ...entry });
    const headers = { "Content-Type": "application/json", "X-Hone": "draft" };
    // A draft that does not arrive is still in this browser, and goes with the next one.
    fetch(ROUTE, { method: "POST", body, headers, keepalive: body.length < OUTLIVES_PAGE })
      .then((reply) => {
        if (reply.ok && unposted.get(pair) === entry) unposted.delete(pair);
      })
      .catch((lost) => console.debug("Draft not posted:", lost));
  }
}
