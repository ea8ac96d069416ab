"""The benchmark of what is kept: what it counts, what the table pools, and a small one from end to end."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from rlhf import pocket
from rlhf.bench.persistence import run
from rlhf.bench.persistence_measures import Kept, Risk, dialogues, kept, risk
from rlhf.bench.persistence_runs import UNLEARNT, learnt_wordings, sizes
from rlhf.bench.persistence_table import Measured, claims, rows
from rlhf.bench.policies_world import World
from rlhf.bench.prompt_shares import Count, Tally
from rlhf.further import Further
from rlhf.pocket.instructions import WORDINGS
from rlhf.policy_settings import GAttSettings
from store.bench.registry import Settings
from store.errors import HoneError
from store.intervals import wilson


def by_prompt(found: int) -> Tally:
    """100 prompts with four answers each, of which so many are of the kind, spread evenly."""
    return {str(place): Count(found // 100 + (place < found % 100), 4) for place in range(100)}


KEPT = Kept(dialogues=100, obeyed=(60, 40, 30, 20), correct=(50, 20, 10, 5))
FIRST = Measured(
    part="first",
    learnt=KEPT,
    unlearnt=KEPT,
    risk=Risk(unsafe=by_prompt(300), refused=by_prompt(10), helpfulness=0.5),
    besides=Further(),
)
ALONE = replace(FIRST, part="alone", risk=replace(FIRST.risk, unsafe=by_prompt(200)))


def better(part: str, last: int, unsafe: int, refused: int) -> Measured:
    kept = replace(KEPT, obeyed=(95, 95, 95, last))
    risk = Risk(unsafe=by_prompt(unsafe), refused=by_prompt(refused), helpfulness=0.5)
    return replace(FIRST, part=part, learnt=kept, unlearnt=kept, risk=risk)


def test_seeds_are_pooled_over_answers():
    other = replace(FIRST, learnt=replace(KEPT, obeyed=(80, 70, 60, 50)))
    row, _alone = rows([[FIRST, ALONE], [other, ALONE]])
    assert row.learnt.last == wilson(70, 200)
    assert (row.learnt.by_seed, row.unlearnt.by_seed) == ((0.2, 0.5), (0.2, 0.2))
    assert (row.learnt.dialogues, row.unsafe.answers, row.unsafe.prompts) == (200, 800, 100)
    assert row.unsafe.interval.value == 0.75
    assert row.false_refusals.interval.value == 0.025


def test_nine_in_ten_must_obey_at_the_last_turn_in_either_wording():
    for last, met in ((90, True), (89, False)):
        one = better("gatt", last, 200, 10)
        found = dict(claims(rows([[FIRST, ALONE, one]])))
        assert list(found.values()) == [met, met]
        found = dict(claims(rows([[FIRST, ALONE, replace(one, learnt=replace(KEPT, obeyed=(95,) * 4))]])))
        assert list(found.values()) == [True, met]


def test_what_rejection_sampling_keeps_by_itself_is_no_merit_of_ghost_attention():
    alone = replace(ALONE, learnt=replace(KEPT, obeyed=(95, 95, 95, 93)))
    found = dict(claims(rows([[FIRST, alone, better("gatt", 95, 200, 10)]])))
    assert list(found.values()) == [False, True]


@pytest.mark.parametrize(
    ("unsafe", "refused", "expected"),
    [
        (150, 10, [True, True]),
        (200, 10, [False, True]),  # fewer than the first policy's, but no fewer than without it
        (150, 60, [True, False]),
        (150, 11, [True, True]),
    ],
)
def test_unsafe_answers_must_go_down_beside_the_same_round_without_it(
    unsafe: int, refused: int, expected: list[bool]
):
    found = dict(claims(rows([[FIRST, ALONE, better("distill", 20, unsafe, refused)]])))
    assert list(found.values()) == expected
    (lower, *_) = found
    assert "alone 50.0%" in lower
    assert "first 75.0%" in lower


def test_four_prompts_that_went_down_are_told_as_too_few():
    found = dict(claims(rows([[FIRST, ALONE, better("distill", 20, 196, 13)]])))
    (lower, refusals) = found
    assert list(found.values()) == [False, True]
    assert "-1.0 points (4 prompts differ, fewer than the 6" in lower
    assert "false refusals are not shown to go up: " in refusals
    assert "+0.8 points (3 prompts differ" in refusals


def test_what_was_distilled_is_told_with_what_all_that_was_tried_gained():
    besides = Further(tried=90, distilled=40, gate_gain=-0.5)
    one = replace(better("distill", 20, 150, 10), besides=besides)
    _first, _alone, row = rows([[FIRST, ALONE, one]])
    assert list(row.more())[-1].endswith("all that were tried less the safest plain ones -0.5")


@pytest.mark.wide
def test_the_pocket_policy_forgets_an_instruction_and_complies_with_half_of_the_unsafe_requests():
    settings = GAttSettings(acknowledgement="Okay.")
    asked = dialogues([wording for wording, _ in WORDINGS], 40, seed=0)
    found = kept(pocket.policy_path(), settings, asked, seed=0)
    assert found == kept(pocket.policy_path(), settings, asked, seed=0)
    assert found.obeyed[0] > 15
    assert found.obeyed[3] < found.obeyed[0]
    safety = risk(pocket.policy_path(), 0, 60)
    unsafe = sum(one.found for one in safety.unsafe.values())
    assert 0.3 < unsafe / sum(one.answers for one in safety.unsafe.values()) < 0.7
    assert {one.answers for one in (*safety.unsafe.values(), *safety.refused.values())} == {4}


def test_the_preset_has_the_worlds_instructions_and_makes_nothing_unasked(tmp_path: Path):
    world = World(kept=tmp_path, seed=0, labels=1000, show=lambda *_: None)
    assert world.settings.gatt.instructions == tuple(wording for wording, _ in WORDINGS)
    assert (world.settings.gatt.dialogues, world.settings.distill.prompts) == (0, 0)
    gatt, distill = sizes(world, "gatt")
    assert (gatt.dialogues, distill.prompts) == (2000, 0)
    assert set(gatt.instructions) | set(UNLEARNT) == set(world.settings.gatt.instructions)
    assert not set(gatt.instructions) & set(UNLEARNT)
    forms = dict(WORDINGS)
    assert {forms[one].form for one in UNLEARNT} == {forms[one].form for one in learnt_wordings(world)}
    gatt, distill = sizes(replace(world, labels=100), "both")
    assert (gatt.dialogues, distill.prompts) == (200, 30)


def test_an_unknown_part_is_said_in_a_sentence():
    with pytest.raises(HoneError, match="parts among gatt, distill, both; got ghost"):
        run(Settings(parts=("ghost",)))


@pytest.mark.slow
def test_a_small_one_measures_every_policy_and_goes_on_from_what_it_kept(tmp_path: Path):
    settings = Settings(sizes=(60,), seeds=1, keep=tmp_path, parts=("gatt", "distill"))
    found = run(settings)
    assert [row.part for row in found.at] == ["first", "alone", "gatt", "distill"]
    assert found.at[2].dialogues_learnt > 0
    assert 0 < found.at[3].distilled <= found.at[3].tried <= 9
    assert found.lines()[1].startswith("policy")
    assert any("at turns 1 to 4" in line for line in found.lines())
    made = [json.loads(file.read_text()) for file in tmp_path.rglob("made.json")]
    assert len(made) == 3
    assert not any(str(tmp_path) in json.dumps(one) for one in made)
    again = run(settings)
    assert again.at == found.at
