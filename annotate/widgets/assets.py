"""Makes the components' files known to Streamlit.

Streamlit finds the files of a packaged component through a `pyproject.toml` inside the package that bears the
distribution's name. A distribution of several top-level packages has none, and an editable install or a plain
checkout lists no files at all; so the same manifest is registered here, by the same call that Streamlit makes
for what it finds. It works from a checkout, an editable install and a wheel alike.
"""

from __future__ import annotations

from pathlib import Path

from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

PACKAGE = "hone"
FOLDER = "browser"
COMPONENTS = (
    "chat",
    "deck",
    "exam_pair",
    "exam_ranking",
    "handover",
    "languages",
    "lineage",
    "masthead",
    "rank",
    "reading",
    "review",
    "write",
)


def component_name(name: str) -> str:
    """The name under which Streamlit serves a component of this package."""
    return f"{PACKAGE}.{name}"


def register() -> None:
    """Tells the running Streamlit where the components' files lie."""
    components = [ComponentConfig(name=name, asset_dir=FOLDER) for name in COMPONENTS]
    manifest = ComponentManifest(name=PACKAGE, version="1", components=components)
    get_bidi_component_manager().register_from_manifest(manifest, Path(__file__).parent)
