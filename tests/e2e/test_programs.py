"""`/api/v1` and webhooks on the real server: roles, races, a kill between a label and its telling."""

import json
import os
import re
import threading
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from desk import PATIENCE, ROOT, Server, make_home, until
from receiver import SECRET, Receiver
from small_homes import person

from annotate.client import APIError, Client
from annotate.v1.operations import OPERATIONS
from store import people
from store.database import open_store
from store.messages import Assignment, Judgement, NewAnswer, NewComparison, NewPrompt, NoWork
from store.records import Cause, Degree, Role, SafetyLabel, Track, Verdict
from store.verbs.reviewing import ReviewLabel

JUDGEMENT = Judgement(ranks=(1, 2), degree=Degree.BETTER)
NAMES = {"track": "safety", "round": "1", "thing": "label:none"}
SEPARATORS = "One\u2028two\x85three\u0000four 漢字 \U0001f600"


@pytest.fixture(scope="module")
def receiver():
    with Receiver() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def tokens(tmp_path_factory, receiver):
    """A home with people and a receiver: the access token of each person by name, and the home."""
    home = make_home(tmp_path_factory.mktemp("programs") / "home", people=())
    roles = {"ana": Role.ANNOTATOR, "ben": Role.ANNOTATOR, "eng": Role.ENGINEER, "rae": Role.REVIEWER}
    with open_store(home) as store:
        found = {"home": home}
        for name, role in {**roles, **{f"a {role}": role for role in Role}}.items():
            found[name] = people.new_token(store, person(store, name, role), "test", timedelta(days=1))[0]
    home.settings.write_text(f"[webhooks]\nurls = {json.dumps([receiver.url])}\n")
    return found


@pytest.fixture(scope="module")
def server(tokens):
    os.environ["HONE_WEBHOOK_SECRET"] = SECRET
    with Server(tokens["home"]) as running:
        yield running
    del os.environ["HONE_WEBHOOK_SECRET"]


@pytest.fixture
def client(server, tokens):
    """A client of somebody, by name."""
    made = []

    def client(who, patience=PATIENCE):
        made.append(Client(server.url, tokens[who], patience=patience))
        return made[-1]

    yield client
    for one in made:
        one.close()


def asked(number, text="Yes.", overlap=1):
    answers = (NewAnswer(text=text, policy="one"), NewAnswer(text="No.", policy="two"))
    prompt = NewPrompt(prompt=f"Programs ask {number}?", track=Track.SAFETY)
    return NewComparison(prompt=prompt, answers=answers, overlap=overlap)


def safe(judgement=JUDGEMENT):
    return replace(judgement, safety=(SafetyLabel(safe=True), SafetyLabel(safe=True)))


@pytest.mark.parametrize("role", Role)
def test_every_role_on_every_route(server, tokens, role):
    order = list(Role)
    with httpx.Client(base_url=f"{server.url}/api/v1") as http:
        for operation in OPERATIONS:
            path = operation.path.format(**{name: NAMES.get(name, "none") for name in operation.in_path})
            sent = {"json": {}} if operation.method in {"POST", "PUT"} else {}
            headers = {"Authorization": f"Bearer {tokens[f'a {role}']}"}
            status = http.request(operation.method, path, headers=headers, **sent).status_code
            closed = http.request(operation.method, path, **sent).status_code
            allowed = order.index(role) >= order.index(operation.least)
            # What does not fit is said before the role is looked at: it tells nothing.
            assert status in ({200, 404, 409, 422} if allowed else {403, 422}), operation.name
            assert closed == 401, operation.name


def test_two_clients_race_for_the_last_comparison_and_no_label_is_lost_or_doubled(server, client):
    kept = client("eng").add_comparisons([asked(number) for number in range(4)])
    assert kept.added == 4
    gate, labels = threading.Barrier(2), {"ana": [], "ben": []}

    def work(name):
        mine = client(name)
        gate.wait()
        while isinstance(reply := mine.next_lease(Track.SAFETY), Assignment):
            labels[name].append(mine.submit(reply.lease_id, safe()))

    threads = [threading.Thread(target=work, args=(name,)) for name in labels]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not any(saved.surplus or saved.repeated for given in labels.values() for saved in given)
    given = {saved.label_id for some in labels.values() for saved in some}
    told = [one for one in client("eng").labels() if one.label_id in given]
    assert len(given) == len(told) == 4
    assert {one.comparison_id for one in told} == set(kept.ids)
    assert isinstance(client("ana").next_lease(Track.SAFETY), NoWork)


def test_a_reviewer_s_program_rules_on_what_is_likeliest_to_be_wrong(client):
    (comparison,) = client("eng").add_comparisons([asked("about harm")]).ids
    ana, desk = client("ana"), client("rae").desk
    unsafe = (SafetyLabel(safe=False, category="illicit", severity=2), SafetyLabel(safe=True))
    saved = ana.submit(ana.next_lease(Track.SAFETY).lease_id, replace(JUDGEMENT, safety=unsafe))
    due = next(one for one in desk.due().due if one.said.comparison_id == comparison)
    assert (due.covered, due.responses, due.said.turns) == (True, (), ())
    thing = f"label:{due.said.name}"
    assert due.said.name == saved.label_id
    assert "Yes." in desk.uncover(thing).responses
    assert desk.exposure().within_hour == 1
    assert desk.safety().severities == {2: 1}
    desk.rule(
        ReviewLabel(
            thing=thing,
            verdict=Verdict.SEND_BACK,
            why="look at the first again",
            cause=Cause.HUMAN_ERROR,
        )
    )
    assert [one.label_id for one in desk.sent_back()] == []
    assert [one.label_id for one in ana.desk.sent_back()] == [saved.label_id]
    assert desk.counts().causes[Cause.HUMAN_ERROR] == 1
    assert desk.quality().people >= 1
    assert {one.kind for one in desk.audit().rows} >= {"Review", "Exposure"}
    with pytest.raises(APIError, match="reviewer"):
        ana.desk.due()


def test_texts_come_back_as_they_went_in_line_by_line(client):
    engineer, ana = client("eng"), client("ana")
    (comparison,) = engineer.add_comparisons([asked("about lines", text=SEPARATORS)]).ids
    lease = ana.next_lease(Track.SAFETY)
    assert SEPARATORS in lease.responses
    ana.submit(lease.lease_id, safe())
    told = next(one for one in engineer.labels() if one.comparison_id == comparison)
    assert SEPARATORS in {answer.text for answer in told.answers}
    assert list(engineer.labels(after=told.cursor)) == []
    assert engineer.lineage(f"label:{told.label_id}").names == ("ana",)
    assert engineer.rounds() == ()
    assert ana.guideline(Track.SAFETY).version == 1


def test_the_readme_s_example_runs(server, tokens, capsys):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    example = example.replace("http://127.0.0.1:8501", server.url).replace("TOKEN", tokens["eng"])
    exec(compile(example, "README.md", "exec"), {})  # noqa: S102  # it is ours
    said = capsys.readouterr().out.splitlines()
    assert said[0].endswith(",) 1")
    assert any("eng (1, 2)" in line or "eng (2, 1)" in line for line in said[1:])


def test_what_is_refused_is_said_at_once(client):
    with pytest.raises(APIError, match="takes the role engineer") as refused:
        client("ana").add_prompts([NewPrompt(prompt="Hello?")])
    assert refused.value.status == 403
    with pytest.raises(APIError, match="no such lease") as missing:
        client("ana").skip("none", reason="")
    assert missing.value.status == 404


def test_a_kill_between_a_label_and_its_telling_loses_neither(server, client, receiver):
    engineer, ana = client("eng"), client("ana")
    engineer.add_comparisons([asked(f"killed {number}") for number in range(3)])
    until(lambda: engineer.webhooks()[0].behind == 0, "what was before to be told")
    receiver.hold.clear()
    receiver.came.clear()
    first = ana.next_lease(Track.SAFETY)
    ana.submit(first.lease_id, safe())
    assert receiver.came.wait(PATIENCE)  # it is being told, and was not taken yet
    second = ana.next_lease(Track.SAFETY)
    ana.submit(second.lease_id, safe())
    server.kill()
    receiver.status = 500
    receiver.hold.set()
    again = threading.Thread(target=server.start)
    again.start()
    third = ana.next_lease(Track.SAFETY)  # asks until the server is back
    again.join()
    ana.submit(third.lease_id, safe())
    receiver.status = 204
    wanted = [first.lease_id, second.lease_id, third.lease_id]
    until(lambda: ids(receiver)[-3:] == wanted, "all three labels to be told")
    assert "Programs ask" not in json.dumps(receiver.taken)


def ids(receiver):
    return [one["label_id"] for one in receiver.data("label.submitted")]
