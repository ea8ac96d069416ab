"""The page on which one signs in: plain HTML, in the visitor's language, that loads nothing but a font."""

from __future__ import annotations

import secrets
from functools import lru_cache
from html import escape
from pathlib import Path
from string import Template

import streamlit
from starlette.requests import Request
from starlette.responses import HTMLResponse

from annotate.entrance import language, provider
from annotate.entrance.forms import CSRF_COOKIE, set_cookie
from annotate.words import LOCALES, Words, words
from store.home import Home

SESSION_SECONDS = 12 * 3600
TEMPLATES = Path(__file__).parents[1] / "templates"


def said(request: Request) -> Words:
    """The catalogue in the visitor's language."""
    asked = language.wanted(request.headers.get("accept-language", ""))
    return words(language.of_visitor(request.cookies.get(language.COOKIE), asked))


def shown(
    request: Request, home: Home, problem: str = "", name: str = "", status_code: int = 200
) -> HTMLResponse:
    """The form; after a problem with the name that was given, and the cursor in the password."""
    csrf = request.cookies.get(CSRF_COOKIE) or secrets.token_urlsafe(24)
    spoken = said(request)
    gaps = {f"said_{key}": escape(text) for key, text in spoken.section("sign_in").items()}
    page = _template("sign_in").substitute(
        gaps,
        csrf=escape(csrf),
        problem=escape(problem),
        name=escape(name),
        name_first="" if name else "autofocus",
        password_first="autofocus" if name else "",
        font=_font(),
        locale=spoken.locale,
        organisation=_organisation(home, spoken, csrf),
        languages="".join(_language(code, called, spoken) for code, called in LOCALES.items()),
    )
    response = HTMLResponse(page, status_code=status_code, headers={"Cache-Control": "no-store"})
    set_cookie(request, response, CSRF_COOKIE, csrf, SESSION_SECONDS)
    return response


def _organisation(home: Home, spoken: Words, csrf: str) -> str:
    """The button of the organisation, where the home has one."""
    settings = provider.settings(home)
    if not settings.metadata:
        return ""
    label = settings.label or spoken.text("sign_in.organisation")
    return _template("sign_in_organisation").substitute(
        csrf=escape(csrf), label=escape(label), said_or=escape(spoken.text("sign_in.or"))
    )


def _language(code: str, called: str, spoken: Words) -> str:
    current = ' aria-current="true"' if code == spoken.locale else ""
    return f'<button name="locale" value="{code}" lang="{code}"{current}>{escape(called)}</button>'


@lru_cache(maxsize=2)
def _template(name: str) -> Template:
    return Template((TEMPLATES / f"{name}.html").read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def _font() -> str:
    """The address of the font that Streamlit brings along."""
    folder = Path(streamlit.__file__).parent / "static" / "static" / "media"
    return f"/static/media/{next(folder.glob('SourceSansVF-Upright*.woff2')).name}"
