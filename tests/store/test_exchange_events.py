"""All facts of a home through a file into another one, and a long table page by page."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from every_fact import EXAMPLES
from small_collection import comparisons
from test_judgements import EVERY, bring

from store import verification
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
from store.records import Comparison, Label, Role
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


@pytest.fixture
def file(store: Store, tmp_path: Path) -> Path:
    """Every kind of fact, and judgements, of one home."""
    # The examples refer to one another only by chance.
    alone = [one for one in EXAMPLES if not isinstance(one, Comparison | Label)]
    store.append("test", *comparisons(3), *alone)
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
