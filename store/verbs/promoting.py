"""Which policies answer people: listed as they stand, and what people decide of one, whatever its round did.

A decision is a further fact: it can be taken back by another, and the round's own stays as it was.
"""

from __future__ import annotations

from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from store import lineage, policies, promotions, rounds
from store.database import Store
from store.descent import everything
from store.errors import RequestError
from store.exchange.facts import IMPORTED
from store.home import Home
from store.messages import Actor
from store.promotions import Said
from store.records import Policy, Promotion, Role
from store.verbs.assignments import LONGEST_REASON, check_words
from store.verbs.chat_facts import FOREIGN
from store.verbs.roles import allow
from store.verbs.vouching import Vouch, signed_in


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPolicies:
    """Wants every policy as it stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyList:
    """Every policy as it stands, the first round first, and all that people decided of any, in order."""

    policies: tuple[Policy, ...]
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Promote:
    """This policy shall answer people; `force` where the gates of its round refused it.

    `policy` may be `policy:ID` or its first letters; `vouch` where the `hone` command asks for a person.
    """

    policy: str
    why: str
    force: bool = False
    vouch: Vouch | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw:
    """This policy shall answer people no more."""

    policy: str
    why: str
    vouch: Vouch | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What was decided, and which policy is in use with it."""

    promotion: Promotion
    in_use: str


def list_policies(store: Store, actor: Actor, _request: ListPolicies) -> PolicyList:
    """Every policy, refused ones, imported ones and other people's models too."""
    allow(actor, Role.ENGINEER)
    with store.reading() as db:
        return PolicyList(policies=tuple(policies.every(db)), said=tuple(promotions.every(db)))


def promote_policy(store: Store, actor: Actor, request: Promote) -> Decided:
    """Keeps the decision; RequestError where the policy is promoted already, cannot be asked, or was refused
    by the gates of its round and nobody insists."""
    who = _who(store, actor, request)
    with store.turns.of("promotions"):
        with store.reading() as db:
            policy = _policy(db, request.policy)
            refused = policies.refused(db, policy.policy_id)
        if policy.promoted:
            raise RequestError(f"Policy {policy.policy_id} is promoted already; there is nothing to decide.")
        _check_there(store.home, policy)
        if refused and not request.force:
            raise RequestError(_refusal(store.home, policy))
        return _decide(store, who, policy, promoted=True, why=request.why)


def withdraw_policy(store: Store, actor: Actor, request: Withdraw) -> Decided:
    """Keeps the decision; RequestError where the policy is not promoted, or where no other is."""
    who = _who(store, actor, request)
    with store.turns.of("promotions"):
        with store.reading() as db:
            policy = _policy(db, request.policy)
            answering = [one.policy_id for one in policies.every(db) if _answers(one)]
        if not policy.promoted:
            raise RequestError(f"Policy {policy.policy_id} is not promoted; there is nothing to withdraw.")
        if answering == [policy.policy_id]:
            raise RequestError(
                f"Policy {policy.policy_id} is the only one that answers people; promote another one first."
            )
        return _decide(store, who, policy, promoted=False, why=request.why)


def _who(store: Store, actor: Actor, request: Promote | Withdraw) -> Actor:
    """Who answers for it; the `hone` command on the home's own machine may."""
    allow(actor, Role.ENGINEER)
    check_words("reason", request.why, LONGEST_REASON)
    if not request.why.strip():
        raise RequestError("Expected why it is decided so; got nothing. Say it in a few words.")
    if request.vouch is None:
        return actor
    who = signed_in(store, actor, request.vouch)
    allow(who, Role.ENGINEER)
    return who


def _policy(db: DuckDBPyConnection, start: str) -> Policy:
    found = policies.by_id(db, lineage.policy_meant(db, everything(db), start))
    assert found is not None  # noqa: S101  # it was just found
    return found


def _answers(policy: Policy) -> bool:
    """Imported ones stand as promoted, and nobody can ask them."""
    return policy.promoted and not policy.policy_id.startswith(IMPORTED)


def _check_there(home: Home, policy: Policy) -> None:
    """Nobody can ask a policy of which only answers are known, or whose folder is gone."""
    if policy.method == FOREIGN or policy.policy_id.startswith(IMPORTED):
        raise RequestError(
            f"Of policy {policy.policy_id} this home has only answers; promote one that was made here."
        )
    ours = policy.path.startswith((f"{home.policies.name}/", f"{home.rounds.name}/"))
    if ours and not (home.root / policy.path / "config.json").exists():
        raise RequestError(
            f"Expected policy {policy.policy_id} in {policy.path}; its files are gone. Put them back first."
        )


def _refusal(home: Home, policy: Policy) -> str:
    """What its round had against it, as the round's own files have it."""
    against = [
        one.verdict.reasons for one in rounds.progress(home) if one.verdict and one.round == policy.round
    ]
    reasons = " ".join(against[0]) if against else "Its files do not say why."
    return (
        f"The gates of round {policy.round} refused policy {policy.policy_id}. {reasons} "
        "Promote it all the same with --force."
    )


def _decide(store: Store, who: Actor, policy: Policy, *, promoted: bool, why: str) -> Decided:
    promotion = Promotion(
        policy_id=policy.policy_id, promoted=promoted, given_by=who.annotator_id, why=why.strip()
    )
    store.append(who.annotator_id, promotion)
    with store.reading() as db:
        newest = policies.newest(db)
    assert newest is not None  # noqa: S101  # one that answers is left or was just promoted
    return Decided(promotion=promotion, in_use=newest.policy_id)
