"""Preferences to measure with: published ones from files that the user names, or the pocket world's.

Held out is by the prompt: of published pairs the tenth that an import holds out, by the hash of the opening,
so that a dialogue's later turns are on the side of its first one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import Random

from rlhf.prompts import TrainPrompt
from rlhf.reward_models.preferences import Preference
from store.errors import HoneError
from store.exchange import hh
from store.exchange.judgements import Judgement
from store.exchange.splitting import split_of
from store.identity import identity
from store.records import Degree, Split, Track, Turn

PREFIX = f"{hh.NAME}:"


class DataError(HoneError):
    """Data that cannot be measured with, and why, in a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """What trains and what measures; no prompt is in both."""

    training: tuple[Preference, ...]
    held_out: tuple[Preference, ...]


def published(specs: Sequence[str]) -> Pairs:
    """The pairs of `hh:PATH`, a file or a folder of files; rows that are no pair are left out.

    `batch_id` of a row is the name of its file, without endings.
    """
    rows = [row for spec in specs for file in _files(spec) for row in _read(file)]
    divided = Pairs(
        training=tuple(row for row in rows if row.split is Split.TRAIN),
        held_out=tuple(row for row in rows if row.split is Split.HELDOUT),
    )
    if len(divided.training) < 2 or not divided.held_out:
        raise DataError(
            f"Expected at least two pairs to train on and one on a held-out prompt in {', '.join(specs)}; "
            f"found {len(divided.training)} and {len(divided.held_out)}. Name more files of chosen and "
            "rejected transcripts."
        )
    return divided


def pocket(training: int, held_out: int, seed: int) -> Pairs:
    """Pairs of two answers to a prompt of the pocket world, each judged by one of its annotators in turn."""
    return Pairs(
        training=tuple(islice(_pocket(Split.TRAIN, seed), training)),
        held_out=tuple(islice(_pocket(Split.HELDOUT, seed), held_out)),
    )


def pocket_policy() -> Path:
    """The folder of the policy that the pocket world ships."""
    from rlhf.pocket import policy_path

    return policy_path()


def pocket_prompts(count: int, seed: int) -> tuple[TrainPrompt, ...]:
    """Training prompts of the pocket world."""
    from rlhf.pocket.prompts import prompts

    return tuple(
        TrainPrompt(prompt_id=str(number), turns=prompt.turns, is_safety=prompt.track is Track.SAFETY)
        for number, prompt in enumerate(prompts(split=Split.TRAIN, seed=seed, limit=count))
    )


def _files(spec: str) -> list[Path]:
    if not spec.startswith(PREFIX) or spec == PREFIX:
        raise DataError(
            f"Expected --data as {PREFIX}PATH, a file of chosen and rejected transcripts or a folder of such "
            f"files; got {spec!r}."
        )
    path = Path(spec.removeprefix(PREFIX))
    if not path.exists():
        raise DataError(f"Expected a file or a folder at {path}; there is none. Name one after {PREFIX}.")
    if path.is_file():
        return [path]
    if found := sorted(file for ending in ("*.jsonl", "*.jsonl.gz") for file in path.glob(ending)):
        return found
    raise DataError(f"Expected files that end in .jsonl or .jsonl.gz in {path}; there is none. Name another.")


def _read(file: Path) -> Iterator[Preference]:
    for told in hh.read([file]):
        if isinstance(told, Judgement):
            answers = (told.answers[0].text, told.answers[1].text)
            yield preference(told.turns, answers, told.track, file.name.partition(".")[0])


def preference(turns: tuple[Turn, ...], answers: tuple[str, str], track: Track, source: str) -> Preference:
    """The first answer was chosen over the second by somebody of whom nothing else is known."""
    prompt_id = identity("prompt", [[turn.role, turn.content] for turn in turns])
    chosen_id, rejected_id = (identity("response", prompt_id, text) for text in answers)
    comparison_id = identity("comparison", *sorted((chosen_id, rejected_id)))
    return Preference(
        comparison_id=comparison_id,
        label_id=identity("label", comparison_id, chosen_id),
        annotator_id=source,
        batch_id=source,
        round=0,
        track=track,
        split=split_of(turns),
        prompt_id=prompt_id,
        turns=turns,
        chosen=answers[0],
        rejected=answers[1],
        chosen_id=chosen_id,
        rejected_id=rejected_id,
        chosen_first=None,
        chosen_policy_id=source,
        rejected_policy_id=source,
        degree=Degree.BETTER,
        chosen_safe=None,
        rejected_safe=None,
    )


def _pocket(split: Split, seed: int) -> Iterator[Preference]:
    """One pair a prompt; endless would repeat prompts, so it ends with them."""
    from rlhf.pocket.answers import write
    from rlhf.pocket.corpus import SFT_MIX
    from rlhf.pocket.panel import panel
    from rlhf.pocket.prompts import prompts
    from rlhf.pocket.tasks import Decline
    from rlhf.pocket.understanding import understand

    annotators, rng = panel(seed), Random(seed)  # noqa: S311  # a repeatable draw, not a secret
    for number, prompt in enumerate(prompts(split=split, seed=seed, limit=10_000)):
        task = understand(prompt.turns)
        assert task is not None  # noqa: S101  # the world understands its own prompts
        mix = SFT_MIX.unsafe if isinstance(task.goal, Decline) else SFT_MIX.harmless
        answers = [write(task, kind, rng) for kind in rng.choices(list(mix), list(mix.values()), k=2)]
        if answers[0] == answers[1]:
            continue
        judged = annotators[number % len(annotators)].judge(prompt.turns, answers)
        better, worse = (answers[judged.ranks.index(rank)] for rank in (1, 2))
        yield preference(prompt.turns, (better, worse), prompt.track, "pocket")
