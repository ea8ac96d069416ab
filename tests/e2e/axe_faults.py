"""What axe-core finds grave on a page: what would keep people out of it."""

import time

from axe_playwright_python.sync_playwright import Axe

GRAVE = {"serious", "critical"}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, "resultTypes": ["violations"]}
FADING = 5.0
"""Seconds after which a page has the colours of a theme, on a busy machine too."""


def faults(desk, options=None):
    """What axe finds grave and does not cease to find while colours fade: the rule, and where."""
    faded = time.monotonic() + FADING
    while (found := faults_now(desk, options)) and time.monotonic() < faded:
        pass
    return found


def faults_now(desk, options):
    found = Axe().run(desk.page, options=options or {"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{one['id']}: {node['target']} {node['failureSummary'].splitlines()[-1].strip()}"
        for one in found
        if one["impact"] in GRAVE
        for node in one["nodes"]
    ]


def faults_in_both_themes(desk):
    """All of the light page, and the colours of the dark one."""
    desk.page.emulate_media(color_scheme="light")
    light = faults(desk)
    desk.page.emulate_media(color_scheme="dark")
    desk.themed("dark")
    dark = faults(desk, COLOURS)
    desk.page.emulate_media(color_scheme="light")
    desk.themed("light")
    return light + dark
