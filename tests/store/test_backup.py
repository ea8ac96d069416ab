"""A home that was lost comes back as it was."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from every_fact import EXAMPLES
from serving import serving
from small_collection import FIRST_BETTER, comparisons

from store import annotators, people
from store.audit import Head
from store.database import Store, connect, open_store
from store.door import HTTPDoor, LocalDoor
from store.errors import NotAllowedError
from store.home import Home
from store.inbox import take_in, write_bundle
from store.keeping import copies
from store.keeping.backup import BackupError, back_up
from store.keeping.restore import restore
from store.messages import Actor, AddAnnotator, Assignment, Freeze, NextComparison, SubmitLabel, Trace
from store.migrate import shipped
from store.records import Annotator, Contents, Kind, Role, Snapshot
from store.rows import rows
from store.tables import TABLES
from store.verbs import add_annotator, dump_tables, freeze, next_comparison, submit_label, trace
from store.verbs.keeping import DumpTables
from store.verbs.roles import HONE


def contents(store: Store) -> dict[str, list[object]]:
    """Every table, in the order in which it was written."""
    with store.reading() as db:
        return {
            table.name: list(rows(db.table(table.name).execute(), kind))  # type: ignore[arg-type]
            for kind, table in TABLES.items()
        }


def judge(store: Store, ann: Actor, count: int) -> list[str]:
    given = []
    for _ in range(count):
        assignment = next_comparison(store, ann, NextComparison())
        assert isinstance(assignment, Assignment)
        request = SubmitLabel(lease_id=assignment.lease_id, judgement=FIRST_BETTER)
        given.append(submit_label(store, ann, request).label_id)
    return given


@pytest.fixture
def lived(store: Store, ann: Actor) -> Store:
    """A home with labels, a snapshot, a bundle that was taken in, settings and a policy's folder."""
    store.append("test", Annotator(annotator_id="ann", name="ann", role=Role.ANNOTATOR, kind=Kind.PERSON))
    write_bundle(
        store.home,
        "bundle",
        {
            TABLES[kind].name: [fact for fact in comparisons(4) if type(fact) is kind]
            for kind in {type(fact) for fact in comparisons(4)}
        },
    )
    take_in(store)
    judge(store, ann, 2)
    freeze(store, HONE, Freeze(contents=Contents.PREFERENCES))
    store.home.settings.write_text("[lease]\nminutes = 3\n")
    weights = store.home.policies / "policy" / "model.safetensors"
    weights.parent.mkdir()
    weights.write_bytes(b"weights")
    return store


def test_a_restored_home_is_as_it_was_and_goes_on(lived: Store, tmp_path: Path, ann: Actor) -> None:
    made = back_up(LocalDoor(lived), tmp_path / "backup", models=True)
    was = contents(lived)
    label = judge(lived, ann, 1)  # after the backup
    lived.close()
    home = Home(tmp_path / "again")
    restored = restore(tmp_path / "backup", home)
    assert (restored.audit.broken_seq, restored.audit.head) == (None, made.audit_head)
    assert restored.audit.unchecked == 0
    assert (home.policies / "policy" / "model.safetensors").read_bytes() == b"weights"
    with open_store(home) as again:
        assert contents(again) == was
        assert again.queue.lease_time.total_seconds() == 180
        found = trace(again, HONE, Trace(thing="annotator:ann"))
        assert (len(found.labels), len(found.snapshots)) == (2, 1)
        assert len(judge(again, ann, 2)) == 2
        assert label[0] not in found.labels


def test_nobody_is_signed_in_to_a_restored_home(lived: Store, tmp_path: Path) -> None:
    add_annotator(lived, HONE, AddAnnotator(name="zoe", password="long enough"))
    session = people.authenticate(lived, "zoe", "long enough", "here")
    assert session is not None
    back_up(LocalDoor(lived), tmp_path / "backup", models=False)
    people.sign_out(lived, session)
    lived.close()
    home = Home(tmp_path / "again")
    assert restore(tmp_path / "backup", home).signed_out == 1
    with open_store(home) as again:
        assert people.actor_of(again, session) is None
        assert people.authenticate(again, "zoe", "long enough", "here") is not None


def test_every_kind_of_fact_comes_back(store: Store, tmp_path: Path) -> None:
    facts = [replace(fact, audit_seq=0) if isinstance(fact, Snapshot) else fact for fact in EXAMPLES]
    store.append("ann", *facts)
    back_up(LocalDoor(store), tmp_path / "backup", models=False)
    was = contents(store)
    restored = restore(tmp_path / "backup", Home(tmp_path / "again"))
    assert restored.audit.broken_seq is None
    with open_store(Home(tmp_path / "again")) as again:
        assert contents(again) == was


def test_a_backup_that_is_taken_while_labels_come_in_is_of_one_moment(lived: Store, tmp_path: Path) -> None:
    lived.append("test", *comparisons(300, prefix="x"))
    stop = threading.Event()

    def work(name: str) -> None:
        actor = Actor(annotator_id=name, name=name, role=Role.ANNOTATOR)
        while not stop.is_set() and isinstance(next_comparison(lived, actor, NextComparison()), Assignment):
            judge(lived, actor, 1)

    workers = [threading.Thread(target=work, args=(f"a{number}",)) for number in range(4)]
    for worker in workers:
        worker.start()
    made = back_up(LocalDoor(lived), tmp_path / "backup", models=False)
    stop.set()
    for worker in workers:
        worker.join()
    restored = restore(tmp_path / "backup", Home(tmp_path / "again"))
    assert (restored.audit.broken_seq, restored.audit.rows) == (None, made.audit_seq)


class Meanwhile(LocalDoor):
    """A door behind which more happens as soon as the tables were read."""

    def __init__(self, store: Store, then: Callable[[], object]) -> None:
        super().__init__(store)
        self._then = then

    def ask(self, verb, request, *, on_behalf_of=None):  # type: ignore[no-untyped-def]
        answer = super().ask(verb, request, on_behalf_of=on_behalf_of)
        self._then()
        return answer


def test_what_was_frozen_and_taken_in_after_the_tables_were_read_is_no_fault_and_not_lost(
    lived: Store, tmp_path: Path, ann: Actor
) -> None:
    late = Annotator(annotator_id="late", name="late", role=Role.ANNOTATOR, kind=Kind.SIMULATED)
    arrived = write_bundle(lived.home, "late", {"annotators": [late]}).name

    def work() -> None:
        judge(lived, ann, 1)
        freeze(lived, HONE, Freeze(contents=Contents.PREFERENCES))
        take_in(lived)

    back_up(Meanwhile(lived, work), tmp_path / "backup", models=False)
    restored = restore(tmp_path / "backup", Home(tmp_path / "again"))
    assert restored.audit.why == ""
    with open_store(Home(tmp_path / "again")) as again:
        assert take_in(again).bundles == (arrived,)
        with again.reading() as db:
            assert annotators.by_id(db, "late") is not None


def test_a_manifest_that_speaks_of_a_longer_audit_is_kept_as_evidence(lived: Store, tmp_path: Path) -> None:
    (manifest,) = lived.home.snapshots.glob("*.json")
    told = json.loads(manifest.read_text())
    manifest.write_text(json.dumps({**told, "audit_seq": 1000}))
    back_up(LocalDoor(lived), tmp_path / "backup", models=False)
    restored = restore(tmp_path / "backup", Home(tmp_path / "again"))
    assert "its end was cut off" in restored.audit.why


def test_a_backup_beside_an_owner_leaves_nothing_in_the_home(lived: Store, tmp_path: Path) -> None:
    with serving(lived) as owner:
        made = back_up(HTTPDoor(lived.home, owner), tmp_path / "backup", models=False)
    assert made.rows["labels"] == 2
    assert list(lived.home.drafts.iterdir()) == []


def test_a_backup_is_there_whole_or_not_at_all(lived: Store, tmp_path: Path) -> None:
    gone = next(lived.home.snapshots.glob("*.parquet"))
    gone.unlink()
    gone.mkdir()
    (gone / "file").symlink_to("/etc/passwd")  # not followed
    made = back_up(LocalDoor(lived), tmp_path / "backup", models=False)
    assert not any("passwd" in name or name.endswith("file") for name in made.files)
    with pytest.raises(BackupError, match="Expected a new or empty folder for the backup"):
        back_up(LocalDoor(lived), tmp_path / "backup", models=False)
    (lived.home.settings).unlink()
    lived.home.settings.mkdir()
    with pytest.raises(OSError, match="directory"):
        back_up(LocalDoor(lived), tmp_path / "second", models=False)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup", "home"]
    assert list(lived.home.drafts.iterdir()) == []


def test_only_an_administrator_has_the_tables_written(lived: Store, ann: Actor) -> None:
    with pytest.raises(NotAllowedError, match="role administrator"):
        dump_tables(lived, ann, DumpTables())


@pytest.fixture
def backup(lived: Store, tmp_path: Path) -> Path:
    back_up(LocalDoor(lived), tmp_path / "backup", models=False)
    return tmp_path / "backup"


def told(backup: Path, **changes: object) -> None:
    fields = json.loads((backup / "backup.json").read_text())
    (backup / "backup.json").write_text(json.dumps({**fields, **changes}))


def smuggle(backup: Path, name: str) -> None:
    files = json.loads((backup / "backup.json").read_text())["files"]
    told(backup, files={**files, name: files["hone.toml"]})


def swap(backup: Path) -> None:
    """The labels' table in the place of the edits', with its hash."""
    shutil.copy(backup / "tables" / "labels.parquet", backup / "tables" / "edits.parquet")
    files = json.loads((backup / "backup.json").read_text())["files"]
    told(backup, files={**files, "tables/edits.parquet": files["tables/labels.parquet"]})


@pytest.mark.wide
@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda backup: (backup / "backup.json").unlink(), "there is no backup.json"),
        (lambda backup: (backup / "backup.json").write_text("{"), "The backup.json of .* cannot be read"),
        (
            lambda backup: (backup / "tables" / "labels.parquet").unlink(),
            "labels.parquet of the backup cannot",
        ),
        (
            lambda backup: (backup / "hone.toml").write_text("[lease]\nminutes = 4\n"),
            "hone.toml of the backup is not what was backed up",
        ),
        (lambda backup: smuggle(backup, "../evil"), "names ../evil, which no backup has"),
        (lambda backup: smuggle(backup, "/etc/evil"), "names /etc/evil, which no backup has"),
        (lambda backup: smuggle(backup, "hone.duckdb"), "names hone.duckdb, which no backup has"),
        (lambda backup: smuggle(backup, "."), "names ., which no backup has"),
        (lambda backup: smuggle(backup, "snapshots/\0"), "names snapshots/\0, which no backup has"),
        (swap, "The table edits of the backup has other columns"),
        (lambda backup: told(backup, audit_head="0" * 64), "The audit ends at row"),
        (
            lambda backup: told(backup, migrations={f"{n:04d}_x.sql": "x" for n in range(1, 99)}),
            r"The backup is at version 98, this hone knows up to \d+; install",
        ),
        (lambda backup: told(backup, migrations={"0001_first.sql": "x"}), "with another 0001_first.sql"),
    ],
)
def test_a_backup_that_was_changed_is_refused_and_leaves_nothing(
    backup: Path, tmp_path: Path, damage: object, sentence: str
) -> None:
    damage(backup)  # type: ignore[operator]
    with pytest.raises(BackupError, match=sentence):
        restore(backup, Home(tmp_path / "again"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup", "home"]


def test_nothing_is_restored_over_a_home(backup: Path, lived: Store) -> None:
    with pytest.raises(BackupError, match="Expected a new or empty folder for the home"):
        restore(backup, lived.home)


def test_a_backup_of_an_older_version_is_brought_to_todays(tmp_path: Path) -> None:
    """Made by hand as the first version had its tables, with an annotator who has no languages yet."""
    backup = tmp_path / "backup"
    (backup / "tables").mkdir(parents=True)
    old = Home(tmp_path / "old")
    old.root.mkdir()
    body = (
        '{"actor":"hone","fact":{"annotator_id":"a","kind":"person","locale":"en",'
        '"made_at":"2026-01-01T00:00:00","name":"a","role":"annotator"},'
        '"kind":"Annotator","made_at":"2026-01-01T00:00:00"}'
    )
    head = Head().extended(body)
    with connect(old, shipped()[:1]) as db:
        db.execute("insert into annotators values ('a', 'a', 'annotator', 'person', 'en', '2026-01-01')")
        db.execute("insert into audit values (1, ?, ?)", [body, head.hash])
        names = [name for (name,) in db.execute("select table_name from duckdb_tables()").fetchall()]
        counts = {}
        for name in names:
            db.table(name).write_parquet(str(backup / "tables" / f"{name}.parquet"))
            counts[name] = len(db.table(name))
    (backup / "tables" / "migrations.parquet").unlink()
    del counts["migrations"]
    fields = {
        "made_at": "2026-01-01T00:00:00",
        "duckdb": "1.5.6",
        "migrations": {shipped()[0].name: shipped()[0].sha256},
        "rows": counts,
        "audit_seq": 1,
        "audit_head": head.hash,
        "models": False,
        "files": {
            f"tables/{name}.parquet": copies.sha256(backup / "tables" / f"{name}.parquet") for name in counts
        },
    }
    (backup / "backup.json").write_text(json.dumps(fields))
    assert restore(backup, Home(tmp_path / "again")).audit.broken_seq is None
    with open_store(Home(tmp_path / "again")) as again, again.reading() as db:
        (person,) = annotators.everyone(db)
        assert person.languages == ("en",)
