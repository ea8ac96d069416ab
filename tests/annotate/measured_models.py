"""The policies and reward models of rounds, with all that is measured of them, for the Policies page."""

from dataclasses import replace

from store.identity import identity
from store.intervals import Interval, wilson
from store.records import Policy, RewardEvaluation, RewardModel, Snapshot, Track
from store.reward_results import Agreement, Bin, Part, RewardResults, UnsafeFound, as_text

LENGTHS = {
    "over 50 shorter": 0.52,
    "11 to 50 shorter": 0.6,
    "1 to 10 shorter": 0.66,
    "equally long": 0.7,
    "1 to 10 longer": 0.74,
    "11 to 50 longer": 0.8,
    "over 50 longer": 0.86,
}
SPREADS = {"lowest third": 0.84, "middle third": 0.71, "highest third": 0.59}
MEMBERS = 3


def part(name, pairs, share):
    return Part(name=name, pairs=pairs, accuracy=wilson(round(share * pairs), pairs))


def about(value):
    """A difference that is known to seven points or so."""
    return Interval(value=value, low=value - 0.07, high=value + 0.07)


def results(track=Track.HELPFULNESS, annotators=("ana", "ben"), accuracy=0.71, pairs=412):
    """What a middling model shows; surer than it should be, from an ensemble of three."""
    better = accuracy - 0.71
    each = pairs // max(1, len(annotators))
    return RewardResults(
        pairs=pairs,
        accuracy=wilson(round(accuracy * pairs), pairs),
        by_degree=tuple(
            part(str(degree), 103, share + better) for degree, share in enumerate((0.55, 0.64, 0.77, 0.89))
        ),
        by_annotator=tuple(part(name, each - at, accuracy - 0.01 * at) for at, name in enumerate(annotators)),
        by_age=(part("0", 60, 0.61), part("1", 152, 0.7), part("2", 180, 0.75), part("imported", 20, 0.6)),
        by_length=tuple(part(name, 50, share) for name, share in LENGTHS.items()),
        by_spread=tuple(part(name, 137, share) for name, share in SPREADS.items()),
        baselines=(part("longer", pairs, 0.56), part("first", pairs, 0.51)),
        reliability=tuple(
            Bin(pairs=82, stated=stated, right=wilson(round(82 * right), 82))
            for stated, right in ((0.55, 0.54), (0.65, 0.61), (0.75, 0.69), (0.85, 0.76), (0.96, 0.88))
        ),
        calibration_error=0.0567,
        unsafe_found=(
            UnsafeFound(probability=0.5, unsafe=120, safe=704, recall=0.825, precision=0.733),
            UnsafeFound(probability=0.15, unsafe=120, safe=704, recall=0.508, precision=0.871),
        )
        if track is Track.SAFETY
        else (),
        agreement=Agreement(pairs=96, agree=wilson(70, 96), ceiling=0.8386),
        members=MEMBERS,
        training_pairs=3816,
        truncated=12,
        over_longer=about(accuracy - 0.56),
    )


def first_policy():
    return Policy(policy_id="first-policy-of-all", path="policies/first")


def round_facts(number, annotators=(), promoted=True, **measured):
    """A round's snapshot, policy, reward models, and their evaluations; `results` as a text replaces them."""
    text = measured.pop("results", None)
    snapshot = Snapshot(
        snapshot_id=identity("snapshot", number),
        contents="preferences",
        path=f"snapshots/{number}.parquet",
        row_count=1300 * number,
        query="",
        audit_seq=1,
        audit_head="h",
        counts=f'{{"labels": {1200 * number}}}',
    )
    parent = policy_id(number - 1) if number > 1 else first_policy().policy_id
    models = [_model(number, track, snapshot, parent) for track in Track]
    policy = Policy(
        policy_id=policy_id(number),
        path=f"rounds/{number}/policy",
        parents=(parent,),
        reward_models=tuple(model.reward_model_id for model in models),
        snapshots=(snapshot.snapshot_id,),
        round=number,
        method="rs+ppo",
        promoted=promoted,
    )
    evaluations = [
        RewardEvaluation(
            reward_model_id=model.reward_model_id,
            results=text if text is not None else as_text(results(model.track, annotators, **measured)),
        )
        for model in models
    ]
    return [snapshot, *models, policy, *evaluations]


def policy_id(number):
    return identity("policy", number)


def one_model(measured, track=Track.HELPFULNESS):
    """The facts of round 1 with these results for one track's model, and none for the other's."""
    facts = [_measured(fact, measured) for fact in round_facts(1, results=as_text(measured))]
    keep = next(one for one in facts if isinstance(one, RewardModel) and one.track is track)
    return [one for one in facts if not isinstance(one, RewardEvaluation) or _is_of(one, keep)]


def _measured(fact, measured):
    return replace(fact, held_out_pairs=measured.pairs) if isinstance(fact, RewardModel) else fact


def _is_of(evaluation, model):
    return evaluation.reward_model_id == model.reward_model_id


def hostile(words):
    """A round in which whatever is a text is `words`."""
    measured = results()
    parts = {
        group: tuple(replace(one, name=words) for one in getattr(measured, group)[:1])
        for group in ("by_degree", "by_annotator", "by_age", "by_length", "by_spread")
    }
    facts = one_model(replace(measured, **parts))
    return [
        replace(fact, policy_id=words, path=words, method=words, parents=(words,))
        if isinstance(fact, Policy)
        else fact
        for fact in facts
    ]


def bare(measured):
    """The results as far as they are always there: one degree, and nothing that may be lacking."""
    return replace(
        measured,
        by_degree=measured.by_degree[2:3],
        by_spread=(),
        baselines=(),
        agreement=None,
        members=1,
        truncated=0,
    )


def _model(number, track, snapshot, parent):
    share = wilson(round(412 * (0.6 + 0.03 * min(number, 8) + (0.05 if track is Track.SAFETY else 0))), 412)
    return RewardModel(
        reward_model_id=identity("reward model", number, track),
        track=track,
        snapshot_id=snapshot.snapshot_id,
        policy_id=parent,
        path=f"rounds/{number}/{track}",
        round=number,
        accuracy=share.value,
        accuracy_low=share.low,
        accuracy_high=share.high,
        held_out_pairs=412,
    )
