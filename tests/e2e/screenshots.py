"""`python tests/e2e/screenshots.py`: every page, light and dark, wide and narrow, into `screenshots/`."""

import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[1] / "annotate")]

from desk import PATIENCE, Desk, Server, asked_of_everyone, started_browser  # noqa: E402
from playwright.sync_api import expect  # noqa: E402
from round_files import forget_round, write_round  # noqa: E402
from small_homes import comparisons, pair, person  # noqa: E402

from store.database import open_store  # noqa: E402
from store.home import Home  # noqa: E402
from store.records import Prompt, Role, Track, Turn  # noqa: E402

FOLDER = Path(__file__).parents[2] / "screenshots"
LOOKS = [(scheme, width) for scheme in ("light", "dark") for width in (1440, 800)]
# ruff: noqa: E501  # a conversation is easier to read unbroken
DINNER = (
    Turn(role="user", content="I'm planning a birthday dinner for my dad. There will be 12 people, two of them "
         "vegetarians, and the oven in his flat is tiny."),
    Turn(role="assistant", content="A tiny oven rules out big roasts, so think of braises and of things that you "
         "can make ahead. Do you want a sit-down meal or something to graze on?"),
    Turn(role="user", content="Sit-down. Give me a menu that I can cook mostly the day before, with a timeline."),
)  # fmt: skip
MENU = """Here is a menu built around things that **improve overnight**, so the oven is only needed for reheating.

### Menu

1. *Starter:* beetroot and lentil salad with soft goat's cheese
2. *Main:* beef braised in red wine, and a mushroom and barley stew for the vegetarians
3. *Dessert:* chocolate pots with orange

### The day before

- Cook both stews completely and chill them
- Cook the lentils, roast the beetroot in foil

| Time | What to do |
|---|---|
| 16:00 | Take the stews out of the fridge |
| 18:00 | Warm the main, dress the salad |
"""
SHORT = """Happy birthday to your dad! I would suggest:

- **Starter:** caprese salad
- **Main:** lasagne, one with meat and one with vegetables
- **Dessert:** tiramisu

Assemble everything the day before. Bake the lasagnes one after the other for 45 minutes at 180 °C.

```python
minutes = 2 * 45
```
"""


def main():
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, started_browser() as browser:
        home = Home(Path(folder) / "home")
        fill(home)
        with Server(home) as server:
            for scheme, width in LOOKS:
                look = {"color_scheme": scheme, "viewport": {"width": width, "height": 900}}
                desk = Desk(browser, server, **look)
                take(desk, f"{scheme}_{width}")
                desk.close()


def fill(home):
    with open_store(home) as store:
        for scheme, width in LOOKS:
            person(store, f"Ana {scheme} {width}", Role.ENGINEER)
        facts = pair(0, Track.HELPFULNESS, texts=(MENU, SHORT))
        prompt = next(fact for fact in facts if isinstance(fact, Prompt))
        facts[0] = Prompt(prompt_id=prompt.prompt_id, turns=DINNER, track=prompt.track, split=prompt.split)
        store.append("hone", *map(asked_of_everyone, [*comparisons(0), *facts, *pair(1, Track.HELPFULNESS)]))


def take(desk, look):
    """Walks through the app and takes a picture of all that there is to see."""

    def picture(name, whole=False):
        desk.page.wait_for_timeout(350)
        desk.page.screenshot(path=FOLDER / f"{name}_{look}.png", full_page=whole)

    desk.page.goto(desk.server.url)
    picture("sign_in")
    desk.compare("Ana " + look.replace("_", " "))
    picture("compare")
    for name, key in (("skip", "s"), ("guidelines", "g"), ("keys", "?"), ("raw", "v")):
        desk.press(key)
        picture(f"compare_{name}")
        desk.press("v" if key == "v" else "Escape")
    desk.press("2", "q", "q", "p", "Enter")
    picture("compare_unsafe")
    desk.page.locator(".person").click()
    picture("person")
    desk.page.mouse.click(500, 300)
    desk.press("x", "3", "Enter")
    desk.settle()
    expect(desk.page.get_by_text("Question 1, turn 0")).to_be_visible(timeout=PATIENCE * 1000)
    desk.settle()
    desk.label("b")
    picture("compare_empty")
    desk.page.get_by_role("link", name="Rounds").click()
    expect(desk.page.get_by_text("Start round 1")).to_be_visible(timeout=PATIENCE * 1000)
    picture("rounds_none")
    for number in range(3):
        write_round(desk.server.home, number)
    write_round(desk.server.home, 3, state="running", stage="ppo", fraction=0.4)
    expect(desk.page.get_by_text("Stop round 3")).to_be_visible(timeout=PATIENCE * 1000)
    desk.page.wait_for_timeout(2500)
    desk.page.set_viewport_size({"width": desk.page.viewport_size["width"], "height": 1750})
    picture("rounds")
    for number in range(4):
        forget_round(desk.server.home, number)


if __name__ == "__main__":
    main()
