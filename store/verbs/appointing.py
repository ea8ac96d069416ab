"""What people may do, and how they are spoken to."""

from __future__ import annotations

from dataclasses import dataclass

from store import annotators, appointments, people
from store.database import Store
from store.errors import NotAllowedError, RequestError
from store.messages import Actor
from store.records import Annotator, Appointment, Fact, Profile, Role
from store.verbs.assignments import LONGEST_REASON, check_words
from store.verbs.people import check_languages, person
from store.verbs.roles import allow


@dataclass(frozen=True, slots=True, kw_only=True)
class Appoint:
    """What a person may do from now on, and why; None leaves it as it is. Who is suspended may do nothing."""

    name: str
    role: Role | None = None
    suspended: bool | None = None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetProfile:
    """The language in which the app speaks to a person, and those they are asked in; None leaves it.

    Anybody for themselves (without a name), an administrator for everybody.
    """

    name: str | None = None
    locale: str | None = None
    languages: tuple[str, ...] | None = None


def appoint(store: Store, actor: Actor, request: Appoint) -> Appointment:
    """The person has the role from now on, or is suspended or back; their labels stay.

    Suspending ends their sign-ins and access tokens in the same transaction and lets their leases go.
    NotAllowedError when it is the actor, RequestError when nobody would be left who may appoint.
    """
    allow(actor, Role.ADMINISTRATOR)
    check_words("reason", request.why, LONGEST_REASON)
    with store.reading() as db:
        who = person(db, request.name)
    if who.annotator_id == actor.annotator_id:
        raise NotAllowedError("Nobody changes their own role or suspends themselves; ask an administrator.")
    with (
        store.turns.of("appointments"),
        store.turns.of(f"sign-ins {who.annotator_id}"),
        store.turns.of(who.annotator_id),  # not while they submit
        store.reading() as db,
    ):
        who = annotators.by_id(db, who.annotator_id) or who
        away = who.annotator_id in appointments.suspended(db)
        appointment = Appointment(
            annotator_id=who.annotator_id,
            role=who.role if request.role is None else request.role,
            suspended=away if request.suspended is None else request.suspended,
            given_by=actor.annotator_id,
            why=request.why,
        )
        _check_administrators(appointments.administrators(db), who, appointment)
        facts: list[Fact] = [appointment]
        if appointment.suspended:
            facts += people.ends(db, who.annotator_id)
        store.append(actor.annotator_id, *facts)
    return appointment


def set_profile(store: Store, actor: Actor, request: SetProfile) -> Annotator:
    """The person as they are spoken to and asked from now on; what they hold already stays theirs."""
    if request.name not in {None, actor.name}:
        allow(actor, Role.ADMINISTRATOR)
    with store.turns.of("profiles"), store.reading() as db:
        who = person(db, request.name or actor.name)
        locale = who.locale if request.locale is None else request.locale
        profile = Profile(
            annotator_id=who.annotator_id,
            locale=check_languages((locale,))[0],
            languages=who.languages if request.languages is None else check_languages(request.languages),
        )
        store.append(actor.annotator_id, profile)
        return annotators.by_id(db, who.annotator_id) or who


def _check_administrators(now: set[str], who: Annotator, appointment: Appointment) -> None:
    stays = appointment.role is Role.ADMINISTRATOR and not appointment.suspended
    if now == {who.annotator_id} and not stays:
        raise RequestError(f"{who.name} is the last administrator; make somebody else one first.")
