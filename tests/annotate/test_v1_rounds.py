"""`/api/v1` for those who train: the next round and its signature, policies and decisions, lineages."""

from small_homes import JUDGEMENT, POLICIES

from annotate.v1.description import document
from store.records import Policy, Role

SLASHED = "endpoint:there/models/m"


def label(ask):
    lease = ask("POST", "/leases").json()["lease_id"]
    return ask("POST", f"/leases/{lease}/label", json=JUDGEMENT).json()["label_id"]


def test_the_next_round_is_looked_at_and_signed_by_whose_token_it_is(engineer, ask):
    label(ask)
    seen = engineer("GET", "/next-round").json()
    assert (seen["round"], seen["labels"], seen["signatures"]) == (1, 1, [])
    path, sent = "/rounds/1/signatures", {"spoken": seen["spoken"], "note": "Looks fair."}
    signed = engineer("POST", path, json=sent)
    assert (signed.status_code, signed.json()["name"], signed.json()["since"]) == (200, "rob", 0)
    label(ask)
    (kept,) = engineer("GET", "/next-round").json()["signatures"]
    assert (kept["note"], kept["since"]) == ("Looks fair.", 1)
    reply = engineer("POST", path, json=sent)
    assert (reply.status_code, "1 label came or changed" in reply.json()["error"]) == (409, True)
    vouched = engineer("POST", path, json={**sent, "vouch": {"name": "rob", "password": "correct horse"}})
    assert vouched.status_code == 409


def test_tracks_that_need_a_reviewer_are_named_one_by_one_in_the_query(engineer, ask):
    for _ in range(2):
        label(ask)
    plain = engineer("GET", "/next-round").json()
    both = engineer("GET", "/next-round?required=helpfulness&required=safety").json()
    assert plain["left_out"] == {}
    assert both["left_out"] == {"unreviewed": 2}
    assert engineer("GET", "/next-round?required=nothing").status_code == 422


def test_a_policy_is_promoted_withdrawn_and_looked_at_whatever_its_name(engineer, asked):
    made = {"round": 1, "parents": (POLICIES[0],), "promoted": False}
    asked.append("hone", Policy(policy_id="team/p", path="elsewhere/model", **made))
    asked.append("hone", Policy(policy_id=SLASHED, path="m", method="endpoint", promoted=False))
    why = {"why": "People like it."}
    refused = engineer("POST", "/policies/team/p/promotion", json=why)
    assert (refused.status_code, "gates of round 1 refused" in refused.json()["error"]) == (409, True)
    promoted = engineer("POST", "/policies/team/p/promotion", json={**why, "force": True})
    assert promoted.status_code == 200, promoted.text
    assert promoted.json()["in_use"] == "team/p"
    assert engineer("POST", "/policies/team%2Fp/promotion", json=why).status_code == 409
    said = engineer("GET", "/policies/all").json()["said"]
    assert [(one["policy_id"], one["name"], one["why"]) for one in said] == [
        ("team/p", "rob", "People like it.")
    ]
    record = engineer("GET", "/policies/team/p").json()
    assert (record["policy"]["policy_id"], record["policy"]["promoted"]) == ("team/p", True)
    assert engineer("GET", f"/policies/{SLASHED}").json()["policy"]["method"] == "endpoint"
    samples = engineer("GET", "/policies/team/p/samples?most=2").json()
    assert (samples["policy_id"], samples["parent_id"]) == ("team/p", POLICIES[0])
    assert engineer("POST", "/policies/team/p/withdrawal", json=why).json()["in_use"] != "team/p"
    assert engineer("POST", f"/policies/{SLASHED}/promotion", json=why).status_code == 409
    assert engineer("GET", "/policies/nobody").status_code == 404


def test_a_lineage_comes_as_a_graph_to_reviewers_and_up(ask):
    given = label(ask)
    seen = ask("GET", f"/lineage?thing=label:{given}&search=ana", "eve", Role.REVIEWER).json()
    assert (seen["thing"], seen["labels"], seen["matching"]) == (f"label:{given}", 1, 1)
    assert ask("GET", f"/lineage/label:{given}", "eve").json()["labels"] == [given]
    assert ask("GET", f"/lineage?thing=label:{given}").status_code == 403
    assert ask("GET", "/lineage?thing=label:none", "eve").status_code == 404


def test_ratings_and_arms_of_a_home_without_rounds_are_empty(engineer):
    empty = {"judges": [], "places": [], "rounds": {"secret-policy-one": 0}}
    assert engineer("GET", "/ratings").json() == empty
    assert engineer("GET", "/rounds/1/arms").json() == []


def test_the_description_names_lists_in_queries_and_nobody_s_password():
    (required,) = document()["paths"]["/next-round"]["get"]["parameters"]
    assert (required["in"], required["schema"]["type"]) == ("query", "array")
    sign = document()["paths"]["/rounds/{round}/signatures"]["post"]
    assert set(sign["requestBody"]["content"]["application/json"]["schema"]["properties"]) == {
        "spoken",
        "note",
    }
