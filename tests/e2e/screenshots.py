"""`python tests/e2e/screenshots.py [page …]`: every page for every role, light and dark, wide and narrow;
and, as an administrator sees them, in German.

The pictures go into `screenshots/`, which git ignores: look at them.
"""

import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[1] / "annotate")]

from desk import Desk, Server, asked_of_everyone, started_browser  # noqa: E402
from gallery import (  # noqa: E402
    ARABIC_ANSWER,
    ARABIC_OTHER,
    CHINESE_ANSWER,
    CODE,
    GALLERY,
    HOSTILE,
    INDUCTION,
    LONG,
    MENU,
    NAMED,
    SHORT_MENU,
    WIDE,
)
from measured_models import first_policy, round_facts  # noqa: E402
from playwright.sync_api import expect  # noqa: E402
from round_files import write_round  # noqa: E402
from small_homes import comparisons, pair, person  # noqa: E402
from small_rankings import ranking  # noqa: E402

from annotate.entrance import language  # noqa: E402
from annotate.shell import ROOMS  # noqa: E402
from store.database import open_store  # noqa: E402
from store.home import Home  # noqa: E402
from store.records import Prompt, Role, Turn  # noqa: E402

FOLDER = Path(__file__).parents[2] / "screenshots"
LOOKS = [(scheme, width) for scheme in ("light", "dark") for width in (1440, 800)]
GERMAN = "german_1280"
TALL = {"rounds", "policies", "my-work", "people", "account", "guidelines", "qualification"}
"""Pages that scroll; the others are one fixed screen."""
REASONS = ("It is 30.0 nats from the first policy; 25.0 are allowed.",)


def main(wanted):
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, started_browser() as browser:
        home = Home(Path(folder) / "home")
        fill(home)
        for number in range(3):
            write_round(home, number, reasons=REASONS if number == 2 else ())
        write_round(home, 3, state="running", stage="ppo", fraction=0.4)
        with Server(home) as server:
            for scheme, width in LOOKS:
                look = {"color_scheme": scheme, "viewport": {"width": width, "height": 900}}
                desk = Desk(browser, server, **look)
                picture(desk, f"sign_in_{scheme}_{width}", 0)
                desk.close()
                for role in Role:
                    desk = Desk(browser, server, **look)
                    take(desk, role, f"{scheme}_{width}", wanted)
                    desk.close()
            desk = Desk(browser, server, viewport={"width": 1280, "height": 900})
            take(desk, Role.ADMINISTRATOR, GERMAN, wanted)
            desk.close()


def fill(home):
    """Somebody of each role for each look, a gallery of pairs, and rankings of the same texts."""
    with open_store(home) as store:
        person(store, name(Role.ADMINISTRATOR, GERMAN), Role.ADMINISTRATOR)
        for scheme, width in LOOKS:
            for role in Role:
                person(store, name(role, f"{scheme}_{width}"), role)
        facts = comparisons(0)
        for number, (prompt, *answers) in enumerate(GALLERY):
            facts += [
                of_gallery(fact, prompt) for fact in pair(number, texts=[escaped(each) for each in answers])
            ]
        facts += ranking(20, [SHORT_MENU, MENU, INDUCTION, CODE])
        facts += ranking(21, [ARABIC_ANSWER, ARABIC_OTHER, CHINESE_ANSWER, HOSTILE, LONG, WIDE, NAMED])
        for number in range(1, 4):
            names = [name(role, look) for role in Role for look in ("light_1440", "dark_800")]
            facts += round_facts(number, names, promoted=number != 2)
        store.append("hone", first_policy(), *map(asked_of_everyone, facts))


def escaped(text):
    """`pair` fills in numbers."""
    return text.replace("{", "{{").replace("}", "}}")


def of_gallery(fact, prompt):
    if not isinstance(fact, Prompt):
        return fact
    turns = prompt if isinstance(prompt, tuple) else (Turn(role="user", content=prompt),)
    return Prompt(prompt_id=fact.prompt_id, turns=turns, track=fact.track, split=fact.split)


def name(role, look):
    return f"{role.value} {look}"


def picture(desk, name, address):
    if address == 0:
        desk.page.goto(f"{desk.server.url}/sign-in")
    desk.page.wait_for_timeout(500)
    desk.page.screenshot(path=FOLDER / f"{name}.png")


def take(desk, role, look, wanted):
    """Walks through the pages that this role has."""
    desk.sign_in(name(role, look))
    expect(desk.page.locator(".person")).to_be_visible()
    if look == GERMAN:
        chosen = {"name": language.COOKIE, "value": "de", "url": desk.server.url}
        desk.context.add_cookies([chosen])
    order = list(Role)
    for room in ROOMS:
        if order.index(room.least) > order.index(role) or (wanted and room.address not in wanted):
            continue
        width = desk.page.viewport_size["width"]
        desk.page.set_viewport_size({"width": width, "height": 1700 if room.address in TALL else 900})
        desk.visit(room.address)
        picture(desk, f"{room.key}_{role.value}_{look}", room.address)
        if role is Role.ANNOTATOR and room.address == "compare":
            walk(desk, look)


def walk(desk, look):
    """What the deck can open, then each pair of the gallery."""
    for shown, key in (("skip", "s"), ("guidelines", "g"), ("keys", "?"), ("raw", "v")):
        desk.press(key)
        picture(desk, f"compare_{shown}_{look}", "")
        desk.press("v" if key == "v" else "Escape")
    desk.press("2", "q", "q", "p", "Enter")
    picture(desk, f"compare_unsafe_{look}", "")
    for number in range(1, len(GALLERY)):
        desk.label("3")
        picture(desk, f"compare_{number}_{look}", "")
    desk.label("3")
    picture(desk, f"compare_empty_{look}", "")


if __name__ == "__main__":
    main(set(sys.argv[1:]))
