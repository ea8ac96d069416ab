// The fixed skeleton of a surface. The page's own parts stand in it; words come from the catalogue.

import { CLOSE, KEY_LIST, button, opener, panelOpener, switchButton } from "./buttons.js";

/** @param {{stage: string, controls: string}} parts the page's own HTML, without words */
export const skeleton = ({ stage, controls }) => `
<div class="deck" tabindex="-1">
  <div class="strip">
    <div class="where"><b class="batch"></b><span class="count" data-title="count_title"></span></div>
    <div class="meter" role="progressbar" data-label="progress" aria-valuemin="0"><i></i></div>
    <div class="status" role="status" aria-live="polite"></div>
    <span class="clock" data-title="clock_title"></span>
    ${switchButton("raw", "V")}${panelOpener("guide", "G", "guidelines_title")}${KEY_LIST("keys_title")}
  </div>

  <div class="stage">${stage}</div>

  <div class="controls">
    ${controls}
    <div class="menu" hidden></div>
  </div>

  <aside class="drawer" data-label="guidelines_title" hidden>
    <header><h2 data-word="guidelines_title"></h2><span class="version"></span>${CLOSE}</header>
    <div class="text" tabindex="0" role="region" data-label="guidelines_text"></div>
  </aside>

  <aside class="keylist" data-label="keys_title" hidden>
    <header><h2 data-word="keys_title"></h2>${CLOSE}</header>
    <div class="rows" tabindex="0" role="region" data-label="keys_title"></div>
  </aside>

  <div class="empty" hidden>
    <b data-word="empty_title"></b>
    <p class="reason"></p>
    <a class="to-test" href="/qualification" target="_self" data-word="to_test" hidden></a>
    <p class="again"><i></i><span data-word="empty_again"></span></p>
    <div class="after">
      ${button("undo", "U", { words: "empty_undo" })}${opener("revise", "E", "empty_revise")}
    </div>
  </div>
</div>`;

/** Keys that every surface has; the page puts them where they belong in its table. */
export const SURFACE_KEYS = [
  { caps: ["U"], does: "keys_undo", act: (surface) => surface.undo(), empty: true },
  { caps: ["V"], does: "keys_raw", act: (surface) => surface.toggleRaw() },
  { caps: ["G"], does: "keys_guidelines", act: (surface) => surface.toggleGuidelines() },
  { caps: ["?"], does: "keys_list", act: (surface) => surface.toggleKeyList(), empty: true },
];
