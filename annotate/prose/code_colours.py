"""Code in the colours of its language, as escaped HTML with a few classes; the colours are the style sheet's.

Knows no Markdown and no page. Every character of the code is in the result, in its order.
"""

from __future__ import annotations

from functools import lru_cache
from html import escape
from itertools import groupby
from operator import itemgetter
from typing import Final

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Keyword, Literal, Name, Number, String, _TokenType
from pygments.util import ClassNotFound

LONGEST_COLOURED: Final = 8000
"""Characters; a longer listing stays in one colour, for some languages are slow to read."""
LANGUAGES: Final = frozenset(
    {
        *("bash", "c", "cpp", "csharp", "css", "diff", "go", "html", "java", "javascript", "json", "kotlin"),
        *("php", "python", "r", "ruby", "rust", "sql", "swift", "toml", "typescript", "xml", "yaml"),
    }
)
"""What is coloured, by Pygments' first names; every other language stays plain."""
OTHER_NAMES: Final = {
    "py": "python",
    "python3": "python",
    "js": "javascript",
    "jsx": "javascript",
    "ts": "typescript",
    "sh": "bash",
    "shell": "bash",
    "zsh": "bash",
    "c++": "cpp",
    "cs": "csharp",
    "c#": "csharp",
    "golang": "go",
    "rb": "ruby",
    "rs": "rust",
    "yml": "yaml",
    "kt": "kotlin",
}
CLASSES: Final[tuple[tuple[_TokenType, str], ...]] = (
    (Comment, "remark"),
    (String, "string"),
    (Number, "number"),
    (Literal, "number"),
    (Keyword, "keyword"),
    (Name.Function, "name"),
    (Name.Class, "name"),
    (Name.Tag, "keyword"),
    (Name.Decorator, "name"),
)
"""The first that fits; what none fits keeps the colour of the text."""


def coloured(code: str, language: str) -> str:
    """The code as HTML; `language` as a model wrote it behind the fence, in any case."""
    lexer = _lexer(language.lower())
    if lexer is None or len(code) > LONGEST_COLOURED:
        return escape(code)
    parts = [(_class(kind), text) for kind, text in lexer.get_tokens(code)]
    if "".join(text for _, text in parts) != code:
        return escape(code)  # a lexer that drops or changes a character is no help
    runs = groupby(parts, key=itemgetter(0))
    return "".join(_span(name, "".join(text for _, text in run)) for name, run in runs)


def _span(name: str, text: str) -> str:
    return f'<span class="{name}">{escape(text)}</span>' if name else escape(text)


@lru_cache(maxsize=256)
def _class(kind: _TokenType) -> str:
    return next((name for known, name in CLASSES if kind in known), "")


@lru_cache(maxsize=64)
def _lexer(language: str) -> Lexer | None:
    name = OTHER_NAMES.get(language, language)
    if name not in LANGUAGES:
        return None
    try:
        return get_lexer_by_name(name, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None
