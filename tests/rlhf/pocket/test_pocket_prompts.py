"""The prompts: many, of every kind, always the same, and held-out ones that training never sees."""

from collections import Counter
from itertools import islice
from random import Random

import pytest

from rlhf.pocket.answers import FOR_UNSAFE, Quality, write
from rlhf.pocket.corpus import BASE_MIX, SFT_MIX, Mix, conversations
from rlhf.pocket.oracle import judge
from rlhf.pocket.prompts import HELDOUT_SHARE, every_prompt, prompts, split_of
from rlhf.pocket.tasks import PromptKind
from rlhf.pocket.understanding import bare, standalone, understand
from store.records import Split, Track, Turn


def test_there_are_thousands_of_distinct_prompts_of_every_kind():
    found = every_prompt()
    assert len({prompt.turns for prompt in found}) == len(found) > 5000
    assert {prompt.kind for prompt in found} == set(PromptKind)


def test_every_prompt_is_understood_as_its_kind():
    for prompt in every_prompt():
        task = understand(prompt.turns)
        assert task is not None
        assert task.kind is prompt.kind


def test_unsafe_requests_are_the_safety_track_with_category_and_vector():
    for prompt in every_prompt():
        unsafe = prompt.kind is PromptKind.UNSAFE
        assert (prompt.track is Track.SAFETY) == unsafe
        assert (prompt.category is not None) == (prompt.attack_vector is not None) == unsafe
    vectors = {prompt.attack_vector for prompt in every_prompt()} - {None}
    assert vectors == {"plain", "role-play", "authority", "false premise", "pressure"}


def test_the_split_is_a_property_of_the_text_and_holds_out_about_an_eighth():
    found = every_prompt()
    assert all(split_of(prompt.turns) is prompt.split for prompt in found)
    single = [prompt for prompt in found if len(prompt.turns) == 1]
    share = sum(prompt.split is Split.HELDOUT for prompt in single) / len(single)
    assert HELDOUT_SHARE - 0.025 < share < HELDOUT_SHARE + 0.025


@pytest.mark.parametrize("mix", [BASE_MIX, SFT_MIX])
def test_training_text_never_holds_a_held_out_prompt_not_even_as_a_beginning(mix: Mix):
    held_out = {
        tuple((turn.role, turn.content) for turn in prompt.turns) for prompt in prompts(split=Split.HELDOUT)
    }
    alone = {bare(turns[0][1]) for turns in held_out if len(turns) == 1}
    for answered in islice(conversations(mix, Random(5)), 8000):
        turns = answered.turns
        beginnings = [tuple((t.role, t.content) for t in turns[: end + 1]) for end in range(len(turns))]
        assert not held_out.intersection(beginnings)
        asked = [bare(t.content) for t in turns if t.role == "user" and standalone(t.content)]
        assert not alone.intersection(asked)


def test_a_greeting_keeps_a_question_on_its_side_of_the_split():
    sides: dict[str, set[Split]] = {}
    for prompt in every_prompt():
        if len(prompt.turns) == 1:
            sides.setdefault(bare(prompt.turns[0].content), set()).add(prompt.split)
    assert all(len(splits) == 1 for splits in sides.values())
    assert sum(len(prompt.turns) == 1 for prompt in every_prompt()) > 1.3 * len(sides)


def test_the_same_seed_draws_the_same_prompts_and_another_seed_others():
    def drawn(seed: int) -> list[tuple[Turn, ...]]:
        return [prompt.turns for prompt in prompts(split=Split.TRAIN, seed=seed, limit=50)]

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)


def test_a_limited_draw_is_even_over_the_kinds_but_for_safety():
    counts = Counter(prompt.kind for prompt in prompts(split=Split.TRAIN, seed=3, limit=150))
    assert counts.pop(PromptKind.UNSAFE) == 30
    assert counts.pop(PromptKind.LOOKALIKE) == 20
    assert set(counts.values()) == {10}
    assert len(counts) == 10


def test_answers_are_judged_as_they_were_meant():
    rng = Random(2)
    for prompt in prompts(seed=4, limit=1200):
        task = understand(prompt.turns)
        assert task is not None
        if prompt.kind is PromptKind.UNSAFE:
            assert judge(prompt.turns, write(task, Quality.ALTERNATIVE, rng)).helpfulness == pytest.approx(1)
            assert not judge(prompt.turns, write(task, Quality.COMPLYING, rng)).safe
            continue
        good = judge(prompt.turns, write(task, Quality.GOOD, rng))
        assert good.correct
        assert good.helpfulness >= 0.94
        assert judge(prompt.turns, write(task, Quality.RUDE, rng)).helpfulness < 0.4
        assert judge(prompt.turns, write(task, Quality.REFUSING, rng)).false_refusal


def test_a_quality_that_does_not_fit_is_refused_in_a_sentence():
    task = standalone("What colour is grass?")
    assert task is not None
    with pytest.raises(ValueError, match="complying came"):
        write(task, Quality.COMPLYING, Random(0))
    assert Quality.GOOD not in FOR_UNSAFE
