"""What programs read of policies and reward models."""

from measured_models import first_policy, policy_id, results, round_facts
from pydantic import TypeAdapter

from store.records import Track
from store.verbs.appraising import PoliciesSeen

SEEN = TypeAdapter(PoliciesSeen)


def test_a_program_reads_what_was_measured_of_a_round_as_the_store_has_it(engineer, asked):
    asked.append("hone", first_policy(), *round_facts(1, ("x",)), *round_facts(2, ("x",)))
    reply = engineer("GET", "/policies?round=1")
    seen = SEEN.validate_json(reply.content)
    assert seen.round == 1
    assert [one.policy_id for one in seen.policies][:2] == [policy_id(2), policy_id(1)]
    assert {one.reward_model_id: one.results for one in seen.measured} == {
        model.reward_model_id: results(model.track, ("x",))
        for model in seen.reward_models
        if model.round == 1
    }
    assert [model.track for model in seen.reward_models] == 2 * [Track.HELPFULNESS, Track.SAFETY]


def test_without_a_round_it_is_the_newest_and_one_that_is_nowhere_is_said_so(engineer, asked):
    assert engineer("GET", "/policies").json()["round"] is None
    asked.append("hone", *round_facts(1), *round_facts(2))
    assert engineer("GET", "/policies").json()["round"] == 2
    missing = engineer("GET", "/policies?round=9")
    assert (missing.status_code, missing.json()["error"]) == (
        404,
        "Round 9 has no reward models; look at the list of rounds.",
    )
