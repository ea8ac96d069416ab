"""Agreement on published labels of people, where they are here."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from store.agreement import closeness, krippendorff
from store.agreement.counts import counted
from store.agreement.gwet import agreement_beyond_chance
from store.agreement.krippendorff import alpha
from store.agreement.raw import couples, raw_agreement
from store.reliability.votes import Votes

DATA = Path(__file__).parents[4] / "shared" / "data"


def published(name: str) -> list[dict[str, Any]]:
    """The rows of a file."""
    file = DATA / f"{name}.jsonl.gz"
    if not file.exists():
        pytest.skip(f"{name} is not here")
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def labels_of(rows: list[dict[str, Any]]) -> list[list[tuple[str, str]]]:
    """Of each row, who said what."""
    return [[(one["annotator"], one["label"]) for one in row["annotations"]] for row in rows]


def votes(rows: list[list[tuple[str, str]]]) -> Votes:
    who = sorted({annotator for row in rows for annotator, _label in row})
    what = sorted({label for row in rows for _annotator, label in row})
    flat = [(item, who.index(one), what.index(said)) for item, row in enumerate(rows) for one, said in row]
    items, annotators, classes = (np.array(column) for column in zip(*flat, strict=True))
    return Votes(
        items=items,
        annotators=annotators,
        classes=classes,
        item_count=len(rows),
        annotator_count=len(who),
        class_count=len(what),
    )


def test_three_people_on_pairs_agree_as_published():
    found = votes(labels_of(published("pandalm_testset/pairs_3annotators")))
    table = counted(found, np.arange(found.item_count))
    nominal = alpha(table, krippendorff.nominal)
    assert nominal.value == pytest.approx(0.864, abs=5e-4)
    assert raw_agreement(table).value == pytest.approx(0.920, abs=5e-4)
    assert nominal.low < 0.864 < nominal.high < 0.9
    beyond = agreement_beyond_chance(table, closeness.identity)
    assert nominal.value < beyond.value < 0.920  # no class is rare, so that chance gives about as much
    met = couples(found)
    assert [one.items for one in met] == [999, 999, 999]
    assert np.mean([one.share.value for one in met]) == pytest.approx(raw_agreement(table).value)


@pytest.mark.parametrize("model", ["gpt4", "llama2new", "llama2orig", "mistralguard", "mistralinstruct"])
def test_two_people_on_refusals_agree_as_often_as_the_file_says_itself(model: str):
    rows = [row for row in published("xstest/completions_2annotators") if row["model"] == model]
    said = labels_of(rows)
    found = votes(said)
    table = counted(found, np.arange(found.item_count))
    assert raw_agreement(table).value == pytest.approx(np.mean([row["agreement"] == "TRUE" for row in rows]))
    # Of two annotators who judged everything alpha is 1 - observed / expected disagreement, from all labels.
    counts = Counter(label for row in said for _annotator, label in row)
    total = counts.total()
    expected = 1 - sum(count * (count - 1) for count in counts.values()) / (total * (total - 1))
    observed = np.mean([row[0][1] != row[1][1] for row in said])
    assert alpha(table, krippendorff.nominal).value == pytest.approx(1 - observed / expected)
