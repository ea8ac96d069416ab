"""Who judges, how they sign in, and what they read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from store.records.words import Kind, Role, Track, now


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotator:
    """A judge. Simulated, model and imported annotators have no password and cannot sign in.

    `locale` is how the app speaks to them, `languages` what they are asked in.
    """

    annotator_id: str
    name: str
    role: Role
    kind: Kind
    locale: str = "en"
    languages: tuple[str, ...] = ("en",)
    made_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """An annotator's password hash; the newest row counts."""

    annotator_id: str
    password_hash: str
    made_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """A session that outlives a reload; only the token's sha256 is kept."""

    token_hash: str
    annotator_id: str
    expires_at: datetime
    made_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOut:
    """The end of a sign-in, by the person or by revocation."""

    token_hash: str
    made_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guideline:
    """The words that annotators of a track read; every label records the version in force."""

    track: Track
    version: int
    text: str
    made_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Qualification:
    """Whether an annotator may judge a track, and why; the newest row of both counts."""

    annotator_id: str
    track: Track
    guideline_version: int
    passed: bool
    why: str
    given_by: str
    made_at: datetime = field(default_factory=now)
