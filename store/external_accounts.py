"""Whose an account of an organisation is: what its provider calls a person, and who that is here.

A person may be expected by an e-mail address before the provider's name for them is known: then the subject
is `mailto:` and the address, in lower case.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from duckdb import DuckDBPyConnection

from store.records import ExternalAccount
from store.rows import rows

INSERT = """
insert into external_accounts by name
select unnest(from_json($facts, '[{
  "provider": "VARCHAR", "subject": "VARCHAR", "annotator_id": "VARCHAR", "made_at": "TIMESTAMP"
}]'), max_depth := 2)
"""

LINKED = """
select provider, subject, arg_max(annotator_id, made_at) as annotator_id, max(made_at) as made_at
from   (select * replace (coalesce(annotator_id, '') as annotator_id) from external_accounts)
group  by provider, subject
having arg_max(annotator_id, made_at) <> ''
order  by made_at, subject
"""

ADDRESS: Final = "mailto:"
DISCOVERY: Final = "/.well-known/openid-configuration"


@dataclass(frozen=True, slots=True, kw_only=True)
class OidcSettings:
    """`[oidc]` in `hone.toml`: signing in through an organisation's provider (OpenID Connect)."""

    metadata: str = ""
    """Where the provider describes itself, https://…/.well-known/openid-configuration; empty: no provider."""
    client_id: str = ""
    """What the provider calls this app."""
    secret_variable: str = "HONE_OIDC_SECRET"  # noqa: S105  # a variable's name
    """The environment variable with the secret that the provider gave this app."""
    label: str = ""
    """What the button on the sign-in page says; empty: that one signs in with the organisation."""
    unknown: Literal["refuse", "annotator"] = "refuse"
    """Whom nobody has linked to a person: is turned away, or becomes a new annotator."""
    address: str = ""
    """The app's address in browsers, https://…, to which the provider leads back; empty: where it listens."""

    @property
    def issuer(self) -> str:
        """What the provider calls itself, as its metadata's address says (OpenID Connect Discovery, §4.1)."""
        return self.metadata.removesuffix(DISCOVERY)


def linked(db: DuckDBPyConnection) -> list[ExternalAccount]:
    """The accounts that are somebody's, the first to be linked first."""
    return rows(db.execute(LINKED), ExternalAccount)


def owner(db: DuckDBPyConnection, provider: str, subject: str) -> str | None:
    """The annotator whose account it is."""
    return next(
        (one.annotator_id for one in linked(db) if (one.provider, one.subject) == (provider, subject)), None
    )


def by_address(email: str) -> str:
    """The subject that stands for whoever proves to have this address."""
    return ADDRESS + email.strip().lower()
