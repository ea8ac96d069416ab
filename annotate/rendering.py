"""Model text to HTML that cannot run, fetch or lead anywhere.

Markdown is parsed with raw HTML switched off, links and images become inert text that shows their host, and
the result passes an allow-list. Nothing else in the app may show model text. It knows no page and no store.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import MutableMapping, Sequence
from functools import lru_cache
from html import escape
from typing import Any
from urllib.parse import urlsplit

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

LONGEST_RENDERED = 20_000
"""Characters; the parser's worst case is quadratic, so longer texts are shown as they are."""

BIDI_CONTROLS = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Characters that reorder what is read; shown, they would let a text pose as another."""

DEEPEST = 60
"""Levels of quotes and lists; the parser leaves out what lies deeper, so such texts are shown as they are."""

ALLOWED = {
    *("p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code"),
    *("em", "strong", "s", "table", "thead", "tbody", "tr", "th", "td", "span", "div"),
}
ALLOWED_ATTRIBUTES = {
    "*": {"class"},
    "div": {"dir"},
    "ol": {"start"},
    "pre": {"data-language"},
    "span": {"title"},
}


@lru_cache(maxsize=256)
def to_html(text: str) -> str:
    """The text's Markdown as safe HTML in one `<div dir>`; raw HTML in it is shown, not obeyed."""
    shown = BIDI_CONTROLS.sub("", text)
    notice = "" if shown == text else _notice("Characters that reorder the text are left out here.")
    body = _body(shown) if shown.strip() else _notice("This text is empty.")
    return _clean(f'<div dir="{direction(shown)}">{body}{notice}</div>')


def direction(text: str) -> str:
    """`rtl` where most strong characters run from right to left, else `ltr`."""
    strong = [unicodedata.bidirectional(character) for character in text[:LONGEST_RENDERED]]
    rightward = strong.count("L")
    leftward = strong.count("R") + strong.count("AL")
    return "rtl" if leftward > rightward else "ltr"


def _body(text: str) -> str:
    """The Markdown as HTML, or the text as it is where the parser would take long or leave something out."""
    if len(text) <= LONGEST_RENDERED:
        parser, env = _markdown(), dict[str, Any]()
        tokens = parser.parse(text, env)
        if all(token.level < DEEPEST - 1 for token in tokens):
            return str(parser.renderer.render(tokens, parser.options, env))
    return f"<pre>{escape(text)}</pre>"


def _notice(words: str) -> str:
    return f'<p class="notice">{words}</p>'


def _clean(html: str) -> str:
    return nh3.clean(html, tags=ALLOWED, attributes=ALLOWED_ATTRIBUTES, link_rel=None)


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    parser = MarkdownIt(
        "commonmark", {"html": False, "linkify": False, "breaks": True, "maxNesting": DEEPEST}
    )
    parser.enable(["table", "strikethrough"])
    parser.disable("reference")  # definitions would vanish from the page; as text, they can be judged
    parser.add_render_rule("link_open", _link_open)
    parser.add_render_rule("link_close", _link_close)
    parser.add_render_rule("image", _image)
    parser.add_render_rule("fence", _fence)
    return parser


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
    return f'</span><span class="host">{escape(_host(env["addresses"].pop()))}</span>'


def _image(
    _renderer: RendererHTML,
    tokens: Sequence[Token],
    index: int,
    _options: OptionsDict,
    _env: MutableMapping[str, Any],
) -> str:
    address = str(tokens[index].attrGet("src") or "")
    words = f"Image not shown: {tokens[index].content or 'no description'} ({_host(address)})"
    return f'<span class="image" title="{escape(address)}">{escape(words)}</span>'


def _fence(
    _renderer: RendererHTML,
    tokens: Sequence[Token],
    index: int,
    _options: OptionsDict,
    _env: MutableMapping[str, Any],
) -> str:
    language = tokens[index].info.strip()  # all of it: a model may write words behind the fence
    named = f' data-language="{escape(language)}"' if language else ""
    return f"<pre{named}><code>{escape(tokens[index].content)}</code></pre>\n"


def _host(address: str) -> str:
    """The host of an address, or its scheme where it has none."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return "unreadable address"
    return parts.hostname or (f"{parts.scheme}:" if parts.scheme else "no host")
