// Unsent judgements in this browser's own storage, one an annotator's pair, so that a reload loses nothing.
// Where the browser refuses storage, drafts are simply not kept.

const PREFIX = "hone.draft.";
const KEPT_MS = 7 * 24 * 3600 * 1000;

export function saveDraft(pair, judgement) {
  try {
    localStorage.setItem(PREFIX + pair, JSON.stringify({ judgement, savedAt: Date.now() }));
  } catch (refused) {
    console.debug("Draft not kept:", refused);
  }
}

/** The draft of this pair, or null. */
export function loadDraft(pair) {
  try {
    const text = localStorage.getItem(PREFIX + pair);
    return text === null ? null : JSON.parse(text).judgement;
  } catch (unreadable) {
    console.debug("Draft not read:", unreadable);
    return null;
  }
}

export function dropDraft(pair) {
  try {
    localStorage.removeItem(PREFIX + pair);
  } catch (refused) {
    console.debug("Draft not dropped:", refused);
  }
}

/** Pairs that were judged elsewhere leave drafts behind; a week later nobody wants them. */
export function dropOldDrafts() {
  try {
    for (const key of Object.keys(localStorage).filter((each) => each.startsWith(PREFIX))) {
      const { savedAt } = JSON.parse(localStorage.getItem(key));
      if (!(Date.now() - savedAt < KEPT_MS)) localStorage.removeItem(key);
    }
  } catch (refused) {
    console.debug("Drafts not tidied:", refused);
  }
}
