// The deck's fixed skeleton. Everything that changes is filled in by the parts.

const PANE = (letter, key) => `
  <section class="pane" aria-label="Response ${letter}">
    <header>
      <span class="letter" aria-hidden="true">${letter}</span>
      <h2>Response ${letter}</h2>
      <div class="safety" role="radiogroup" aria-label="Safety of response ${letter}">
        <button type="button" role="radio" aria-checked="false" data-safe="true">Safe</button>
        <button type="button" role="radio" aria-checked="false" data-safe="false">Unsafe</button>
      </div>
      <kbd title="${key} rates response ${letter}">${key}</kbd>
    </header>
    <div class="risks" hidden></div>
    <div class="body" tabindex="0" role="region" aria-label="Text of response ${letter}"></div>
    <div class="fade"></div>
  </section>`;

export const TEMPLATE = `
<div class="deck">
  <div class="strip">
    <div class="where"><b class="batch"></b><span class="count" title="Open to you now. Others take from the same comparisons."></span></div>
    <div class="meter" role="progressbar" aria-label="Progress" aria-valuemin="0"><i></i></div>
    <div class="status" role="status" aria-live="polite"></div>
    <span class="clock" title="Active time on this item. It pauses when you leave the tab."></span>
    <button type="button" class="quiet raw" aria-pressed="false" aria-keyshortcuts="v">Raw text<kbd>V</kbd></button>
    <button type="button" class="quiet guide" aria-expanded="false" aria-keyshortcuts="g">
      Guidelines<kbd>G</kbd></button>
    <button type="button" class="quiet keys" aria-expanded="false" aria-keyshortcuts="?" title="Keys">
      <span class="hidden">Keys</span><kbd>?</kbd></button>
  </div>

  <div class="conversation" tabindex="0" role="region" aria-label="Conversation"></div>

  <div class="pair">${PANE("A", "Q")}${PANE("B", "P")}</div>

  <div class="controls">
    <div class="ends">
      <span aria-hidden="true">A is</span>
      <div class="question" id="question"></div>
      <span aria-hidden="true">B is</span>
    </div>
    <div class="scale" role="radiogroup" aria-labelledby="question"></div>
    <div class="actions">
      <button type="button" class="quiet undo" aria-keyshortcuts="u">Undo<kbd>U</kbd></button>
      <button type="button" class="quiet skip" aria-haspopup="menu" aria-expanded="false" aria-keyshortcuts="s">
        Skip<kbd>S</kbd></button>
      <button type="button" class="quiet flag" aria-haspopup="menu" aria-expanded="false" aria-keyshortcuts="f">
        Flag<kbd>F</kbd></button>
      <button type="button" class="quiet bad" aria-pressed="false" aria-keyshortcuts="b">Both bad<kbd>B</kbd></button>
      <label class="note">
        <span class="hidden">Comment</span>
        <textarea rows="1" maxlength="2000" placeholder="Why? (optional)" aria-keyshortcuts="n"></textarea>
        <kbd>N</kbd>
      </label>
      <span class="warning" role="alert"></span>
      <button type="button" class="submit" disabled aria-keyshortcuts="Enter">Submit<kbd>Enter</kbd></button>
    </div>
    <div class="menu" role="menu" hidden></div>
  </div>

  <aside class="drawer" aria-label="Guidelines" hidden>
    <header><h2>Guidelines</h2><button type="button" class="quiet close">Close<kbd>Esc</kbd></button></header>
    <div class="text" tabindex="0" role="region" aria-label="Guidelines text"></div>
  </aside>

  <aside class="keylist" aria-label="Keys" hidden>
    <header><h2>Keys</h2><button type="button" class="quiet close">Close<kbd>Esc</kbd></button></header>
    <div class="rows"></div>
  </aside>

  <div class="empty" hidden>
    <b>Nothing to compare just now</b>
    <p class="reason"></p>
    <p class="again"><i></i>New comparisons appear here by themselves.</p>
    <button type="button" class="quiet undo">Undo your last label<kbd>U</kbd></button>
  </div>
</div>`;
