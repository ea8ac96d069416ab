"""What rejection sampling fine-tunes on besides its best samples: dialogues that keep to the instruction of
their first turn, and safe answers without the pre-prompt under which they were given.

Writes both into files, so that one can look at them, and keeps the samples they were made of in `rollouts/`:
whoever was stopped does not draw them again. Knows nothing of how they are learnt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rlhf import distillation, gatt
from rlhf.candidates import Sampler
from rlhf.distillation import DistillationJob, Distilled, distill, mean_gain, write_distilled
from rlhf.gatt import GhostJob, ghost_attention
from rlhf.ghost_lessons import fitting, heeded, lessons
from rlhf.models import load_policy
from rlhf.policy_settings import DistillationSettings, GAttSettings
from rlhf.pool import Sampled, write_pool
from rlhf.prompts import TrainPrompt
from rlhf.sft import Example
from rlhf.track import Tracker

DIALOGUES, DISTILLED = "gatt.parquet", "distilled.parquet"


@dataclass(frozen=True, slots=True, kw_only=True)
class FurtherJob:
    """Whose answers, training prompts, how much is made of each sort, and the folder `out` for the files."""

    policy: Path
    prompts: Sequence[TrainPrompt]
    gatt: GAttSettings
    distill: DistillationSettings
    out: Path
    seed: int
    tracker: Tracker


@dataclass(frozen=True, slots=True, kw_only=True)
class Further:
    """Examples to learn from: answers in `dialogues` of Ghost Attention, and `distilled` ones out of `tried`.

    Dialogues that were `too_long` are left out: cut, they would teach an answer without its instruction.
    `gate_gain` is by how much the safety model puts answers under a pre-prompt above the safest plain ones,
    in raw scores: the mean over all that were tried, below 0 where the pre-prompts harm. Over the kept ones
    alone it would be above 0 by the gate's choice.
    """

    examples: tuple[Example, ...] = ()
    dialogues: int = 0
    too_long: int = 0
    tried: int = 0
    distilled: int = 0
    gate_gain: float = 0.0


def further(job: FurtherJob, sampler: Sampler, longest: int) -> Further:
    """Makes both, dialogues of at most `longest` tokens; settings of 0 make nothing and write no file."""
    for name in (DIALOGUES, DISTILLED):
        (job.out / name).unlink(missing_ok=True)
    made, tried = _dialogues(job, sampler), _distilled(job, sampler)
    dialogues = fitting(made, sampler.writer.tokenizer, longest)
    if job.gatt.dialogues:
        write_pool(job.out / DIALOGUES, dialogues)
    kept = [one for one in tried if one.is_kept]
    found = Further(
        examples=(
            *(Example(turns=one.prompt.turns, text=one.text) for one in dialogues),
            *(Example(turns=one.prompt.turns, text=one.text) for one in kept),
        ),
        dialogues=len(dialogues),
        too_long=len(made) - len(dialogues),
        tried=len(tried),
        distilled=len(kept),
        gate_gain=mean_gain(tried),
    )
    _log(job, found)
    return found


def _dialogues(job: FurtherJob, sampler: Sampler) -> list[Sampled]:
    if not job.gatt.dialogues:
        return []
    ghosts = GhostJob(
        prompts=job.prompts,
        sampler=sampler,
        settings=job.gatt,
        rollouts=job.out / "rollouts" / gatt.STAGE,
        seed=job.seed,
        tracker=job.tracker,
    )
    made = ghost_attention(ghosts)
    if job.gatt.keep_by == "reward":
        return lessons(made, job.gatt)
    return lessons(made, job.gatt, heeded(load_policy(job.policy), sampler.writer.tokenizer, job.gatt))


def _distilled(job: FurtherJob, sampler: Sampler) -> list[Distilled]:
    if not job.distill.prompts:
        return []
    made = distill(
        DistillationJob(
            prompts=job.prompts,
            sampler=sampler,
            settings=job.distill,
            rollouts=job.out / "rollouts" / distillation.STAGE,
            seed=job.seed,
            tracker=job.tracker,
        )
    )
    write_distilled(job.out / DISTILLED, made)
    return made


def _log(job: FurtherJob, made: Further) -> None:
    for stage in (gatt.STAGE, distillation.STAGE):  # also of what is asked for no more
        job.tracker.rewind(stage, 0)
    if job.gatt.dialogues:
        job.tracker.log(gatt.STAGE, 1, asked=job.gatt.dialogues, made=made.dialogues, too_long=made.too_long)
    if job.distill.prompts:
        job.tracker.log(
            distillation.STAGE, 1, tried=made.tried, kept=made.distilled, gate_gain=made.gate_gain
        )
