"""Questions about a home."""

from __future__ import annotations

from dataclasses import dataclass

from store.promotions import Said
from store.signatures import Signed


@dataclass(frozen=True, slots=True, kw_only=True)
class CountHome:
    """Wants to know what is in the home."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeCounts:
    """How much of each noun there is; `open_comparisons` still want a label. `evaluation_labels`, by which
    people compare policies blind, teach nothing and are none of the `labels`; no finished round has learnt
    from the `new_labels` among these."""

    annotators: int
    prompts: int
    policies: int
    responses: int
    comparisons: int
    open_comparisons: int
    labels: int
    new_labels: int
    evaluation_labels: int
    demonstrations: int
    snapshots: int
    rounds: int
    newest_policy_id: str | None
    newest_policy_path: str | None
    first_policy_id: str | None
    first_policy_path: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """Wants the lineage of `label:ID`, `prompt:ID`, `annotator:ID`, `snapshot:ID`, `reward-model:ID` or
    `policy:ID`.

    An ID may be its first letters; an annotator may be named.
    """

    thing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A `snapshot`, `reward-model` or `policy` learned from so many labels that do not stand any more."""

    noun: str
    name: str
    labels: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ListMarks:
    """Wants to know what is marked "trained on retracted labels"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """Everything that a thing came from and everything that it shaped, as ids by noun; `names` are the
    annotators', in the same order; `rounds` and `methods` made the policies, of which the newest comes first.
    Of the labels, those `withdrawn` (retracted or overruled) or `edited` after a snapshot took them; `marks`
    are on what was trained on withdrawn ones; `signatures` let a snapshot train; `said` is what people
    decided of a policy."""

    thing: str
    labels: tuple[str, ...]
    annotators: tuple[str, ...]
    names: tuple[str, ...]
    snapshots: tuple[str, ...]
    reward_models: tuple[str, ...]
    policies: tuple[str, ...]
    rounds: tuple[int, ...]
    methods: tuple[str, ...]
    withdrawn: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()
    marks: tuple[Mark, ...] = ()
    signatures: tuple[Signed, ...] = ()
    said: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyAudit:
    """Wants the audit chain checked, and every table and every snapshot's anchor against it.

    `anchor` is a row's number and hash that somebody wrote down elsewhere, as `SEQ:HASH`.
    """

    anchor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditReport:
    """The chain's length and head; `broken_seq` names the first row that does not fit, and why.

    `unchecked` facts came in bundles whose files are gone: nobody can say whether they changed.
    """

    rows: int
    head: str
    broken_seq: int | None = None
    why: str = ""
    unchecked: int = 0
