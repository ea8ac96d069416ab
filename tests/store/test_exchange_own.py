"""A home's own export, brought back: it is no copy of what the home said itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from serving import serving
from small_collection import comparisons
from test_judgements import ODD, PAIR, bring

from store.database import Store, open_store
from store.door import HTTPDoor, LocalDoor
from store.exchange import argilla, catalogue, label_studio, oasst
from store.exchange.format import Format, Wanted
from store.exchange.publishing import ImportReport, unseen
from store.exchange.standing import exported
from store.exchange.writing import ExportReport, write
from store.home import Home
from store.records import (
    Annotator,
    Degree,
    Demonstration,
    Edit,
    Gold,
    Kind,
    Label,
    Purpose,
    Retraction,
    Role,
    SafetyLabel,
    Skip,
)
from store.rows import rows

EVERY = list(catalogue.FORMATS.values())
PREFERENCES = [form for form in EVERY if form.name not in {"prompts", "demonstrations", "events"}]
TREE = {
    "message_tree_id": "t",
    "prompt": {
        "message_id": "t",
        "text": "Name a river.",
        "role": "prompter",
        "replies": [
            {"message_id": f"t{rank}", "text": text, "role": "assistant", "rank": rank, "replies": []}
            for rank, text in enumerate(("The Nile.", "Water."))
        ],
    },
}


@pytest.fixture
def second(home: Home) -> Iterator[Store]:
    with open_store(Home(home.root.parent / "second")) as opened:
        yield opened


def label(label_id: str, comparison_id: str, **more: Any) -> Label:
    usual: dict[str, Any] = {
        "ranks": (2, 1),
        "degree": Degree.SLIGHTLY,
        "shown_order": (1, 0),
        "seconds": 3.5,
    }
    told = {**usual, **more}
    return Label(label_id=label_id, comparison_id=comparison_id, annotator_id="1", **told)


def lived_in(store: Store) -> None:
    """Labels of a person and imported ones; said anew, skipped, and asked to measure."""
    unsafe = (SafetyLabel(safe=True), SafetyLabel(safe=False))
    facts = comparisons(5)
    demonstration = Demonstration(
        demonstration_id="d", prompt_id="q0", text="Hello.", author="ann", source=""
    )
    store.append(
        "test",
        Annotator(annotator_id="1", name="ann", role=Role.ANNOTATOR, kind=Kind.PERSON),
        *facts,
        *comparisons(1, purpose=Purpose.SWAPPED, prefix="s"),
        *comparisons(1, purpose=Purpose.EVALUATION, prefix="e"),
        *comparisons(2, purpose=Purpose.GOLD, prefix="g"),
        *comparisons(1, responses=3, prefix="k"),
        demonstration,
    )
    labels = [label(f"l{one}", f"c{one}", safety=unsafe if one else ()) for one in range(4)]
    labels += [label(f"l{one}", one) for one in ("sc0", "ec0", "gc0")]
    store.append("test", *labels, label("lk", "kc0", ranks=(2, 1, 2), shown_order=(0, 1, 2)))
    store.append(
        "test",
        Gold(comparison_id="gc0", ranks=(1, 2), why="", annotator_id="1"),
        Edit(label_id="l2", version=1, ranks=(1, 2), degree=Degree.BETTER),
        Skip(lease_id="skip", comparison_id="c4", annotator_id="1", reason="too long"),
    )
    bring(store, PAIR, replace(PAIR, annotator="ben"), ODD)
    labels = every_label(store)
    edited = next(one for one in labels if one.annotator_id == "imported:ben")
    store.append("test", Edit(label_id=edited.label_id, version=1, ranks=(2, 1), degree=Degree.BETTER))


def every_label(store: Store) -> list[Label]:
    with store.reading() as db:
        return rows(db.table("labels").execute(), Label)


def counted(store: Store) -> list[tuple[object, ...]]:
    """How much there is of everything that an import can add."""
    names = (
        "prompts",
        "responses",
        "comparisons",
        "labels",
        "skips",
        "golds",
        "annotators",
        "demonstrations",
    )
    with store.reading() as db:
        return [(name, db.table(name).count("*").fetchone()) for name in names]


def give(form: Format, store: Store, file: Path) -> ExportReport:
    return write(form, LocalDoor(store), Wanted(path=file))


def take(form: Format, store: Store, file: Path) -> ImportReport:
    return form.bring(LocalDoor(store), [file], unseen)


@pytest.mark.parametrize("form", EVERY, ids=lambda form: form.name)
def test_what_a_home_says_of_itself_adds_nothing_to_it(store: Store, tmp_path: Path, form: Format) -> None:
    lived_in(store)
    assert give(form, store, tmp_path / "out.jsonl").rows
    before = counted(store)
    report = take(form, store, tmp_path / "out.jsonl")
    assert (report.added, report.bad) == (0, ())
    assert counted(store) == before


@pytest.mark.parametrize("form", EVERY, ids=lambda form: form.name)
def test_it_adds_nothing_beside_a_running_owner_either(store: Store, tmp_path: Path, form: Format) -> None:
    lived_in(store)
    give(form, store, tmp_path / "out.jsonl")
    before = counted(store)
    with serving(store) as owner:
        report = form.bring(HTTPDoor(store.home, owner), [tmp_path / "out.jsonl"], unseen)
    assert (report.added, report.bad) == (0, ())
    assert counted(store) == before


@pytest.mark.parametrize("form", PREFERENCES, ids=lambda form: form.name)
def test_what_was_withdrawn_after_an_export_does_not_come_back(
    store: Store, tmp_path: Path, form: Format
) -> None:
    lived_in(store)
    give(form, store, tmp_path / "out.jsonl")
    store.append(
        "test",
        *(Retraction(label_id=one.label_id, annotator_id="1", reason="spam") for one in every_label(store)),
    )
    before = counted(store)
    assert take(form, store, tmp_path / "out.jsonl").added == 0
    assert counted(store) == before
    with store.reading() as db:
        assert list(exported(db)) == []


@pytest.mark.parametrize("form", PREFERENCES, ids=lambda form: form.name)
def test_a_fresh_home_believes_what_the_file_says(
    store: Store, second: Store, tmp_path: Path, form: Format
) -> None:
    store.append("test", Annotator(annotator_id="1", name="ann", role=Role.ANNOTATOR, kind=Kind.PERSON))
    store.append("test", *comparisons(1), label("l", "c0"))
    give(form, store, tmp_path / "out.jsonl")
    assert take(form, second, tmp_path / "out.jsonl").bad == ()
    with second.reading() as db:
        (told,) = exported(db)
    assert [answer.text for answer in told.answers] == ["answer 1", "answer 0"]
    assert (told.degree, told.seconds, told.split) == (Degree.SLIGHTLY, 3.5, PAIR.split)
    with store.reading() as db:
        assert told.made_at == next(exported(db)).made_at
    give(form, second, tmp_path / "again.jsonl")
    assert take(form, second, tmp_path / "again.jsonl").added == 0


@pytest.mark.parametrize("form", PREFERENCES, ids=lambda form: form.name)
def test_an_id_is_believed_only_of_the_same_words(
    store: Store, second: Store, tmp_path: Path, form: Format
) -> None:
    store.append("test", *comparisons(1), label("l", "c0"))
    other = [replace(one, text="Other words.") if hasattr(one, "text") else one for one in comparisons(1)]
    second.append("test", *other, label("l", "c0"))
    give(form, store, tmp_path / "out.jsonl")
    assert take(form, second, tmp_path / "out.jsonl").added >= 1
    assert len(every_label(second)) == 2


@pytest.mark.parametrize("form", [argilla.FORMAT, label_studio.FORMAT], ids=lambda form: form.name)
def test_what_is_said_of_an_export_is_said_of_the_comparison_itself(
    store: Store, tmp_path: Path, form: Format
) -> None:
    store.append("test", *comparisons(1))
    give(form, store, tmp_path / "out.jsonl")
    (task,) = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    if form is argilla.FORMAT:
        best = [{"value": f"response-{place}", "rank": 3 - place} for place in (1, 2)]
        task["responses"]["preference"] = [{"user_id": "u", "value": best, "status": "submitted"}]
    else:
        result = {"type": "pairwise", "value": {"selected": "right"}}
        task["annotations"] = [{"id": 7, "result": [result], "completed_by": "u"}]
    (tmp_path / "back.jsonl").write_text(json.dumps(task))
    report = take(form, store, tmp_path / "back.jsonl")
    assert (report.added, report.there) == (1, 1)
    (said,) = every_label(store)
    assert (said.comparison_id, said.ranks) == ("c0", (2, 1))
    assert said.annotator_id == f"imported:{form.name}:u"
    assert take(form, store, tmp_path / "back.jsonl").added == 0


@pytest.mark.parametrize("form", [argilla.FORMAT, label_studio.FORMAT], ids=lambda form: form.name)
def test_what_only_measures_does_not_come_back_to_train(
    store: Store, second: Store, tmp_path: Path, form: Format
) -> None:
    lived_in(store)
    report = give(form, store, tmp_path / "out.jsonl")
    # the swapped repeat, the evaluation, a gold comparison without an answer, and of Argilla's the other too
    assert sum(report.left_out.values()) == (4 if form is argilla.FORMAT else 3)
    take(form, second, tmp_path / "out.jsonl")
    with second.reading() as db:
        trains = db.execute(
            "select turns[1].content from comparisons join prompts using (prompt_id) where purpose = 'train'"
        ).fetchall()
    assert not {text for (text,) in trains} & {"question s0", "question e0", "question g0", "question g1"}


def test_a_tree_whose_ranks_were_changed_here_is_the_home_s_own_tree(
    store: Store, second: Store, tmp_path: Path
) -> None:
    (tmp_path / "t.jsonl").write_text(json.dumps(TREE))
    take(oasst.FORMAT, store, tmp_path / "t.jsonl")
    (said,) = every_label(store)
    turned = tuple(3 - rank for rank in said.ranks)
    store.append("test", Edit(label_id=said.label_id, version=1, ranks=turned, degree=Degree.BETTER))
    give(oasst.FORMAT, store, tmp_path / "out.jsonl")
    before = counted(store)
    assert take(oasst.FORMAT, store, tmp_path / "out.jsonl").added == 0
    assert counted(store) == before
    take(oasst.FORMAT, second, tmp_path / "out.jsonl")
    with second.reading() as db:
        (told,) = exported(db)
    assert [answer.text for answer in told.answers] == ["Water.", "The Nile."]
