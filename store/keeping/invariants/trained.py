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
