"""Whether a home can be trusted: `hone lineage`, `audit verify`, `backup`, `restore`, `repair`, `doctor`."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rlhf.commands.options import (
    HomeOption,
    JsonOption,
    counted,
    home_at,
    home_of,
    listed,
    progress_bar,
    say,
)
from rlhf.commands.policy import sentences
from rlhf.commands.voiding import marked

if TYPE_CHECKING:
    from store.messages import AuditReport
    from store.signatures import Signed

MOST = 8
"""Ids of a noun that are printed; --json gives all."""


def lineage(
    thing: Annotated[
        str,
        typer.Argument(
            help="label:ID, policy:ID, snapshot:ID, reward-model:ID, prompt:ID or annotator:NAME; the first "
            "letters of an ID will do."
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
        "policies": [
            _of_policy(*one) for one in zip(found.policies, found.rounds, found.methods, strict=True)
        ],
    }
    lines = [f"{noun} ({len(ids)}): {listed(ids, MOST)}" for noun, ids in nouns.items()]
    since = {"retracted or overruled": found.withdrawn, "edited": found.edited}
    lines += [
        f"{word} after a snapshot took them ({len(ids)}): {listed(ids, MOST)}"
        for word, ids in since.items()
        if ids
    ]
    lines += [*marked(found.marks), *map(_of_signature, found.signatures), *sentences(found.said)]
    say(as_json, dataclasses.asdict(found), "\n".join([found.thing, *lines]))


def _of_policy(policy_id: str, made_in: int, method: str) -> str:
    """The first policy is of no round."""
    return f"{policy_id} (round {made_in}, {method})" if made_in else f"{policy_id} ({method})"


def _of_signature(one: Signed) -> str:
    return f"signed by {one.name} on {one.made_at:%Y-%m-%d %H:%M} UTC" + (f": {one.note}" if one.note else "")


def verify(
    anchor: Annotated[
        str | None, typer.Option(metavar="SEQ:HASH", help="A row and its hash, as you wrote them down.")
    ] = None,
    home: HomeOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """Check the audit chain from its first row to its head, and every table and snapshot against it."""
    from store.door import open_door
    from store.messages import VerifyAudit
    from store.verbs import verify_audit

    with open_door(home_of(home)) as door:
        report = door.ask(verify_audit, VerifyAudit(anchor=anchor))
    whole = report.broken_seq is None
    words = _of_audit(report)
    say(as_json, dataclasses.asdict(report), words)
    raise typer.Exit(0 if whole else 1)


def report(
    folder: Annotated[Path, typer.Argument(help="Where audit.html and audit.csv are written.")],
    home: HomeOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """Write who labelled, reviewed and signed, and how to check it, for an auditor who has nothing else."""
    from store.audit_paper import page, sheet
    from store.door import open_door
    from store.verbs import make_audit_report
    from store.verbs.auditing import MakeAuditReport

    with open_door(home_of(home)) as door:
        found = door.ask(make_audit_report, MakeAuditReport())
    folder.mkdir(parents=True, exist_ok=True)
    papers = {"audit.html": page(found), "audit.csv": sheet(found)}
    for name, text in papers.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    files = [str(folder / name) for name in papers]
    say(as_json, {"files": files, "head": f"{found.head_seq}:{found.head_hash}"}, "\n".join(files))


def _of_audit(report: AuditReport) -> str:
    if report.broken_seq is not None:
        return f"The chain breaks at row {report.broken_seq}: {report.why}"
    words = f"The chain of {report.rows} rows is whole and the tables fit it; its head is {report.head}."
    if report.unchecked:
        words += f" Not checked: {report.unchecked} facts of bundles whose files are gone from inbox/done."
    return words


def backup(
    folder: Annotated[Path, typer.Argument(help="A new or empty folder.")],
    models: Annotated[bool, typer.Option("--models", help="Policies and rounds too.")] = False,
    home: HomeOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """Copy the home, also while it is served; hone restore makes a home of the copy."""
    from store import progress
    from store.door import open_door
    from store.keeping.backup import back_up

    with open_door(home_of(home)) as door, progress_bar(quiet=as_json) as show, progress.shown(show):
        made = back_up(door, folder.resolve(), models=models)
    words = (
        f"{counted(sum(made.rows.values()), 'row')} of {len(made.rows)} tables and {len(made.files)} files "
        f"are in {folder}; the audit stands at row {made.audit_seq}, {made.audit_head}."
    )
    if not models:
        words += " Models are not in it: --models takes policies and rounds along."
    say(as_json, dataclasses.asdict(made), words)


def restore(
    folder: Annotated[Path, typer.Argument(metavar="BACKUP", help="What hone backup made.")],
    home: Annotated[Path, typer.Option("--home", help="A new or empty folder.")],
    as_json: JsonOption = False,
) -> None:
    """Make a new home of a backup; nothing that is there is written over."""
    from store import progress
    from store.keeping.restore import restore as bring_back

    with progress_bar(quiet=as_json) as show, progress.shown(show):
        made = bring_back(folder.resolve(), home_at(home))
    rows, audit = made.backup.rows, made.audit
    words = (
        f"The home {home} is as it was at {made.backup.made_at:%Y-%m-%d %H:%M} UTC: "
        f"{counted(rows['labels'], 'label')}, {counted(rows['comparisons'], 'comparison')}, "
        f"{counted(rows['snapshots'], 'snapshot')}. {_of_audit(audit)}"
    )
    if made.signed_out:
        words += f" {counted(made.signed_out, 'sign-in')} of then ended with it, access tokens too."
    if not made.backup.models:
        words += " Models were not in the backup: put policies and rounds back from where they are."
    say(as_json, dataclasses.asdict(made), words)
    raise typer.Exit(0 if audit.broken_seq is None else 1)


def repair(home: HomeOption = Path(), as_json: JsonOption = False) -> None:
    """Bring a database back whose log ends in zeros, as a power cut can leave it; else change nothing."""
    from store.keeping.repair import repair as mend

    done = mend(home_of(home))
    if done.kept is None:
        words = "Nothing is wrong with the database, and nothing was touched."
    else:
        words = (
            f"The log was cut where its zeros began, {done.cut} bytes before its end; "
            f"what was there before is in {done.kept}."
        )
    words += f" It holds {counted(done.labels, 'label')}. {_of_audit(done.audit)}"
    say(as_json, dataclasses.asdict(done), words)
    raise typer.Exit(0 if done.audit.broken_seq is None else 1)


def doctor(home: HomeOption = Path(), as_json: JsonOption = False) -> None:
    """Look whether all that should hold of the home does; say what does not, and what to do."""
    from rlhf.config import Settings
    from store import progress
    from store.door import open_door
    from store.errors import DatabaseError
    from store.settings import SettingsError, faults
    from store.verbs import examine
    from store.verbs.keeping import Examine

    root = home_of(home)
    found = [{"rule": "settings are known", "sentence": one} for one in faults(Settings, root.settings)]
    try:
        with open_door(root) as door, progress_bar(quiet=as_json) as show, progress.shown(show):
            found += [dataclasses.asdict(one) for one in door.ask(examine, Examine()).findings]
    except DatabaseError as error:  # then there is nothing more to look at
        found.append({"rule": "the database opens", "sentence": str(error)})
    except SettingsError:  # it was found above, and the home does not open with it
        found.append({"rule": "the home opens", "sentence": "Nothing else was looked at; mend that first."})
    words = "\n".join(one["sentence"] for one in found) or f"All is well with the home {root.root}."
    say(as_json, {"findings": found}, words)
    raise typer.Exit(1 if found else 0)
