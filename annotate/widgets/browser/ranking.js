// What an annotator has decided about K responses so far, and its two translations: to the store's words and back.
// Knows nothing of the screen. Places are 0 (A) to K - 1.

import { emptyRail, isAllEqual, isAsDealt, isComplete, railOf, ranks } from "./rail.js";
import { safetyFromMessage, safetyToMessage } from "./safety.js";

/** The store's degree of a ranking: nobody is asked for it, and where all are equal there is none. */
const DEGREE = 2;
const NO_DEGREE = 0;

/** `seen` is how much of each response came into view, `changes` how often an order that was complete was changed. */
export function emptyRanking(count) {
  const [safety, seen] = [Array(count).fill(null), Array(count).fill(0)];
  const rail = emptyRail(count);
  return { rail, noneAcceptable: false, safety, reasons: [], comment: "", seconds: 0, seen, changes: 0 };
}

/** What is new of a ranking that has another order. */
export function ordered(ranking, rail) {
  return { rail, changes: ranking.changes + (isComplete(ranking.rail) ? 1 : 0) };
}

/** Where none is acceptable, an order is welcome and not asked for. */
export function isDecided(ranking) {
  return isComplete(ranking.rail) || ranking.noneAcceptable;
}

/** Whether it is the order as it was dealt, which may be nobody's opinion. */
export function isUntouched(ranking) {
  return isAsDealt(ranking.rail);
}

/** The places whose safety is still to be rated: all or none where it is optional. */
export function unrated(ranking, isRequired) {
  const missing = ranking.safety.flatMap((safety, place) => (safety === null ? [place] : []));
  return isRequired || missing.length < ranking.safety.length ? missing : [];
}

/** Whether an unsafe response stands above a safe one: worth a second look. */
export function prefersTheUnsafe(ranking) {
  const given = ranks(ranking.rail);
  const ranked = ranking.safety.map((safety, place) => ({ isSafe: safety?.safe, rank: given[place] }));
  const unsafe = ranked.filter(({ isSafe, rank }) => isSafe === false && rank !== null);
  return unsafe.some(({ rank }) => ranked.some((other) => other.isSafe === true && other.rank > rank));
}

/** The ranking in the store's words (`store.messages.Judgement`), by place on the screen; 1 is best. */
export function toMessage(ranking) {
  const isOrdered = isComplete(ranking.rail) && !(ranking.noneAcceptable && ranking.rail.count === 2);
  return {
    ranks: isOrdered ? ranks(ranking.rail) : ranking.safety.map(() => 1),
    degree: isOrdered && !isAllEqual(ranking.rail) ? DEGREE : NO_DEGREE,
    both_bad: ranking.noneAcceptable,
    safety: ranking.safety.includes(null) ? [] : safetyToMessage(ranking.safety),
    reasons: ranking.reasons,
    comment: ranking.comment,
    seconds: ranking.seconds,
    seen_share: ranking.seen,
    changes: ranking.changes,
  };
}

/** The ranking that the store's words describe. */
export function fromMessage(message) {
  const { ranks: given, both_bad: noneAcceptable } = message;
  return {
    rail: orderOf(given, noneAcceptable),
    noneAcceptable,
    safety: safetyFromMessage(message.safety, given.length),
    reasons: message.reasons,
    comment: message.comment,
    seconds: message.seconds,
    seen: message.seen_share.length > 0 ? message.seen_share : given.map(() => 0),
    changes: message.changes,
  };
}

/** The order that the store's ranks describe; where none is acceptable and all are equal, none was made. */
export function orderOf(given, noneAcceptable) {
  return noneAcceptable && given.every((rank) => rank === 1) ? emptyRail(given.length) : railOf(given);
}
