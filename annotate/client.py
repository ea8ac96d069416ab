"""A home for programs in Python: `Client(url, token)` asks `/api/v1` and gives the store's own dataclasses.

Whatever is asked may be asked twice, so a request that is lost on the way is simply sent again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from types import TracebackType
from typing import Final, Self, TypeVar

from annotate.v1.calling import APIError, Calls
from annotate.v1.desk import Desk
from annotate.v1.operations import Guideline, Me, guideline, me, operation_of
from store import verbs
from store.arms import ArmFound
from store.label_lines import LabelLine
from store.messages import (
    Actor,
    Assignment,
    BringComparisons,
    BringPrompts,
    ComparisonSeen,
    EditLabel,
    Judgement,
    Kept,
    Lineage,
    LookAtComparison,
    NewComparison,
    NewPrompt,
    NextComparison,
    NoWork,
    Renewed,
    RenewLease,
    Saved,
    SkipLease,
    SubmitLabel,
    Trace,
    UndoLabel,
)
from store.outlook import Spoken
from store.records import Form, Track
from store.rounds import RoundProgress
from store.verbs.appraising import LookAtPolicies, PoliciesSeen
from store.verbs.describing import LookAtPolicy, PolicyRecord
from store.verbs.guiding import GuidelineShown
from store.verbs.listing import ListRounds, ListWebhooks, LookAtArms, LookAtRound, WebhookSeen
from store.verbs.own_labels import Given, ListOwnLabels
from store.verbs.previewing import LookAtNextRound, NextRound, RoundSignatureSeen, SignRound
from store.verbs.promoting import Decided, ListPolicies, PolicyList, Promote, Withdraw
from store.verbs.rating import LookAtRatings, RatingsSeen
from store.verbs.sampling import LookAtSamples, SamplesSeen
from store.verbs.tracing import LineageSeen, LookAtLineage

__all__ = ["APIError", "Client"]

A_TIME: Final = 500
"""Prompts or comparisons in one request."""

T = TypeVar("T")


class Client:
    """One person's way into a home; may do what that person's role may. `desk` is the reviewer's part.

    Asks again for `patience` seconds where the home cannot be reached. Errors are APIErrors.
    """

    def __init__(self, url: str, token: str, patience: float = 30.0) -> None:
        self._calls = Calls(url, token, patience)
        self.desk = Desk(self._calls)

    def me(self) -> Actor:
        """For whom the token acts, and in which role."""
        return self._calls.ask(me, Me())

    def add_prompts(self, prompts: Iterable[NewPrompt]) -> Kept:
        """Brings prompts in; the ids in order, and how many were new."""
        return _joined(
            self._calls.ask(verbs.bring_prompts, BringPrompts(prompts=some)) for some in _parts(prompts)
        )

    def add_comparisons(self, comparisons: Iterable[NewComparison]) -> Kept:
        """Brings comparisons in; the ids in order, and how many were new."""
        parts = _parts(comparisons)
        return _joined(
            self._calls.ask(verbs.bring_comparisons, BringComparisons(comparisons=one)) for one in parts
        )

    def comparison(self, comparison_id: str) -> ComparisonSeen:
        """What is behind a comparison, and how many labels it has; its looker judges it no more."""
        return self._calls.ask(verbs.look_at_comparison, LookAtComparison(comparison_id=comparison_id))

    def next_lease(self, track: Track | None = None, form: Form | None = None) -> Assignment | NoWork:
        """What to judge next, or why there is nothing."""
        return self._calls.ask(verbs.next_comparison, NextComparison(track=track, form=form))

    def renew(self, lease_id: str) -> Renewed:
        """Holds a comparison for longer."""
        return self._calls.ask(verbs.renew_lease, RenewLease(lease_id=lease_id))

    def skip(self, lease_id: str, reason: str) -> Saved:
        """Gives a comparison back unjudged."""
        return self._calls.ask(verbs.skip_lease, SkipLease(lease_id=lease_id, reason=reason))

    def flag(self, lease_id: str, reason: str) -> Saved:
        """Gives a comparison back unjudged and calls a reviewer to it."""
        return self._calls.ask(verbs.skip_lease, SkipLease(lease_id=lease_id, reason=reason, flagged=True))

    def submit(self, lease_id: str, judgement: Judgement) -> Saved:
        """Judges a comparison; the judgement goes by the order in which the responses were given."""
        return self._calls.ask(verbs.submit_label, SubmitLabel(lease_id=lease_id, judgement=judgement))

    def edit(self, label_id: str, judgement: Judgement) -> Saved:
        """Says one's own label anew."""
        return self._calls.ask(verbs.edit_label, EditLabel(label_id=label_id, judgement=judgement))

    def undo(self, label_id: str) -> Assignment | NoWork:
        """Takes one's own newest label back and holds its comparison again."""
        return self._calls.ask(verbs.undo_label, UndoLabel(label_id=label_id))

    def own_labels(self, most: int = 20) -> tuple[Given, ...]:
        """One's own newest labels that stand."""
        return self._calls.ask(verbs.list_own_labels, ListOwnLabels(most=most))

    def labels(self, after: int = 0) -> Iterator[LabelLine]:
        """Everybody's labels after this cursor; a stream that breaks is taken up where it broke."""
        return self._calls.lines(operation_of(verbs.read_labels.__name__), after)

    def rounds(self) -> tuple[RoundProgress, ...]:
        """Every round, the first one first."""
        return self._calls.ask(verbs.list_rounds, ListRounds())

    def round(self, number: int) -> RoundProgress:
        """One round."""
        return self._calls.ask(verbs.look_at_round, LookAtRound(round=number))

    def arms(self, number: int) -> tuple[ArmFound, ...]:
        """What people said of this round's comparisons, arm by arm."""
        return self._calls.ask(verbs.look_at_arms, LookAtArms(round=number))

    def next_round(self, required: tuple[Track, ...] = ()) -> NextRound:
        """What the next round would learn from."""
        return self._calls.ask(verbs.look_at_next_round, LookAtNextRound(required=required))

    def sign_round(self, number: int, spoken: Spoken, note: str = "") -> RoundSignatureSeen:
        """Lets this round learn from what `next_round` showed."""
        return self._calls.ask(verbs.sign_round, SignRound(round=number, spoken=spoken, note=note))

    def policies(self, number: int | None = None) -> PoliciesSeen:
        """The policies, and how good the reward models of this round are, else of the newest."""
        return self._calls.ask(verbs.look_at_policies, LookAtPolicies(round=number))

    def every_policy(self) -> PolicyList:
        """Every policy as it stands, and what people decided of any."""
        return self._calls.ask(verbs.list_policies, ListPolicies())

    def policy(self, policy: str) -> PolicyRecord:
        """All that is kept of one policy, by its id or the first letters of it."""
        return self._calls.ask(verbs.look_at_policy, LookAtPolicy(policy=policy))

    def samples(self, policy: str, most: int = 6) -> SamplesSeen:
        """Its answers beside its parent's; who reads them judges them no more."""
        return self._calls.ask(verbs.look_at_samples, LookAtSamples(policy=policy, most=most))

    def promote(self, policy: str, why: str, force: bool = False) -> Decided:
        """Lets a policy answer people; `force` where the gates of its round refused it."""
        return self._calls.ask(verbs.promote_policy, Promote(policy=policy, why=why, force=force))

    def withdraw(self, policy: str, why: str) -> Decided:
        """Lets a policy answer people no more."""
        return self._calls.ask(verbs.withdraw_policy, Withdraw(policy=policy, why=why))

    def ratings(self) -> RatingsSeen:
        """How the policies stand beside each other, judge by judge."""
        return self._calls.ask(verbs.look_at_ratings, LookAtRatings())

    def lineage_graph(
        self, thing: str = "", search: str = "", page: int = 1, withdrawn: bool = False
    ) -> LineageSeen:
        """A lineage as things and what came of what, with a page of its labels, or only the `withdrawn`."""
        asked = LookAtLineage(thing=thing, search=search, page=page, withdrawn=withdrawn)
        return self._calls.ask(verbs.look_at_lineage, asked)

    def lineage(self, thing: str) -> Lineage:
        """Where `label:ID`, `policy:ID` and the like came from and what they shaped."""
        return self._calls.ask(verbs.trace, Trace(thing=thing))

    def guideline(self, track: Track) -> GuidelineShown:
        """The words in force on a track."""
        return self._calls.ask(guideline, Guideline(track=track))

    def webhooks(self) -> tuple[WebhookSeen, ...]:
        """How far the receivers of webhooks have been told, and what went wrong lately."""
        return self._calls.ask(verbs.list_webhooks, ListWebhooks())

    def close(self) -> None:
        """Lets go of the connection."""
        self._calls.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _parts(things: Iterable[T]) -> Iterator[tuple[T, ...]]:
    rest = iter(things)
    while some := tuple(islice(rest, A_TIME)):
        yield some


def _joined(parts: Iterable[Kept]) -> Kept:
    kept = list(parts)
    return Kept(ids=tuple(one for part in kept for one in part.ids), added=sum(part.added for part in kept))
