"""The organisation's provider (OpenID Connect): as `hone.toml` names it, and as Streamlit is told."""

from __future__ import annotations

import importlib.util
import os
import secrets
from typing import Any, Final

from store.errors import HoneError
from store.external_accounts import OidcSettings
from store.home import Home
from store.settings import load_section

CALLBACK: Final = "/oauth2callback"
"""Where Streamlit expects the provider's answer."""
LEAVING: Final = "/auth/login"
"""Where Streamlit sends a browser on to the provider."""
NEEDED: Final = ("authlib", "httpx")
LOCAL: Final = "http://127.0.0.1:{port}"
"""Streamlit fills in the port on which it listens."""


def settings(home: Home) -> OidcSettings:
    """What the home says of its provider."""
    return load_section(OidcSettings, "oidc", home.settings)


def app_secrets(home: Home) -> dict[str, Any] | None:
    """What `st.App` is told; None where the home has no provider.

    HoneError, in a sentence, where something is missing. The secret that signs Streamlit's own cookies is new
    with every start: they matter for as long as a sign-in takes, and open nothing.
    """
    wanted = settings(home)
    if not wanted.metadata:
        return None
    secret = os.environ.get(wanted.secret_variable, "")
    if not (wanted.client_id and secret):
        raise HoneError(
            "Expected oidc.client_id in hone.toml, and the provider's secret in the environment variable "
            f"{wanted.secret_variable}; set both, or empty oidc.metadata."
        )
    if any(importlib.util.find_spec(name) is None for name in NEEDED):
        raise HoneError(
            "Signing in through an organisation takes Authlib, which is not installed; "
            "install it with pip install 'hone-rlhf[oidc]', or empty oidc.metadata in hone.toml."
        )
    return {
        "auth": {
            "redirect_uri": (wanted.address.rstrip("/") or LOCAL) + CALLBACK,
            "cookie_secret": secrets.token_urlsafe(32),
            "client_id": wanted.client_id,
            "client_secret": secret,
            "server_metadata_url": wanted.metadata,
        }
    }
