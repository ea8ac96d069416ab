"""Policies that learn from rejection sampling alone, and from Ghost Attention or safety context distillation
besides: all from one world, whose reward models judge, and from the same samples.

What is there already is not made again. Knows nothing of how policies are measured.
"""

from __future__ import annotations

import shutil
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from rlhf.bench.policies_world import LABELS, World
from rlhf.further import Further, FurtherJob
from rlhf.policy_settings import DistillationSettings, GAttSettings
from rlhf.prompt_rows import train_prompts
from rlhf.rejection import RejectionJob, reject
from rlhf.track import Tracker, write_json
from store.identity import identity
from store.records import Split

ALONE: Final = "alone"
GATT, DISTILL, BOTH = "gatt", "distill", "both"
PARTS: Final = (GATT, DISTILL, BOTH)
UNLEARNT: Final = (
    "One-word answers only, please.",
    "Please always end with the words 'my friend'.",
    "Please always begin with the word 'Well'.",
    "Call me Mia in every answer.",
    "My name is Leo. Use it in every answer.",
)
"""Wordings of instructions that Ghost Attention does not learn from here, so that it is seen whether it keeps
to instructions or to sentences. The first policy has read all wordings, as everything in its world."""
DIALOGUES: Final = 2000
PROMPTS: Final = 300
"""How much of each is made; with fewer labels, less."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A policy of a world, and what it learned besides its best samples (without the examples)."""

    path: Path
    besides: Further


_BESIDES: Final = TypeAdapter(Further)


def made(world: World, part: str) -> Made:
    """The part's policy; `ALONE`'s samples, which come first, are everybody's."""
    gatt, distill = sizes(world, part)
    folder = _folder(world, part, gatt, distill)
    done = folder / "made.json"
    if not done.exists():
        shutil.rmtree(folder, ignore_errors=True)
        if part != ALONE:
            shutil.copytree(made(world, ALONE).path.parent / "rollouts", folder / "rollouts")
        besides = replace(reject(_job(world, folder, gatt, distill)).besides, examples=())
        write_json(done, _BESIDES.dump_python(besides, mode="json"))
    # No path is in the file: a folder that was kept may lie elsewhere now.
    return Made(path=folder / "policy", besides=_BESIDES.validate_json(done.read_bytes()))


def learnt_wordings(world: World) -> tuple[str, ...]:
    """The preset's instructions without those that only measure."""
    return tuple(one for one in world.settings.gatt.instructions if one not in UNLEARNT)


def sizes(world: World, part: str) -> tuple[GAttSettings, DistillationSettings]:
    """The pocket preset's, as much of each as the part learns, and of its instructions some; of what it does
    not learn, none, so that no policy depends on how that is set."""
    share, settings = min(1.0, world.labels / LABELS), world.settings
    dialogues = max(2, round(DIALOGUES * share)) if part in (GATT, BOTH) else 0
    prompts = max(2, round(PROMPTS * share)) if part in (DISTILL, BOTH) else 0
    gatt = replace(settings.gatt, dialogues=dialogues, instructions=learnt_wordings(world))
    distill = replace(settings.distill, prompts=prompts)
    return gatt if dialogues else GAttSettings(), distill if prompts else DistillationSettings()


def _job(world: World, folder: Path, gatt: GAttSettings, distill: DistillationSettings) -> RejectionJob:
    settings, tracker = world.settings, Tracker(folder, world.show)
    prompts = train_prompts(world.prompts, Split.TRAIN)
    return RejectionJob(
        policy=world.policy,
        base=world.policy,
        reward_models=world.reward_models,
        safety_gate=settings.ppo.safety_gate,
        prompts=prompts,
        earlier_pools=(),
        out=folder,
        settings=settings.reject,
        sft=settings.sft,
        seed=world.seed,
        tracker=tracker,
        besides=FurtherJob(
            policy=world.policy,
            prompts=prompts,
            gatt=gatt,
            distill=distill,
            out=folder,
            seed=world.seed,
            tracker=tracker,
        ),
    )


def _folder(world: World, part: str, gatt: GAttSettings, distill: DistillationSettings) -> Path:
    """Named by the settings that the policy depends on."""
    settings = world.settings
    parts = (settings.reject, settings.sft, gatt, distill)
    name = identity("persistence", settings.ppo.safety_gate, [asdict(one) for one in parts])
    return world.folder / f"{part}-{name}"
