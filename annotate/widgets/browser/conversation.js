// The conversation above the responses: earlier turns fold away when they would push the last one out of sight.

import { element, hasMore, rendered, verbatim } from "./elements.js";
import { phrase } from "./words.js";

/** Draws `turns` ({role, html, text}) into `box`; `raw` shows their own characters. The last `late` never fold. */
export function showConversation(box, turns, raw, words, late = 1) {
  box.replaceChildren();
  box.scrollTop = 0;
  const earlier = turns.slice(0, -late);
  if (earlier.length > 0) box.append(folded(earlier, raw, words));
  box.append(...turns.slice(-late).map((turn) => turnElement(turn, raw, "turn last", words)));
  const fold = box.querySelector("details");
  if (fold && hasMore(box)) fold.open = false;
}

/** Says at the foot that there is more to read. */
export function fadeConversation(box) {
  box.classList.toggle("more", hasMore(box));
}

function folded(turns, raw, words) {
  const fold = element("details");
  fold.open = true;
  const name = turns.length === 1 ? "earlier_turn" : "earlier_turns";
  fold.append(element("summary", "", phrase(words, name, { count: turns.length })));
  fold.append(...turns.map((turn) => turnElement(turn, raw, "turn", words)));
  return fold;
}

function turnElement(turn, raw, className, words) {
  const box = element("div", className);
  box.append(element("div", "speaker", phrase(words, `speaker_${turn.role}`)));
  box.append(raw ? verbatim(turn) : rendered(turn.html));
  return box;
}
