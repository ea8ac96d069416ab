// Unsent judgements in this browser's own storage, one a lease, so that a reload loses nothing.
// Where the browser refuses storage, drafts are simply not kept.

const PREFIX = "hone.draft.";
const KEPT_MS = 7 * 24 * 3600 * 1000;

export function saveDraft(lease, judgement) {
  try {
    localStorage.setItem(PREFIX + lease, JSON.stringify({ judgement, savedAt: Date.now() }));
  } catch (refused) {
    console.debug("Draft not kept:", refused);
  }
}

/** The draft of this lease, or null. */
export function loadDraft(lease) {
  try {
    const text = localStorage.getItem(PREFIX + lease);
    return text === null ? null : JSON.parse(text).judgement;
  } catch (unreadable) {
    console.debug("Draft not read:", unreadable);
    return null;
  }
}

export function dropDraft(lease) {
  try {
    localStorage.removeItem(PREFIX + lease);
  } catch (refused) {
    console.debug("Draft not dropped:", refused);
  }
}

/** Leases that ended elsewhere leave drafts behind; a week later nobody wants them. */
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
