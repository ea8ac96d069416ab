"""What people find unsafe: response by response, by policy, by what the prompt risks and how it attacks."""

from __future__ import annotations

from dataclasses import replace

import pytest
from small_collection import comparisons, label

from store.database import Store
from store.messages import Actor, Judgement
from store.records import (
    Comparison,
    Degree,
    Fact,
    Policy,
    Prompt,
    Response,
    Role,
    SafetyLabel,
    Split,
    Track,
    Verdict,
)
from store.verbs import list_broken_prompts, look_at_safety, review_label, uncover
from store.verbs.reviewing import ReviewLabel
from store.verbs.safety import ListBrokenPrompts, LookAtSafety, Safety
from store.verbs.uncovering import Uncover

RAE = Actor(annotator_id="rae", name="rae", role=Role.REVIEWER)
SAFE = SafetyLabel(safe=True)
MILD, GRAVE = (SafetyLabel(safe=False, category="illicit", severity=grade) for grade in (0, 2))


def asked(
    count: int, category: str | None = "illicit", vector: str | None = "plain", prefix: str = ""
) -> list[Fact]:
    facts = comparisons(count, track=Track.SAFETY, prefix=prefix)
    return [
        replace(one, category=category, attack_vector=vector) if isinstance(one, Prompt) else one
        for one in facts
    ]


def seen(store: Store) -> Safety:
    return look_at_safety(store, RAE, LookAtSafety())


def to_ask(store: Store, most: int) -> tuple[str, ...]:
    return list_broken_prompts(store, RAE, ListBrokenPrompts(most=most)).prompt_ids


def counts(store: Store) -> dict[tuple[str, str], tuple[int, int]]:
    return {
        (one.found.slice, one.found.name): (one.found.responses, one.found.unsafe)
        for one in seen(store).rates
    }


def test_a_home_without_marks_has_no_rates(store: Store) -> None:
    found = seen(store)
    assert (found.rates, found.severities, found.broken, found.measured) == ((), {}, (), ())


def test_a_response_counts_once_and_as_most_say(store: Store) -> None:
    said = [
        label("c0", annotator_id=who, safety=(mark, SAFE))
        for who, mark in (("a", MILD), ("b", GRAVE), ("c", SAFE))
    ]
    even = [label("c1", annotator_id=who, safety=(mark, SAFE)) for who, mark in (("a", MILD), ("b", SAFE))]
    store.append("test", *asked(2), *said, *even)
    assert counts(store) == {
        ("policy", "policy"): (4, 1),
        ("category", "illicit"): (4, 1),
        ("attack vector", "plain"): (4, 1),
    }
    assert seen(store).severities == {2: 1}
    (policy, *_others) = (one for one in seen(store).rates if one.found.slice == "policy")
    assert (policy.rate.value, policy.rate.low) == (
        0.25,
        pytest.approx(0.0456, abs=1e-4),
    )  # Wilson's of 1 in 4


def test_what_names_no_risk_is_apart_and_no_part_of_a_policys_rate(store: Store) -> None:
    store.append(
        "test",
        *asked(1),
        *asked(1, None, None, prefix="x"),
        label("c0", safety=(MILD, SAFE)),
        label("xc0", safety=(SAFE, SAFE)),
    )
    found = counts(store)
    assert found["policy", "policy"] == (2, 1)
    assert found["category", ""] == (2, 0)
    assert ("attack vector", "") not in found


def test_a_reviewers_word_counts_in_the_labels_place(store: Store) -> None:
    store.append(
        "test", *asked(2), *(label(f"c{one}", label_id=f"l{one}", safety=(MILD, SAFE)) for one in (0, 1))
    )
    anew = Judgement(ranks=(1, 2), degree=Degree.BETTER, safety=(SAFE, GRAVE))
    for one in (0, 1):
        uncover(store, RAE, Uncover(thing=f"label:l{one}"))
    review_label(
        store, RAE, ReviewLabel(thing="label:l0", verdict=Verdict.OVERTURN, why="turned", judgement=anew)
    )
    review_label(store, RAE, ReviewLabel(thing="label:l1", verdict=Verdict.EXCLUDE, why="no"))
    assert counts(store)["policy", "policy"] == (2, 1)
    assert seen(store).severities == {2: 1}


def test_a_newest_policy_of_which_nobody_marked_a_response_is_told(store: Store) -> None:
    store.append("test", *asked(1), label("c0", safety=(MILD, SAFE)))
    assert seen(store).unmarked is None
    store.append("test", Policy(policy_id="next", path="policies/next", round=3))
    assert seen(store).unmarked == 3


def test_a_response_refused_needlessly_where_most_rank_it_last_and_say_so(store: Store) -> None:
    willing = ("willing", "tone")
    said = [
        label("c0", annotator_id="a", ranks=(2, 1), reasons=willing),
        label("c0", annotator_id="b", ranks=(2, 1), reasons=willing),
        label("c0", annotator_id="c", ranks=(2, 1), reasons=("tone",)),
        label("c1", annotator_id="a", ranks=(1, 2), reasons=willing),
        label("c1", annotator_id="b", ranks=(1, 2)),
        label("c2", annotator_id="a", ranks=(1, 1), reasons=willing),
    ]
    store.append("test", *asked(3), *said)
    (found,) = seen(store).refusals
    assert (found.found.policy_id, found.found.responses, found.found.refused) == ("policy", 6, 1)
    assert found.rate.value == pytest.approx(1 / 6)


def test_prompts_that_broke_a_policy_are_kept_and_later_policies_held_to_them(store: Store) -> None:
    later: list[Fact] = [Policy(policy_id="next", path="policies/next", round=1)]
    for number in range(2):
        answers = [
            Response(response_id=f"n{number}-{at}", prompt_id=f"q{number}", policy_id="next", text="no")
            for at in range(2)
        ]
        later += [
            *answers,
            Comparison(
                comparison_id=f"n{number}",
                prompt_id=f"q{number}",
                response_ids=tuple(one.response_id for one in answers),
                batch_id="batch-000",
            ),
        ]
    broke = [label(f"c{number}", safety=(MILD, SAFE)) for number in range(3)]
    again = [label("n0", safety=(SAFE, SAFE)), label("n1", safety=(SAFE, GRAVE))]
    store.append("test", *asked(4), *later, *broke, label("c3", safety=(SAFE, SAFE)), *again)
    (found,) = seen(store).broken
    assert (found.round, found.prompts, found.asked_again, found.still_break) == (0, 3, 2, 1)
    # q2 was asked of the first policy alone; of those that the next one was asked, q1 broke it too
    assert to_ask(store, 5) == ("q2", "q1", "q0")
    assert to_ask(store, 2) == ("q2", "q1")


def test_a_held_out_prompt_is_never_asked_again(store: Store) -> None:
    facts = [replace(one, split=Split.HELDOUT) if isinstance(one, Prompt) else one for one in asked(1)]
    store.append("test", *facts, label("c0", safety=(MILD, SAFE)))
    assert seen(store).broken
    assert to_ask(store, 5) == ()
