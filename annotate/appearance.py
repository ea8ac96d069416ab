"""How the app looks and how Streamlit behaves under it: its options, in one place and from no other file."""

from __future__ import annotations

from collections.abc import Sequence

from store.colours import PALETTE

LIGHT: dict[str, object] = {
    "primaryColor": "#1a1816",
    "backgroundColor": "#faf9f7",
    "secondaryBackgroundColor": "#f3f2ee",
    "textColor": "#1a1816",
    "borderColor": "#dcdad5",
    "linkColor": "#2f5fb0",
    "chartCategoricalColors": [colour.light for colour in PALETTE],
}
"""Off-white and near-black, also on controls."""

DARK: dict[str, object] = {
    "primaryColor": "#f2f0ec",
    "backgroundColor": "#161513",
    "secondaryBackgroundColor": "#22211f",
    "textColor": "#f2f0ec",
    "borderColor": "#3a3835",
    "linkColor": "#8db4f2",
    "chartCategoricalColors": [colour.dark for colour in PALETTE],
}

SHAPE: dict[str, object] = {
    "baseRadius": "9px",
    "buttonRadius": "9px",
    "paddingTop": "0.75rem",
    "paddingBottom": "2rem",
    "headingFontSizes": ["1.6rem", "1.25rem", "1.05rem", "1rem", "0.95rem", "0.9rem"],
    "headingFontWeights": [650, 650, 600, 600, 600, 600],
    "metricValueFontSize": "1.7rem",
}

BEHAVIOUR: dict[str, object] = {
    "server.headless": True,
    "server.fileWatcherType": "none",
    "server.maxUploadSize": 1,
    "server.disconnectedSessionTTL": 600,
    "server.enableWebsocketCompression": True,
    "server.enableAgentApi": False,
    "server.showEmailPrompt": False,
    "runner.magicEnabled": False,
    "runner.postScriptGC": False,
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "client.toolbarMode": "minimal",
    "browser.gatherUsageStats": False,
    "logger.hideWelcomeMessage": True,
    "logger.level": "warning",
}

LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")


def options(address: str, port: int, hosts: Sequence[str]) -> dict[str, object]:
    """Streamlit's options for a server at this address; `hosts` are further names that browsers may use."""
    themes: dict[str, dict[str, object]] = {"theme": SHAPE, "theme.light": LIGHT, "theme.dark": DARK}
    colours = {f"{group}.{name}": value for group, theme in themes.items() for name, value in theme.items()}
    return {
        **BEHAVIOUR,
        **colours,
        "server.address": address,
        "server.port": port,
        "server.allowedHosts": [*LOCAL_NAMES, address, *hosts],
    }
