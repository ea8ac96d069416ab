"""The auditor's report on paper: one page of HTML that needs nothing else, and its tables as CSV. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from html import escape
from typing import Final

from store.audit_tables import Table, tables
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
LONGEST: Final = 20
"""Letters of a word that a column holds without breaking it."""
RISKY: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet would take for a formula at the beginning of a cell; the last four are full-width."""


def page(report: AuditorsReport) -> str:
    """The report as HTML, without a script and without anything from elsewhere."""
    title = escape(f"{TITLE}: {report.home}")
    made = f"<p>{escape(_made(report))}</p>"
    return PAGE.format(title=title, body=made + "".join(_section(one) for one in tables(report)))


def sheet(report: AuditorsReport) -> str:
    """All tables below each other as CSV, each with its title and heads; no cell is a formula."""
    paper = io.StringIO()
    writer = csv.writer(paper, lineterminator="\r\n")
    writer.writerow([_inert(f"{TITLE}: {report.home}")])
    writer.writerow([_made(report)])
    writer.writerow([])
    for table in tables(report):
        writer.writerow([table.title])
        writer.writerow(table.heads)
        writer.writerows([_inert(cell) for cell in row] for row in table.rows)
        writer.writerow([])
    return paper.getvalue()


def _made(report: AuditorsReport) -> str:
    return (
        f"Made on {report.made_at:%Y-%m-%d at %H:%M} UTC by Hone {report.version}. Figures stand with their "
        "95 % intervals over prompts. It holds no text of a prompt, a response or a comment."
    )


def _section(table: Table) -> str:
    heads = "".join(f"<th>{escape(one)}</th>" for one in table.heads)
    rows = "".join(_row(one) for one in table.rows) or f'<tr><td colspan="{len(table.heads)}">None.</td></tr>'
    means = f"<p>{escape(table.means)}</p>" if table.means else ""
    return (
        f'<h2>{escape(table.title)}</h2>{means}<div class="table"><table><thead><tr>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _row(cells: Iterable[str]) -> str:
    return "<tr>" + "".join(f"<td>{_cell(cell)}</td>" for cell in cells) + "</tr>"


def _cell(text: str) -> str:
    """A word that is too long for a column, such as a digest, breaks anywhere."""
    told = escape(text)
    return f"<code>{told}</code>" if any(len(word) > LONGEST for word in text.split()) else told


def _inert(cell: str) -> str:
    return f"'{cell}" if cell.startswith(RISKY) else cell
