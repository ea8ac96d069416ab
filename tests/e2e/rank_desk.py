"""What the tests of the Rank page share: rankings of three to nine responses, and a person who ranks."""

from contextlib import contextmanager

from desk import PEOPLE, Desk, Server
from playwright.sync_api import expect
from small_homes import person
from small_rankings import ranking, rankings

from store.database import open_store
from store.home import Home

HOSTILE = "<script>window.pwned = 1</script>![a cat](https://evil.example/cat.png) **kept**"


@contextmanager
def ranking_server(folder):
    """A server over a home in which everybody ranks four, five, nine and three responses."""
    home = Home(folder)
    with open_store(home) as store:
        for name in PEOPLE:
            person(store, name)
        facts = rankings(4, 5, 9, 3, overlap=50)
        facts += ranking(4, (HOSTILE, "A quiet answer.", "Another one."), overlap=50)
        store.append("hone", *facts)
    with Server(home) as running:
        yield running


class RankDesk(Desk):
    """Somebody who ranks."""

    def rank(self, name):
        """Opens the page as somebody and waits for the first ranking."""
        self.enter(name, "rank")
        expect(self.page.locator(".cards .card").first).to_be_visible()
        self.settle()
        return self

    def order(self):
        """The letters on the rail, best first, with a sign of equality between equals."""
        slots = self.page.locator(".slot").all()
        return "".join(
            slot.locator(".letter").inner_text()
            + ("=" if slot.locator(".relation").get_attribute("aria-pressed") == "true" else "")
            for slot in slots
            if slot.locator(".tag").is_visible()
        )

    def places(self):
        """Where each response stands, by letter."""
        return self.page.locator(".cards .card .place").all_inner_texts()

    def tag(self, letter):
        return self.page.locator(".tag", has_text=letter).first

    def submit(self, keys):
        """Types an order, sends it and waits for the next ranking."""
        done = self.done()
        self.press(*keys, "Enter").expect_done(done + 1)
        self.settle()
        return self

    def lift(self, source, slot):
        """Takes `source` by its left end and holds it over a slot of the rail."""
        start, end = source.bounding_box(), self.page.locator(".slot").nth(slot).bounding_box()
        self.page.mouse.move(start["x"] + 24, start["y"] + 20)
        self.page.mouse.down()
        self.page.mouse.move(end["x"] + 80, end["y"] - 10, steps=4)
        self.page.mouse.move(end["x"] + 60, end["y"] + 20, steps=4)
        return self

    def carry(self, source, slot):
        """Drags `source` onto a slot of the rail, by mouse."""
        self.lift(source, slot).page.mouse.up()
        return self
