"""Words of people and programs in places that Streamlit reads as Markdown: labels, titles, toasts."""

from __future__ import annotations

import re
from typing import Final

MARKDOWN: Final = re.compile(r"([\\*_{}\[\]()#+\-.!|~$:<>&])")


def plain(text: str) -> str:
    """Text on one line that Streamlit's Markdown makes nothing of."""
    return MARKDOWN.sub(r"\\\1", " ".join(text.replace("`", "").split()))
