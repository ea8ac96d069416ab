"""Every statement binds to the migrated tables, and every fact comes back as it went in."""

from __future__ import annotations

import importlib
import pkgutil
import re
from dataclasses import fields
from datetime import datetime

import pytest
from small_collection import comparisons

import store as package
from store import records
from store.database import Store
from store.messages import Freeze
from store.records import (
    Contents,
    Degree,
    Fact,
    Kind,
    Purpose,
    Role,
    SafetyLabel,
    Split,
    Track,
    Turn,
    Verdict,
)
from store.rows import rows
from store.tables import TABLES
from store.verbs import freeze
from store.verbs.roles import HONE

VERBS = ("select ", "insert ", "update ", "delete ", "with ", "create ", "set ", "copy ")


def statements() -> dict[str, str]:
    """Every SQL constant of the package, by module and name."""
    found = {}
    for module in pkgutil.walk_packages(package.__path__, "store."):
        for name, value in vars(importlib.import_module(module.name)).items():
            if name.isupper() and isinstance(value, str) and value.lstrip().lower().startswith(VERBS):
                found[f"{module.name}.{name}"] = value
    return found


MOMENT = datetime(2026, 11, 21, 3, 4, 5, 678901)
ODD = 'a "b" \\ $x \n é 😀'
EXAMPLES: list[Fact] = [
    records.Annotator(annotator_id="a", name=ODD, role=Role.REVIEWER, kind=Kind.MODEL, made_at=MOMENT),
    records.Credential(annotator_id="a", password_hash="h", made_at=MOMENT),
    records.SignIn(token_hash="t", annotator_id="a", expires_at=MOMENT, made_at=MOMENT),
    records.SignOut(token_hash="t", made_at=MOMENT),
    records.Guideline(track=Track.SAFETY, version=2, text=ODD, made_at=MOMENT),
    records.Prompt(
        prompt_id="p",
        turns=(Turn(role="system", content=ODD), Turn(role="user", content="")),
        track=Track.SAFETY,
        split=Split.HELDOUT,
        category="c",
        attack_vector="v",
        author="w",
        source="s",
        made_at=MOMENT,
    ),
    records.Policy(
        policy_id="y",
        path="x",
        parents=("a", "b"),
        reward_models=("m",),
        snapshots=(),
        round=3,
        method="ppo",
        promoted=False,
        made_at=MOMENT,
    ),
    records.Response(
        response_id="r",
        prompt_id="p",
        policy_id="y",
        text=ODD,
        temperature=0.1 + 0.2,
        top_p=0.9,
        seed=2**40,
        finish_reason="length",
        token_count=7,
        logprob=-1e-30,
        made_at=MOMENT,
    ),
    records.Batch(batch_id="b", round=1, made_at=MOMENT),
    records.Comparison(
        comparison_id="c",
        prompt_id="p",
        response_ids=("r", "q", "s"),
        batch_id="b",
        purpose=Purpose.OVERLAP,
        priority=-3,
        overlap=2,
        made_at=MOMENT,
    ),
    records.Lease(
        lease_id="l",
        comparison_id="c",
        annotator_id="a",
        shown_order=(2, 0, 1),
        expires_at=MOMENT,
        made_at=MOMENT,
    ),
    records.Label(
        label_id="l",
        comparison_id="c",
        annotator_id="a",
        ranks=(1, 3, 1),
        degree=Degree.NEGLIGIBLY,
        shown_order=(2, 0, 1),
        both_bad=True,
        safety=(SafetyLabel(safe=False, category=ODD, severity=2), SafetyLabel(safe=True)),
        reasons=("x", ODD),
        comment=ODD,
        seconds=1.5,
        guideline_version=4,
        surplus=True,
        made_at=MOMENT,
    ),
    records.Skip(lease_id="k", comparison_id="c", annotator_id="a", reason=ODD, flagged=True, made_at=MOMENT),
    records.Retraction(label_id="l", annotator_id="a", reason="undone", made_at=MOMENT),
    records.Review(
        review_id="v", label_id="l", reviewer_id="a", verdict=Verdict.OVERTURN, why=ODD, made_at=MOMENT
    ),
    records.Demonstration(
        demonstration_id="d", prompt_id="p", text=ODD, author="a", source="s", quality=0.25, made_at=MOMENT
    ),
    records.Snapshot(
        snapshot_id="s",
        contents=Contents.PROMPTS,
        path="x",
        row_count=2**33,
        query=ODD,
        audit_seq=5,
        audit_head="h",
        signed_by="a",
        made_at=MOMENT,
    ),
    records.RewardModel(
        reward_model_id="m",
        track=Track.HELPFULNESS,
        snapshot_id="s",
        policy_id="y",
        path="x",
        round=1,
        accuracy=0.7,
        accuracy_low=0.6,
        accuracy_high=0.8,
        held_out_pairs=9,
        made_at=MOMENT,
    ),
    records.Score(response_id="r", reward_model_id="m", score=-2.5),
    records.Round(
        round=1, method="rs", policy_id="y", promoted=True, settings="{}", results=ODD, made_at=MOMENT
    ),
    records.Evaluation(
        evaluation_id="e",
        round=1,
        policy_id="y",
        opponent_id="z",
        judge="gold",
        wins=1,
        ties=2,
        losses=3,
        win_rate=0.3,
        win_rate_low=0.1,
        win_rate_high=0.6,
        made_at=MOMENT,
    ),
    records.Bundle(bundle_id="u", name=ODD, row_count=0, made_at=MOMENT),
]


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
        for statement in found.values():
            if statement.lstrip().startswith(("create", "set")):  # these cannot be prepared
                db.execute(statement)
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
        assert [name for of, name in columns if of == table.name] == [field.name for field in fields(kind)]
    keys = [of for of, what in constraints if what in {"PRIMARY KEY", "UNIQUE"}]
    assert len(keys) == len(set(keys))
    assert not [of for of, what in constraints if what == "FOREIGN KEY"]
    assert indexes == []


def test_statements_are_constants_of_lower_case_words() -> None:
    for name, statement in statements().items():
        words = re.sub(r"'[^']*'", "", statement)
        assert words == words.lower(), name
