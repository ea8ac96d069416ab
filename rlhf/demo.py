"""`hone demo`: the whole loop on the pocket world, from a fresh home to a better policy.

The app is up first; beside it simulated annotators label through the same calls as people, and rounds run.
Knows the order of events; every event is somebody else's.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from rlhf.config import Settings
from rlhf.endpoint_process import endpoint_beside
from rlhf.initialise import write_settings
from rlhf.pocket.beginning import preset
from rlhf.pocket.loop import Loop, Watch, bring_to, comparisons_for
from rlhf.serving import App, free_port, running_app, yield_to_people
from rlhf.track import write_json
from store import rounds
from store.door import Door, open_door
from store.errors import HoneError
from store.home import Home
from store.messages import AddAnnotator, ListAnnotators, SetPassword
from store.records import Role
from store.rounds import RoundResult
from store.settings import load
from store.verbs import add_annotator, list_annotators, set_password

PERSON: Final = "you"
"""The person who may join in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPlan:
    """What to run: rounds, simulated labels before each of them, the seed, and whether the app is up.

    In a home that such a demo left, the next one goes on, and may have more rounds.
    """

    home: Home
    rounds: int
    labels: int
    seed: int
    port: int | None
    """None leaves the app out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoResult:
    """Every round's row, row 0 first."""

    rounds: tuple[RoundResult, ...]
    seconds: float
    home: Path
    served: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Welcome:
    """How a person joins in, and the home in which it all happens."""

    home: Path
    url: str
    name: str
    password: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Who hears of it: of every step, of how to sign in once the app answers, and of the result."""

    watch: Watch
    greet: Callable[[Welcome], None]
    conclude: Callable[[DemoResult], None]


def run_demo(plan: DemoPlan, audience: Audience) -> None:
    """Runs the demo; where the app is up, it stays so after the result until it is interrupted.

    Raises HoneError when something fails on the way, the home is of another demo or of none, or the app ends
    by itself.
    """
    began = time.monotonic()
    with _claimed(plan):
        write_settings(plan.home, settings_text(plan))
        _run(plan, audience, began)


def _run(plan: DemoPlan, audience: Audience, began: float) -> None:
    settings = load(Settings, plan.home.settings)
    with _app(plan) as app, open_door(plan.home) as door:
        if app:
            audience.greet(_invite(door, app))
            yield_to_people()
        _loop(plan, door, settings, audience.watch)
        seconds = round(time.monotonic() - began, 1)
        rows = tuple(rounds.results(plan.home))
        audience.conclude(
            DemoResult(rounds=rows, seconds=seconds, home=plan.home.root, served=app is not None)
        )
        if app:
            with suppress(KeyboardInterrupt):
                code = app.process.wait()
                raise HoneError(
                    f"The app ended by itself with code {code}; see {plan.home.root / 'app.log'}."
                )


def settings_text(plan: DemoPlan) -> str:
    """The preset with what this demo adds, so that `hone round` goes on as the demo would have."""
    own = {
        "round": f"seed = {plan.seed}",
        "publish": f"comparisons = {comparisons_for(plan.labels)}",
    }
    text = preset()
    for section, line in own.items():
        head = f"[{section}]\n"
        text = text.replace(head, head + line + "\n") if head in text else f"{text}\n{head}{line}\n"
    return text


@contextmanager
def _app(plan: DemoPlan) -> Iterator[App | None]:
    if plan.port is None:
        yield None
        return
    root = plan.home.root
    with (
        running_app(plan.home, free_port(plan.port), root / "app.log") as app,
        endpoint_beside(plan.home, root / "endpoint.log"),
    ):
        yield app


@contextmanager
def _claimed(plan: DemoPlan) -> Iterator[None]:
    """The home is this demo's: keeps in it what its labels hang on. Settings may be changed between two runs.

    Raises HoneError where it is another home, or a demo of other labels, or one that still runs.
    """
    root, said = plan.home.root, {"labels": plan.labels, "seed": plan.seed}
    file = root / "demo.json"
    if not file.exists():
        own = {plan.home.settings.name, f".{file.name}.new"}  # the second one of a write that was killed
        others = {one.name for one in root.iterdir()} - own if root.exists() else set()
        if others:
            raise HoneError(f"Expected a new folder, or one of a demo; {root} has other files in it.")
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_json(file, said)
    before = json.loads(file.read_text(encoding="utf-8"))
    if before != said:
        told = f"--labels {before['labels']} --seed {before['seed']}"
        raise HoneError(f"Expected the demo in {root} to go on as it began, with {told}; got others.")
    try:
        with FileLock(root / "demo.lock", timeout=0):
            yield
    except Timeout as error:
        raise HoneError(f"The demo in {root} is running already; wait for it, or end it.") from error


def _invite(door: Door, app: App) -> Welcome:
    """Whoever joins in again gets a new password: only its hash was kept."""
    password = secrets.token_urlsafe(6)
    if any(one.annotator.name == PERSON for one in door.ask(list_annotators, ListAnnotators())):
        door.ask(set_password, SetPassword(name=PERSON, password=password))
    else:
        door.ask(add_annotator, AddAnnotator(name=PERSON, role=Role.ADMINISTRATOR, password=password))
    return Welcome(home=door.home.root, url=app.url, name=PERSON, password=password)


def _loop(plan: DemoPlan, door: Door, settings: Settings, watch: Watch) -> None:
    loop = Loop(home=plan.home, door=door, settings=settings, labels=plan.labels, seed=plan.seed, watch=watch)
    bring_to(loop, plan.rounds)
