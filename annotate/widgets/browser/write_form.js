// What somebody writes, before it is sent: two texts side by side in one draft, and their translation to the
// store's words. Knows nothing of the screen.

import { newId } from "./ids.js";

export const MODES = ["demonstration", "adversarial"];
export const TRACKS = ["helpfulness", "safety"];
/** Prompts passed over that are told to the server, so that it offers others. */
const MOST_PASSED = 200;

export function emptyDraft(language) {
  return {
    mode: "demonstration",
    demonstration: {
      id: newId(), own: false, prompt: "", promptId: null, response: "", track: TRACKS[0], language, passed: [],
    },
    adversarial: { id: newId(), prompt: "", category: null, vector: null, language },
  };
}

/** The draft after what is in this mode was kept: its texts are gone, its choices stay. */
export function afterSending(draft, mode) {
  const kept = draft[mode];
  const empty =
    mode === "demonstration"
      ? { ...kept, prompt: "", promptId: null, response: "", passed: [] }
      : { ...kept, prompt: "", category: null, vector: null };
  return { ...draft, [mode]: { ...empty, id: newId() } };
}

/** The same texts as a new writing: nothing of them is kept under the old id. */
export function renamed(draft, mode) {
  return { ...draft, [mode]: { ...draft[mode], id: newId() } };
}

/** The key of what is still missing, and the field that it belongs to; null when it can go. */
export function missing({ mode, demonstration, adversarial }) {
  if (mode === "adversarial") {
    if (!adversarial.prompt.trim()) return ["missing_attack", "attack"];
    if (adversarial.category === null) return ["missing_risk", "risks"];
    return adversarial.vector === null ? ["missing_vector", "vectors"] : null;
  }
  if (demonstration.own && !demonstration.prompt.trim()) return ["missing_prompt", "prompt"];
  if (!demonstration.own && demonstration.promptId === null) return ["missing_offer", "another"];
  return demonstration.response.trim() ? null : ["missing_response", "response"];
}

/** What the server is asked to keep. */
export function toMessage({ mode, demonstration, adversarial }) {
  if (mode === "adversarial") {
    const { id, prompt, category, vector, language } = adversarial;
    return { kind: mode, adversarial: { writing_id: id, prompt, category, attack_vector: vector, language } };
  }
  const { id, own, prompt, promptId, response, track, language } = demonstration;
  const asked = own ? { prompt, track, language } : { prompt_id: promptId };
  return { kind: mode, demonstration: { writing_id: id, response, ...asked } };
}

/** The request for another prompt, or, with its id, for the one that was offered before. */
export function offerRequest({ demonstration: { track, language, passed } }, promptId) {
  return { kind: "offer", offer: { track, language, passed: passed.slice(-MOST_PASSED), prompt_id: promptId } };
}

/** Words of a text, as people count; of languages without spaces, what the browser takes for words. */
export function countWords(text, locale) {
  const segments = new Intl.Segmenter(locale, { granularity: "word" }).segment(text);
  return [...segments].filter((segment) => segment.isWordLike).length;
}
