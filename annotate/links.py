"""Ways from a page to another in the same tab: a link of Streamlit's own would open another one."""

from __future__ import annotations

from html import escape
from typing import Final
from urllib.parse import quote

import streamlit as st
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

SHORT: Final = 20
"""Letters of an id that are shown, by which `hone lineage` finds it too."""
ADDRESS: Final = "id"
"""What of a page's address names a thing."""


def short(thing: str) -> str:
    """An id as it is shown: a digest's first letters; one that tells where it came from stays whole."""
    return thing if ":" in thing else thing[:SHORT]


def to(page: str, thing: str) -> str:
    """The address of a thing on a page: its whole id, for two ids may begin alike."""
    return f"/{page}?{ADDRESS}={quote(thing)}"


def show(address: str, words: str) -> None:
    """Draws a link to an address of this app; `words` are of the catalogue."""
    st.html(f'<a href="{escape(address)}" target="_self">{escape(words)}</a>', width="content")


def routes(front: str) -> list[Route]:
    """Leads from the front page's name to `/`, where alone Streamlit shows the first page of its menu."""

    async def lead(request: Request) -> Response:
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"/{query}", status_code=307)

    return [Route(f"/{front}", lead, methods=["GET"])]
