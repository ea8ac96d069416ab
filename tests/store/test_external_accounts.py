"""Whom an organisation's provider has told of: linked, expected, strange."""

from __future__ import annotations

import pytest

from store import people
from store.database import Store
from store.errors import RequestError
from store.external_accounts import OidcSettings
from store.messages import Actor, AddAnnotator, SetPassword
from store.organisation import Claims, identify
from store.records import Annotator, Role
from store.verbs import add_annotator, link_account, set_password, unlink_accounts
from store.verbs.accounts import LinkAccount, UnlinkAccounts
from store.verbs.roles import HONE


@pytest.fixture
def ada(store: Store) -> Actor:
    """An administrator."""
    request = AddAnnotator(name="ada", role=Role.ADMINISTRATOR, password="correct horse")
    one = add_annotator(store, HONE, request)
    return Actor(annotator_id=one.annotator_id, name="ada", role=Role.ADMINISTRATOR)


@pytest.fixture(autouse=True)
def bob(store: Store) -> None:
    """An annotator."""
    add_annotator(store, HONE, AddAnnotator(name="bob", password="correct horse"))


@pytest.fixture
def acme(store: Store) -> OidcSettings:
    """The home's provider."""
    address = "https://acme.example/.well-known/openid-configuration"
    store.home.settings.write_text(f'[oidc]\nmetadata = "{address}"\n')
    return OidcSettings(metadata=address)


def claims(subject: str = "s", **told: str) -> Claims:
    return Claims(issuer="https://acme.example", subject=subject, **told)


def who(annotator: Annotator | None) -> str | None:
    return annotator.name if annotator else None


def test_a_linked_account_is_the_person_until_it_is_unlinked(
    store: Store, ada: Actor, acme: OidcSettings
) -> None:
    assert identify(store, acme, claims()) is None
    link_account(store, ada, LinkAccount(name="bob", subject="s"))
    assert who(identify(store, acme, claims())) == "bob"
    other = Claims(issuer="https://evil.example", subject="s")
    assert identify(store, acme, other) is None
    with pytest.raises(RequestError, match="another person's"):
        link_account(store, ada, LinkAccount(name="ada", subject="s"))
    assert len(unlink_accounts(store, ada, UnlinkAccounts(name="bob"))) == 1
    assert identify(store, acme, claims()) is None
    with pytest.raises(RequestError, match="No account of an organisation is linked to bob"):
        unlink_accounts(store, ada, UnlinkAccounts(name="bob"))


def test_an_expected_address_serves_once_and_only_as_verified(
    store: Store, ada: Actor, acme: OidcSettings
) -> None:
    link_account(store, ada, LinkAccount(name="bob", email=" Bob@Acme.example"))
    assert identify(store, acme, claims()) is None
    assert who(identify(store, acme, claims(email="bob@acme.example"))) == "bob"
    assert who(identify(store, acme, claims())) == "bob"
    assert identify(store, acme, claims("next", email="bob@acme.example")) is None


def test_a_stranger_becomes_an_annotator_where_the_home_says_so_and_takes_nobodys_name(store: Store) -> None:
    welcoming = OidcSettings(metadata="https://acme.example", unknown="annotator")
    first = identify(store, welcoming, claims("1", name="bob", email="bob@acme.example"))
    assert first is not None
    assert (first.name, first.role) == ("bob@acme.example", Role.ANNOTATOR)
    assert identify(store, welcoming, claims("1", name="bob")) == first
    third = identify(store, welcoming, claims("3", name="bob"))
    assert third is not None
    assert third.name not in {"bob", "bob@acme.example"}


@pytest.mark.parametrize(
    ("request_", "sentence"),
    [
        (LinkAccount(name="bob"), "either the account's subject or an e-mail address"),
        (LinkAccount(name="bob", subject="s", email="e"), "either the account's subject or an e-mail"),
        (LinkAccount(name="zoe", subject="s"), "There is no person named zoe"),
    ],
)
def test_a_link_that_cannot_be_is_refused_in_a_sentence(
    store: Store, ada: Actor, acme: OidcSettings, request_: LinkAccount, sentence: str
) -> None:
    with pytest.raises(RequestError, match=sentence):
        link_account(store, ada, request_)


def test_without_a_provider_nothing_is_linked(store: Store, ada: Actor) -> None:
    with pytest.raises(RequestError, match=r"Expected oidc\.metadata in hone\.toml"):
        link_account(store, ada, LinkAccount(name="bob", subject="s"))


def test_who_comes_through_the_organisation_alone_gives_themselves_no_password(
    store: Store, ada: Actor, acme: OidcSettings
) -> None:
    came = identify(store, OidcSettings(metadata=acme.metadata, unknown="annotator"), claims(name="cleo"))
    assert came is not None
    cleo = Actor(annotator_id=came.annotator_id, name="cleo", role=Role.ANNOTATOR)
    with pytest.raises(RequestError, match="no password here; ask an administrator for one"):
        set_password(store, cleo, SetPassword(name="cleo", password="battery staple"))
    set_password(store, ada, SetPassword(name="cleo", password="battery staple"))
    assert people.authenticate(store, "cleo", "battery staple", "192.0.2.1") is not None
