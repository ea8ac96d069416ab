"""Every statement binds to the migrated tables, and every fact comes back as it went in."""

from __future__ import annotations

import importlib
import pkgutil
import re
from dataclasses import fields

import pytest
from every_fact import EXAMPLES
from small_collection import comparisons

import store as package
from store import records
from store.database import Store
from store.messages import Freeze
from store.records import Contents, Degree, Fact
from store.rows import rows
from store.tables import TABLES
from store.verbs import freeze
from store.verbs.roles import HONE

VERBS = ("select ", "insert ", "update ", "delete ", "with ", "create ", "set ", "copy ")


def statements() -> dict[str, str]:
    """Every SQL constant of the package, by module and name."""
    found = {}
    for module in pkgutil.walk_packages(package.__path__, "store."):
        if module.name == "store.bench.rival":  # speaks to SQLite
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            if name.isupper() and isinstance(value, str) and value.lstrip().lower().startswith(VERBS):
                found[f"{module.name}.{name}"] = value
    return found


@pytest.fixture
def frozen(store: Store) -> str:
    """A Parquet file with labels' ids, for the statements that read one."""
    store.append("test", *comparisons(1), next(one for one in EXAMPLES if isinstance(one, records.Annotator)))
    store.append(
        "test",
        records.Label(
            label_id="l0",
            comparison_id="c0",
            annotator_id="a",
            ranks=(1, 2),
            degree=Degree.BETTER,
            shown_order=(0, 1),
        ),
    )
    return str(store.home.root / freeze(store, HONE, Freeze(contents=Contents.PREFERENCES)).path)


def test_every_statement_binds(store: Store, frozen: str) -> None:
    found = statements()
    assert len(found) > 60
    with store.reading() as db:
        # What makes a table is first: others read it. It cannot be prepared.
        for statement in sorted(found.values(), key=lambda one: not one.lstrip().startswith("create")):
            if statement.lstrip().startswith(("create", "set")):
                db.execute(statement, dict.fromkeys(re.findall(r"\$(\w+)", statement)))
            else:
                db.execute("prepare checked as " + statement.replace("($path)", f"('{frozen}')"))


def test_every_kind_of_fact_has_an_example() -> None:
    assert {type(fact) for fact in EXAMPLES} == set(TABLES)


@pytest.mark.parametrize("fact", EXAMPLES, ids=lambda fact: type(fact).__name__)
def test_a_fact_comes_back_as_it_went_in(store: Store, fact: Fact) -> None:
    store.append("test", fact)
    with store.reading() as db:
        assert rows(db.table(TABLES[type(fact)].name).execute(), type(fact)) == [fact]  # type: ignore[arg-type]


def test_the_tables_have_the_columns_of_their_facts_and_one_key_at_most(store: Store) -> None:
    with store.reading() as db:
        columns = db.execute("select table_name, column_name from duckdb_columns()").fetchall()
        constraints = db.execute("select table_name, constraint_type from duckdb_constraints()").fetchall()
        indexes = db.execute("select index_name from duckdb_indexes()").fetchall()
    for kind, table in TABLES.items():
        names = sorted(name for of, name in columns if of == table.name)
        assert names == sorted(field.name for field in fields(kind))
    keys = [of for of, what in constraints if what in {"PRIMARY KEY", "UNIQUE"}]
    assert len(keys) == len(set(keys))
    assert not [of for of, what in constraints if what == "FOREIGN KEY"]
    assert indexes == []


def test_statements_are_constants_of_lower_case_words() -> None:
    for name, statement in statements().items():
        words = re.sub(r"'[^']*'", "", statement)
        assert words == words.lower(), name
