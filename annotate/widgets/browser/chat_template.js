// The fixed skeleton of a chat: Compare's, and around it what a conversation needs. Words are filled in.

import { button, opener } from "./buttons.js";
import { KEYS as DECK_KEYS, PARTS as DECK } from "./deck_template.js";

/** In the strip: where one goes. */
export const DOORS = button("fresh", "Y", { words: "new_chat" }) + opener("chats", "L", "own_chats");

export const PARTS = {
  stage: `${DECK.stage}
    <section class="opening" hidden>
      <h2 data-word="opening_title"></h2>
      <p class="about"></p>
      <div class="kinds segments" role="radiogroup" data-label="kind"></div>
      <div class="attack">
        <div class="group"><span id="about-risk" data-word="about_risk"></span><i data-word="optional"></i>
          <div class="risk-kinds pills" role="radiogroup" aria-labelledby="about-risk"></div></div>
        <div class="group"><span id="about-vector" data-word="about_vector"></span><i data-word="optional"></i>
          <div class="vector-kinds pills" role="radiogroup" aria-labelledby="about-vector"></div></div>
      </div>
    </section>
    <section class="stuck" hidden>
      <b></b><p class="why" role="alert"></p>
      <div class="ways"><button type="button" class="onward"></button><button type="button" class="quiet change" data-word="change"></button></div>
    </section>`,
  controls: `${DECK.controls}
    <div class="waiting">
      <i></i><span></span>${button("stop", "Esc")}
    </div>
    <div class="composer">
      ${button("rethink", "U")}
      <label class="box"><span class="hidden" data-word="composer"></span>
        <textarea class="message" rows="1" maxlength="8000" spellcheck="true"></textarea></label>
      <span class="objection" role="alert"></span>
      <a class="untested to-test" href="/qualification" target="_self" data-word="to_test" hidden></a>
      <button type="button" class="send"><span data-word="send"></span><kbd>Enter</kbd></button>
    </div>`,
};

const NOT_OF_CHAT = new Set(["keys_undo", "keys_revise"]);
const ALWAYS = new Set(["keys_raw", "keys_guidelines"]);

export const KEYS = [
  { caps: ["Enter"], does: "keys_send" },
  { caps: ["Esc"], does: "keys_leave" },
  { caps: ["Z"], does: "keys_write", act: (chat) => chat.composer.focus(), empty: true },
  { caps: ["Esc"], does: "keys_stop" },
  { caps: ["D"], does: "keys_kind", act: (chat) => chat.composer.turnTrack(), empty: true },
  ...DECK_KEYS.filter((row) => !NOT_OF_CHAT.has(row.does)).map((row) =>
    ALWAYS.has(row.does) ? { ...row, empty: true } : row,
  ),
  { caps: ["U"], does: "keys_rethink", act: (chat) => chat.undo(), empty: true },
  { caps: ["L"], does: "keys_chats", act: (chat) => chat.menu.toggle("chats"), empty: true },
  { caps: ["Y"], does: "keys_new", act: (chat) => chat.enter(), empty: true },
];
