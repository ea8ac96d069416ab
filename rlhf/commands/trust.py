"""`hone lineage` and `hone audit verify`: where things came from, and that nobody changed them."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated

import typer

from rlhf.commands.options import HomeOption, JsonOption, home_of, listed, say

MOST = 8
"""Ids of a noun that are printed; --json gives all."""


def lineage(
    thing: Annotated[
        str,
        typer.Argument(
            help="label:ID, policy:ID, snapshot:ID, reward-model:ID or annotator:NAME; the first letters of "
            "an ID will do."
        ),
    ],
    home: HomeOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """Follow a label to the policies that it shaped, or a policy back to its labels.

    hone status names the policy in use; the lineage of a policy or of an annotator names labels.
    """
    from store.door import open_door
    from store.messages import Trace
    from store.verbs import trace

    with open_door(home_of(home)) as door:
        found = door.ask(trace, Trace(thing=thing))
    nouns = {
        "annotators": found.names,
        "labels": found.labels,
        "snapshots": found.snapshots,
        "reward models": found.reward_models,
        "policies": found.policies,
    }
    lines = [f"{noun} ({len(ids)}): {listed(ids, MOST)}" for noun, ids in nouns.items()]
    say(as_json, dataclasses.asdict(found), "\n".join([found.thing, *lines]))


def verify(home: HomeOption = Path(), as_json: JsonOption = False) -> None:
    """Check the audit chain from its first row to its head, and every table and snapshot against it."""
    from store.door import open_door
    from store.messages import VerifyAudit
    from store.verbs import verify_audit

    with open_door(home_of(home)) as door:
        report = door.ask(verify_audit, VerifyAudit())
    whole = report.broken_seq is None
    words = (
        f"The chain of {report.rows} rows is whole and the tables fit it; its head is {report.head}."
        if whole
        else f"The chain breaks at row {report.broken_seq}: {report.why}"
    )
    if whole and report.unchecked:
        words += f" Not checked: {report.unchecked} facts of bundles whose files are gone from inbox/done."
    say(as_json, dataclasses.asdict(report), words)
    raise typer.Exit(0 if whole else 1)
