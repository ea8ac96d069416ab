"""One real Chromium at work beside the simulated sessions: from the key to the next pair on the screen."""

from __future__ import annotations

import asyncio
import shutil
import time
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from annotate.bench.work import PASSWORD
from store.bench.app import Painted
from store.bench.crowd import quantile

if TYPE_CHECKING:
    from playwright.async_api import Page

BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")
PATIENCE_MS: Final = 60_000
PAUSE: Final = 1.0
"""Seconds between two labels of this browser."""
LOOK: Final = 0.02
"""Seconds between two looks at whether a pair was painted."""
MEASURE: Final = """
() => {
  const inside = (root) => {
    for (const each of root.querySelectorAll("*")) {
      const found = each.shadowRoot && inside(each.shadowRoot);
      if (found) return found;
    }
    return root.querySelector(".pane .body");
  };
  const body = inside(document);
  let pressed = null;
  window.paintedAfter = [];
  const press = (event) => { if (event.key === "Enter") pressed = event.timeStamp; };
  document.addEventListener("keydown", press, true);
  new MutationObserver(() => {
    if (pressed === null) return;
    const from = pressed;
    pressed = null;
    requestAnimationFrame(() => setTimeout(() => window.paintedAfter.push(performance.now() - from)));
  }).observe(body, { childList: true, subtree: true });
}
"""


def found() -> str | None:
    """The browser's path, where there is one and something that can drive it."""
    paths = filter(None, map(shutil.which, BROWSERS))
    return next(paths, None) if find_spec("playwright") else None


async def _painted(page: Page, times: int) -> None:
    """Waits until so many pairs were painted; asked from here, for the page lets nobody evaluate in it."""
    while await page.evaluate("window.paintedAfter.length") < times:
        await asyncio.sleep(LOOK)


async def paint(path: str, url: str, name: str, seconds: float, others: int) -> Painted:
    """Labels by keyboard for so many seconds."""
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-background-networking"]
        browser = await playwright.chromium.launch(executable_path=path, args=arguments)
        page = await browser.new_page(viewport={"width": 1440, "height": 900})
        await page.goto(url)
        await page.get_by_label("User name").fill(name)
        await page.get_by_label("Password").fill(PASSWORD)
        await page.keyboard.press("Enter")
        await page.locator(".pane .body").first.wait_for(timeout=PATIENCE_MS)
        await page.evaluate(MEASURE)
        ends, done = time.perf_counter() + seconds, 0
        while not done or time.perf_counter() < ends:
            await asyncio.sleep(PAUSE)
            for key in ("x", "2", "Enter"):
                await page.keyboard.press(key)
            done += 1
            await asyncio.wait_for(_painted(page, done), PATIENCE_MS / 1000)
        await asyncio.sleep(PAUSE)  # the last one is shown before it is saved
        taken = sorted(await page.evaluate("window.paintedAfter"))
        await browser.close()
    return Painted(
        others=others,
        labels=done,
        p50_ms=quantile(taken, 0.5),
        p95_ms=quantile(taken, 0.95),
        worst_ms=taken[-1],
    )
