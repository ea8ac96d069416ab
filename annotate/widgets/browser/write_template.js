// The fixed skeleton of the writing page; words are filled in from the catalogue.

import { CLOSE, KEY_LIST, button, panelOpener } from "./buttons.js";

const text = (name, hint, label) => `
  <textarea class="${name}" data-field="${name}" data-placeholder="${hint}" data-label="${label}" maxlength="20000" spellcheck="true"></textarea>`;

export const TEMPLATE = `
<div class="deck write">
  <div class="strip">
    <div class="modes segments" role="radiogroup" data-label="modes"></div><kbd class="mode-key">M</kbd>
    <span class="count"></span>
    <div class="status" role="status" aria-live="polite"></div>
    ${panelOpener("sent", "S")}${panelOpener("guide", "G", "guidelines")}${KEY_LIST("keys")}
  </div>

  <div class="sheet demonstration">
    <section class="card asked">
      <header>
        <h2 data-word="prompt"></h2>
        <div class="segments from" role="radiogroup" data-label="from"></div><kbd>W</kbd>
        ${button("another", "J")}
      </header>
      <div class="offer" tabindex="0" role="region" data-label="prompt"></div>
      ${text("prompt", "own_hint", "prompt")}
    </section>
    <section class="card">
      <header><h2 data-word="response"></h2><span class="length" data-of="response"></span></header>
      ${text("response", "response_hint", "response")}
    </section>
  </div>

  <div class="sheet adversarial" hidden>
    <section class="card">
      <header><h2 data-word="attack"></h2><span class="length" data-of="attack"></span></header>
      ${text("attack", "attack_hint", "attack")}
    </section>
    <div class="choices">
      <section class="choice"><h2 id="risk" data-word="risk"></h2>
        <div class="risks rows" role="radiogroup" aria-labelledby="risk"></div></section>
      <section class="choice"><h2 id="vector" data-word="vector"></h2>
        <div class="vectors rows" role="radiogroup" aria-labelledby="vector"></div></section>
    </div>
  </div>

  <div class="controls">
    <div class="teaches"><span id="track" data-word="track"></span>
      <div class="segments track" role="radiogroup" aria-labelledby="track"></div></div>
    <label class="speaks"><span data-word="language"></span><select class="language" aria-keyshortcuts="L"></select><kbd>L</kbd></label>
    <span class="warning" role="alert"></span>
    <button type="button" class="submit" aria-keyshortcuts="Control+Enter"><span></span><kbd class="chord"></kbd></button>
  </div>

  <aside class="drawer" hidden>
    <header><h2></h2>${CLOSE}</header>
    <div class="text" tabindex="0" role="region"></div>
  </aside>

  <aside class="keylist" data-label="keys" hidden>
    <header><h2 data-word="keys"></h2>${CLOSE}</header>
    <div class="rows" tabindex="0" role="region" data-label="keys"></div>
  </aside>
</div>`;
