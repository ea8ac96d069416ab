"""The auditor's report as tables of texts. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from store.agreement.undefined import Undefined
from store.audit_report import Trained
from store.intervals import Interval
from store.quality.agreeing import Agreement
from store.verbs.auditing import AuditorsReport

HEADS: Final = ("raw", "AC1", "alpha", "AC2 with degree", "alpha with degree")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A part of the report: what it is, its columns, its rows as texts, and what its words mean."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    means: str = ""


def tables(report: AuditorsReport) -> tuple[Table, ...]:
    """All parts, in the order in which one reads them."""
    return (
        _labelled(report),
        _reviewed(report),
        _agreed(report),
        _retracted(report),
        _frozen(report),
        _trained(report),
        _chained(report),
    )


def _labelled(report: AuditorsReport) -> Table:
    return Table(
        title="Who labelled",
        heads=("annotator", "kind", "track", "labels", "retracted since", "first", "last"),
        rows=[
            (
                *_texts(one.name, one.kind, one.track, one.given, one.retracted),
                *_days(one.first_at, one.last_at),
            )
            for one in report.labelled
        ],
    )


def _reviewed(report: AuditorsReport) -> Table:
    return Table(
        title="Who reviewed",
        heads=("reviewer", "verdict", "cause", "given", "standing"),
        rows=[
            _texts(one.name, one.verdict, one.cause or "none named", one.given, one.standing)
            for one in report.reviewed
        ],
        means="A verdict stands until somebody rules on the same label again, or it is said anew. Overturn: "
        "the label was wrong, and the reviewer's own judgement, if one was given, teaches instead. "
        "Exclude: it teaches nothing. Send back: its annotator was asked to say it anew.",
    )


def _agreed(report: AuditorsReport) -> Table:
    return Table(
        title="How far people agree",
        heads=("labels", "judged by two or more", *HEADS),
        rows=[
            ("both tracks", *_agreement(report.agreement)),
            *((one.name, *_agreement(one.agreement)) for one in report.by_track),
        ],
        means="Raw: the share of pairs of people that said the same. AC1 and AC2 (Gwet) and alpha "
        "(Krippendorff) are beyond chance: 0 is what chance would give, 1 is always. Of the choice "
        "alone, or with degree, of how much better it is.",
    )


def _retracted(report: AuditorsReport) -> Table:
    return Table(
        title="What was retracted",
        heads=("by", "why", "labels", "demonstrations"),
        rows=[
            _texts(one.retracted_by, one.reason, one.labels, one.demonstrations) for one in report.retracted
        ],
    )


def _frozen(report: AuditorsReport) -> Table:
    return Table(
        title="What was frozen to train on",
        heads=(
            "snapshot (sha256)",
            "pairs",
            "left out",
            "signed by",
            "audit row then",
            "hash then",
            "frozen",
            "withdrawn since",
        ),
        rows=[
            (
                *_texts(one.snapshot_id, one.pairs, _left_out(one.left_out), one.signed_by or "nobody"),
                *_texts(one.audit_seq, one.audit_head),
                *_days(one.made_at),
                str(report.withdrawn.get(one.snapshot_id, 0)),
            )
            for one in report.frozen
        ],
        means="Pairs teach reward models and policies. Left out: labels that were not frozen, by reason; "
        "swapped ones were asked once more with the sides exchanged, to measure, and teach nothing. "
        "Audit row and hash are where the chain ended as it was frozen. Withdrawn since: labels of it "
        "that were retracted or overruled after that.",
    )


def _trained(report: AuditorsReport) -> Table:
    return Table(
        title="Which policies learned from it",
        heads=("policy", "round", "method", "labels", "withdrawn since", "stands", "decided", "made"),
        rows=[
            (
                *_texts(one.policy_id, one.round, one.method, "–" if one.labels is None else one.labels),
                *_texts(one.withdrawn, _stands(one, report.in_use), one.decided or "by its round"),
                *_days(one.made_at),
            )
            for one in report.trained
        ],
        means="Withdrawn since: labels that were retracted or overruled after the policy, or one that it "
        "came of, had learned from them; it was not trained anew without them.",
    )


def _stands(one: Trained, in_use: str | None) -> str:
    if one.policy_id == in_use:
        return "in use"
    return "promoted" if one.promoted else "refused or withdrawn"


def _chained(report: AuditorsReport) -> Table:
    check = f"hone audit verify --anchor {report.head_seq}:{report.head_hash}"
    return Table(
        title="The audit chain",
        heads=("rows", "hash of the last row", "to check it"),
        rows=[_texts(report.head_seq, report.head_hash, check)],
    )


def _left_out(reasons: str) -> str:
    return ", ".join(f"{reason}: {count}" for reason, count in json.loads(reasons).items())


def _agreement(found: Agreement) -> tuple[str, ...]:
    figures = (found.raw, found.ac1, found.alpha, found.ac2, found.alpha_ordinal)
    return (str(found.items), *map(_figure, figures))


def _figure(found: Interval | Undefined) -> str:
    if isinstance(found, Undefined):
        return f"no value: {found}"
    return f"{found.value:.3f} ({found.low:.3f} to {found.high:.3f})"


def _texts(*values: object) -> tuple[str, ...]:
    return tuple(map(str, values))


def _days(*moments: object) -> tuple[str, ...]:
    return tuple(f"{one:%Y-%m-%d}" for one in moments)
