"""Who judges, how they sign in, and what they read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from store.records.words import Degree, Kind, Role, SafetyLabel, Track, now


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
    """A session that outlives a reload; only the token's sha256 is kept.

    With a `token_name` it is the access token of a program, else a browser on `device`.
    """

    token_hash: str
    annotator_id: str
    expires_at: datetime
    token_name: str | None = None
    device: str = ""
    made_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOut:
    """The end of a sign-in, by the person or by revocation."""

    token_hash: str
    made_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guideline:
    """The words that annotators of a track read; every label records the version in force.

    `changed` says in the author's words what is new; `requalify` makes older qualifications insufficient.
    """

    track: Track
    version: int
    text: str
    author: str | None = None
    changed: str = ""
    requalify: bool = False
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


@dataclass(frozen=True, slots=True, kw_only=True)
class GuidelineRead:
    """An annotator has read this version of a track's guideline."""

    annotator_id: str
    track: Track
    version: int
    made_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """What an annotator may do from now on, by whom and why; the newest row counts."""

    annotator_id: str
    role: Role
    suspended: bool = False
    given_by: str
    why: str = ""
    made_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """How the app speaks to an annotator and what they are asked in from now on; the newest row counts."""

    annotator_id: str
    locale: str
    languages: tuple[str, ...]
    made_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalAccount:
    """Whose an account of an organisation is, by its issuer and subject; the newest row counts."""

    provider: str
    subject: str
    annotator_id: str | None
    made_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class QualificationTest:
    """Gold comparisons that an annotator answers before judging a track; `pass_mark` from 0 to 1."""

    test_id: str
    annotator_id: str
    track: Track
    guideline_version: int
    comparison_ids: tuple[str, ...]
    pass_mark: float
    made_at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class QualificationAnswer:
    """One answer of a test, by the comparison's response order; `passed`: it says what the gold says."""

    test_id: str
    comparison_id: str
    shown_order: tuple[int, ...]
    ranks: tuple[int, ...]
    degree: Degree
    both_bad: bool = False
    safety: tuple[SafetyLabel, ...] = ()
    seconds: float = 0.0
    passed: bool
    made_at: datetime = field(default_factory=now)
