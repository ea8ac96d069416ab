"""Labels as counts: how many of each item's labels say each class."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from store.errors import HoneError
from store.reliability.votes import Floats, Integers, Votes


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Counts:
    """Of I items: `said`, how many labels say each class [I, C], and `clusters`, which of them are alike [I].

    Items of one cluster, such as all pairs of responses to one prompt, may agree for a reason of their own:
    only clusters are taken to be independent. Every item has a label, and every class may be without.
    """

    said: Floats
    clusters: Integers

    @property
    def labels(self) -> Floats:
        """Labels of each item [I]."""
        return np.asarray(self.said.sum(axis=1))

    def shared(self) -> Counts:
        """The items of which two people at least said something: all that tells of agreement."""
        twice = self.labels >= 2
        return Counts(said=self.said[twice], clusters=self.clusters[twice])


def counted(votes: Votes, clusters: Integers) -> Counts:
    """The counts of these labels, of items that have any; `clusters` numbers that of each item [I].

    Raises HoneError where somebody labelled an item twice, for nobody can disagree with themselves here.
    """
    if len(clusters) != votes.item_count:
        raise HoneError(
            f"Expected a cluster of each of {votes.item_count} items; there are {len(clusters)} clusters."
        )
    by_whom = np.sort(votes.items * votes.annotator_count + votes.annotators)
    if (by_whom[1:] == by_whom[:-1]).any():
        raise HoneError("Expected one label of each item by each annotator; somebody has two.")
    size = votes.item_count * votes.class_count
    said = np.bincount(votes.items * votes.class_count + votes.classes, minlength=size)
    said = said.reshape(votes.item_count, votes.class_count).astype(float)
    labelled = said.sum(axis=1) > 0
    return Counts(said=said[labelled], clusters=clusters[labelled])
