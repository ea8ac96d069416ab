"""One owner, the right tables, and nothing lost when the power goes."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from store import annotators, labels, reviews
from store.database import Store, open_store
from store.errors import DatabaseError, HomeInUseError
from store.home import Home
from store.migrate import Migration, migrate, shipped

ROOT = Path(__file__).parents[2]

ENTERS = """
import sys, time
from pathlib import Path
from store.database import open_store
from store.errors import HomeInUseError
from store.home import Home
from store.records import Annotator, Kind, Role

for number in range(2):
    while True:
        try:
            store = open_store(Home(Path(sys.argv[1])))
            break
        except HomeInUseError:
            time.sleep(0.01)
    name = f"{sys.argv[2]}-{number}"
    with store:
        store.append("test", Annotator(annotator_id=name, name=name, role=Role.ANNOTATOR, kind=Kind.PERSON))
"""


def start(script: str, *arguments: object) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", script, *map(str, arguments)], cwd=ROOT)


def test_a_second_owner_is_refused_in_a_sentence(store: Store) -> None:
    with pytest.raises(HomeInUseError) as refused:
        open_store(store.home)
    expected = (
        f"The home {store.home.root} is in use by another hone process, and only an app that is up lets "
    )
    expected += "others in beside it; wait until that process ends, or stop it."
    assert str(refused.value) == expected


def test_a_home_is_for_its_user_alone(store: Store) -> None:
    assert store.home.root.stat().st_mode & 0o777 == 0o700


def test_an_owner_in_another_process_is_refused_too(store: Store) -> None:
    script = "import sys; from pathlib import Path; from store.database import open_store; "
    script += "from store.home import Home; open_store(Home(Path(sys.argv[1])))"
    command = [sys.executable, "-c", script, str(store.home.root)]
    other = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert other.returncode != 0
    assert "HomeInUseError" in other.stderr


def test_owners_that_take_turns_lose_nothing(home: Home) -> None:
    racers = [start(ENTERS, home.root, name) for name in "abc"]
    assert [racer.wait(60) for racer in racers] == [0, 0, 0]
    with open_store(home) as store, store.reading() as db:
        names = sorted(one.name for one in annotators.everyone(db))
    assert names == [f"{name}-{number}" for name in "abc" for number in range(2)]


def test_a_database_of_a_newer_hone_is_refused(store: Store) -> None:
    store.close()
    with duckdb.connect(str(store.home.database)) as db:
        db.execute("insert into migrations values (99, '0099_x.sql', 'x', now()::timestamp)")
    with pytest.raises(DatabaseError, match=r"is at version 99, this hone knows up to \d+; install"):
        open_store(store.home)


def test_a_migration_that_was_edited_is_refused(store: Store) -> None:
    store.close()
    with duckdb.connect(str(store.home.database)) as db:
        db.execute("update migrations set sha256 = 'other'")
    with pytest.raises(
        DatabaseError, match=r"Migration 0001_first\.sql was changed after it had been applied"
    ):
        open_store(store.home)


def test_a_refused_home_is_free_again(store: Store) -> None:
    store.close()
    with duckdb.connect(str(store.home.database)) as db:
        db.execute("update migrations set sha256 = 'other'")
    for _ in range(2):
        with pytest.raises(DatabaseError):
            open_store(store.home)


def test_a_home_that_cannot_be_filled_is_closed_before_it_is_free_again(store: Store) -> None:
    store.close()
    with duckdb.connect(str(store.home.database)) as db:
        db.execute("drop table skips")
    with pytest.raises(DatabaseError, match="skips does not exist"):
        open_store(store.home)
    duckdb.connect(str(store.home.database)).close()  # refused while a connection of ours is open


def test_a_file_that_is_no_database_is_told_in_a_sentence(home: Home) -> None:
    home.root.mkdir()
    home.database.write_bytes(b"x" * 20_000)
    with pytest.raises(DatabaseError, match=r"The database is damaged .* hone restore"):
        open_store(home)


def test_a_failing_migration_leaves_nothing_behind() -> None:
    bad = Migration(99, "0099_bad.sql", "create table half (x integer); select * from nowhere;")
    with duckdb.connect() as db:
        with pytest.raises(DatabaseError, match=r"0099_bad\.sql failed and left nothing behind"):
            migrate(db, [*shipped(), bad])
        tables = {name for (name,) in db.execute("select table_name from duckdb_tables()").fetchall()}
        assert "labels" in tables
        assert "half" not in tables
        good = replace(bad, sql="create table whole (x integer)")
        migrate(db, [*shipped(), good])
        assert db.execute("select max(version) from migrations").fetchall() == [(99,)]


OF_AN_EARLIER_HONE = """
insert into labels by name
select 'l' || number as label_id, 'c' as comparison_id, 'a' as annotator_id, [1, 2] as ranks, 2 as degree,
       [0, 1] as shown_order, false as both_bad, [] as safety, [] as reasons, '' as comment, 1.5 as seconds,
       1 as guideline_version, false as surplus, now()::timestamp as made_at
from   range(5000) as numbers(number)
"""


def test_a_home_of_an_earlier_hone_keeps_its_labels(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "hone.duckdb")) as db:
        migrate(db, shipped()[:3])
        db.execute(OF_AN_EARLIER_HONE)
    with duckdb.connect(str(tmp_path / "hone.duckdb")) as db:
        migrate(db, shipped())
        label = labels.by_id(db, "l4999")
    assert label is not None
    assert (label.ranks, label.seen_share, label.changes) == ((1, 2), None, 0)


REVIEWED_BEFORE = """
insert into reviews by name
select 'r' as review_id, 'l7' as label_id, 'eve' as reviewer_id, 'exclude' as verdict, 'spam' as why,
       now()::timestamp as made_at
"""


def test_a_home_of_an_earlier_hone_keeps_its_verdicts() -> None:
    with duckdb.connect() as db:
        migrate(db, shipped()[:7])
        db.execute(OF_AN_EARLIER_HONE)
        db.execute(REVIEWED_BEFORE)
        migrate(db, shipped())
        assert reviews.settled(db) == ["l7"]
        assert reviews.overruled(db, "l7")
        assert db.execute("select verdict from current_labels where label_id = 'l7'").fetchall() == [
            ("exclude",)
        ]


def test_a_migration_that_fails_at_its_commit_says_why() -> None:
    with duckdb.connect() as db, pytest.raises(DatabaseError, match=r"0099_bad\.sql failed .* cannot commit"):
        migrate(db, [*shipped(), Migration(99, "0099_bad.sql", "commit")])


def test_every_cursor_counts_time_in_utc(store: Store) -> None:
    with store.reading() as db:
        assert db.execute("select current_setting('TimeZone')").fetchall() == [("UTC",)]
