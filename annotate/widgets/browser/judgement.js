// What an annotator has decided so far, and its two translations: to the store's words and back.
// Knows nothing of the screen. Places are 0 (A, left) and 1 (B, right).

import { safetyFromMessage, safetyToMessage } from "./safety.js";

/** The eight steps from left to right; `degree` is the store's: 3 significantly, 0 negligibly or unsure. */
export const STEPS = [3, 2, 1, 0, 0, 1, 2, 3].map((degree, at) => ({ value: at + 1, place: at < 4 ? 0 : 1, degree }));

export const LETTERS = [..."ABCDEFGHI"];

/**
 * `seen` is how much of each response came into view, `changes` how often the choice was changed. `tied`: a program
 * said that both are equal, for which the scale has no step; it stays so until a step is chosen.
 */
export function emptyJudgement() {
  return {
    choice: null, bothBad: false, tied: false, safety: [null, null], reasons: [], comment: "", seconds: 0,
    seen: [0, 0], changes: 0,
  };
}

/** The judgement with another choice (null where both are bad); a first choice is no change. */
export function chosen(judgement, choice, bothBad) {
  const isOther = choice !== judgement.choice || bothBad !== judgement.bothBad;
  return { choice, bothBad, tied: false, changes: judgement.changes + (isDecided(judgement) && isOther ? 1 : 0) };
}

/** The place of the preferred response, or null while there is none. */
export function preferred(judgement) {
  return judgement.choice === null ? null : STEPS[judgement.choice - 1].place;
}

/** The places whose safety is still to be rated. */
export function unrated(judgement) {
  return [0, 1].filter((place) => judgement.safety[place] === null);
}

export function isDecided(judgement) {
  return judgement.choice !== null || judgement.bothBad || judgement.tied;
}

/** Whether the preferred response is unsafe while the other is safe: worth a second look. */
export function prefersTheUnsafe(judgement) {
  const place = preferred(judgement);
  if (place === null || unrated(judgement).length > 0) return false;
  return !judgement.safety[place].safe && judgement.safety[1 - place].safe;
}

/** The judgement in the store's words (`store.messages.Judgement`), by shown place; 1 is best. */
export function toMessage(judgement) {
  const place = preferred(judgement);
  return {
    ranks: place === null ? [1, 1] : [place === 0 ? 1 : 2, place === 1 ? 1 : 2],
    degree: place === null ? 0 : STEPS[judgement.choice - 1].degree,
    both_bad: judgement.bothBad,
    safety: safetyToMessage(judgement.safety),
    reasons: judgement.reasons,
    comment: judgement.comment,
    seconds: judgement.seconds,
    seen_share: judgement.seen,
    changes: judgement.changes,
  };
}

/** The judgement that the store's words describe; null makes an empty one. */
export function fromMessage(message) {
  if (!message) return emptyJudgement();
  const [first, second] = message.ranks;
  const place = first < second ? 0 : 1;
  const step = STEPS.find((each) => each.place === place && each.degree === message.degree);
  return {
    choice: first === second ? null : step.value,
    bothBad: message.both_bad,
    tied: first === second && !message.both_bad,
    safety: safetyFromMessage(message.safety, 2),
    reasons: message.reasons ?? [],
    comment: message.comment ?? "",
    seconds: message.seconds ?? 0,
    seen: message.seen_share?.length > 0 ? message.seen_share : [0, 0],
    changes: message.changes ?? 0,
  };
}
