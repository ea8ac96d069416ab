"""What should hold of what was trained: each thing names what it came from, and that is there."""

from __future__ import annotations

from typing import Final

from store.keeping.invariants.rules import Rule

MODELS_OF_NOTHING = """
select reward_model_id from reward_models
anti   join snapshots using (snapshot_id)
"""

SIGNED_NOTHING = """
select distinct snapshot_id from signatures
anti   join snapshots using (snapshot_id)
"""

SCORES_OF_NOTHING = """
select distinct response_id from scores
anti   join responses using (response_id)
"""

SCORES_BY_NOBODY = """
select distinct reward_model_id from scores
anti   join reward_models using (reward_model_id)
"""

EVALUATIONS_OF_NOTHING = """
select reward_model_id from reward_evaluations
anti   join reward_models using (reward_model_id)
"""

LABEL_SCORES_OF_NOTHING = """
select distinct label_id from label_scores
anti   join labels using (label_id)
"""

LABEL_SCORES_BY_NOBODY = """
select distinct reward_model_id from label_scores
anti   join reward_models using (reward_model_id)
"""

ROOTLESS = """
with named as (
  select policy_id, unnest(parents) as parent from policies
)
select distinct named.policy_id from named
anti   join policies on policies.policy_id = parent
"""

TRAINED_ON_NOTHING = """
with named as (
  select policy_id, unnest(snapshots) as snapshot_id from policies
)
select distinct policy_id from named
anti   join snapshots using (snapshot_id)
"""

REWARDED_BY_NOBODY = """
with named as (
  select policy_id, unnest(reward_models) as reward_model_id from policies
)
select distinct policy_id from named
anti   join reward_models using (reward_model_id)
"""

GAMES_OF_NOTHING = """
select distinct evaluation_id from games
anti   join evaluations using (evaluation_id)
"""

RESULTS_OF_NOTHING = """
select distinct policy_id from task_results
anti   join policies using (policy_id)
"""

DECIDED_NOTHING = """
select distinct policy_id from promotions
anti   join policies using (policy_id)
"""

SIGNED_BY_NOBODY = """
select distinct signed_by from round_signatures
anti   join annotators on annotator_id = signed_by
"""

SIGNED_UNREADABLY = """
with told as (
  select round, try_cast(seen as json) as seen from round_signatures
)
select distinct round from told
where  coalesce(json_type(seen), '') <> 'OBJECT'
or     json_type(seen, '$.spoken') <> 'OBJECT'
or     len(list_filter(json_type(seen, '$.spoken.*'), lambda kind : kind <> 'UBIGINT')) > 0
"""

RULES: Final = (
    Rule(
        name="snapshots of reward models",
        broken=MODELS_OF_NOTHING,
        wrong="Reward models whose snapshot is not there",
    ),
    Rule(
        name="snapshots of signatures",
        broken=SIGNED_NOTHING,
        wrong="Signatures of snapshots that are not there",
    ),
    Rule(
        name="responses of scores", broken=SCORES_OF_NOTHING, wrong="Scores of responses that are not there"
    ),
    Rule(
        name="reward models of scores",
        broken=SCORES_BY_NOBODY,
        wrong="Scores by reward models that are not there",
    ),
    Rule(
        name="reward models of their evaluations",
        broken=EVALUATIONS_OF_NOTHING,
        wrong="Evaluations of reward models that are not there",
    ),
    Rule(
        name="labels of their scores",
        broken=LABEL_SCORES_OF_NOTHING,
        wrong="Scores of labels that are not there",
    ),
    Rule(
        name="reward models of labels' scores",
        broken=LABEL_SCORES_BY_NOBODY,
        wrong="Scores of labels by reward models that are not there",
    ),
    Rule(
        name="evaluations of games",
        broken=GAMES_OF_NOTHING,
        wrong="Games of evaluations that are not there",
    ),
    Rule(
        name="policies of task results",
        broken=RESULTS_OF_NOTHING,
        wrong="Results on tasks of policies that are not there",
    ),
    Rule(
        name="policies of promotions",
        broken=DECIDED_NOTHING,
        wrong="Decisions about policies that are not there",
    ),
    Rule(
        name="people of round signatures",
        broken=SIGNED_BY_NOBODY,
        wrong="Rounds signed by somebody who is not there",
    ),
    Rule(
        name="what round signatures say",
        broken=SIGNED_UNREADABLY,
        wrong="Rounds with a signature that does not say what was seen",
    ),
    Rule(name="parents of policies", broken=ROOTLESS, wrong="Policies with a parent that is not there"),
    Rule(
        name="snapshots of policies",
        broken=TRAINED_ON_NOTHING,
        wrong="Policies trained on a snapshot that is not there",
    ),
    Rule(
        name="reward models of policies",
        broken=REWARDED_BY_NOBODY,
        wrong="Policies trained against a reward model that is not there",
    ),
)
