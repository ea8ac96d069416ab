"""Whether a round's selection beat chance: what people said of the comparisons of each arm.

A label teaches most where the reward model was wrong and people are sure. So an arm is held to how often a
decisive label (degree 1 or more) went against the reward model that was there when the comparison was chosen:
a correction, of all comparisons that got a label, for each costs a label. How often that model was wrong on
any label is told beside it: alone it would favour an arm that picks near ties, which nobody can tell apart.

It says what a label found, not what a model learned of it: the next models learn from both arms at once.
Labels count as they stand, but for retracted, surplus and overruled ones; those of one comparison, and the
pairs of one ranking, count together as one. A pair whose chosen response is unsafe while the rejected one is
safe is none, for it teaches nothing (`store.preferences`). Where the model holds both alike it is half wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from duckdb import DuckDBPyConnection

from store.intervals import Interval, difference, wilson
from store.records import Arm
from store.rows import rows

# Each comparison was scored by the models of the round that asked it, of which one speaks: that of its track,
# or that of helpfulness alone where the round's settings say so.
OF_ROUND = """
with asked as (
  select comparison_id, arm, track, response_ids
  from   selections
  join   comparisons using (comparison_id)
  join   batches using (batch_id)
  join   prompts using (prompt_id)
  where  batches.round = $round
),
standing as (
  select comparison_id, track, response_ids, label_id, ranks, degree, both_bad, safety
  from   current_labels
  join   asked using (comparison_id)
  where  not retracted and not surplus and coalesce(verdict, 'confirm') = 'confirm'
),
places as (
  select *, unnest(generate_series(1, len(ranks))) as place
  from   standing
  where  not both_bad
),
voice as (
  select any_value(try_cast(settings as json) ->> '$.judge.reward') as reward
  from   rounds
  where  round = $round
),
couples as (
  select *, unnest(generate_series(1, len(ranks))) as other,
         if((from voice) = 'helpfulness', 'helpfulness', track) as spoken
  from   places
),
said as (
  select track, response_id, any_value(score) as score
  from   scores
  join   reward_models using (reward_model_id)
  where  round = $round
  group  by track, response_id
),
pairs as (
  select label_id,
         case when chosen.score > rejected.score then 0.0 when chosen.score < rejected.score then 1.0 else 0.5
         end as wrong
  from   couples
  join   said as chosen on chosen.track = spoken and chosen.response_id = response_ids[place]
  join   said as rejected on rejected.track = spoken and rejected.response_id = response_ids[other]
  where  ranks[place] < ranks[other]
    and  not coalesce(not safety[place].safe and safety[other].safe, false)
),
taught as (
  select label_id, avg(wrong) as wrong
  from   pairs
  group  by label_id
),
heard as (
  select comparison_id, count(*) as labels, avg(wrong) as wrong,
         avg(if(degree >= 1 and wrong is not null, 1.0, 0.0)) as decisive,
         avg(if(degree >= 1, coalesce(wrong, 0.0), 0.0)) as corrected
  from   standing
  left   join taught using (label_id)
  group  by comparison_id
)
select arm, count(*) as asked, count(labels) as labelled, coalesce(sum(labels), 0)::bigint as labels,
       count(wrong) as preferred, coalesce(sum(wrong), 0) as wrong,
       coalesce(sum(decisive), 0) as decisive, coalesce(sum(corrected), 0) as corrected
from   asked
left   join heard using (comparison_id)
group  by arm
order  by arm <> 'random', arm
"""

BEAT: Final = "{arm} found more than chance: {gain}."
LOST: Final = "{arm} found less than chance: {gain}."
UNSURE: Final = "Too few labels to tell whether {arm} finds more than chance: {gain}."
SEVERAL: Final = (
    "This round's comparisons were chosen in several ways ({arms}), so no single one of them is held against "
    "chance; their figures stand side by side."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmFound:
    """An arm's comparisons: how many were asked, are `labelled`, and by how many `labels`.

    The rest are sums over comparisons, of shares where one has several labels or pairs: those with a
    preference at all, those of them where the model was `wrong`; of the labelled ones those that are
    `decisive`, and those decisive against the model.
    """

    arm: Arm
    asked: int
    labelled: int
    labels: int
    preferred: int
    wrong: float
    decisive: float
    corrected: float

    @property
    def decisive_share(self) -> Interval:
        """Of what is labelled, how much decisively (Wilson)."""
        return wilson(self.decisive, self.labelled)

    @property
    def wrong_share(self) -> Interval:
        """Of what has a preference, how often the reward model had the other one (Wilson)."""
        return wilson(self.wrong, self.preferred)

    @property
    def corrected_share(self) -> Interval:
        """Of what is labelled, how often decisively against the reward model (Wilson)."""
        return wilson(self.corrected, self.labelled)


def of_round(db: DuckDBPyConnection, round_number: int) -> tuple[ArmFound, ...]:
    """The arms by which this round asked, chance first; none of a round before there were any."""
    return tuple(rows(db.execute(OF_ROUND, {"round": round_number}), ArmFound))


def gain(arms: Sequence[ArmFound]) -> Interval | None:
    """Corrections a label of the selection less those of chance; None unless both have labels."""
    by_arm = {one.arm: one for one in arms if one.labelled}
    chance = by_arm.pop(Arm.RANDOM, None)
    if chance is None or len(by_arm) != 1:
        return None
    (chosen,) = by_arm.values()
    return difference(chosen.corrected_share, chance.corrected_share)


def verdict(arms: Sequence[ArmFound]) -> str:
    """Whether the selection beat chance, in a sentence; empty where all was asked by chance."""
    chosen = [one.arm for one in arms if one.arm is not Arm.RANDOM]
    if not chosen:
        return ""
    found, name = gain(arms), f"Choosing by {chosen[0].value}"
    if len(chosen) > 1:
        return SEVERAL.format(arms=" and ".join(one.value for one in chosen))
    if found is None:
        return "One of the arms has no label yet, so nothing can be said of whether the selection helps."
    words = (
        f"{100 * found.value:+.1f} corrections in a hundred labelled comparisons "
        f"(95 % interval {100 * found.low:+.1f} to {100 * found.high:+.1f})"
    )
    said = BEAT if found.low > 0 else LOST if found.high < 0 else UNSURE
    return said.format(arm=name if said is not UNSURE else name.lower(), gain=words)
