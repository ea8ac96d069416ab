r"""Formulas in Markdown, as MathML that the browser draws by itself: no script, no font, no picture.

`$..$`, `$$..$$`, `\(..\)`, `\[..\]` and bare environments of amsmath. What cannot be read as LaTeX, or would
hide or move something, is shown as its source: nothing that a model wrote may be missing from the page. Sums
of money are no formulas. Knows Markdown and LaTeX, no page.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import MutableMapping, Sequence
from html import escape, unescape
from typing import Any, Final
from xml.etree.ElementTree import Element

from latex2mathml.converter import Converter
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

LONGEST_FORMULA: Final = 3000
"""Characters of one formula; a longer one is shown as its source."""
MOST_CHARACTERS: Final = 8000
"""Characters of formulas in one text: each costs about a hundredth of a millisecond, and people wait."""
DEEPEST_FORMULA: Final = 100
"""Elements within one another; a formula that people write has a dozen."""
WIDE: Final = 60
"""Characters past which a formula on its own may be wider than half a screen."""

ELEMENTS: Final = frozenset(
    {
        *(
            "math",
            "mrow",
            "mi",
            "mo",
            "mn",
            "mtext",
            "mspace",
            "mfrac",
            "msqrt",
            "mroot",
            "mstyle",
            "menclose",
        ),
        *("msub", "msup", "msubsup", "munder", "mover", "munderover", "mtable", "mtr", "mtd"),
    }
)
PARTS: Final = {
    **dict.fromkeys(("mfrac", "mroot", "msub", "msup", "munder", "mover"), 2),
    **dict.fromkeys(("msubsup", "munderover"), 3),
}
"""How many parts these must have; browsers draw them wrongly without."""
LAID_BARE: Final = {"mphantom": "mrow", "mpadded": "mrow"}
"""They would hide or move what is in them; it is shown where it stands."""
WORDS: Final = re.compile(r"[a-z-]{1,24}( [a-z-]{1,24}){0,9}|[0-2]")
SIZES: Final = re.compile(r"[0-3]?(\.\d{1,4})?(em|pt)( [0-3]?(\.\d{1,4})?(em|pt))?")
ATTRIBUTES: Final = {
    **dict.fromkeys(("display", "mathvariant", "stretchy", "fence", "separator", "accent", "form"), WORDS),
    **dict.fromkeys(("columnalign", "columnlines", "rowlines", "notation", "displaystyle"), WORDS),
    **dict.fromkeys(("scriptlevel", "movablelimits", "largeop"), WORDS),
    **dict.fromkeys(("width", "minsize", "maxsize", "rowspacing", "columnspacing"), SIZES),
    "linethickness": re.compile(r"0|[0-3]?(\.\d{1,4})?(em|pt)"),
}
"""What each attribute may say; anything else is left out, and so is every attribute that is not here."""

REFUSED: Final = re.compile(
    r"(?<!\\)%|\\(?:def|let|newcommand|renewcommand|providecommand|newenvironment|href|url|style|class|cssId|id)"
    r"(?![a-zA-Z])"
)
"""Comments would vanish, definitions can grow without end, and addresses and styles lead elsewhere."""
ENVIRONMENT: Final = re.compile(
    r"\\begin\{(equation|align|gather|multline|eqnarray|alignat|flalign|cases|[pbBvV]?matrix)(\*?)\}"
)
ALIGNED: Final = re.compile(
    r"\\(begin|end)\{(?:align|aligned|alignedat|alignat|flalign|eqnarray|split)\*?\}(?:\{\d+\})?"
)
CENTRED: Final = re.compile(r"\\(begin|end)\{(?:gather|gathered|multline)\*?\}")
SINGLE: Final = re.compile(r"\\(?:begin|end)\{equation\*?\}")
CLOSERS: Final = {"$$": "$$", r"\[": r"\]", r"\(": r"\)", "$": "$"}
PROSE: Final = re.compile(r"[^\W\d_]{2,},? [^\W\d_]{2,}|^\d[\d.,]* ?[^\W\d_]{2,} |^\d.*[-/–(,+=<>:]$")
"""Words side by side, a number that counts something, or one that a sign follows: text and money."""


def mathematics(parser: MarkdownIt) -> None:
    """A plugin: formulas become tokens of the kinds `formula` (in a line) and `display` (on its own)."""
    parser.inline.ruler.before("escape", "formula", _formula)
    parser.block.ruler.before(
        "fence", "display", _display, {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )
    parser.add_render_rule("formula", _render)
    parser.add_render_rule("display", _render)


def to_mathml(latex: str, display: str) -> str | None:
    """The formula as MathML, `display` being inline or block; None where its source says more."""
    if len(latex) > LONGEST_FORMULA or REFUSED.search(latex):
        return None
    try:
        tree = Converter(display=display).convert_to_element(_plainer(latex))
    except Exception:  # noqa: BLE001  # a stranger's text can fail in ways that nobody listed
        return None
    return _written(tree, DEEPEST_FORMULA)


def _plainer(latex: str) -> str:
    """The same in the environments that the converter knows, and without numbers that nobody wrote."""
    latex = SINGLE.sub(" ", CENTRED.sub(r"\\\1{matrix}", ALIGNED.sub(r"\\\1{align*}", latex)))
    if r"\\" in latex and r"\begin" not in latex:
        return rf"\begin{{align*}}{latex}\end{{align*}}"
    return latex


def _written(element: Element, levels: int) -> str | None:
    """The tree as text, escaped, in known elements and attributes alone; None at an unknown element, and
    where it has more levels than so many."""
    name = LAID_BARE.get(element.tag, element.tag)
    children = [_written(child, levels - 1) if levels else None for child in element]
    if name not in ELEMENTS or None in children or len(children) != PARTS.get(name, len(children)):
        return None
    attributes = (
        ""
        if name != element.tag
        else "".join(
            f' {key}="{value}"'
            for key, value in element.attrib.items()
            if key in ATTRIBUTES and ATTRIBUTES[key].fullmatch(value)
        )
    )
    # The converter leaves its own characters as entities and a model's as they are.
    inside = escape(unescape(element.text or "")) + "".join(filter(None, children))
    return f"<{name}{attributes}>{inside}</{name}>"


def _formula(state: StateInline, silent: bool) -> bool:
    r"""The inline rule, at `$` or a backslash."""
    source, start = state.src, state.pos
    opener = next((each for each in CLOSERS if source.startswith(each, start)), None)
    if opener is None:
        return False
    end = _end(source, start, opener)
    if end is None:
        return False
    if not silent:
        token = state.push("formula", "math", 0)
        token.content, token.markup = source[start + len(opener) : end], opener
    state.pos = end + len(opener)
    return True


def _end(source: str, start: int, opener: str) -> int | None:
    """Where the closer of a formula that opens at `start` begins; None where it is none."""
    begin, closer = start + len(opener), CLOSERS[opener]
    end = source.find(closer, begin, begin + LONGEST_FORMULA)
    while closer == "$" and end > 0 and source[end - 1] == "\\":
        end = source.find(closer, end + 1, begin + LONGEST_FORMULA)
    if end < 0:
        return None
    content = source[begin:end]
    if not content.strip() or (PROSE.search(content) and "\\" not in content):
        return None
    return end if opener != "$" or _is_close(source, start, end) else None


def _is_close(source: str, start: int, end: int) -> bool:
    """A single dollar opens after no letter or digit, closes before no digit, and is tight on both sides."""
    before, after, final = source[max(0, start - 1) : start], source[end + 1 : end + 2], source[end - 1]
    tight = not source[start + 1].isspace() and not final.isspace()
    # `$n$th` is a formula, `$HOME/$USER` is not.
    runs_on = after.isalpha() and not (final.isalnum() or final in "})]'")
    return tight and not before.isalnum() and not after.isdigit() and not runs_on


def _display(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    """The block rule: a formula that begins a line and ends one."""
    start = state.bMarks[first] + state.tShift[first]
    if state.sCount[first] - state.blkIndent >= 4:
        return False
    environment = ENVIRONMENT.match(state.src, start, state.eMarks[first])
    opener = next((each for each in ("$$", r"\[") if state.src.startswith(each, start)), "")
    if environment:
        closer = rf"\end{{{environment[1]}{environment[2]}}}"
    elif opener:
        closer = CLOSERS[opener]
    else:
        return False
    end = state.src.find(closer, start + 2, min(start + LONGEST_FORMULA, state.eMarks[last - 1]))
    line = bisect_left(state.eMarks, end + len(closer), first, last)
    if end < 0 or state.src[end + len(closer) : state.eMarks[line]].strip(" .,;"):
        return False
    if any(
        state.sCount[each] < state.blkIndent and not state.isEmpty(each) for each in range(first, line + 1)
    ):
        return False
    if not silent:
        block = state.getLines(first, line + 1, state.blkIndent, False).strip()
        inside = block[len(opener) : block.rindex(closer) + (len(closer) if environment else 0)]
        token = state.push("display", "math", 0)
        token.block, token.map = True, [first, line + 1]
        token.content, token.markup = inside, opener
        token.info = block[block.rindex(closer) + len(closer) :]
    state.line = line + 1
    return True


def _render(
    _renderer: RendererHTML,
    tokens: Sequence[Token],
    index: int,
    _options: OptionsDict,
    env: MutableMapping[str, Any],
) -> str:
    """A formula as MathML, or between its signs as it was written."""
    token = tokens[index]
    spent = env["formulas"] = env.get("formulas", 0) + len(token.content)
    display = "block" if token.type == "display" or token.markup in {"$$", r"\["} else "inline"
    made = to_mathml(token.content, display) if spent <= MOST_CHARACTERS else None
    if made is None:
        source = escape(f"{token.markup}{token.content}{CLOSERS.get(token.markup, '')}{token.info}")
        return f"<pre><code>{source}</code></pre>" if token.block else f"<code>{source}</code>"
    if not token.block:
        return made
    focus = ' tabindex="0"' if len(token.content) > WIDE else ""  # it may have to be scrolled, by keys too
    return f'<div class="display"{focus}>{made}{escape(token.info)}</div>\n'
