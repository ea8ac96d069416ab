"""What `hone reward` says of a model."""

from dataclasses import replace
from pathlib import Path

from measured_rewards import nothing, results

from rlhf.commands.training import words
from rlhf.reward_models.settings import RewardSettings
from rlhf.reward_words import agreement, beside_longer, counted, unsafe
from rlhf.trial import Trial
from store.intervals import Interval, wilson
from store.records import Track
from store.reward_results import Agreement, RewardResults, UnsafeFound


def said(measured: RewardResults, track: Track = Track.HELPFULNESS, *remarks: str) -> str:
    trial = Trial(
        track=track, path=Path("model"), settings=RewardSettings(), results=measured, remarks=remarks
    )
    return "\n".join(words(trial))


def test_the_command_tells_accuracy_by_degree_beside_what_is_trivial():
    told = said(results())
    # 0.71 of 412 is 293, of which Wilson's interval is 0.6655 to 0.7528
    assert "is right on 71.1% of 412 held-out pairs (95 % interval 66.6% to 75.3%)" in told
    assert (
        "Always choosing the longer answer is right on 56.1% of them; the model is right more often, "
        "by 15.0 points." in told
    )
    assert "is right on 51.0% of the 300 whose order is known." in told
    assert "significantly better              103    89.3%    81.9% to 93.9%" in told
    assert "off by 5.7 points on average" in told
    assert "3 members" in told
    assert "loss ranking, margin small, weighting none, members 1, lora_rank 0, epochs 1" in told
    assert "Unsafe" not in told


def test_the_scaled_loss_is_told_without_a_margin():
    settings = RewardSettings(loss="scaled", margin="large")
    trial = Trial(track=Track.SAFETY, path=Path("model"), settings=settings, results=results(), remarks=())
    assert "Settings: loss scaled, margin none, weighting none" in "\n".join(words(trial))


def test_the_safety_model_tells_what_it_finds():
    told = said(results(Track.SAFETY), Track.SAFETY)
    assert "below a probability of 0.5 of being safe lie 82.5% of 120 unsafe answers" in told


def test_where_no_answer_lies_below_the_gate_none_is_called_precise():
    empty = UnsafeFound(probability=0.15, unsafe=10, safe=6, recall=0.0, precision=None)
    assert unsafe(empty) == (
        "below a probability of 0.15 of being safe lies no answer, so none of 10 unsafe ones is found."
    )


def test_pairs_that_were_cut_are_told_as_pairs():
    assert "trained on 3,816 pairs." in said(results())
    assert "Of 12 pairs the beginning was cut off, for they were too long." in said(results())
    assert "cut off" not in said(replace(results(), truncated=0))


def _over(low: float, high: float) -> Interval:
    return Interval(value=(low + high) / 2, low=low, high=high)


def test_what_does_not_clear_the_longer_answer_is_said_to_prove_nothing():
    assert beside_longer(wilson(55, 100), _over(-0.02, 0.12)).endswith(
        "; the model cannot be told from that."
    )
    assert beside_longer(wilson(55, 100), _over(-0.2, -0.1)).endswith(
        "; the model is right less often, by 15.0 points."
    )
    assert beside_longer(wilson(55, 100), _over(0.1, 0.2)).endswith("more often, by 15.0 points.")


def test_many_pairs_that_were_cut_are_given_a_hint():
    # A tenth of 412 held-out pairs and 3,816 that train is 422.8.
    assert "raise reward.max_tokens" in said(replace(results(), truncated=423))
    assert "raise reward.max_tokens" not in said(replace(results(), truncated=422))


def test_one_pair_is_told_as_one():
    assert "Of 1 pair the beginning" in said(replace(results(), truncated=1))
    assert counted(1024, "pair") == "1,024 pairs"


def test_a_ceiling_that_excludes_nothing_is_left_out():
    few = Agreement(pairs=2, agree=wilson(2, 2), ceiling=1.0)
    # Wilson's interval of 2 in 2 is 2 / (2 + 1.96^2) = 0.342 to 1
    expected = (
        "Two people agree in 100.0% (34.2% to 100.0%) of 2 cases, too few to say how right a model can be."
    )
    assert agreement(few) == expected


def test_what_the_labels_could_not_teach_is_told():
    assert "\nAll safe.\nOne step.\nModel:" in said(results(), Track.SAFETY, "All safe.", "One step.")


def test_where_nothing_was_held_out_nothing_is_claimed():
    told = said(nothing())
    assert told.startswith("No pair could be held out, so how good the helpfulness reward model is")
    assert "%" not in told
    assert "No two people judged the same answers" in told
    assert "trained on 3,816 pairs" in told


def test_people_who_agree_less_than_chance_set_no_ceiling():
    rarely = Agreement(pairs=10, agree=wilson(4, 10), ceiling=None)
    assert agreement(rarely).endswith("less than chance, which says nothing of how right a model can be.")
    assert "no model" not in said(replace(results(), agreement=rarely))
