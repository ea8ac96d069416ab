"""The auditor's report on paper: one page of HTML that needs nothing else, and its tables as CSV. Pure."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from store.agreement.undefined import Undefined
from store.intervals import Interval
from store.quality.agreeing import Agreement
from store.verbs.auditing import AuditorsReport

PAGE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
  body {{ font: 1rem/1.5 system-ui, sans-serif; margin: 2.5rem auto; max-width: 62rem; padding: 0 1.5rem; }}
  h1 {{ font-size: 1.7rem; margin: 0 0 .3rem; }} h2 {{ font-size: 1.1rem; margin: 2rem 0 .4rem; }}
  p {{ max-width: 46rem; }} .table {{ overflow-x: auto; }} code {{ overflow-wrap: anywhere; }}
  table {{ border-collapse: collapse; width: 100%; font-size: .92rem; }}
  th, td {{ text-align: left; padding: .35rem .7rem .35rem 0; border-bottom: 1px solid #8884;
           vertical-align: top; }}
  @media print {{ body {{ margin: 0; max-width: none; }} }}
</style>
</head>
<body>
<h1>{title}</h1>
{body}
</body>
</html>
"""
TITLE: Final = "Report for an auditor"
HEADS: Final = ("raw", "AC1", "alpha", "AC2 with degree", "alpha with degree")
RISKY: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet would take for a formula at the beginning of a cell; the last four are full-width."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A part of the report: what it is, its columns, and its rows as texts."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]


def tables(report: AuditorsReport) -> tuple[Table, ...]:
    """All parts, in the order in which one reads them."""
    return (
        _labelled(report),
        _reviewed(report),
        _agreed(report),
        _retracted(report),
        _frozen(report),
        _chained(report),
    )


def page(report: AuditorsReport) -> str:
    """The report as HTML, without a script and without anything from elsewhere."""
    made = f"<p>Made {report.made_at:%Y-%m-%d %H:%M} UTC. Figures with 95 % intervals over prompts.</p>"
    return PAGE.format(title=TITLE, body=made + "".join(_section(one) for one in tables(report)))


def sheet(report: AuditorsReport) -> str:
    """All tables below each other as CSV, each with its title and heads; no cell is a formula."""
    paper = io.StringIO()
    writer = csv.writer(paper, lineterminator="\r\n")
    for table in tables(report):
        writer.writerow([table.title])
        writer.writerow(table.heads)
        writer.writerows([_inert(cell) for cell in row] for row in table.rows)
        writer.writerow([])
    return paper.getvalue()


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
        heads=("reviewer", "verdict", "cause", "labels"),
        rows=[_texts(one.name, one.verdict, one.cause or "none named", one.given) for one in report.reviewed],
    )


def _agreed(report: AuditorsReport) -> Table:
    return Table(
        title="How far people agree",
        heads=("labels", "judged by two or more", *HEADS),
        rows=[
            ("both tracks", *_agreement(report.agreement)),
            *((one.name, *_agreement(one.agreement)) for one in report.by_track),
        ],
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
        ),
        rows=[
            (
                *_texts(one.snapshot_id, one.pairs, _left_out(one.left_out), one.signed_by or "nobody"),
                *_texts(one.audit_seq, one.audit_head),
                *_days(one.made_at),
            )
            for one in report.frozen
        ],
    )


def _chained(report: AuditorsReport) -> Table:
    check = f"hone audit verify --anchor {report.head_seq}:{report.head_hash}"
    return Table(
        title="The audit chain",
        heads=("rows", "hash of the last row", "to check it"),
        rows=[_texts(report.head_seq, report.head_hash, check)],
    )


def _left_out(reasons: str) -> str:
    return ", ".join(f"{reason}: {count}" for reason, count in json.loads(reasons).items())


def _section(table: Table) -> str:
    heads = "".join(f"<th>{escape(one)}</th>" for one in table.heads)
    rows = "".join(_row(one) for one in table.rows) or f'<tr><td colspan="{len(table.heads)}">None.</td></tr>'
    return (
        f'<h2>{escape(table.title)}</h2><div class="table"><table><thead><tr>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _row(cells: Iterable[str]) -> str:
    return "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"


def _inert(cell: str) -> str:
    return f"'{cell}" if cell.startswith(RISKY) else cell


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
