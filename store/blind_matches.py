"""People as judges of policies: comparisons that only evaluate, and what the labels on them say.

They go through the same queue as any other, blind, and teach nothing: no snapshot takes them. What people
said is derived each time, for labels are said anew, withdrawn and overruled. Only a label of the lowest
degree is a tie, or one that accepts neither response; where several labels stand, whoever has more of their
points has won. Policies that answer in the same words leave nothing to ask, so a win rate is among the
prompts that they answer differently.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from duckdb import DuckDBPyConnection

from store.identity import identity
from store.intervals import wilson
from store.records import Comparison, Evaluation, Game, Judge, Purpose, Response
from store.rows import rows

# Of the two policies, the one of the later round is the one that is judged. Of its games, those with no label
# that stands are still open.
GAMES = """
with paired as (
  select comparison_id, comparisons.prompt_id, batches.round,
         one.policy_id as one_id, other.policy_id as other_id,
         (one_policy.round, one_policy.made_at, one.policy_id)
           > (other_policy.round, other_policy.made_at, other.policy_id) as is_newer
  from   comparisons
  join   batches using (batch_id)
  join   responses as one on one.response_id = response_ids[1]
  join   responses as other on other.response_id = response_ids[2]
  join   policies as one_policy on one_policy.policy_id = one.policy_id
  join   policies as other_policy on other_policy.policy_id = other.policy_id
  where  purpose = 'evaluation' and len(response_ids) = 2 and one.policy_id <> other.policy_id
),
judged as (
  select comparison_id, current_labels.made_at,
         case when degree = 0 or ranks[1] = ranks[2] then 0.5
              when ranks[1] < ranks[2] then 1.0
              else 0.0 end as points
  from   current_labels
  semi   join paired using (comparison_id)
  left   join annotators using (annotator_id)
  where  not retracted and not surplus
    and  coalesce(verdict, 'confirm') = 'confirm'
    and  coalesce(kind, 'person') <> 'model'
),
voted as (
  select comparison_id, avg(points) as share, max(made_at) as made_at
  from   judged
  group  by comparison_id
)
select round, if(is_newer, one_id, other_id) as policy_id, if(is_newer, other_id, one_id) as opponent_id,
       prompt_id, made_at,
       (case when share is null then null
             when share = 0.5 then 0.5
             when (share > 0.5) = is_newer then 1.0
             else 0.0 end)::double as points
from   paired
left   join voted using (comparison_id)
order  by round, policy_id, opponent_id, prompt_id, comparison_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlindGame:
    """One comparison of two policies: the newer one's points, None while no label on it stands."""

    round: int
    policy_id: str
    opponent_id: str
    prompt_id: str
    made_at: datetime | None
    points: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BlindMatch:
    """What people say of two policies that a round has asked them about, as the judge `people`.

    `asked` comparisons were asked; those with an answer are the `games`.
    """

    asked: int
    evaluation: Evaluation
    games: tuple[Game, ...]


def blind_comparison(one: Response, other: Response, batch_id: str, priority: int) -> Comparison:
    """Asks which of two policies' responses to a prompt is better, in order to measure them, not to teach."""
    ids = sorted((one.response_id, other.response_id))
    return Comparison(
        comparison_id=identity("comparison", batch_id, ids, Purpose.EVALUATION.value),
        prompt_id=one.prompt_id,
        response_ids=tuple(ids),
        batch_id=batch_id,
        purpose=Purpose.EVALUATION,
        priority=priority,
    )


def blind_matches(db: DuckDBPyConnection) -> list[BlindMatch]:
    """Every pair of policies that people have judged, by the round that asked them, the first round first."""
    found = groupby(
        rows(db.execute(GAMES), BlindGame), lambda game: (game.round, game.policy_id, game.opponent_id)
    )
    matches = [_match(list(games)) for _pair, games in found]
    return [match for match in matches if match.games]


def _match(asked: Sequence[BlindGame]) -> BlindMatch:
    first = asked[0]
    evaluation_id = identity(
        "evaluation", first.round, first.policy_id, first.opponent_id, Judge.PEOPLE.value
    )
    games = tuple(_games(evaluation_id, asked))
    points = [game.points for game in games]
    wins, losses = points.count(1), points.count(0)
    rate = wilson(sum(points), len(points))
    evaluation = Evaluation(
        evaluation_id=evaluation_id,
        round=first.round,
        policy_id=first.policy_id,
        opponent_id=first.opponent_id,
        judge=Judge.PEOPLE,
        wins=wins,
        ties=len(points) - wins - losses,
        losses=losses,
        win_rate=rate.value,
        win_rate_low=rate.low,
        win_rate_high=rate.high,
        made_at=max((game.made_at for game in asked if game.made_at), default=datetime.min),
    )
    return BlindMatch(asked=len(asked), evaluation=evaluation, games=games)


def _games(evaluation_id: str, asked: Sequence[BlindGame]) -> Iterator[Game]:
    for game in asked:
        if game.points is not None:
            yield Game(evaluation_id=evaluation_id, prompt_id=game.prompt_id, points=game.points)
