"""What axe-core finds grave on a page: what would keep people out of it."""

from axe_playwright_python.sync_playwright import Axe

GRAVE = {"serious", "critical"}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, "resultTypes": ["violations"]}


def faults(desk, options=None):
    """What axe finds grave: the rule, and where."""
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
