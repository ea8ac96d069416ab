"""A home with a line of descent: labels, the snapshot that froze them, two reward models and a policy."""

from small_homes import POLICIES, comparisons, person

from store.identity import identity
from store.messages import Freeze
from store.records import Contents, Degree, Label, Policy, Retraction, RewardModel, Role, Track
from store.verbs import freeze
from store.verbs.roles import HONE

CHILD = "child-of-both"


def descend(store, count=60, hostile=""):
    """`count` labels of ana's, the first retracted after they trained; gives all label ids, in order."""
    people = {
        name: person(store, name, role)
        for name, role in (
            ("ana", Role.ANNOTATOR),
            ("vera", Role.REVIEWER),
            ("rob", Role.ENGINEER),
        )
    }
    facts = comparisons(count)
    asked = [fact.comparison_id for fact in facts if hasattr(fact, "overlap")]
    labels = [
        Label(
            label_id=identity("label", comparison_id),
            comparison_id=comparison_id,
            annotator_id=people["ana"].annotator_id,
            ranks=(1, 2),
            degree=Degree.BETTER,
            shown_order=(0, 1),
        )
        for comparison_id in asked
    ]
    store.append("hone", *facts, *labels)
    snapshot = freeze(store, HONE, Freeze(contents=Contents.PREFERENCES))
    models = [
        RewardModel(
            reward_model_id=f"model of {track.value}{hostile}",
            track=track,
            snapshot_id=snapshot.snapshot_id,
            policy_id=POLICIES[0],
            path="rounds/1/reward",
            round=1,
            accuracy=0.7,
            accuracy_low=0.6,
            accuracy_high=0.8,
            held_out_pairs=9,
        )
        for track in Track
    ]
    child = Policy(
        policy_id=CHILD,
        path="rounds/1/policy",
        parents=(POLICIES[0],),
        reward_models=tuple(one.reward_model_id for one in models),
        snapshots=(snapshot.snapshot_id,),
        round=1,
        method="rs+ppo",
        promoted=True,
    )
    gone = Retraction(label_id=labels[0].label_id, annotator_id="root", reason="spam")
    store.append("hone", *models, child, gone)
    return [one.label_id for one in labels]
