"""Who somebody is of whom an organisation's provider has told: the person to whom the account is linked, the
one whom an administrator expects by e-mail address, or, where the home says so, a new annotator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from store import annotators, external_accounts
from store.database import Store
from store.errors import RequestError
from store.external_accounts import OidcSettings, by_address
from store.identity import identity
from store.records import Annotator, ExternalAccount, Kind, Role

LONGEST_NAME: Final = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What the provider says: its own name and its name for the person, and an e-mail address that it has
    verified."""

    issuer: str
    subject: str
    name: str = ""
    email: str | None = None


def identify(store: Store, settings: OidcSettings, claims: Claims) -> Annotator | None:
    """The person, whose account is linked from now on; None for a stranger."""
    with store.turns.of("accounts"):
        with store.reading() as db:
            linked = external_accounts.owner(db, claims.issuer, claims.subject)
            address = by_address(claims.email) if claims.email else ""
            expected = external_accounts.owner(db, settings.issuer, address)
        if linked is None and expected is not None:
            # The address has done its part: whoever gets it next is somebody else.
            spent = ExternalAccount(provider=settings.issuer, subject=address, annotator_id=None)
            store.append(expected, spent, _account(claims, expected))
        if linked is None and expected is None:
            return _newcomer(store, claims) if settings.unknown == "annotator" else None
        with store.reading() as db:
            return annotators.by_id(db, linked or expected or "")


def _newcomer(store: Store, claims: Claims) -> Annotator:
    annotator_id = identity("annotator", claims.issuer, claims.subject)
    for name in _names(claims):
        with store.turns.of(f"name {name}"), store.reading() as db:
            if annotators.by_name(db, name) is None:
                annotator = Annotator(
                    annotator_id=annotator_id, name=name, role=Role.ANNOTATOR, kind=Kind.PERSON
                )
                store.append(annotator_id, annotator, _account(claims, annotator_id))
                return annotator
    raise RequestError(
        "Expected a name that nobody here has; ask an administrator to add you.", key="no_name"
    )


def _names(claims: Claims) -> list[str]:
    """By what they may be called, the best first; the last one is a row of digits."""
    wished = (" ".join(one.split())[:LONGEST_NAME] for one in (claims.name, claims.email or ""))
    return [one for one in wished if one and one.isprintable()] + [identity(claims.issuer, claims.subject)]


def _account(claims: Claims, annotator_id: str) -> ExternalAccount:
    return ExternalAccount(provider=claims.issuer, subject=claims.subject, annotator_id=annotator_id)
