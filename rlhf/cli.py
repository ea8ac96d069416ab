"""The one command, `hone`: where its subcommands are registered and where errors become sentences.

Starting it imports neither torch nor streamlit nor duckdb; a subcommand imports what it needs.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from rlhf import __version__
from rlhf.commands import (
    bench,
    data,
    desk,
    exchange,
    experiment,
    gold,
    harness,
    looking,
    loop,
    people,
    policy,
    snapshots,
    training,
    trust,
    tuning,
    voiding,
)
from store.errors import HoneError

app = typer.Typer(
    name="hone",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _say_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"hone {__version__}")
        raise typer.Exit


app.command()(loop.demo)
app.command()(loop.init)
app.command()(loop.serve)
app.command(name="round")(loop.round_)
app.command()(policy.promote)
app.command()(looking.status)
app.command()(looking.settings)
app.command(name="import")(exchange.import_)
app.command()(exchange.export)
app.command()(data.ask)
app.command()(data.simulate)
app.command()(snapshots.snapshot)
app.command()(snapshots.sign)
app.command()(desk.review)
app.command()(voiding.void)
app.command()(training.reward)
app.command()(tuning.sft)
app.command()(tuning.reject)
app.command()(trust.lineage)
app.command()(bench.bench)
app.command()(experiment.experiment)
app.command()(gold.gold)
app.command()(trust.backup)
app.command()(trust.restore)
app.command()(trust.repair)
app.command()(trust.doctor)

user = typer.Typer(help="People.", no_args_is_help=True)
user.command(name="add")(people.add)
user.command(name="list")(people.list_)
user.command(name="passwd")(people.passwd)
user.command(name="qualify")(people.qualify)
user.command(name="role")(people.role)
user.command(name="suspend")(people.suspend)
user.command(name="resume")(people.resume)
user.command(name="token")(people.token)
user.command(name="sessions")(people.sessions)
user.command(name="link")(people.link)
app.add_typer(user, name="user")

models = typer.Typer(help="The models of a home.", no_args_is_help=True)
models.command(name="serve")(policy.serve)
models.command(name="export")(policy.export)
models.command(name="lm-eval")(harness.lm_eval)
app.add_typer(models, name="policy")

audit = typer.Typer(help="The audit chain.", no_args_is_help=True)
audit.command(name="verify")(trust.verify)
audit.command(name="report")(trust.report)
app.add_typer(audit, name="audit")


@app.callback()
def options(
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_say_version, is_eager=True, help="Print the version and end."),
    ] = False,
) -> None:
    """People compare a model's answers; reward models learn from them; the policy improves, in rounds."""


def main() -> None:
    """Runs the command; an error that is meant for people is one sentence and exit code 1."""
    try:
        app()
    except HoneError as error:
        sys.exit(f"hone: {error}")
    except OSError as error:
        sys.exit(f"hone: {_said(error)}")
    except KeyboardInterrupt:
        sys.exit(130)


def _said(error: OSError) -> str:
    """What the system refused, as a sentence."""
    from rlhf.faults import is_full  # here: it knows the database

    if is_full(error):
        return f"A disk is full ({error.strerror or error}); free some space, then run the command again."
    if error.filename is None:
        return str(error)
    return f"{error.filename} cannot be used: {error.strerror}. Check the path, its permissions and the disk."
