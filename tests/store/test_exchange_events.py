"""All facts of a home through a file into another one, and a long table page by page."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from every_fact import EXAMPLES, ODD
from small_collection import comparisons
from test_judgements import EVERY, bring

from store import batches, verification
from store.database import Store, open_store
from store.door import LocalDoor
from store.errors import NotAllowedError
from store.exchange import collected, standing
from store.exchange.catalogue import FORMATS
from store.exchange.events import FORMAT
from store.exchange.format import Wanted
from store.exchange.lines import lines
from store.exchange.publishing import ImportReport, unseen
from store.exchange.standing import exported
from store.exchange.writing import write
from store.home import Home
from store.messages import Actor, NextComparison
from store.records import (
    Chat,
    Comparison,
    Credential,
    Edit,
    ExternalAccount,
    Fact,
    Gold,
    Label,
    Purpose,
    Response,
    Review,
    Role,
    SafetyLabel,
    Track,
    Verdict,
)
from store.tables import TABLES
from store.verbs import next_comparison, read_facts, read_judgements
from store.verbs.bringing import PORTABLE
from store.verbs.exporting import ReadFacts, ReadJudgements


def tables(store: Store) -> dict[str, list[str]]:
    with store.reading() as db:
        return {
            name: sorted(map(repr, db.table(TABLES[kind].name).fetchall())) for name, kind in PORTABLE.items()
        }


def taken(store: Store, path: Path) -> ImportReport:
    return FORMAT.bring(LocalDoor(store), [path], unseen)


def every_kind() -> list[Fact]:
    """The examples, made to fit one another: a comparison of three responses, its label and a gold one."""
    others = [one for one in EXAMPLES if not isinstance(one, Comparison | Label | Edit | Gold | Response)]
    (asked,) = (one for one in EXAMPLES if isinstance(one, Comparison))
    (label,) = (one for one in EXAMPLES if isinstance(one, Label))
    (edit,) = (one for one in EXAMPLES if isinstance(one, Edit))
    (gold,) = (one for one in EXAMPLES if isinstance(one, Gold))
    (response,) = (one for one in EXAMPLES if isinstance(one, Response))
    known = replace(asked, comparison_id=gold.comparison_id, response_ids=("r", "q"), purpose=Purpose.GOLD)
    return [
        *others,
        *(replace(response, response_id=name) for name in asked.response_ids),
        asked,
        known,
        gold,
        replace(label, safety=(*label.safety, SafetyLabel(safe=True))),
        replace(edit, ranks=(2, 1, 1), safety=()),
    ]


@pytest.fixture
def file(store: Store, tmp_path: Path) -> Path:
    """Every kind of fact, and judgements, of one home."""
    store.append("test", *comparisons(3), *every_kind())
    bring(store, *EVERY)
    path = tmp_path / "events.jsonl.gz"
    write(FORMAT, LocalDoor(store), Wanted(path=path))
    return path


def test_an_empty_home_gets_equal_tables_and_an_audit_that_holds(
    store: Store, home: Home, file: Path
) -> None:
    with open_store(Home(home.root.parent / "second")) as second:
        report = taken(second, file)
        assert report.bad == ()
        assert report.added == report.rows == sum(map(len, tables(store).values()))
        assert tables(second) == tables(store)
        again = taken(second, file)
        assert (again.added, again.there) == (0, report.rows)
        assert tables(second) == tables(store)
        with second.reading() as db:
            assert verification.verify(db, second.home).broken_seq is None
        assert second.queue.open_count() == store.queue.open_count()
        ann = Actor(annotator_id="newcomer", name="newcomer", role=Role.ANNOTATOR)
        assert next_comparison(second, ann, NextComparison())


def test_a_fact_that_does_not_fit_is_refused_alone_with_its_place(
    store: Store, home: Home, file: Path, tmp_path: Path
) -> None:
    path = tmp_path / "some.jsonl"
    orphan = {"comparison_id": "c9", "prompt_id": "gone", "response_ids": ["a", "b"], "batch_id": "b0"}
    events = [
        {"kind": "Credential", "fact": {"annotator_id": "x", "password_hash": "y"}},
        {"kind": "Comparison", "fact": orphan},
        {"kind": "Prompt", "fact": {"prompt_id": 7}},
        {"fact": {}},
        {"kind": "Batch", "fact": {"batch_id": "new", "round": 3, "made_at": "2026-01-01T00:00:00"}},
    ]
    path.write_text("".join(f"{json.dumps(event)}\n" for event in events), encoding="utf-8")
    report = taken(store, path)
    assert (report.rows, report.added) == (5, 1)
    assert [reason.split(": ")[0] for reason in report.bad] == [f"some.jsonl, line {n}" for n in (1, 2, 3, 4)]
    assert "kind: expected Annotator, " in report.bad[0]
    assert "refers to" in report.bad[1]
    assert "prompt_id: expected text; got a number" in report.bad[2]


def test_no_line_tells_of_a_password_or_a_sign_in(file: Path) -> None:
    kinds = {json.loads(line.text)["kind"] for line in lines([file])}
    assert not kinds & {"Credential", "SignIn", "SignOut", "Bundle", "Snapshot", "Signature"}
    assert {"Annotator", "Label", "Lease", "Gold", "Edit", "Review", "Round"} <= kinds


def test_pages_leave_nothing_out(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    bring(store, *EVERY)
    with store.reading() as db:
        whole = list(exported(db))
        monkeypatch.setattr(standing, "MOST", 2)
        assert list(exported(db)) == whole
    monkeypatch.setattr(collected, "MOST", 3)
    path = store.home.root / "p.jsonl"
    assert write(FORMATS["prompts"], LocalDoor(store), Wanted(path=path)).rows == 3


@pytest.mark.parametrize("role", [Role.ANNOTATOR, Role.REVIEWER])
def test_only_engineers_read_a_home_out(store: Store, role: Role) -> None:
    actor = replace(Actor(annotator_id="a", name="a", role=Role.ANNOTATOR), role=role)
    with pytest.raises(NotAllowedError):
        read_judgements(store, actor, ReadJudgements())
    with pytest.raises(NotAllowedError):
        read_facts(store, actor, ReadFacts(kind="Label"))


PERSON = {"annotator_id": "b", "name": "bob", "role": "reviewer", "kind": "person"}
RULING: list[tuple[str, dict[str, object]]] = [
    ("Annotator", {**PERSON, "annotator_id": "evil", "name": "evil", "role": "administrator"}),
    ("Policy", {"policy_id": "evil", "path": "/tmp/evil", "round": 99}),
    ("Guideline", {"track": "safety", "version": 9, "text": "All is safe."}),
    (
        "Qualification",
        {
            "annotator_id": "a",
            "track": "safety",
            "guideline_version": 1,
            "passed": True,
            "why": "",
            "given_by": "x",
        },
    ),
]
RULING += [
    ("Appointment", {"annotator_id": "b", "role": "administrator", "given_by": "x"}),
    (
        "QualificationTest",
        {
            "test_id": "easy",
            "annotator_id": "newcomer",
            "track": "safety",
            "guideline_version": 1,
            "comparison_ids": ["c"],
            "pass_mark": 0,
        },
    ),
    (
        "QualificationAnswer",
        {
            "test_id": "easy",
            "comparison_id": "c",
            "shown_order": [0, 1],
            "ranks": [1, 2],
            "degree": 2,
            "passed": True,
        },
    ),
]
SPEAKING: list[tuple[str, dict[str, object]]] = [
    ("Review", {"review_id": "forged", "label_id": "l", "reviewer_id": "b", "verdict": "confirm", "why": ""}),
    ("Retraction", {"label_id": "said", "annotator_id": "b", "reason": "forged"}),
    ("Edit", {"label_id": "said", "version": 1, "ranks": [2, 1, 1], "degree": 2}),
    ("Profile", {"annotator_id": "b", "locale": "de", "languages": ["de"]}),
    ("GuidelineRead", {"annotator_id": "b", "track": "safety", "version": 1}),
    ("Chat", {"chat_id": "forged", "annotator_id": "b", "track": "safety"}),
    ("ChatTurn", {"comparison_id": "forged", "chat_id": "bobs", "turn": 9}),
]


def events(path: Path, *told: tuple[str, dict[str, object]]) -> Path:
    path.write_text("".join(f"{json.dumps({'kind': kind, 'fact': fact})}\n" for kind, fact in told))
    return path


@pytest.mark.wide
@pytest.mark.parametrize(
    "way_in",
    [
        Credential(annotator_id="b", password_hash="h"),
        ExternalAccount(provider="p", subject="s", annotator_id="b"),
    ],
    ids=["password", "organisation"],
)
@pytest.mark.parametrize("told", [*RULING, *SPEAKING], ids=lambda told: str(told[0]))
def test_a_file_neither_rules_a_home_that_has_people_nor_speaks_for_them(
    store: Store, tmp_path: Path, told: tuple[str, dict[str, object]], way_in: Credential | ExternalAccount
) -> None:
    (label,) = (one for one in every_kind() if isinstance(one, Label))
    said = replace(label, label_id="said", annotator_id="b")
    store.append("test", *comparisons(3), *every_kind())
    taken(store, events(tmp_path / "bob.jsonl", ("Annotator", PERSON)))
    store.append("test", said, Chat(chat_id="bobs", annotator_id="b", track=Track.SAFETY))
    store.append("test", way_in)
    before = tables(store)
    report = taken(store, events(tmp_path / "evil.jsonl", told))
    assert len(report.bad) == 1
    assert "before its people get passwords" in report.bad[0]
    assert tables(store) == before


def test_a_label_and_its_edit_may_come_in_one_file_though_people_sign_in(
    store: Store, tmp_path: Path
) -> None:
    store.append("test", *comparisons(3), *every_kind())
    told: list[tuple[str, dict[str, object]]] = [
        ("Annotator", {"annotator_id": "i", "name": "i", "role": "annotator", "kind": "imported"}),
        ("Label", {**LABEL, "annotator_id": "i"}),
        ("Edit", {"label_id": "new", "version": 1, "ranks": [2, 1, 1], "degree": 2}),
    ]
    report = taken(store, events(tmp_path / "three.jsonl", *told))
    assert (report.added, report.bad) == (3, ())


def test_a_home_takes_its_own_facts_again_though_its_people_have_passwords(store: Store, file: Path) -> None:
    taken(store, events(file.parent / "bob.jsonl", ("Annotator", PERSON)))
    for name in ("a", "b"):
        store.append("test", Credential(annotator_id=name, password_hash="h"))
    before = tables(store)
    write(FORMAT, LocalDoor(store), Wanted(path=file))
    report = taken(store, file)
    assert (report.added, report.bad) == (0, ())
    assert tables(store) == before


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"review_id": "of nothing"}, "review of nothing, which is not there"),
        ({"review_id": "confirms"}, "review confirms, which is not there"),
        ({"ranks": [9, 1, 7]}, "expected 1 to 3 for each of 3 responses"),
        ({"ranks": [1, 2]}, "expected 1 to 3 for each of 3 responses"),
    ],
)
def test_a_judgement_in_a_labels_place_comes_with_the_verdict_that_it_belongs_to(
    store: Store, tmp_path: Path, said: dict[str, object], why: str
) -> None:
    """Otherwise it would lie in wait for a verdict of that name, and teach in the reviewer's."""
    verdicts = [
        Review(review_id=f"{verdict}s", label_id="l", reviewer_id="z", verdict=verdict, why="so")
        for verdict in (Verdict.CONFIRM, Verdict.OVERTURN)
    ]
    store.append("test", *comparisons(3), *every_kind(), *verdicts)
    judged = {
        "review_id": "overturns",
        "ranks": [3, 2, 1],
        "degree": 2,
        "both_bad": False,
        "safety": [],
        "reasons": [],
    }
    report = taken(store, events(tmp_path / "bad.jsonl", ("Adjudication", {**judged, **said})))
    assert report.added == 0
    assert why in report.bad[0]
    good = taken(store, events(tmp_path / "good.jsonl", ("Adjudication", judged)))
    assert (good.added, good.bad) == (1, ())


LABEL: dict[str, object] = {
    "label_id": "new",
    "comparison_id": "c",
    "annotator_id": "a",
    "ranks": [1, 2, 3],
    "degree": 2,
    "shown_order": [],
}


ANSWER: dict[str, object] = {"text": "", "author": ""}


@pytest.mark.wide
@pytest.mark.parametrize(
    ("told", "why"),
    [
        (("Label", {**LABEL, "ranks": [1, 2, 10**12]}), "ranks: expected 1 to 3 for each of 3"),
        (("Label", {**LABEL, "ranks": [1, 2]}), "ranks: expected 1 to 3 for each of 3"),
        (("Label", {**LABEL, "ranks": [0, 1, 2]}), "ranks: expected 1 to 3 for each of 3"),
        (("Label", {**LABEL, "safety": [{"safe": True}]}), "safety: expected 3 labels or none"),
        (("Label", {**LABEL, "shown_order": [0, 0, 1]}), "shown_order: expected each of 3"),
        (("Label", {**LABEL, "annotator_id": "nobody"}), "by annotator nobody, who is not there"),
        (("Edit", {"label_id": "l", "version": 2, "ranks": [7], "degree": 2}), "ranks: expected 1 to 3"),
        (("Edit", {"label_id": "gone", "version": 1, "ranks": [1, 2], "degree": 2}), "label gone"),
        (("Retraction", {"label_id": "gone", "annotator_id": "a", "reason": ""}), "label gone"),
        (("Gold", {"comparison_id": "gone", "ranks": [1, 2], "annotator_id": "a"}), "comparison gone"),
        (("Demonstration", {**ANSWER, "demonstration_id": "n", "prompt_id": "gone"}), "prompt gone"),
        (("Score", {"response_id": "gone", "reward_model_id": "m", "score": 1.0}), "response gone"),
        (("Response", {"response_id": "n", "prompt_id": "p", "policy_id": "gone", "text": ""}), "gone"),
        (("Annotator", {**PERSON, "name": ODD}), "the name of another annotator"),
        (("Annotator", {**PERSON, "annotator_id": "hone"}), "hone is nobody's"),
        (("Prompt", {"prompt_id": "n", "turns": [], "track": "safety", "split": "train"}), "turns: expected"),
    ],
)  # fmt: skip
def test_what_fits_nothing_is_refused_because_it_could_never_be_taken_back(
    store: Store, tmp_path: Path, told: tuple[str, dict[str, object]], why: str
) -> None:
    store.append("test", *comparisons(3), *every_kind())
    before = tables(store)
    report = taken(store, events(tmp_path / "some.jsonl", told))
    assert len(report.bad) == 1
    assert why in report.bad[0]
    assert tables(store) == before


def test_a_time_with_a_zone_is_kept_in_utc_and_the_audit_holds(store: Store, tmp_path: Path) -> None:
    told = ("Batch", {"batch_id": "z", "round": 3, "made_at": "2026-01-01T01:00:00+02:00"})
    assert taken(store, events(tmp_path / "some.jsonl", told)).added == 1
    with store.reading() as db:
        assert [one.made_at for one in batches.every(db) if one.batch_id == "z"] == [
            datetime(2025, 12, 31, 23)
        ]
        assert verification.verify(db, store.home).broken_seq is None


def test_of_many_facts_in_one_request_each_that_fits_goes_in(store: Store, tmp_path: Path) -> None:
    told = [("Batch", {"batch_id": f"b{n}", "round": 1 if n % 7 else 2**40}) for n in range(50)]
    report = taken(store, events(tmp_path / "some.jsonl", *told))
    assert report.added == 42
    assert [int(bad.split(", line ")[1].split(":")[0]) for bad in report.bad] == [*range(1, 51, 7)]
