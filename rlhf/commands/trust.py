"""`hone lineage` and `hone audit verify`: where things came from, and that nobody changed them."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated

import typer

from rlhf.commands.options import HomeOption, JsonOption, home_of, say


def lineage(
    thing: Annotated[
        str, typer.Argument(help="label:ID, policy:ID, snapshot:ID, reward-model:ID, annotator:ID")
    ],
    home: HomeOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """Follow a label to the policies that it shaped, or a policy back to its labels."""
    from store.door import open_door
    from store.messages import Trace
    from store.verbs import trace

    with open_door(home_of(home)) as door:
        found = dataclasses.asdict(door.ask(trace, Trace(thing=thing)))
    nouns = ("annotators", "labels", "snapshots", "reward_models", "policies")
    lines = [f"{noun.replace('_', ' ')} ({len(found[noun])}): {', '.join(found[noun][:8])}" for noun in nouns]
    say(as_json, found, "\n".join([thing, *lines]))


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
