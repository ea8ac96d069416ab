"""Which preferences train a reward model and which measure it (Llama 2, §3.2.2: data composition).

Own labels are those made in this home; open data are those that were imported. Knows no file, no tokenizer
and no model.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rlhf.reward_models.preferences import Preference
from rlhf.reward_models.settings import RewardSettings
from store.errors import HoneError
from store.exchange.facts import IMPORTED
from store.exchange.splitting import opening_of
from store.identity import identity
from store.records import Split, Track


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where preferences come from, in pairs: made here or imported, of the model's track or of the other."""

    own: int
    own_other_track: int
    open_data: int
    open_other_track: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """What a reward model learns from and what it is measured on; no dialogue is in both.

    `trained_on` and `measured_on` count their sources.
    """

    training: tuple[Preference, ...]
    held_out: tuple[Preference, ...]
    trained_on: Sources
    measured_on: Sources


class NoPreferencesError(HoneError):
    """There is nothing to train a reward model on, and why, in a sentence."""


def is_open(row: Preference) -> bool:
    """Whether the label was imported, rather than made in this home."""
    return row.batch_id.startswith(IMPORTED)


def divide(rows: Sequence[Preference], track: Track, settings: RewardSettings, seed: int) -> Preferences:
    """Training and held-out preferences of a track's reward model (Llama 2, §3.2.2: data composition).

    All own labels of the track train; in the safety model all imported safety labels too, as the paper adds
    all of Anthropic Harmless, and in either model the track's imported labels as long as there are fewer than
    `bootstrap_pairs` own ones. To these comes, up to the share that the settings allow, a uniform draw of all
    other labels, whole comparisons at a time.

    Held out are the prompts that were held out from the start and, where these give fewer pairs than
    `held_out_pairs`, whole dialogues by the hash of their opening. They measure on own labels where there are
    enough to hold one out, else on imported ones.
    """
    of_track = [row for row in rows if row.track is track]
    own = [row for row in of_track if not is_open(row)]
    imported = [row for row in of_track if is_open(row)]
    wanted = settings.held_out_pairs
    held_out = _held_out(own, wanted, _training(imported)) or _held_out(imported, wanted, _training(own))
    free = _free(rows, held_out)
    opened = track is Track.SAFETY or len(own) < settings.bootstrap_pairs
    first = [row for row in free if row.track is track and (opened or not is_open(row))]
    if len(first) < 2:
        raise NoPreferencesError(_too_few(track, len(of_track), len(first)))
    others = [row for row in free if row.track is not track or not (opened or not is_open(row))]
    share = settings.other_track_safety if track is Track.SAFETY else settings.other_track_helpfulness
    training = (*first, *_drawn(others, int(len(first) * share / (1 - share)), seed))
    return Preferences(
        training=training,
        held_out=tuple(held_out),
        trained_on=_sources(training, track),
        measured_on=_sources(held_out, track),
    )


def _held_out(rows: Sequence[Preference], wanted: int, others: int) -> list[Preference]:
    """Those of held-out prompts, and whole dialogues until a fifth of all is reached.

    At least two pairs of the track stay to train, the `others` among them.
    """
    kept = [row for row in rows if row.split is Split.HELDOUT]
    dialogues: dict[str, list[Preference]] = {}
    for row in rows:
        if row.split is Split.TRAIN:
            dialogues.setdefault(opening_of(row.turns), []).append(row)
    enough = min(wanted, len(rows) // 5)
    for opening in sorted(dialogues, key=lambda opening: identity("held-out", opening)):
        if len(kept) >= enough or len(rows) + others - len(kept) - len(dialogues[opening]) < 2:
            break
        kept += dialogues[opening]
    return kept


def _training(rows: Sequence[Preference]) -> int:
    return sum(row.split is Split.TRAIN for row in rows)


def _free(rows: Sequence[Preference], held_out: Sequence[Preference]) -> list[Preference]:
    """The rows that may train: of dialogues none of whose prompts is held out."""
    before = [row for row in rows if row.split is Split.HELDOUT]
    watched = {opening_of(row.turns) for row in (*held_out, *before)}
    return [row for row in rows if opening_of(row.turns) not in watched]


def _drawn(others: Sequence[Preference], room: int, seed: int) -> list[Preference]:
    """Whole comparisons by the hash of seed and id, as many as there is room for."""
    comparisons: dict[str, list[Preference]] = {}
    for row in others:
        comparisons.setdefault(row.comparison_id, []).append(row)
    taken: list[Preference] = []
    for comparison in sorted(comparisons, key=lambda comparison: identity("mixed in", seed, comparison)):
        if len(taken) + len(comparisons[comparison]) > room:
            break
        taken += comparisons[comparison]
    return taken


def _sources(rows: Iterable[Preference], track: Track) -> Sources:
    count = Counter((row.track is track, is_open(row)) for row in rows)
    return Sources(
        own=count[True, False],
        own_other_track=count[False, False],
        open_data=count[True, True],
        open_other_track=count[False, True],
    )


def _too_few(track: Track, of_track: int, left: int) -> str:
    if of_track > 1 and not left:
        return (
            f"All {of_track} {track} preferences of the snapshot are on held-out prompts, which never train; "
            "collect some on other prompts."
        )
    if of_track > 1:
        return (
            f"All but {left} of the {of_track} {track} preferences of the snapshot are on held-out prompts, "
            "which never train; collect at least one more on another prompt."
        )
    count = f"only {of_track} {track} preference" if of_track else f"no {track} preference"
    return f"The snapshot has {count}; collect at least two before training this reward model."
