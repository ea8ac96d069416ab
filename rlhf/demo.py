"""`hone demo`: the whole loop on the pocket world, from a fresh home to a better policy.

The app is up first; beside it simulated annotators label through the same calls as people, and rounds run.
Knows the order of events; every event is somebody else's.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from rlhf import pocket
from rlhf.config import Settings
from rlhf.endpoint_process import endpoint_beside
from rlhf.initialise import Beginning, Questions, answering, first_comparisons, initialise, write_settings
from rlhf.next_round import Chosen
from rlhf.pocket.beginning import pocket_prompts, preset
from rlhf.pocket.panel import panel
from rlhf.prompt_rows import train_prompts
from rlhf.round import run_round
from rlhf.serving import App, free_port, running_app, yield_to_people
from rlhf.simulate import simulate
from rlhf.stages import STAGES
from rlhf.track import Tracker
from store import rounds
from store.door import Door, open_door
from store.errors import HoneError
from store.home import Home
from store.messages import AddAnnotator
from store.records import Role, Split
from store.rounds import RoundResult
from store.settings import load
from store.verbs import add_annotator

Watch = Callable[[str, float, str], None]

SPARE_COMPARISONS = 1.2
"""Comparisons asked for each simulated label, so that a person who joins finds something to judge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPlan:
    """What to run: rounds, simulated labels before each of them, the seed, and whether the app is up."""

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

    Raises HoneError when something fails on the way, or the app ends by itself.
    """
    began = time.monotonic()
    write_settings(plan.home, settings_text(plan))
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
        "publish": f"comparisons = {round(plan.labels * SPARE_COMPARISONS)}",
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


def _invite(door: Door, app: App) -> Welcome:
    password = secrets.token_urlsafe(6)
    door.ask(add_annotator, AddAnnotator(name="you", role=Role.ADMINISTRATOR, password=password))
    return Welcome(home=door.home.root, url=app.url, name="you", password=password)


def _loop(plan: DemoPlan, door: Door, settings: Settings, watch: Watch) -> None:
    prompts = pocket_prompts(plan.seed)
    beginning = Beginning(settings=preset(), policy=str(pocket.policy_path()), prompts=prompts)
    policy = initialise(plan.home, door, beginning)
    questions = Questions(
        prompts=train_prompts(prompts, Split.TRAIN),
        settings=settings,
        tracker=Tracker(plan.home.round(0), answering(watch)),
    )
    first_comparisons(plan.home, door, policy, questions)
    annotators = panel(plan.seed)
    for number in range(1, plan.rounds + 1):
        watched = _counting(watch, number)
        simulate(door, annotators, plan.labels, watched)
        run_round(plan.home, door, Chosen(settings=settings), STAGES, _named(watch, number))


def _counting(watch: Watch, number: int) -> Callable[[int, int], None]:
    def count(given: int, wanted: int) -> None:
        watch(f"round {number}: labels", given / wanted, f"{given} of {wanted}")

    return count


def _named(watch: Watch, number: int) -> Watch:
    return lambda stage, fraction, message: watch(f"round {number}: {stage}", fraction, message)
