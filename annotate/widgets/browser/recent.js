// The labels that this person gave last, asked of the server when they want to change one.

import { phrase } from "./words.js";

const ROUTE = "/labels/recent";

/**
 * What is in the menu of recent labels; where the server does not answer, that is said instead.
 * @param {object} words
 * @param {"pair" | "ranking"} form
 * @param {(said: object) => string} summary a judgement (its ranks, degree, both_bad and safety) in a few words
 */
export async function recentLabels(words, form, summary) {
  const title = phrase(words, "revise_title");
  try {
    const reply = await fetch(`${ROUTE}?form=${form}`, { headers: { "X-Hone": "labels" } });
    if (!reply.ok) throw new Error(`${ROUTE} answered ${reply.status}`);
    const items = (await reply.json()).map(({ label, about, said }) => ({
      value: label,
      words: about,
      detail: summary(said),
    }));
    return { title, items, empty: phrase(words, "revise_none") };
  } catch (lost) {
    console.debug("Recent labels not read:", lost);
    return { title, items: [], empty: phrase(words, "revise_offline") };
  }
}
