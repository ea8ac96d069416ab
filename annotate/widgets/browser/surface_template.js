// The fixed skeleton of a surface. The page's own parts stand in it; words come from the catalogue.

const CLOSE = `<button type="button" class="quiet close"><span data-word="close"></span><kbd>Esc</kbd></button>`;

/** @param {{stage: string, controls: string}} parts the page's own HTML, without words */
export const skeleton = ({ stage, controls }) => `
<div class="deck" tabindex="-1">
  <div class="strip">
    <div class="where"><b class="batch"></b><span class="count" data-title="count_title"></span></div>
    <div class="meter" role="progressbar" data-label="progress" aria-valuemin="0"><i></i></div>
    <div class="status" role="status" aria-live="polite"></div>
    <span class="clock" data-title="clock_title"></span>
    <button type="button" class="quiet raw" aria-pressed="false" aria-keyshortcuts="v"><span data-word="raw"></span><kbd>V</kbd></button>
    <button type="button" class="quiet guide" aria-expanded="false" aria-keyshortcuts="g"><span data-word="guidelines_title"></span><kbd>G</kbd></button>
    <button type="button" class="quiet keys" aria-expanded="false" aria-keyshortcuts="?" data-title="keys_title"><span class="hidden" data-word="keys_title"></span><kbd>?</kbd></button>
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
      <button type="button" class="quiet undo" aria-keyshortcuts="u"><span data-word="empty_undo"></span><kbd>U</kbd></button>
      <button type="button" class="quiet revise" aria-haspopup="menu" aria-expanded="false" aria-keyshortcuts="e"><span data-word="empty_revise"></span><kbd>E</kbd></button>
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
