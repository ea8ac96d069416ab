"""One seed's home in the pocket world, up to its reward models: what every method starts from.

The pocket policy answers training prompts twice each, the demo's simulated annotators label the pairs
through the queue, and a round trains both reward models. What is there already is not made again.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Final

from rlhf import pocket
from rlhf.ask import Answerer, Asked, AskJob, ask, draw_prompts
from rlhf.bench.accuracy_home import Watched, Work, label
from rlhf.config import Settings
from rlhf.initialise import weights_id
from rlhf.judge import RewardModels
from rlhf.next_round import Chosen
from rlhf.pocket.beginning import pocket_prompts
from rlhf.pocket.panel import panel
from rlhf.prompt_rows import train_prompts
from rlhf.prompts import TrainPrompt
from rlhf.round import run_round
from rlhf.stages import STAGES
from rlhf.track import Tracker, write_json
from store.door import KnockingDoor
from store.home import Home
from store.identity import identity
from store.records import Prompt, Split, Track
from store.settings import load

Show = Callable[[str, float, str], None]

LABELS: Final = 1000
"""As many as before a round of the demo, and what the preset's sizes are for."""
PRESET: Final = Path(pocket.__file__).parent / "preset.toml"
LEAST_MEASURED: Final = 40
"""Held-out prompts at least, however few the labels."""


@dataclass(frozen=True, kw_only=True)
class World:
    """A seed's home, its settings and its prompts, in a folder of its own within the one that is kept."""

    kept: Path
    seed: int
    labels: int
    show: Show
    members: int = 1
    """Of each reward model's ensemble; of several, the last one watches."""

    @cached_property
    def folder(self) -> Path:
        """The world's own, by everything that its home depends on."""
        settings = self.settings
        parts = (settings.reward, settings.publish, settings.evaluate, settings.judge)
        name = identity("world", weights_id("policy", self.policy), [asdict(part) for part in parts])
        return self.kept / f"{self.labels}-labels-{name}" / f"seed-{self.seed}"

    @property
    def home(self) -> Home:
        """The home after its reward models, from which each method's is copied."""
        return Home(self.folder / "home")

    @property
    def policy(self) -> Path:
        """What every method starts as and is measured against."""
        return pocket.policy_path()

    @property
    def reward_models(self) -> RewardModels:
        """The two that the home's round trained."""
        helpfulness, safety = (self.home.round(1) / f"reward_{track}" / "model" for track in Track)
        return RewardModels(helpfulness=helpfulness, safety=safety, judge=self.settings.judge)

    @cached_property
    def settings(self) -> Settings:
        """The pocket preset with this seed and no data made up; with fewer labels, fewer samples and held-out
        prompts too."""
        whole, share = load(Settings, PRESET), min(1.0, self.labels / LABELS)
        return replace(
            whole,
            round=replace(whole.round, seed=self.seed, minimum_labels=1),
            reward=replace(whole.reward, members=self.members),
            reject=replace(whole.reject, prompts=max(2, round(whole.reject.prompts * share))),
            ppo=replace(whole.ppo, iterations=max(2, round(whole.ppo.iterations * share))),
            gatt=replace(whole.gatt, dialogues=0),
            distill=replace(whole.distill, prompts=0),
            evaluate=replace(
                whole.evaluate, prompts=max(LEAST_MEASURED, round(whole.evaluate.prompts * share))
            ),
        )

    @cached_property
    def prompts(self) -> tuple[Prompt, ...]:
        """All of the home's prompts."""
        return pocket_prompts(self.seed)

    def tell(self, stage: str, fraction: float, words: str) -> None:
        """What is going on in this world, to whoever watches."""
        self.show(f"seed {self.seed}: {stage}", fraction, words)

    @property
    def held_out(self) -> list[TrainPrompt]:
        """Those that measure."""
        return train_prompts(self.prompts, Split.HELDOUT)


def build(world: World) -> None:
    """Labels and reward models; killed on the way, it goes on where it was."""
    world.folder.mkdir(parents=True, exist_ok=True)
    labelled = world.folder / "labelled.json"
    if not labelled.exists():
        shutil.rmtree(world.home.root, ignore_errors=True)
        found = label(world.home.root, _work(world))
        write_json(labelled, {"labels": found.labels, "wrong": found.wrong})
    chosen = Chosen(settings=world.settings)
    run_round(world.home, KnockingDoor(world.home), chosen, STAGES[:3], world.tell)


def _work(world: World) -> Work:
    return Work(
        prompts=world.prompts,
        lots=(asked(world),),
        panel=[Watched(annotator) for annotator in panel(world.seed)],
        show=lambda given: world.tell("labels", given / world.labels, f"{given} given"),
    )


def asked(world: World) -> Asked:
    """As many comparisons as labels, by the policy against itself, as a home begins."""
    world.tell("answers", 0.0, "the policy answers")
    settings = replace(world.settings.publish, comparisons=world.labels, overlap_share=0.0)
    answerer = Answerer(policy_id=weights_id("policy", world.policy), path=world.policy)
    job = AskJob(
        prompts=draw_prompts(train_prompts(world.prompts, Split.TRAIN), settings, world.seed),
        pair=(answerer, answerer),
        settings=settings,
        round=0,
        seed=1000 * world.seed,
        tracker=Tracker(world.folder),
    )
    return ask(job)
