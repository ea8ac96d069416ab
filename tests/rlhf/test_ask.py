"""Two policies answer the same prompts, once each or more often."""

import json
from collections import Counter
from dataclasses import replace

import pytest

from rlhf.ask import Answerer, AskJob, ask
from rlhf.begin import ask_newest, begin
from rlhf.chat import prompt_ids
from rlhf.config import PublishSettings, RolloutSettings, Settings
from rlhf.pocket.panel import panel
from rlhf.prompts import TrainPrompt
from rlhf.rollout import redraw
from rlhf.simulate import simulate
from rlhf.track import Tracker
from store.database import open_store
from store.door import open_door
from store.errors import HoneError
from store.exchange.prompts import import_prompts
from store.home import Home
from store.records import Turn
from store.settings import load

QUESTIONS = ("What is two plus two?", "How do I boil an egg?", "What is water?")


def of_two(policy_path, folder, responses):
    prompts = [
        TrainPrompt(prompt_id=f"p{number}", turns=(Turn(role="user", content=text),), is_safety=False)
        for number, text in enumerate(QUESTIONS)
    ]
    return AskJob(
        prompts=prompts,
        pair=(Answerer(policy_id="new", path=policy_path), Answerer(policy_id="old", path=policy_path)),
        settings=PublishSettings(responses=responses, max_new_tokens=8),
        round=3,
        seed=1,
        tracker=Tracker(folder),
    )


@pytest.mark.parametrize(("responses", "each"), [(2, [1, 1]), (5, [3, 2])])
def test_the_two_policies_take_turns_in_answering_a_prompt(tmp_path, policy_path, responses, each):
    asked = ask(of_two(policy_path, tmp_path, responses))
    policy = {one.response_id: one.policy_id for one in asked.responses}
    assert [len(one.response_ids) for one in asked.comparisons] == 3 * [responses]
    for comparison in asked.comparisons:
        count = Counter(policy[response] for response in comparison.response_ids)
        assert [count["new"], count["old"]] == each


def test_what_was_answered_twice_in_the_same_words_is_shown_once(tmp_path, policy_path):
    job = of_two(policy_path, tmp_path, 4)
    # Near 0 the same answer comes every time: of four answers, two are drawn so and are one.
    cold = replace(job, settings=replace(job.settings, temperatures=(1e-4, 1.0)))
    assert [len(one.response_ids) for one in ask(cold).comparisons] == [3, 3, 3]
    frozen = replace(job, settings=replace(job.settings, temperatures=(1e-4,)))
    assert ask(frozen).comparisons == ()


def test_a_stored_response_is_enough_to_draw_it_again(tmp_path, llama, tokenizer, policy_path):
    home = Home(tmp_path / "home")
    begin(home, str(policy_path), [], lambda *_: None)
    file = home.root / "prompts.jsonl"
    file.write_text("".join(json.dumps({"prompt": text}) + "\n" for text in QUESTIONS))
    with open_door(home) as door:
        import_prompts(door, [file])
    ask_newest(home, Settings(publish=PublishSettings(responses=4, max_new_tokens=30)), lambda *_: None)
    with open_store(home) as store, store.reading() as db:
        rows = db.execute(
            "select turns[1].content, text, temperature, top_p, seed, finish_reason, token_count, logprob "
            "from responses join prompts using (prompt_id)"
        ).fetchall()
    assert len({row[4] for row in rows}) == len(rows) >= 9
    assert {row[5] for row in rows} == {"stop", "length"}
    for asked, text, temperature, top_p, seed, reason, count, logprob in rows:
        ids = prompt_ids(tokenizer, [Turn(role="user", content=asked)])
        how = RolloutSettings(temperature=temperature, top_p=top_p, max_new_tokens=count)
        again = redraw(llama, tokenizer, ids, how, seed)
        assert (again.text, again.finish_reason, again.token_count) == (text, reason, count)
        assert again.logprob == pytest.approx(logprob, abs=1e-3)


def test_more_responses_than_can_be_ranked_are_refused(tmp_path):
    file = tmp_path / "hone.toml"
    file.write_text("[publish]\nresponses = 10\n")
    with pytest.raises(HoneError, match="responses"):
        load(Settings, file, [])


def test_simulated_annotators_rank_what_has_four_responses(tmp_path, policy_path):
    home = Home(tmp_path / "home")
    begin(home, str(policy_path), [], lambda *_: None)
    file = home.root / "prompts.jsonl"
    file.write_text("".join(json.dumps({"prompt": text}) + "\n" for text in QUESTIONS))
    with open_door(home) as door:
        import_prompts(door, [file])
    ask_newest(home, Settings(publish=PublishSettings(responses=4, max_new_tokens=8)), lambda *_: None)
    with open_door(home) as door:
        assert simulate(door, panel(), 3).labels == 3
    with open_store(home) as store, store.reading() as db:
        ranks = db.execute("select ranks from labels").fetchall()
    assert [sorted(each) for (each,) in ranks] == 3 * [[1, 2, 3, 4]]
