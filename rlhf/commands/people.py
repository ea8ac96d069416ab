"""`hone user …`: the people of a home."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rlhf.commands.options import HomeOption, JsonOption, asked_password, counted, home_of, say
from store.errors import HoneError
from store.records import Role, Track

if TYPE_CHECKING:
    from store.messages import Listed

WhyOption = Annotated[str, typer.Option(help="Kept with it, and shown in the audit.")]
NameArgument = Annotated[str, typer.Argument(help="The name to sign in with.")]


def add(
    name: NameArgument,
    role: Annotated[
        Role,
        typer.Option(
            help="annotator: compares. reviewer: also rules on labels, retracts them, signs snapshots and "
            "reads the audit. engineer: also runs rounds and brings data in. administrator: also adds people."
        ),
    ] = Role.ANNOTATOR,
    password: Annotated[
        str | None,
        typer.Option(
            help="Other programs of this machine can read it here. Without it you are asked, or it is read "
            "from standard input."
        ),
    ] = None,
    language: Annotated[
        list[str],
        typer.Option(help="A language they judge, such as en or pt-BR; give several."),
    ] = ["en"],  # noqa: B006  # typer copies it
    home: HomeOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """Add a person who can sign in."""
    from store.door import open_door
    from store.messages import AddAnnotator
    from store.verbs import add_annotator

    root = home_of(home)
    secret = asked_password("Password", twice=True) if password is None else password
    with open_door(root) as door:
        request = AddAnnotator(name=name, role=role, password=secret, languages=tuple(language))
        person = door.ask(add_annotator, request)
    words = f"{person.name} can sign in as {person.role}."
    say(as_json, {"annotator_id": person.annotator_id, "name": person.name, "role": person.role}, words)


def passwd(name: NameArgument, home: HomeOption = Path(), as_json: JsonOption = False) -> None:
    """Give a person a new password, which ends their sign-ins; asked for, or read from standard input."""
    from store.door import open_door
    from store.messages import SetPassword
    from store.verbs import set_password

    root, secret = home_of(home), asked_password("Password", twice=True)
    with open_door(root) as door:
        person = door.ask(set_password, SetPassword(name=name, password=secret))
    words = f"{person.name} has a new password and signs in again."
    say(as_json, {"annotator_id": person.annotator_id, "name": person.name}, words)


def qualify(
    name: NameArgument,
    track: Annotated[Track, typer.Option(help="What they may judge, or no longer.")],
    why: Annotated[str, typer.Option(help="Kept with it, and shown in the audit.")],
    failed: Annotated[bool, typer.Option("--failed", help="They may not judge the track.")] = False,
    home: HomeOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """Let a person judge a track, or (--failed) bar them; queue.qualification names tracks that take one."""
    from store.door import open_door
    from store.verbs import qualify as say_so
    from store.verbs.measuring import Qualify

    with open_door(home_of(home)) as door:
        said = door.ask(say_so, Qualify(name=name, track=track, passed=not failed, why=why))
    words = f"{name} {'may' if said.passed else 'may not'} judge {track}."
    say(as_json, dataclasses.asdict(said), words)


def role(
    name: NameArgument,
    role: Annotated[Role, typer.Argument(help="What they may do from now on.")],
    why: WhyOption = "",
    home: HomeOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """Give a person another role, which counts at once."""
    _appoint(home, as_json, {"name": name, "role": role, "why": why}, f"{name} has the role {role}.")


def suspend(
    name: NameArgument, why: WhyOption = "", home: HomeOption = Path(), as_json: JsonOption = False
) -> None:
    """Sign a person out everywhere and let them do nothing for now; their labels stay."""
    words = f"{name} is suspended; their labels stay."
    _appoint(home, as_json, {"name": name, "suspended": True, "why": why}, words)


def resume(
    name: NameArgument, why: WhyOption = "", home: HomeOption = Path(), as_json: JsonOption = False
) -> None:
    """Let a suspended person sign in again."""
    words = f"{name} may sign in again."
    _appoint(home, as_json, {"name": name, "suspended": False, "why": why}, words)


def token(
    name: NameArgument,
    token_name: Annotated[str, typer.Argument(help="What the token is for.")],
    days: Annotated[int, typer.Option(min=1, help="How long it lasts.")] = 90,
    home: HomeOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """Issue an access token for a person's programs, told once; their password is asked for."""
    from store.door import open_door
    from store.verbs import issue_token
    from store.verbs.sign_ins import IssueToken
    from store.verbs.vouching import Vouch

    root = home_of(home)
    vouch = Vouch(name=name, password=asked_password(f"Password of {name}"))
    with open_door(root) as door:
        issued = door.ask(issue_token, IssueToken(token_name=token_name, days=days, vouch=vouch))
    say(as_json, dataclasses.asdict(issued), issued.token)


def sessions(
    name: Annotated[str | None, typer.Argument(help="Whose; without it, everybody's.")] = None,
    end: Annotated[str | None, typer.Option(help="The id of one to end, browser or token.")] = None,
    end_all: Annotated[bool, typer.Option("--end-all", help="End everything of this person.")] = False,
    home: HomeOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """List in which browsers and by which tokens people are signed in, or end that."""
    from store.door import open_door
    from store.verbs import end_sign_ins, list_sign_ins
    from store.verbs.sign_ins import EndSignIns, ListSignIns

    if end_all and name is None:
        raise HoneError("Expected a name with --end-all; say whose sign-ins shall end.")
    with open_door(home_of(home)) as door:
        if end or end_all:
            ending = EndSignIns(sign_in_id=end) if end else EndSignIns(name=name)
            found, done = door.ask(end_sign_ins, ending), "ended"
        else:
            found, done = door.ask(list_sign_ins, ListSignIns(name=name, everybody=name is None)), "live"
    lines = [
        f"{one.sign_in_id}  {one.name}  {one.token_name or one.device or 'a browser'}  "
        f"until {one.expires_at:%Y-%m-%d %H:%M} UTC"
        for one in found
    ]
    lines.append(f"{counted(len(found), 'sign-in')} {done}.")
    say(as_json, {"sign_ins": [dataclasses.asdict(one) for one in found]}, "\n".join(lines))


def link(
    name: NameArgument,
    email: Annotated[str | None, typer.Option(help="An address that the provider has verified.")] = None,
    subject: Annotated[str | None, typer.Option(help="What the provider calls them (sub).")] = None,
    end: Annotated[bool, typer.Option("--end", help="They have no such account any more.")] = False,
    home: HomeOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """Let a person sign in with their account of the organisation (oidc in hone.toml), or no more (--end)."""
    from store.door import open_door
    from store.verbs import link_account, unlink_accounts
    from store.verbs.accounts import LinkAccount, UnlinkAccounts

    with open_door(home_of(home)) as door:
        if end:
            accounts = door.ask(unlink_accounts, UnlinkAccounts(name=name))
        else:
            accounts = (door.ask(link_account, LinkAccount(name=name, email=email, subject=subject)),)
    words = f"{counted(len(accounts), 'account')} of {name} {'unlinked' if end else 'linked'}."
    say(as_json, {"accounts": [dataclasses.asdict(one) for one in accounts]}, words)


def list_(home: HomeOption = Path(), as_json: JsonOption = False) -> None:
    """List the people of the home, and who else judges in it."""
    from store.door import open_door
    from store.messages import ListAnnotators
    from store.verbs import list_annotators

    with open_door(home_of(home)) as door:
        everyone = door.ask(list_annotators, ListAnnotators())
    words = "\n".join(_table(everyone)) or "Nobody yet. Add a person with hone user add NAME."
    people = []
    for each in everyone:
        told = dataclasses.asdict(each)
        people.append({**told.pop("annotator"), **told})
    say(as_json, {"annotators": people}, words)


def _appoint(home: Path, as_json: bool, change: dict[str, Any], words: str) -> None:
    from store.door import open_door
    from store.verbs import appoint
    from store.verbs.appointing import Appoint

    with open_door(home_of(home)) as door:
        appointment = door.ask(appoint, Appoint(**change))
    say(as_json, dataclasses.asdict(appointment), words)


def _table(everyone: Sequence[Listed]) -> list[str]:
    """A line for each: name, role or kind, languages, and what they may not judge."""
    rows = [
        (
            one.name,
            str(one.role) if one.kind == "person" else f"({one.kind})",
            ", ".join(one.languages),
            ", ".join(
                [
                    *(["suspended"] if listed.suspended else []),
                    *([f"may not judge {' or '.join(listed.barred)}"] if listed.barred else []),
                ]
            ),
        )
        for listed in everyone
        for one in [listed.annotator]
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
