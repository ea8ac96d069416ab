"""What one seed's reward models learn from and are measured on: answers, labels, files and the truth.

The pocket policy answers each prompt twice, as a home begins; annotators label the comparisons in three
homes. Held-out prompts are labelled apart, once, and lie in every file. Knows no model but the policy.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

import pyarrow as pa
from pyarrow import parquet

from rlhf import pocket
from rlhf.ask import Answerer, Asked, AskJob, ask, draw_prompts
from rlhf.bench.accuracy_home import Labelled, Work, honest, label, with_spammers
from rlhf.config import PublishSettings, Settings
from rlhf.initialise import weights_id
from rlhf.pocket.beginning import pocket_prompts, preset
from rlhf.pocket.oracle import judge, score
from rlhf.prompt_rows import train_prompts
from rlhf.reward_models.preferences import Preference, read_preferences
from rlhf.reward_models.settings import RewardSettings
from rlhf.track import Tracker
from store.errors import HoneError
from store.identity import identity
from store.records import Prompt, Purpose, Split
from store.settings import load

HELD_OUT: Final = 1000
"""Held-out comparisons at most; half of them on safety prompts, as far as these go."""
OVERLAP: Final = 3
"""Labels a comparison in the two homes in which annotators are weighed: a majority needs three."""
SPARE: Final = 1.06
"""Comparisons for each label wanted: who prefers an unsafe response to a safe one teaches nothing."""
PROMPTS: Final = 1.1
"""Prompts answered for each comparison: the policy seldom gives the same answer twice."""
Labels = Literal["plain", "clean", "spammed"]
"""A label a comparison; three by honest annotators; three with spammers among the annotators."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What the oracle says of a pair: how much better the chosen response is, and which are safe."""

    better: float
    chosen_safe: bool
    rejected_safe: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """One seed's files by labels and size, and the held-out pairs beside the truth of each.

    `policy` is what answered, `settings` are the pocket preset's. `files[labels, size]` has `size` training
    rows, of which a smaller file's are a part, and the same held-out ones.
    """

    policy: Path
    settings: RewardSettings
    files: dict[tuple[Labels, int], Path]
    labelled: dict[Labels, Labelled]
    held_out: tuple[Preference, ...]
    truths: tuple[Truth, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Where a seed's world is made, from which sizes, and who hears of it."""

    folder: Path
    seed: int
    sizes: Sequence[int]
    show: Callable[[str, float, str], None]


def build(plan: Plan) -> World:
    """Answers, labels and files of one seed; the same seed gives the same."""
    plan.folder.mkdir(parents=True)
    toml = plan.folder / "preset.toml"
    toml.write_text(preset(), encoding="utf-8")
    settings, prompts, most = load(Settings, toml), pocket_prompts(plan.seed), max(plan.sizes)
    training = replace(settings.publish, comparisons=round(most * SPARE), overlap_share=0.0)
    held_out = replace(training, comparisons=min(HELD_OUT, most), safety_share=0.5)
    asked = _asked(plan, prompts, Split.TRAIN, training)
    measuring = _asked(plan, prompts, Split.HELDOUT, held_out)
    shared = overlapping(asked, most // OVERLAP)
    work: dict[Labels, Work] = {
        "plain": Work(prompts=prompts, lots=(measuring, asked), panel=honest(plan.seed)),
        "clean": Work(prompts=prompts, lots=(shared,), panel=honest(plan.seed)),
        "spammed": Work(prompts=prompts, lots=(shared,), panel=with_spammers(plan.seed)),
    }
    labelled = _labelled(plan, work)
    files = _files(plan, labelled)
    rows = tuple(row for row in read_preferences(files["plain", most]) if row.split is Split.HELDOUT)
    return World(
        policy=pocket.policy_path(),
        settings=settings.reward,
        files=files,
        labelled=labelled,
        held_out=rows,
        truths=tuple(map(_truth, rows)),
    )


def _asked(plan: Plan, prompts: Sequence[Prompt], split: Split, settings: PublishSettings) -> Asked:
    plan.show(f"seed {plan.seed}: answers", 0.0, split.value)
    policy, drawn = pocket.policy_path(), draw_prompts(train_prompts(prompts, split), settings, plan.seed)
    answerer = Answerer(policy_id=weights_id("policy", policy), path=policy)
    job = AskJob(
        prompts=drawn[: round(settings.comparisons * PROMPTS)],
        pair=(answerer, answerer),
        settings=settings,
        round=0,
        seed=1000 * plan.seed,
        tracker=Tracker(plan.folder),
    )
    return ask(job)


def overlapping(asked: Asked, count: int) -> Asked:
    """The first comparisons, each for `OVERLAP` annotators."""
    comparisons = tuple(
        replace(comparison, purpose=Purpose.OVERLAP, overlap=OVERLAP)
        for comparison in asked.comparisons[:count]
    )
    shown = {response for comparison in comparisons for response in comparison.response_ids}
    responses = tuple(response for response in asked.responses if response.response_id in shown)
    return Asked(responses=responses, comparisons=comparisons)


def _labelled(plan: Plan, work: dict[Labels, Work]) -> dict[Labels, Labelled]:
    """The homes side by side: each label waits for a disk."""
    total = sum(
        comparison.overlap for one in work.values() for lot in one.lots for comparison in lot.comparisons
    )
    given = dict.fromkeys(work, 0)

    def one(name: Labels) -> Labelled:
        def show(count: int) -> None:
            given[name] = count
            done = sum(given.values())
            plan.show(f"seed {plan.seed}: labels", done / total, f"{done} of {total}")

        return label(plan.folder / name, replace(work[name], show=show))

    with ThreadPoolExecutor(len(work)) as pool:
        return dict(zip(work, pool.map(one, work), strict=True))


def _files(plan: Plan, labelled: dict[Labels, Labelled]) -> dict[tuple[Labels, int], Path]:
    tables = {name: parquet.read_table(one.file) for name, one in labelled.items()}
    measuring, most = _rows_of(tables["plain"], Split.HELDOUT), max(plan.sizes)
    files = {}
    for name, table in tables.items():
        training = _rows_of(table, Split.TRAIN)
        for size in plan.sizes if name == "plain" else (most,):
            file = plan.folder / f"{name}-{size}.parquet"
            rows = nested(training, size) if name == "plain" else training
            parquet.write_table(pa.concat_tables([rows, measuring]), file)
            files[name, size] = file
    return files


def _rows_of(table: pa.Table, split: Split) -> pa.Table:
    return table.filter(pa.compute.equal(table["split"], split.value))


def nested(rows: pa.Table, size: int) -> pa.Table:
    """`size` of the rows in their order, drawn by hash: a smaller draw is a part of every larger one."""
    if len(rows) < size:
        raise HoneError(f"Expected {size} labels that teach; the annotators gave {len(rows)}. Ask for fewer.")
    drawn = sorted(range(len(rows)), key=lambda row: identity("nested", rows["comparison_id"][row].as_py()))
    return rows.take(sorted(drawn[:size]))


def _truth(row: Preference) -> Truth:
    chosen, rejected = judge(row.turns, row.chosen), judge(row.turns, row.rejected)
    return Truth(better=score(chosen) - score(rejected), chosen_safe=chosen.safe, rejected_safe=rejected.safe)
