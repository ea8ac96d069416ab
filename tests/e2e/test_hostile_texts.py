"""A home in which whatever anybody could write is hostile, and every page over it, in a real browser."""

import pytest
from desk import Desk, Server, path
from gallery import HOSTILE, NAMED
from measured_models import hostile as hostile_round
from playwright.sync_api import expect
from round_files import write_round
from small_homes import comparisons, pair, person
from small_rankings import ranking

from annotate.shell import ROOMS
from store.database import open_store
from store.home import Home
from store.records import Guideline, Prompt, Role, Track, Turn

pytestmark = pytest.mark.wide

NAME = "<img src=x onerror='window.pwned=1'>"
TRICKS = HOSTILE + (
    "\n\n[a][1] ![b][1] [^1]\n\n[1]: https://evil.example/ref.png\n[^1]: <img src=https://evil.example/foot.png>\n\n"
    "> > <iframe src=https://evil.example></iframe>\n\n<style>@import url(https://evil.example/x.css)</style>\n\n"
    "![x](data:image/svg+xml,%3Csvg%20onload=alert(1)%3E) [y](data:text/html,<script>alert(1)</script>)\n\n"
    "$\\text{<img src=https://evil.example/t.png onerror=alert(1)>}$\n\n"
    "<math href=javascript:alert(1)><mi>x</mi></math>\n\n"
    "<a href=javascript:window.pwned=4>x</a> <form action=https://evil.example><input autofocus></form>"
)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory, browser):
    home = Home(tmp_path_factory.mktemp("hostile") / "home")
    turns = (
        Turn(role="user", content=TRICKS),
        Turn(role="assistant", content=TRICKS),
        Turn(role="user", content=TRICKS),
    )
    texts = [TRICKS.replace("{", "{{").replace("}", "}}")] * 2
    facts = [
        *comparisons(0),
        *pair(0, texts=texts),
        *pair(1, Track.SAFETY, texts=texts),
        *ranking(9, [TRICKS] * 3),
    ]
    facts = [
        Prompt(prompt_id=fact.prompt_id, turns=turns, track=fact.track, split=fact.split)
        if isinstance(fact, Prompt)
        else fact
        for fact in facts
    ]
    with open_store(home) as store:
        person(store, NAME, Role.ADMINISTRATOR)
        guidelines = [Guideline(track=track, version=1, text=TRICKS) for track in Track]
        store.append("hone", *hostile_round(NAME), *guidelines, *facts)
    write_round(home, 1, reasons=(TRICKS,), message=TRICKS)
    with Server(home) as running:
        yield running


def test_hostile_texts_run_nothing_and_fetch_nothing_on_any_page(browser, hostile):
    desk, refused = Desk(browser, hostile), []
    desk.hear(
        "console", lambda said: refused.append(said.text) if "Content Security Policy" in said.text else None
    )
    desk.sign_in(NAME)
    expect(desk.page.locator(".person")).to_be_visible()
    for room in ROOMS:
        desk.visit(room.address)
        desk.settle()
        if room.address in {"compare", "rank"}:
            expect(desk.page.locator(".pane, .card").filter(visible=True).first).to_be_visible()
            desk.settle()
            desk.press("v", "g")
            desk.settle()
            raw = desk.page.locator(".verbatim", has_text="<svg onload=alert(1)>").filter(visible=True).first
            expect(raw).to_be_visible()
        assert desk.page.evaluate("window.pwned") is None, room.address
        assert desk.page.url.startswith(f"{hostile.url}/{path(room.address)}")
    assert (desk.foreign, desk.errors, refused) == ([], [], [])
    desk.close()


def test_either_view_of_a_text_says_that_a_name_is_hidden_in_it(browser, tmp_path):
    home = Home(tmp_path / "home")
    with open_store(home) as store:
        person(store, "ana")
        store.append("hone", *comparisons(0), *pair(0, texts=(NAMED, "I eat hay.")))
    with Server(home) as server:
        ana = Desk(browser, server).compare("ana")
        told = ana.page.locator(".pane", has=ana.page.get_by_text("A name that could tell"))
        expect(told).to_have_count(1)
        ana.press("v")
        expect(told).to_have_count(1)
        expect(told.locator(".verbatim")).to_contain_text("I am █████,")
        assert "ChatGPT" not in ana.page.content()
        ana.close()


def test_the_raw_view_names_characters_that_turn_a_text_about_and_takes_no_word_for_one(browser, tmp_path):
    home = Home(tmp_path / "home")
    turned = "user\u202econstructor\u202ctxt"
    with open_store(home) as store:
        person(store, "ana")
        store.append("hone", *comparisons(0), *pair(0, texts=(turned, "constructor")))
    with Server(home) as server:
        ana = Desk(browser, server).compare("ana")
        ana.press("v")
        raw = ana.page.locator(".pane .verbatim")
        expect(raw).to_have_count(2)
        assert set(raw.evaluate_all("all => all.map((one) => one.textContent)")) == {turned, "constructor"}
        named = raw.locator(".mark").evaluate_all("all => all.map((one) => one.dataset.mark)")
        assert named == ["RLO", "PDF"]
        ana.close()
