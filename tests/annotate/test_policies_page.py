"""The page of policies and reward models, without a browser."""

import json
from dataclasses import replace

import pytest
from measured_models import bare, first_policy, one_model, policy_id, results, round_facts
from round_files import write_round
from small_homes import PATIENCE, person
from streamlit.testing.v1 import AppTest

from annotate import reward_figures
from annotate.words import words
from store.intervals import wilson
from store.records import Policy, Promotion, RewardModel, Role, Round, Track
from store.reward_results import Agreement, Bin, UnsafeFound

HEADINGS = (
    "by_degree",
    "reliability",
    "by_length",
    "by_age",
    "by_spread",
    "by_annotator",
    "over_rounds",
)
"""Of a helpfulness model, in the order of the page."""


@pytest.fixture
def rob(store):
    return person(store, "rob", Role.ENGINEER)


def draw(store, who, locale):
    from small_homes import visit

    from annotate.pages import policies

    policies.render(visit(store, who, locale))


def page(store, actor, locale="en"):
    app = AppTest.from_function(draw, args=(store, [actor], locale), default_timeout=PATIENCE).run()
    assert not app.exception
    return app


def said(name, **values):
    return words("en").text(f"policies.{name}", **values)


def headings(app):
    return [one.value for one in app.subheader]


def texts(app):
    return [one.value for one in (*app.text, *app.caption)]


@pytest.mark.parametrize("role", [Role.ANNOTATOR, Role.REVIEWER])
def test_other_roles_are_told_that_the_page_is_not_theirs(store, role):
    store.append("hone", *round_facts(1))
    app = page(store, person(store, "zoe", role))
    assert [one.value for one in app.text] == [
        f"This page takes the role Engineer; you have the role {role.value.capitalize()}."
    ]
    assert not app.dataframe
    assert not app.subheader


@pytest.mark.wide
def test_without_a_policy_the_page_says_what_appears_here(store, rob):
    app = page(store, rob)
    assert texts(app) == [said("none"), said("no_models")]
    assert not app.dataframe


@pytest.mark.wide
def test_a_home_before_its_first_round_has_a_policy_in_use_and_no_reward_model(store, rob):
    store.append("hone", first_policy(), Policy(policy_id="imported:hh", path=""))
    app = page(store, rob)
    (table,) = [one.value for one in app.dataframe]
    assert list(table["policy"]) == ["first-policy-of-all"]
    assert (table["decided"][0], table["labels"][0], table["parents"][0]) == ("In use", "–", "–")
    assert texts(app) == [words("en").text("policy.choose"), said("no_models")]


def test_policies_stand_the_newest_first_with_what_was_decided_and_why(store, rob):
    drift = "It is 30.0 nats from the first policy; 25.0 are allowed."
    store.append("hone", first_policy(), *round_facts(1), *round_facts(2, promoted=False))
    write_round(store.home, 1)
    write_round(store.home, 2, reasons=(drift,))
    table = page(store, rob).dataframe[0].value
    assert list(table["policy"]) == [policy_id(2), policy_id(1), "first-policy-of-all"]
    assert list(table["decided"]) == ["Not promoted", "In use", "Promoted"]
    assert list(table["labels"]) == ["2,400", "1,200", "–"]
    assert list(table["parents"]) == [policy_id(1), "first-policy-of-all", "–"]
    assert list(table["why"]) == [drift, "", ""]


def test_what_people_decided_is_told_with_who_and_why(store, rob):
    store.append("hone", first_policy(), *round_facts(1), *round_facts(2, promoted=False))
    write_round(store.home, 2, reasons=("It is 30.0 nats from the first policy; 25.0 are allowed.",))
    word = Promotion(policy_id=policy_id(2), promoted=True, given_by=rob.annotator_id, why="<b>Better.</b>")
    taken = Promotion(policy_id=policy_id(1), promoted=False, given_by="hone", why="It rambles.")
    store.append("hone", word, taken)
    table = page(store, rob).dataframe[0].value
    assert list(table["decided"]) == ["In use", "Withdrawn", "Promoted"]
    assert list(table["why"]) == ["rob: <b>Better.</b>", "hone: It rambles.", ""]


def test_the_newest_round_is_shown_first_and_another_when_it_is_chosen(store, rob):
    store.append("hone", *round_facts(1, accuracy=0.61), *round_facts(2, accuracy=0.74))
    app = page(store, rob)
    assert app.selectbox[0].value == 2
    assert app.metric[0].value == "74.0%"
    app = app.selectbox[0].set_value(1).run()
    assert not app.exception
    assert app.metric[0].value == "60.9%"


def test_each_part_has_a_chart_with_its_sentence_and_the_figures_behind_it(store, rob):
    store.append("hone", *round_facts(1, annotators=("ana", "ben")))
    app = page(store, rob)
    assert headings(app) == ["Reward models", *(said(name) for name in HEADINGS)]
    assert len(app.get("vega_lite_chart")) == 5
    assert [one.label for one in app.expander] == 5 * ["Figures"]
    shown = texts(app)
    assert (
        "It chose as the label did in 71.1% of pairs that it never saw, likely 66.6% to 75.3%: more than "
        "always taking the longer answer would (56.1%)."
    ) in shown
    assert any("no model can be right more often than 83.9%" in text for text in shown)
    assert any(text.startswith("It is surer than it should be") and "5.7 points" in text for text in shown)
    by_degree = app.dataframe[1].value
    assert list(by_degree.iloc[:, 0]) == [said(f"degree_{number}") for number in range(4)]
    assert list(by_degree.iloc[0])[1:] == ["103", "55.3%", "45.7% to 64.6%"]


@pytest.mark.wide
def test_annotators_are_named_the_one_with_most_labels_first(store, rob):
    ana, ben = person(store, "ana"), person(store, "ben")
    store.append("hone", *round_facts(1, annotators=(ben.annotator_id, ana.annotator_id, "gone")))
    assert list(page(store, rob).dataframe[-2].value["Annotator"]) == ["ben", "ana", "gone"]


@pytest.mark.wide
def test_the_safety_model_tells_how_many_unsafe_answers_it_finds(store, rob):
    store.append("hone", *round_facts(1))
    app = page(store, rob)
    app = app.button_group[0].set_value(Track.SAFETY.value).run()
    assert not app.exception
    assert said("unsafe") in headings(app)
    assert any("82.5% of the 120 unsafe answers are found, and 73.3%" in text for text in texts(app))


@pytest.mark.wide
def test_a_safety_model_that_met_nothing_unsafe_says_so(store, rob):
    store.append("hone", *one_model(results(), Track.SAFETY))
    app = page(store, rob)
    app = app.button_group[0].set_value(Track.SAFETY.value).run()
    assert said("unsafe_none") in texts(app)


@pytest.mark.wide
def test_what_was_not_measured_is_said_or_left_out(store, rob):
    store.append("hone", *one_model(bare(results())))
    app = page(store, rob)
    assert said("by_spread") not in headings(app)
    assert any(said("agreement_none") in text for text in texts(app))
    assert app.metric[1].value == "–"
    assert list(app.dataframe[1].value.iloc[:, 0]) == ["Better"]


@pytest.mark.wide
def test_people_who_agree_less_than_a_coin_set_no_ceiling(store, rob):
    apart = Agreement(pairs=50, agree=wilson(20, 50), ceiling=None)
    store.append("hone", *one_model(replace(results(), agreement=apart)))
    assert any(
        "40.0% of the pairs that both judged (50)" in text and "no ceiling" in text
        for text in texts(page(store, rob))
    )


@pytest.mark.wide
@pytest.mark.parametrize("text", ["", "{}", '{"pairs": "<b>many</b>"}'])
def test_a_model_that_another_version_measured_shows_its_accuracy_alone(store, rob, text):
    store.append("hone", *round_facts(1, results=text))
    app = page(store, rob)
    assert any(one.startswith("Right in 63.1% of held-out pairs (412)") for one in texts(app))
    assert headings(app) == ["Reward models", said("over_rounds")]


@pytest.mark.wide
def test_a_model_of_which_nothing_was_held_out_says_so(store, rob):
    store.append("hone", *one_model(replace(results(), pairs=0)))
    app = page(store, rob)
    assert said("nothing_held_out") in texts(app)
    assert not app.get("vega_lite_chart")
    table = app.dataframe[-1].value
    of_track = table[table["Track"] == "Helpfulness"].iloc[0]
    assert list(of_track[["Held-out pairs", "Accuracy", "Likely"]]) == ["0", "–", "–"]


@pytest.mark.wide
def test_a_round_of_which_nothing_was_held_out_has_no_point_in_the_line(store, rob):
    facts = [*one_model(replace(results(), pairs=0)), *round_facts(2), *round_facts(3)]
    store.append("hone", *facts)
    assert said("over_rounds_one") not in texts(page(store, rob))
    models = [fact for fact in facts if isinstance(fact, RewardModel)]
    assert list(reward_figures.over_rounds(words("en"), models)["round"]) == [2, 2, 3, 3]


@pytest.mark.wide
def test_the_scaled_loss_is_told_without_the_margin_that_it_ignores(store, rob):
    reward = {
        "loss": "scaled",
        "margin": "small",
        "weighting": "none",
        "members": 1,
        "epochs": 1,
        "lora_rank": 0,
    }
    settings = json.dumps({"reward": reward})
    one = Round(round=1, method="rs", policy_id=policy_id(1), promoted=True, settings=settings, results="{}")
    store.append("hone", *round_facts(1), one)
    assert any("loss scaled, margin none," in text for text in texts(page(store, rob)))


@pytest.mark.wide
def test_a_model_no_better_than_length_is_not_praised(store, rob):
    store.append("hone", *round_facts(1, accuracy=0.58))
    assert any("cannot be told from always taking the longer" in text for text in texts(page(store, rob)))


@pytest.mark.wide
def test_a_model_worse_than_length_is_said_to_be_worse(store, rob):
    store.append("hone", *round_facts(1, accuracy=0.45))
    assert any(
        "less than always taking the longer answer would (56.1%)" in one for one in texts(page(store, rob))
    )


@pytest.mark.wide
def test_a_gate_below_which_no_answer_lies_is_not_called_precise(store, rob):
    nothing = UnsafeFound(probability=0.15, unsafe=10, safe=6, recall=0.0, precision=None)
    store.append("hone", *one_model(replace(results(Track.SAFETY), unsafe_found=(nothing,)), Track.SAFETY))
    app = page(store, rob)
    app = app.button_group[0].set_value(Track.SAFETY.value).run()
    assert not app.exception
    assert said("unsafe_not_found", probability="15%", unsafe="10") in texts(app)
    (table,) = [one.value for one in app.dataframe if "Recall" in one.value]
    assert list(table.iloc[0]) == ["15%", "0.0%", "–", "10", "6"]


@pytest.mark.wide
@pytest.mark.parametrize(
    ("right", "pairs", "word"),
    [
        (0.7, 400, "too_sure"),
        (0.9, 400, "too_modest"),
        (0.79, 400, "well_sure"),
        (0.81, 400, "well_sure"),
        (0.7, 20, "unknown_sure"),
        (0.9, 20, "unknown_sure"),
    ],
)
def test_a_model_is_told_whether_it_is_as_sure_as_right(right, pairs, word):
    share = wilson(pairs * right, pairs)
    one = Bin(pairs=pairs, stated=0.8, right=share)
    assert reward_figures.sureness(replace(results(), reliability=(one,), accuracy=share)) == word
    assert "{points}" in words("en").sections["policies"][word]


def test_the_page_speaks_german(store, rob):
    store.append("hone", *round_facts(1))
    app = page(store, rob, "de")
    assert "Trefferquote nach Länge" in headings(app)
    assert "über 50 kürzer" in list(app.dataframe[3].value.iloc[:, 0])


@pytest.mark.wide
def test_many_rounds_are_all_in_the_line_and_in_its_figures(store, rob):
    store.append("hone", *(fact for number in range(1, 41) for fact in round_facts(number)))
    app = page(store, rob)
    assert len(app.selectbox[0].options) == 40
    assert len(app.dataframe[-1].value) == 80
    assert list(app.dataframe[-1].value["Round"])[:2] == ["40", "40"]


def charts(app):
    """Vega-Lite's specification of each chart of the page."""
    return [json.loads(one.proto.spec) for one in app.get("vega_lite_chart")]


def found(spec, key):
    """Every value of this key, wherever it is."""
    inner = spec.values() if isinstance(spec, dict) else spec if isinstance(spec, list) else ()
    own = [spec[key]] if isinstance(spec, dict) and key in spec else []
    return own + [value for one in inner for value in found(one, key)]


@pytest.mark.wide
def test_one_round_is_a_sentence_and_with_the_second_one_a_line_begins(store, rob):
    store.append("hone", *round_facts(1))
    app = page(store, rob)
    assert said("over_rounds_one") in texts(app)
    assert list(app.dataframe[-1].value["Track"]) == ["Safety", "Helpfulness"]
    store.append("hone", *round_facts(2))
    app = page(store, rob)
    assert said("over_rounds_one") not in texts(app)
    assert set(found(charts(app)[-1], "xOffset")) == {-4, 4}


@pytest.mark.wide
def test_pairs_of_one_kind_are_a_sentence_and_no_chart(store, rob):
    store.append("hone", *one_model(replace(results(), by_age=results().by_age[:1])))
    app = page(store, rob)
    assert words("en").text("policies.one_part", name="0 (newest)") in texts(app)
    assert len(app.get("vega_lite_chart")) == 4


@pytest.mark.wide
def test_every_accuracy_is_drawn_from_nothing_to_all_with_labels_at_their_ticks(store, rob):
    store.append("hone", *round_facts(1), *round_facts(2))
    for spec in charts(page(store, rob)):
        assert [0, 1] in [scale["domain"] for scale in found(spec, "scale")]
        axes = [axis for axis in found(spec, "axis") if axis.get("format") == "%"]
        assert axes
        assert not any(axis["labelFlush"] or axis["labelBound"] for axis in axes)


@pytest.mark.wide
def test_points_of_few_pairs_are_faint_and_the_page_says_so(store, rob):
    few = (replace(results().by_length[0], pairs=9), *results().by_length[1:])
    store.append("hone", *one_model(replace(results(), by_length=few)))
    app = page(store, rob)
    (faint,) = [text for text in texts(app) if "Faint points are of fewer than 10 pairs." in text]
    assert faint.startswith(said("by_length_means"))
    for spec in charts(app):
        known = [
            one for one in found(spec, "opacity") if isinstance(one, dict) and one.get("field") == "pairs"
        ]
        assert known
        assert all(one["scale"]["domain"] == [0, 10] for one in known)


@pytest.mark.wide
def test_a_share_of_one_pair_is_told_of_one_pair():
    assert "100.0% of 1 pair," in reward_figures.told(words("en"), wilson(1, 1), 1)


@pytest.mark.wide
def test_a_ceiling_that_may_as_well_be_all_is_no_line(store, rob):
    agreed = Agreement(pairs=6, agree=wilson(6, 6), ceiling=1.0)
    store.append("hone", *one_model(replace(results(), agreement=agreed)))
    app = page(store, rob)
    assert any(
        "100.0% of the pairs that both judged (6), likely 61.0% to 100.0%: too few" in text
        for text in texts(app)
    )
    assert list(reward_figures.rules(words("en"), replace(results(), agreement=agreed))["line"]) == [
        said("rule_longer"),
        said("rule_first"),
    ]


@pytest.mark.wide
def test_the_page_tells_with_which_settings_the_reward_models_were_trained(store, rob):
    reward = {"loss": "scaled", "margin": "none", "weighting": "*majority*", "members": 3, "epochs": 2}
    settings = json.dumps({"reward": {**reward, "lora_rank": 8, "more": 1}, "ppo": {}})
    one = Round(round=1, method="rs", policy_id=policy_id(1), promoted=True, settings=settings, results="{}")
    store.append("hone", *round_facts(1), one, *round_facts(2))
    app = page(store, rob)
    assert not any("Trained with" in text for text in texts(app))
    app = app.selectbox[0].set_value(1).run()
    told = [text.replace("\\", "") for text in texts(app) if "Trained with" in text]
    assert told == [
        "Trained with loss scaled, margin none, weighting *majority*; members: 3, epochs: 2, "
        "LoRA adapters of rank 8."
    ]
