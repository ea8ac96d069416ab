// The conversation above the two responses: earlier turns fold away when they would push the last one out of sight.

import { element, hasMore, rendered, verbatim } from "./elements.js";

const SPEAKERS = { user: "Prompt", assistant: "Assistant", system: "System" };

/** Draws `turns` ({role, html, text}) into `box`; `raw` shows their own characters. */
export function showConversation(box, turns, raw) {
  box.replaceChildren();
  box.scrollTop = 0;
  const earlier = turns.slice(0, -1);
  if (earlier.length > 0) box.append(folded(earlier, raw));
  box.append(turnElement(turns.at(-1), raw, "turn last"));
  const fold = box.querySelector("details");
  if (fold && hasMore(box)) fold.open = false;
}

function folded(turns, raw) {
  const fold = element("details");
  fold.open = true;
  fold.append(element("summary", "", turns.length === 1 ? "1 earlier turn" : `${turns.length} earlier turns`));
  fold.append(...turns.map((turn) => turnElement(turn, raw, "turn")));
  return fold;
}

function turnElement(turn, raw, className) {
  const box = element("div", className);
  box.append(element("div", "speaker", SPEAKERS[turn.role] ?? turn.role));
  box.append(raw ? verbatim(turn.text) : rendered(turn.html));
  return box;
}
