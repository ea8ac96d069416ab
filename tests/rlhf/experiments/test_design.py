"""Files of experiments: what they say, what is no experiment, and those that come with Hone."""

import re
from pathlib import Path

import pytest

from rlhf.config import Settings
from rlhf.experiments.design import DesignError, found, read, shipped
from rlhf.experiments.experiment import planned
from store.settings import load

TEXT = """
title = "A margin, or none"
question = "Does it help?"
against = "with"
seeds = 2
rounds = 3
labels = 100

[settings]
ppo.iterations = 3
reward.epochs = 1

[variants.without]
reward.margin = "none"

[variants.with]
"""


def design(folder: Path, text: str = TEXT):
    (folder / "margins.toml").write_text(text)
    return read(folder / "margins.toml")


def test_a_file_names_variants_over_common_settings_and_the_control_comes_first(tmp_path):
    said = design(tmp_path)
    assert (said.name, said.seeds, said.rounds, said.labels, said.at_once) == ("margins", (0, 1), 3, 100, 1)
    assert (said.control, [variant.name for variant in said.variants]) == ("with", ["with", "without"])
    common = {"ppo": {"iterations": 3}, "reward": {"epochs": 1}}
    assert said.variants[0].values == common
    assert said.variants[1].values == {**common, "reward": {"epochs": 1, "margin": "none"}}
    listed = design(tmp_path, TEXT.replace("seeds = 2", "seeds = [7, 3, 7]"))
    assert listed.seeds == (7, 3)


@pytest.mark.parametrize(
    ("there", "instead", "told"),
    [
        ('"with"', '"within"', "Expected `against` in margins.toml to name a variant, one of without, with"),
        ("rounds = 3", "round = 3", "margins.toml describes no experiment: rounds: field required"),
        ("rounds = 3", "rounds = 3\nrun = 1", "margins.toml describes no experiment: run: "),
        ("seeds = 2", "seeds = 0", "seeds: input should be greater than or equal to 1"),
        ("labels = 100", "labels = 10", "labels: input should be greater than or equal to 60"),
        ("[variants.without]", '[variants."../without"]', "string should match pattern"),
        ("[variants.without]", "[variants.without", "is not valid TOML"),
    ],
)
def test_what_is_no_experiment_is_told_in_a_sentence(tmp_path, there, instead, told):
    with pytest.raises(DesignError, match=re.escape(told)):
        design(tmp_path, TEXT.replace(there, instead))


def test_a_control_alone_is_no_experiment(tmp_path):
    with pytest.raises(DesignError, match="two variants at least"):
        design(tmp_path, TEXT.partition("[variants.without]")[0] + "[variants.with]")


def test_a_setting_that_is_none_is_told_with_its_variant(tmp_path):
    for there, instead, told in (
        ("margin =", "margins =", "Variant without of margins: There is no setting reward.margins"),
        ('margin = "none"', "epochs = 0", "Variant without of margins: reward.epochs = 0 does not fit"),
        ("reward.margin", "evaluate.gold_judge", "Expected a gold judge to tell variants apart"),
    ):
        with pytest.raises(DesignError, match=re.escape(told)):
            planned(design(tmp_path, TEXT.replace(there, instead)), tmp_path)


def test_an_experiment_is_found_by_its_path_or_by_its_name(tmp_path):
    design(tmp_path)
    assert found(str(tmp_path / "margins.toml")) == tmp_path / "margins.toml"
    assert found("llama2") == shipped()["llama2"]
    with pytest.raises(DesignError, match=r"one of label_efficiency, llama2; got marginal"):
        found("marginal")


@pytest.mark.parametrize("name", shipped())
def test_every_experiment_that_comes_with_hone_can_be_planned(tmp_path, name):
    said = read(found(name))
    plans = planned(said, tmp_path)
    assert [len(homes) for homes in plans.homes.values()] == [3] * len(said.variants)
    # Before a variant's own settings matter, all its homes of a seed have the same labels.
    assert len(plans.beginnings) == 3


def test_homes_share_what_comes_before_their_own_settings_matter(tmp_path):
    plans = planned(design(tmp_path), tmp_path)
    one, other = plans.homes["with"], plans.homes["without"]
    assert [plan.beginning for plan in one] == [plan.beginning for plan in other]
    assert len({tuple(plan.made_of.items()) for plan in (*one, *other)}) == 4
    hotter = TEXT.replace('reward.margin = "none"', "publish.temperatures = [1.5]")
    apart = planned(design(tmp_path, hotter), tmp_path)
    assert apart.homes["with"] == one  # what another variant is changed to is nothing to this one
    assert len(apart.beginnings) == 4


def test_more_rounds_and_seeds_go_on_with_the_same_homes(tmp_path):
    plans = planned(design(tmp_path), tmp_path)
    more = planned(
        design(tmp_path, TEXT.replace("rounds = 3", "rounds = 4").replace("seeds = 2", "seeds = 3")), tmp_path
    )
    for name, homes in plans.homes.items():
        assert [plan.made_of for plan in homes] == [plan.made_of for plan in more.homes[name]][:2]


def test_a_home_has_its_settings_whole_in_its_own_file(tmp_path):
    text = TEXT + 'queue.quotas = { safety = 500, "safety/de" = 90 }\nreject.temperatures = [0.5, 1.0]\n'
    plan = planned(design(tmp_path, text), tmp_path).homes["with"][1]
    (tmp_path / "hone.toml").write_text(plan.settings)
    settings = load(Settings, tmp_path / "hone.toml")
    assert (settings.round.seed, settings.ppo.iterations, settings.publish.comparisons) == (1, 3, 120)
    assert (settings.queue.quotas, settings.queue.swapped_rate) == ({"safety": 500, "safety/de": 90}, 0.0)
    assert settings.reject.temperatures == (0.5, 1.0)
    assert settings.evaluate.gold_judge == "pocket"  # the preset's
    assert settings.round.threads == 2


def test_several_homes_at_once_have_a_thread_each(tmp_path):
    plan = planned(design(tmp_path, TEXT.replace("labels = 100", "labels = 100\nat_once = 2")), tmp_path)
    assert "threads = 1" in plan.homes["with"][0].settings


def test_the_one_reward_model_of_both_tracks_learns_from_all_labels():
    variant = next(one for one in read(found("llama2")).variants if one.name == "one-reward-model")
    share = variant.values["reward"]["other_track_helpfulness"]
    assert variant.values["judge"]["reward"] == "helpfulness"
    assert share / (1 - share) * 0.7 >= 0.3  # three of ten labels are on safety
