"""Model text to HTML that cannot run, fetch or lead anywhere.

Markdown is parsed with raw HTML switched off, links and images become inert text that shows their host,
formulas become MathML, code gets colours, and the result passes an allow-list. A text over which the parser
would linger is shown as it is. Nothing else in the app may show model text. It knows no page and no store.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import MutableMapping, Sequence
from functools import lru_cache
from html import escape
from typing import Any, Final
from urllib.parse import urlsplit

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from annotate.prose.code_colours import coloured
from annotate.prose.mathematics import ATTRIBUTES as OF_FORMULAS
from annotate.prose.mathematics import ELEMENTS as FORMULAS
from annotate.prose.mathematics import mathematics
from annotate.prose.recent import Recent
from annotate.words import ENGLISH, Words, words

LONGEST_RENDERED: Final = 40_000
"""Characters; longer texts are shown as they are, whatever they are."""

MOST_STEPS: Final = 60_000
"""Places at which the parser may look for a beginning; texts that people write need far fewer."""

BIDI_CONTROLS: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Characters that reorder what is read; shown, they would let a text pose as another."""

DEEPEST: Final = 60
"""Levels of quotes and lists; the parser leaves out what lies deeper, so such texts are shown as they are."""

MOST_BRACKETS: Final = 1500
"""Square brackets that open; for each, the parser may look through all that follows."""

TASK: Final = re.compile(r"\[([ xX])\] ")
BOXES: Final = {" ": "☐ ", "x": "☑ ", "X": "☑ "}

ALLOWED = {
    *("p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code"),
    *("em", "strong", "s", "table", "thead", "tbody", "tr", "th", "td", "span", "div"),
    *FORMULAS,
}
ALLOWED_ATTRIBUTES = {
    "*": {"class"},
    "div": {"dir", "tabindex"},
    "ol": {"start"},
    "pre": {"data-language"},
    "span": {"title"},
    **{name: set(OF_FORMULAS) for name in FORMULAS},
}

CLEANER: Final = nh3.Cleaner(tags=ALLOWED, attributes=ALLOWED_ATTRIBUTES, link_rel=None)
"""Made once: to make it takes longer than to clean a text."""

CACHED: Final = 8_000_000
"""Characters of texts and their HTML that are kept: what some hundreds of annotators have before them."""


class _Linger(Exception):  # noqa: N818  # nothing is wrong with the text
    """The parser has taken more steps than a text that people write can need."""


def to_html(text: str, locale: str = ENGLISH) -> str:
    """The text's Markdown as safe HTML in one `<div dir>`; raw HTML in it is shown, not obeyed.

    `locale` is the language of the few words that are ours. What was rendered lately is not rendered again.
    """
    return _RECENT.get(text, locale)


def fresh_html(text: str, locale: str = ENGLISH) -> str:
    """The same, kept nowhere: for a text that grows while it is shown."""
    said = words(locale)
    shown = BIDI_CONTROLS.sub("", text)
    notice = "" if shown == text else _notice(said.text("texts.reordered"))
    body = _body(shown, said) if shown.strip() else _notice(said.text("texts.empty"))
    return CLEANER.clean(f'<div dir="{direction(shown)}">{body}{notice}</div>')


_RECENT: Final = Recent(fresh_html, CACHED)


def direction(text: str) -> str:
    """`rtl` where most strong characters run from right to left, else `ltr`."""
    if text.isascii():
        return "ltr"
    strong = [unicodedata.bidirectional(character) for character in text[:LONGEST_RENDERED]]
    rightward = strong.count("L")
    leftward = strong.count("R") + strong.count("AL")
    return "rtl" if leftward > rightward else "ltr"


def _body(text: str, said: Words) -> str:
    """The Markdown as HTML, or the text as it is where the parser would linger or leave something out."""
    if len(text) <= LONGEST_RENDERED and text.count("[") <= MOST_BRACKETS:
        parser, env = _markdown(), dict[str, Any](words=said, steps=0)
        try:
            tokens = parser.parse(text, env)
        except _Linger:
            return f"<pre>{escape(text)}</pre>"
        if all(token.level < DEEPEST - 1 for token in tokens):
            return str(parser.renderer.render(tokens, parser.options, env))
    return f"<pre>{escape(text)}</pre>"


def _notice(words: str) -> str:
    return f'<p class="notice">{escape(words)}</p>'


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    parser = MarkdownIt(
        "commonmark", {"html": False, "linkify": False, "breaks": True, "maxNesting": DEEPEST}
    )
    parser.enable(["table", "strikethrough"])
    parser.disable("reference")  # definitions would vanish from the page; as text, they can be judged
    parser.use(mathematics)
    parser.inline.ruler.before("text", "patience", _inline_patience)
    parser.block.ruler.before("table", "patience", _block_patience)
    parser.core.ruler.push("tasks", _tasks)
    parser.add_render_rule("table_open", lambda *_: '<div class="wide" tabindex="0"><table>\n')
    parser.add_render_rule("table_close", lambda *_: "</table></div>\n")
    parser.add_render_rule("link_open", _link_open)
    parser.add_render_rule("link_close", _link_close)
    parser.add_render_rule("image", _image)
    parser.add_render_rule("fence", _fence)
    return parser


def _inline_patience(state: StateInline, _silent: bool) -> bool:
    """A rule that never matches: it counts, at each place where the parser tries its rules."""
    state.env["steps"] += 1
    if state.env["steps"] > MOST_STEPS:
        raise _Linger
    return False


def _block_patience(state: StateBlock, _first: int, _last: int, _silent: bool) -> bool:
    """The same at each line."""
    state.env["steps"] += 1
    if state.env["steps"] > MOST_STEPS:
        raise _Linger
    return False


def _tasks(state: StateCore) -> None:
    """`[ ]` and `[x]` at the head of a list's item become boxes."""
    for at, token in enumerate(state.tokens):
        begins = token.type == "inline" and state.tokens[at - 2].type == "list_item_open"
        task = TASK.match(token.content) if begins else None
        if task and token.children and token.children[0].content.startswith(task[0]):
            first = token.children[0]
            first.content = BOXES[task[1]] + first.content.removeprefix(task[0])
            state.tokens[at - 2].attrSet("class", "task")


def _link_open(
    _renderer: RendererHTML,
    tokens: Sequence[Token],
    index: int,
    _options: OptionsDict,
    env: MutableMapping[str, Any],
) -> str:
    address = str(tokens[index].attrGet("href") or "")
    env.setdefault("addresses", []).append(address)
    return f'<span class="link" title="{escape(address)}">'


def _link_close(
    _renderer: RendererHTML,
    _tokens: Sequence[Token],
    _index: int,
    _options: OptionsDict,
    env: MutableMapping[str, Any],
) -> str:
    return f'</span><span class="host">{escape(_host(env["addresses"].pop(), env["words"]))}</span>'


def _image(
    _renderer: RendererHTML,
    tokens: Sequence[Token],
    index: int,
    _options: OptionsDict,
    env: MutableMapping[str, Any],
) -> str:
    said, address = env["words"], str(tokens[index].attrGet("src") or "")
    description = tokens[index].content or said.text("texts.undescribed")
    shown = said.text("texts.image", description=description, host=_host(address, said))
    return f'<span class="image" title="{escape(address)}">{escape(shown)}</span>'


def _fence(
    _renderer: RendererHTML,
    tokens: Sequence[Token],
    index: int,
    _options: OptionsDict,
    _env: MutableMapping[str, Any],
) -> str:
    language = tokens[index].info.strip()  # all of it: a model may write words behind the fence
    named = f' data-language="{escape(language)}"' if language else ""
    first = language.partition(" ")[0]
    return f"<pre{named}><code>{coloured(tokens[index].content, first)}</code></pre>\n"


def _host(address: str, said: Words) -> str:
    """The host of an address, or its scheme where it has none."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return said.text("texts.unreadable")
    return parts.hostname or (f"{parts.scheme}:" if parts.scheme else said.text("texts.no_host"))
