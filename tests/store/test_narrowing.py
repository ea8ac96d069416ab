"""What a snapshot is asked for, what it is made of, and what is left out and why."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import duckdb
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_collection import comparisons, label, numbers

from store.database import Store
from store.errors import RequestError
from store.messages import Freeze, Narrowing, Trace
from store.records import (
    Annotator,
    Contents,
    Degree,
    Edit,
    Kind,
    Label,
    Policy,
    Prompt,
    Purpose,
    Response,
    Retraction,
    Review,
    Role,
    SafetyLabel,
    Snapshot,
    Split,
    Track,
    Verdict,
    now,
)
from store.verbs import freeze, trace
from store.verbs.roles import HONE

SAFE, UNSAFE = SafetyLabel(safe=True), SafetyLabel(safe=False, category="weapons", severity=1)


def preferences(store: Store, **only: object) -> Snapshot:
    narrowing = Narrowing(**only)  # type: ignore[arg-type]
    return freeze(store, HONE, Freeze(contents=Contents.PREFERENCES, only=narrowing))


def table(store: Store, snapshot: Snapshot) -> pd.DataFrame:
    return pd.read_parquet(store.home.root / snapshot.path)


def judged(store: Store, snapshot: Snapshot) -> list[str]:
    return sorted(table(store, snapshot)["comparison_id"])


def verdict(of: Label, said: Verdict) -> Review:
    return Review(review_id=of.label_id, label_id=of.label_id, reviewer_id="eve", verdict=said, why="x")


@pytest.fixture
def many(store: Store) -> Store:
    """Two helpfulness comparisons of round 0 and two safety ones of round 1, the second held out each."""
    store.append("test", Annotator(annotator_id="b", name="Ben", role=Role.ANNOTATOR, kind=Kind.PERSON))
    helpful = comparisons(2)
    safety = comparisons(2, prefix="s", track=Track.SAFETY, round_number=1)
    facts = [
        replace(one, split=Split.HELDOUT) if isinstance(one, Prompt) and one.prompt_id.endswith("q1") else one
        for one in (*helpful, *safety)
    ]
    facts = [
        replace(one, policy_id="other") if isinstance(one, Response) and one.response_id == "q0-r1" else one
        for one in facts
    ]
    facts = [
        replace(one, language="de") if isinstance(one, Prompt) and one.prompt_id == "sq0" else one
        for one in facts
    ]
    store.append(
        "test",
        Policy(policy_id="other", path="x", round=2),
        *facts,
        label("c0", degree=Degree.SIGNIFICANTLY),
        label("c1", degree=Degree.NEGLIGIBLY, made_at=now() - timedelta(days=3)),
        label("sc0", annotator_id="b", made_at=now() - timedelta(days=40)),
        label("sc1", annotator_id="b", degree=Degree.SLIGHTLY, made_at=now() - timedelta(days=400)),
    )
    return store


def test_it_is_counted_by_all_that_a_reviewer_asks_about(many: Store) -> None:
    counts = json.loads(preferences(many).counts)
    one, two = {"pairs": 1, "labels": 1}, {"pairs": 2, "labels": 2}
    assert counts == {
        "pairs": 4,
        "labels": 4,
        "prompts": 4,
        "by_track": {"helpfulness": two, "safety": two},
        "by_split": {"train": two, "heldout": two},
        "by_degree": {"negligibly": one, "slightly": one, "better": one, "significantly": one},
        "by_annotator": {"ann": two, "b": two},
        "by_policy": {"other": {"chosen": 0, "rejected": 1}, "policy": {"chosen": 4, "rejected": 3}},
        "by_age": {"under 1 day": 1, "1 to 6 days": 1, "30 to 89 days": 1, "90 days or more": 1},
        "newest_policy": {"policy_id": "other", "pairs": 1, "share": 0.25},
    }


@pytest.mark.parametrize(
    ("only", "left"),
    [
        ({"tracks": (Track.SAFETY,)}, ["sc0", "sc1"]),
        ({"batches": ("batch-000",)}, ["c0", "c1"]),
        ({"rounds": (1,)}, ["sc0", "sc1"]),
        ({"languages": ("de",)}, ["sc0"]),
        ({"policies": ("other",)}, ["c0"]),
        ({"policies": ("other", "policy")}, ["c0", "c1", "sc0", "sc1"]),
        ({"least_degree": Degree.BETTER}, ["c0", "sc0"]),
        ({"without": ("Ben",)}, ["c0", "c1"]),
        ({"without": ("b",), "least_degree": Degree.SIGNIFICANTLY}, ["c0"]),
    ],
    ids=str,
)
def test_it_may_be_narrowed(many: Store, only: dict[str, object], left: list[str]) -> None:
    snapshot = preferences(many, **only)
    assert judged(many, snapshot) == left
    assert json.loads(snapshot.counts)["labels"] == len(left)
    assert json.loads(snapshot.left_out) == {}


def test_parameters_are_one_text_however_they_were_said(many: Store) -> None:
    one = preferences(many, tracks=(Track.SAFETY, Track.HELPFULNESS), without=("Ben",))
    two = preferences(many, tracks=(Track.HELPFULNESS, Track.SAFETY, Track.SAFETY), without=("b", "Ben"))
    assert one == two
    assert one.parameters == (
        '{"batches":[],"languages":[],"least_degree":0,"policies":[],"required":[],"rounds":[],'
        '"tracks":["helpfulness","safety"],"without":["b"]}'
    )
    manifest = json.loads((many.home.root / one.path).with_suffix(".json").read_text())
    assert manifest["parameters"]["without"] == ["b"]
    assert manifest["counts"]["labels"] == 2


@pytest.mark.parametrize(
    "only",
    [{"batches": ("x",)}, {"rounds": (9,)}, {"policies": ("x",)}, {"without": ("zoe",)}],
    ids=str,
)
def test_what_is_not_there_is_said_in_a_sentence(many: Store, only: dict[str, object]) -> None:
    with pytest.raises(RequestError, match="There is no"):
        preferences(many, **only)


def test_prompts_are_narrowed_by_track_and_language_alone(many: Store) -> None:
    only = Narrowing(tracks=(Track.SAFETY,), languages=("en",))
    snapshot = freeze(many, HONE, Freeze(contents=Contents.PROMPTS, only=only))
    assert list(table(many, snapshot)["prompt_id"]) == ["sq1"]
    assert json.loads(snapshot.counts) == {
        "prompts": 1,
        "by_track": {"safety": 1},
        "by_split": {"heldout": 1},
    }
    with pytest.raises(RequestError, match="tracks and languages alone"):
        freeze(many, HONE, Freeze(contents=Contents.PROMPTS, only=Narrowing(rounds=(1,))))


def test_every_label_left_out_has_one_reason_the_first_that_applies(store: Store) -> None:
    store.append("test", *comparisons(9), *comparisons(1, prefix="e", purpose=Purpose.EVALUATION))
    store.append("test", *comparisons(1, prefix="g", purpose=Purpose.GOLD))
    store.append("test", *comparisons(1, prefix="w", purpose=Purpose.SWAPPED))
    gone, overruled = label("c1", surplus=True), label("c6")
    store.append(
        "test",
        label("gc0", surplus=True),
        label("wc0"),
        label("ec0"),
        gone,
        Retraction(label_id=gone.label_id, annotator_id="eve", reason="spam"),
        label("c2", (1, 1), both_bad=True, surplus=True),
        label("c3", (1, 1), both_bad=True),
        label("c4", (1, 1)),
        label("c5", safety=(UNSAFE, SAFE)),
        overruled,
        verdict(overruled, Verdict.OVERTURN),
        label("c7"),
    )
    snapshot = preferences(store)
    assert list(json.loads(snapshot.left_out).items()) == [
        ("gold", 1),
        ("swapped", 1),
        ("evaluation", 1),
        ("retracted", 1),
        ("surplus", 1),
        ("both bad", 1),
        ("tie", 1),
        ("chosen unsafe, another safe", 1),
        ("overruled", 1),
    ]
    assert judged(store, snapshot) == ["c7"]


def test_a_training_prompt_of_a_held_out_ones_words_does_not_train(store: Store) -> None:
    facts = comparisons(2)
    twin = next(one for one in comparisons(1, prefix="t") if isinstance(one, Prompt))
    held_out = replace(facts[2], prompt_id="held", split=Split.HELDOUT)  # type: ignore[type-var]
    assert isinstance(held_out, Prompt)
    store.append("test", *facts, replace(twin, turns=held_out.turns), held_out, label("c0"), label("c1"))
    snapshot = preferences(store)
    assert judged(store, snapshot) == ["c1"]
    assert json.loads(snapshot.left_out) == {"twin of a held-out prompt": 1}
    prompts = freeze(store, HONE, Freeze(contents=Contents.PROMPTS))
    assert list(table(store, prompts)["prompt_id"]) == ["held", "q1"]
    assert json.loads(prompts.left_out) == {"twin of a held-out prompt": 2}


def test_the_newest_version_of_a_label_is_frozen_and_a_later_one_is_told(store: Store) -> None:
    said = label("c0", label_id="l")
    store.append("test", *comparisons(1), said)
    store.append("test", Edit(label_id="l", version=1, ranks=(2, 1), degree=Degree.SLIGHTLY))
    frozen = table(store, preferences(store)).iloc[0]
    assert (frozen.chosen_id, frozen.degree, frozen.version) == ("q0-r1", 1, 1)
    assert trace(store, HONE, Trace(thing="label:l")).edited == ()
    store.append("test", Edit(label_id="l", version=2, ranks=(1, 2), degree=Degree.SLIGHTLY))
    assert trace(store, HONE, Trace(thing="label:l")).edited == ("l",)


def test_a_prompt_leads_to_its_labels_and_to_what_it_shaped(many: Store) -> None:
    of_labels = preferences(many)
    of_prompts = freeze(many, HONE, Freeze(contents=Contents.PROMPTS))
    many.append("test", Policy(policy_id="new", path="x", snapshots=(of_prompts.snapshot_id,), round=3))
    found = trace(many, HONE, Trace(thing="prompt:q0"))
    assert len(found.labels) == 1
    assert found.snapshots == tuple(sorted((of_labels.snapshot_id, of_prompts.snapshot_id)))
    assert found.policies == ("new",)


def test_pandas_and_duckdb_read_the_file_as_it_is(many: Store) -> None:
    snapshot = preferences(many)
    path = str(many.home.root / snapshot.path)
    with duckdb.connect() as db:
        (row,) = db.execute("select chosen[1].content from read_parquet(?) limit 1", [path]).fetchall()
    assert row == ("answer 0",)
    assert pd.read_parquet(path)["chosen"][0][0] == {"role": "assistant", "content": "answer 0"}


@pytest.mark.wide
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_label_is_frozen_or_left_out_but_never_both_and_never_lost(
    store: Store, data: st.DataObject
) -> None:
    """Against a plain reading of the rule: a pair teaches unless it ties or rewards the unsafe alone."""
    prefix = f"x{next(numbers)}-"
    size = data.draw(st.integers(2, 4))
    ranks = tuple(data.draw(st.lists(st.integers(1, size), min_size=size, max_size=size)))
    safe = data.draw(st.none() | st.lists(st.booleans(), min_size=size, max_size=size))
    safety = tuple(SAFE if one else UNSAFE for one in safe or ())
    given_label = label(f"{prefix}c0", ranks, safety=safety)
    store.append("test", *comparisons(2, prefix=prefix, responses=size), given_label)
    store.append("test", label(f"{prefix}c1", tuple(range(1, size + 1))))
    rows = table(store, preferences(store))
    found = rows[rows.label_id == given_label.label_id]
    places = range(size)
    expected = {
        (f"{prefix}q0-r{better}", f"{prefix}q0-r{worse}")
        for better in places
        for worse in places
        if ranks[better] < ranks[worse] and not (safe and not safe[better] and safe[worse])
    }
    assert set(zip(found.chosen_id, found.rejected_id, strict=True)) == expected
    counts, left = json.loads(preferences(store).counts), json.loads(preferences(store).left_out)
    with store.reading() as db:
        ((labels,),) = db.execute("select count(*) from labels").fetchall()
    assert counts["labels"] == rows.label_id.nunique()
    assert counts["labels"] + sum(left.values()) == labels
