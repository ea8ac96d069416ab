"""Ways from a page to another in the same tab: a link of Streamlit's own would open another one."""

from __future__ import annotations

from html import escape

import streamlit as st
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route


def show(address: str, words: str) -> None:
    """Draws a link to an address of this app; `words` are of the catalogue."""
    st.html(f'<a href="{escape(address)}" target="_self">{escape(words)}</a>', width="content")


def routes(front: str) -> list[Route]:
    """Leads from the front page's name to `/`, where alone Streamlit shows the first page of its menu."""

    async def lead(request: Request) -> Response:
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"/{query}", status_code=307)

    return [Route(f"/{front}", lead, methods=["GET"])]
