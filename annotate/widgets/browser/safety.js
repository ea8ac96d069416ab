// The safety of a response as its annotator says it, {safe, category, severity}, and in the store's words. A risk
// that nobody has named has severity null here and 0 there.

/** The places of those that run a named risk of which nobody has said how grave it is. */
export function ungraded(safety) {
  return safety.flatMap((one, place) =>
    one !== null && !one.safe && one.category !== null && one.severity === null ? [place] : [],
  );
}

/** In the store's words. */
export function safetyToMessage(safety) {
  return safety.map((one) => ({ ...one, severity: one.severity ?? 0 }));
}

/** From the store's words, of so many responses; what they do not tell is null. */
export function safetyFromMessage(told, count) {
  return Array.from({ length: count }, (_, place) => fromMessage(told[place]));
}

function fromMessage(label) {
  if (!label) return null;
  const isUnsaid = !label.safe && label.category === null && label.severity === 0;
  return { ...label, severity: isUnsaid ? null : label.severity };
}
