"""Whose an organisation's account is: by which people sign in without a password of this home."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from store import external_accounts
from store.database import Store
from store.errors import RequestError
from store.external_accounts import OidcSettings
from store.messages import Actor
from store.records import ExternalAccount, Role
from store.settings import load_section
from store.verbs.assignments import check_words
from store.verbs.people import person
from store.verbs.roles import allow

LONGEST_SUBJECT: Final = 255
"""Characters that a provider may call somebody by (OpenID Connect Core, §2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkAccount:
    """A person's account with the organisation: by its `subject`, or by an e-mail address that the provider
    has verified, until the first sign-in tells the subject."""

    name: str
    subject: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlinkAccounts:
    """The person signs in through the organisation no more."""

    name: str


def link_account(store: Store, actor: Actor, request: LinkAccount) -> ExternalAccount:
    """The account is the person's; RequestError when it is another's."""
    allow(actor, Role.ADMINISTRATOR)
    settings = load_section(OidcSettings, "oidc", store.home.settings)
    if not settings.metadata:
        raise RequestError("Expected oidc.metadata in hone.toml before accounts are linked; it is empty.")
    subject = _subject(request)
    with store.turns.of("accounts"), store.reading() as db:
        who = person(db, request.name)
        owner = external_accounts.owner(db, settings.issuer, subject)
        if owner not in {None, who.annotator_id}:
            raise RequestError("This account is another person's; unlink it from them first.")
        account = ExternalAccount(provider=settings.issuer, subject=subject, annotator_id=who.annotator_id)
        store.append(actor.annotator_id, account)
    return account


def unlink_accounts(store: Store, actor: Actor, request: UnlinkAccounts) -> tuple[ExternalAccount, ...]:
    """The accounts that are the person's no more; their sign-ins stay until they end."""
    allow(actor, Role.ADMINISTRATOR)
    with store.turns.of("accounts"), store.reading() as db:
        who = person(db, request.name)
        freed = tuple(
            ExternalAccount(provider=one.provider, subject=one.subject, annotator_id=None)
            for one in external_accounts.linked(db)
            if one.annotator_id == who.annotator_id
        )
        if not freed:
            raise RequestError(f"No account of an organisation is linked to {who.name}.")
        store.append(actor.annotator_id, *freed)
    return freed


def _subject(request: LinkAccount) -> str:
    given = request.subject or request.email
    if (request.subject is None) == (request.email is None) or not (given or "").strip():
        raise RequestError("Expected either the account's subject or an e-mail address; say one of them.")
    subject = request.subject or external_accounts.by_address(request.email or "")
    check_words("subject", subject, LONGEST_SUBJECT)
    return subject
