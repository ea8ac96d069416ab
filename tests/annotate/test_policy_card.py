"""A policy's card on the Policies page, without a browser; and its samples through the API."""

import json
from dataclasses import fields
from urllib.parse import parse_qs, urlsplit

import pytest
from measured_models import first_policy, policy_id, round_facts
from small_homes import PATIENCE, person
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from annotate import app as composed
from annotate import links, ownership
from annotate.words import words
from store.intervals import wilson
from store.messages import NextComparison, SkipLease
from store.readings import Reading
from store.records import (
    Batch,
    Comparison,
    Evaluation,
    Game,
    Judge,
    Policy,
    Prompt,
    Purpose,
    Response,
    Role,
    Round,
    Split,
    TaskResult,
    Track,
    Turn,
)
from store.rounds import RoundResult
from store.settings import as_json
from store.verbs import issue_token, list_policies, look_at_samples, next_comparison, skip_lease
from store.verbs.promoting import ListPolicies
from store.verbs.roles import HONE
from store.verbs.sampling import LookAtSamples
from store.verbs.sign_ins import IssueToken

FIRST = "first-policy-of-all"
HOSTILE = "<script>window.pwned = 1</script> ![cat](https://evil.example/cat.png)"


@pytest.fixture
def rob(store):
    return person(store, "rob", Role.ENGINEER)


def measured(policy, judge=Judge.GOLD, opponent=FIRST, wins=12, losses=8):
    """An evaluation and its games, half of them of either track."""
    evaluation_id = f"{policy}-{judge}-{opponent}"
    count = wins + losses
    evaluation = Evaluation(
        evaluation_id=evaluation_id,
        round=1,
        policy_id=policy,
        opponent_id=opponent,
        judge=judge,
        wins=wins,
        ties=0,
        losses=losses,
        win_rate=wins / count,
        win_rate_low=0.4,
        win_rate_high=0.8,
    )
    games = [
        Game(evaluation_id=evaluation_id, prompt_id=f"held{at}", points=float(at < wins))
        for at in range(count)
    ]
    return [evaluation, *games]


def its_files(store):
    """As if the policy of round 1 lay where it was made."""
    folder = store.home.root / "rounds" / "1" / "policy"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")


def held_out(count=20):
    tracks = [Track.HELPFULNESS, Track.SAFETY]
    return [
        Prompt(
            prompt_id=f"held{at}",
            turns=(Turn(role="user", content=f"question {at} {HOSTILE}"),),
            track=tracks[at % 2],
            split=Split.HELDOUT,
        )
        for at in range(count)
    ]


def answers(policy, count, text="answer {at} of it"):
    return [
        Response(
            response_id=f"{policy}-{at}",
            prompt_id=f"held{at}",
            policy_id=policy,
            text=text.format(at=at),
        )
        for at in range(count)
    ]


@pytest.fixture
def trained(store):
    """The first policy and one of a round, which met on twenty prompts; six answers of each can be read."""
    settings = json.dumps({"ppo": {"kl_coef": 0.01}})
    done = Round(
        round=1, method="rs+ppo", policy_id=policy_id(1), promoted=True, settings=settings, results="{}"
    )
    store.append("hone", first_policy(), *round_facts(1), done, *held_out(), *measured(policy_id(1)))
    store.append("hone", *answers(policy_id(1), 6), *answers(FIRST, 6, HOSTILE))
    return store


def draw(store, who, locale):
    from small_homes import visit

    from annotate.pages import policies

    policies.render(visit(store, who, locale))


def page(store, actor, policy="", locale="en"):
    app = AppTest.from_function(draw, args=(store, [actor], locale), default_timeout=PATIENCE)
    if policy:
        app.query_params["id"] = policy
    app = app.run()
    assert not app.exception
    return app


def texts(app):
    return [one.value for one in (*app.text, *app.caption)]


def table(app, head):
    (found,) = [one.value for one in app.dataframe if head in one.value]
    return found


def test_without_a_policy_in_the_address_the_page_asks_for_one(trained, rob):
    app = page(trained, rob)
    assert words("en").text("policy.choose") in texts(app)
    assert not app.code


def test_the_card_tells_origin_results_data_settings_and_how_to_export(trained, rob):
    app = page(trained, rob, policy_id(1)[:8])
    assert any(text.startswith("Made in round 1 by ") for text in texts(app))
    row = table(app, "Against").iloc[0]
    assert list(row) == ["The first policy", "Oracle", "60.0% (40.0% to 80.0%)", "12 / 0 / 8", "20"]
    assert len(table(app, "Reward model")) == 2
    assert any('"kl_coef": 0.01' in one.value for one in app.code)
    assert f"hone policy export {policy_id(1)[:20]} FOLDER" in [one.value for one in app.code]


def test_the_card_shows_what_the_policy_made_of_tasks(trained, rob):
    assert "On tasks of lm-eval" not in [one.value for one in page(trained, rob, policy_id(1)).subheader]
    ran = TaskResult(
        policy_id=policy_id(1),
        task=HOSTILE,
        version="1.0",
        metric="acc,none",
        value=0.625,
        standard_error=0.05,
        samples=1200,
        few_shots=5,
        chat_template=True,
        harness="lm_eval 0.4.13",
    )
    trained.append("rob", ran)
    row = table(page(trained, rob, policy_id(1)), "Few-shot").iloc[0]
    assert list(row)[:6] == [HOSTILE, "acc,none", "0.6250 ± 0.0500", "1,200", "5", "in a chat"]
    assert row["Version"] == "1.0 · lm_eval 0.4.13"


def test_the_two_axes_and_the_ratings_are_there_once_something_was_played(trained, rob):
    app = page(trained, rob)
    found = table(app, "Rating")
    assert list(found["Judge"]) == ["Oracle", "Oracle"]
    assert list(found["Round"]) == ["1", "0"]
    assert "Helpful and harmless" in [one.value for one in app.subheader]


@pytest.mark.parametrize(
    ("locale", "orders", "lengths"),
    [
        ("en", "the orders disagreed on 25.0% (14.2% to 40.2%); 64.3%", "answers won 60.0% (42.3% to 75.4%)"),
        ("de", "widersprachen sie einander; 64,3\u00a0%", "bei 60,0\u00a0% (42,3\u00a0% bis 75,4\u00a0%)"),
    ],
)
def test_whether_order_and_length_moved_a_language_model_stands_on_the_card(
    store, rob, locale, orders, lengths
):
    read = Reading(
        opponent="previous",
        asked=40,
        turned=wilson(10, 40),
        shown_first=wilson(45, 70),
        unread=2,
        longer=wilson(18, 30),
        like=12,
        like_won=wilson(6, 12),
    )
    empty = dict.fromkeys((one.name for one in fields(RoundResult)), None)
    row = RoundResult(**empty | {"round": 1, "labels": 9, "seconds": 1.0, "readings": (read,)})
    done = Round(
        round=1, method="ppo", policy_id=policy_id(1), promoted=True, settings="{}", results=as_json(row)
    )
    store.append("hone", first_policy(), *round_facts(1), done, *held_out(), *measured(policy_id(1)))
    found = "\n".join(texts(page(store, rob, policy_id(1), locale)))
    assert orders in found
    assert lengths in found


def test_an_id_that_is_none_is_said_as_text(trained, rob):
    assert words("en").text("policy.unknown", id="<b>zz") in texts(page(trained, rob, "<b>zz"))


def choose(app, line):
    """Presses a line of the list of policies."""
    states = app._tree.get_widget_states()
    chosen = json.dumps({"selection": {"rows": [line], "columns": [], "cells": []}})
    states.widgets.add(id=app.dataframe[0].proto.id, string_value=chosen)
    return app._run(states)


def opened(app):
    """The policy whose form is drawn."""
    return [one.key.split()[1] for one in app.button if one.key.startswith(("withdraw", "promote"))]


def test_the_card_that_is_read_stays_when_a_round_publishes(trained, rob):
    app = choose(page(trained, rob), 1)
    assert opened(app) == [FIRST]
    trained.append("hone", *round_facts(2))
    states = app._tree.get_widget_states()
    chosen = json.dumps({"selection": {"rows": [1], "columns": [], "cells": []}})
    states.widgets.add(id=app.dataframe[0].proto.id, string_value=chosen)  # a browser says it once more
    app = app._run(states)
    assert not app.exception
    assert list(app.dataframe[0].value["policy"])[1:] == [policy_id(1), FIRST]
    assert opened(app) == [FIRST]
    assert opened(choose(app, 0)) == [policy_id(2)]


def test_policies_of_an_endpoint_whose_ids_begin_alike_have_each_a_card_without_export(trained, rob):
    one, other = "endpoint:models.example.org/a&b", "endpoint:models.example.org/a&b+c"
    trained.append("hone", *(Policy(policy_id=name, path="m", method="endpoint") for name in (one, other)))
    for name in (one, other):
        app = page(trained, rob, name)
        assert name in texts(app)
        assert name in list(app.dataframe[0].value["policy"])
        assert not any("hone policy export" in code.value for code in app.code)
    address = links.to("policies", other)
    assert parse_qs(urlsplit(address).query) == {"id": [other]}


def test_a_policy_is_withdrawn_and_promoted_with_a_reason_and_not_without(trained, rob):
    its_files(trained)
    app = page(trained, rob, policy_id(1))
    app = app.button(key=f"withdraw {policy_id(1)}").click().run()
    assert "Expected why it is decided so" in app.error[0].value
    app.text_input(key=f"why {policy_id(1)}").set_value("It <i>rambles</i>.")
    app = app.button(key=f"withdraw {policy_id(1)}").click().run()
    assert FIRST in app.success[0].value.replace("\\", "")
    assert any(text.startswith("rob withdrew it on") and "<i>rambles</i>" in text for text in texts(app))
    (said,) = list_policies(trained, HONE, ListPolicies()).said
    assert (said.promoted, said.name, said.why) == (False, "rob", "It <i>rambles</i>.")
    app.text_input(key=f"why {policy_id(1)}").set_value("It does not.")
    app = app.button(key=f"promote {policy_id(1)}").click().run()
    assert not app.error
    assert "It may answer people." in texts(app)


def test_what_its_round_refused_is_promoted_only_by_who_insists(store, rob):
    store.append("hone", first_policy(), *round_facts(1, promoted=False))
    its_files(store)
    app = page(store, rob, policy_id(1))
    app.text_input(key=f"why {policy_id(1)}").set_value("We looked.")
    app = app.button(key=f"promote {policy_id(1)}").click().run()
    assert "refused policy" in app.error[0].value
    app.text_input(key=f"why {policy_id(1)}").set_value("We looked.")
    app.checkbox(key=f"force {policy_id(1)}").check()
    app = app.button(key=f"promote {policy_id(1)}").click().run()
    assert not app.error
    assert "It may answer people." in texts(app)


def test_the_page_speaks_german(trained, rob):
    app = page(trained, rob, policy_id(1), "de")
    assert "Darf sie Menschen antworten?" in [one.value for one in app.subheader]


def test_samples_stand_beside_those_of_the_parent_the_tracks_in_turn(trained, rob):
    seen = look_at_samples(trained, rob, LookAtSamples(policy=policy_id(1)[:6], most=4))
    assert (seen.policy_id, seen.parent_id) == (policy_id(1), FIRST)
    assert [one.track for one in seen.samples] == [Track.HELPFULNESS, Track.SAFETY] * 2
    for one in seen.samples:
        assert one.response_id.removeprefix(policy_id(1)) == one.other_response_id.removeprefix(FIRST)
        assert one.other_text == HOSTILE


def test_whoever_reads_samples_is_asked_about_them_no_more_and_reads_none_that_they_judge(trained, rob):
    ben = person(trained, "ben")
    pair = Comparison(
        comparison_id="blind",
        prompt_id="held0",
        response_ids=(f"{policy_id(1)}-0", f"{FIRST}-0"),
        batch_id="b",
        purpose=Purpose.EVALUATION,
    )
    trained.append("hone", Batch(batch_id="b", round=1), pair)
    lease = next_comparison(trained, rob, NextComparison())
    asked = LookAtSamples(policy=policy_id(1))
    assert "held0" not in [one.prompt_id for one in look_at_samples(trained, rob, asked).samples]
    skip_lease(trained, rob, SkipLease(lease_id=lease.lease_id, reason=""))
    ada = person(trained, "ada", Role.ENGINEER)
    assert "held0" in [one.prompt_id for one in look_at_samples(trained, ada, asked).samples]
    assert not hasattr(next_comparison(trained, ada, NextComparison()), "lease_id")
    assert hasattr(next_comparison(trained, ben, NextComparison()), "lease_id")


@pytest.mark.parametrize("role", [Role.ANNOTATOR, Role.REVIEWER, Role.ENGINEER])
def test_over_the_api_a_persons_role_decides(trained, role):
    zoe = person(trained, "zoe", role)
    issued = issue_token(trained, zoe, IssueToken(token_name="script"))
    tenure = ownership.Tenure(trained)
    with ownership.served(tenure, "http://127.0.0.1:8501"):
        served = Starlette(routes=composed.routes(tenure), middleware=composed.middleware(trained))
        with TestClient(served, base_url="http://127.0.0.1:8501") as client:
            token = {"authorization": f"Bearer {tenure.owner.token}"}
            body = json.dumps({"policy": policy_id(1)})
            reply = client.post("/api/verbs/look_at_samples", content=body, headers=token)
            assert len(reply.json()["ok"]["samples"]) == 6
            mine = {"authorization": f"Bearer {issued.token}"}
            refused = client.post("/api/verbs/look_at_samples", content=body, headers=mine)
            assert refused.status_code in {401, 403}
            theirs = client.get("/api/v1/policies", headers=mine)
            assert theirs.status_code == (200 if role is Role.ENGINEER else 403)
