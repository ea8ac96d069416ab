"""A rule of the tables: a query for the ids of whatever breaks it, and the sentence that says so."""

from __future__ import annotations

from dataclasses import dataclass

from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A rule that does not hold: what is wrong, where to look, and what to do."""

    rule: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`broken` selects one id a row; `wrong` names in the plural what they are, `mend` what to do."""

    name: str
    broken: str
    wrong: str
    mend: str = "hone audit verify says whether another hand changed them; hone restore brings a backup back"

    def finding(self, db: DuckDBPyConnection) -> Finding | None:
        """What is wrong, if anything is."""
        ids = sorted(str(broken) for (broken,) in db.execute(self.broken).fetchall())
        if not ids:
            return None
        where = f"{len(ids)}, the first is {ids[0]}" if len(ids) > 1 else ids[0]
        return Finding(rule=self.name, sentence=f"{self.wrong}: {where}; {self.mend}.")
