"""Ghost Attention: what the policy reads, what is learnt from, and which dialogues are made."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from transformers import PreTrainedTokenizerBase

from rlhf.candidates import Sampler
from rlhf.chat import prompt_ids, response_ids
from rlhf.collate import Answered
from rlhf.config import RolloutSettings
from rlhf.gatt import Dialogue, GhostJob, drawn_dialogues, ghost_attention, heard, learnt
from rlhf.ghost_lessons import heeded, lessons
from rlhf.judge import RewardJudge, RewardModels
from rlhf.models import context, load_policy, load_tokenizer
from rlhf.policy_settings import GAttSettings
from rlhf.prompts import TrainPrompt
from rlhf.scoring import score_logprobs, total_logprobs
from rlhf.seeds import seeded
from rlhf.sft import UNLEARNT, Example, columns, tokens
from rlhf.track import Tracker
from rlhf.writer import OwnWriter
from store.errors import HoneError
from store.records import Turn

JOINED = GAttSettings(dialogues=6, instructions=("Be brief.", "Be kind."), turns=3)
ALONE = replace(JOINED, acknowledgement="Okay.")
DIALOGUE = Dialogue(
    instruction="Be brief.",
    asked=("two plus two", "boil", "egg"),
    said=("four", "hot water", "hen"),
    rewards=(1.0, 2.0, 3.0),
)


def user(words: str) -> Turn:
    return Turn(role="user", content=words)


def assistant(words: str) -> Turn:
    return Turn(role="assistant", content=words)


def prompt(name: str, *turns: Turn, is_safety: bool = False) -> TrainPrompt:
    return TrainPrompt(prompt_id=name, turns=turns, is_safety=is_safety)


PROMPTS = tuple(prompt(f"p{n}", user(f"two plus {n}")) for n in range(5))


@pytest.fixture
def job(tmp_path: Path, policy_path: Path, reward_model_path: Path) -> GhostJob:
    models = RewardModels(helpfulness=reward_model_path, safety=reward_model_path)
    sampler = Sampler(
        writer=OwnWriter(load_policy(policy_path), load_tokenizer(policy_path)),
        judge=RewardJudge.load(models, 0.15),
    )
    settings = replace(JOINED, samples=40, max_new_tokens=24)
    return GhostJob(
        prompts=PROMPTS,
        sampler=sampler,
        settings=settings,
        rollouts=tmp_path / "rollouts",
        seed=3,
        tracker=Tracker(tmp_path),
    )


def test_the_policy_reads_the_instruction_before_every_turn_of_the_user(tokenizer: PreTrainedTokenizerBase):
    going = replace(DIALOGUE, said=("four", "hot water"))
    assert tokenizer.decode(prompt_ids(tokenizer, heard(going, JOINED))) == (
        "<|user|>Be brief. two plus two<|end|><|assistant|>four<|end|>"
        "<|user|>Be brief. boil<|end|><|assistant|>hot water<|end|>"
        "<|user|>Be brief. egg<|end|><|assistant|>"
    )


def test_an_instruction_with_an_acknowledgement_is_a_message_of_its_own_before_every_turn():
    instructed = (user("Be brief."), assistant("Okay."))
    assert heard(replace(DIALOGUE, said=("four",)), ALONE) == (
        *(*instructed, user("two plus two"), assistant("four")),
        *(*instructed, user("boil")),
    )


def test_a_window_leaves_earlier_turns_out_and_never_the_instruction():
    going = replace(DIALOGUE, said=("four", "hot water"))
    assert heard(going, replace(JOINED, window=0)) == (user("Be brief. egg"),)
    assert heard(going, replace(JOINED, window=1)) == (
        user("Be brief. boil"),
        assistant("hot water"),
        user("Be brief. egg"),
    )
    assert heard(going, replace(JOINED, window=9)) == heard(going, JOINED)


def test_only_the_first_turn_of_what_is_learnt_from_has_the_instruction_and_only_the_last_answer_is_learnt(
    tokenizer: PreTrainedTokenizerBase,
):
    made = learnt(DIALOGUE, JOINED)
    (row,) = tokens([Example(turns=made.prompt.turns, text=made.text)], tokenizer, 500)
    before = (
        "<|user|>Be brief. two plus two<|end|><|assistant|>four<|end|>"
        "<|user|>boil<|end|><|assistant|>hot water<|end|><|user|>egg<|end|><|assistant|>"
    )
    assert tokenizer.decode(row.ids) == f"{before}hen<|end|>"
    answer = response_ids(tokenizer, "hen")
    unlearnt = [UNLEARNT] * (len(row.ids) - len(answer))
    assert columns(row)["labels"] == [*unlearnt, *answer]
    assert tokenizer.decode(row.ids[: len(unlearnt)]) == before


def test_what_is_learnt_from_has_the_acknowledgement_once():
    assert learnt(DIALOGUE, ALONE).prompt.turns == (
        *(user("Be brief."), assistant("Okay."), user("two plus two"), assistant("four")),
        *(user("boil"), assistant("hot water"), user("egg")),
    )


def test_every_answer_is_the_best_of_what_the_policy_says_to_what_it_reads(job: GhostJob):
    job = replace(job, settings=replace(job.settings, turns=2))
    how = RolloutSettings(samples=40, max_new_tokens=24)
    going = drawn_dialogues(PROMPTS, job.settings, job.seed)
    for turn in range(2):
        read = [prompt(str(place), *heard(one, job.settings)) for place, one in enumerate(going)]
        best = job.sampler.draw(read, how, seeded("gatt", job.seed, turn, 0)).bests()
        going = [
            replace(asked, said=(*asked.said, one.text), rewards=(*asked.rewards, one.reward))
            for one, asked in ((one, going[int(one.prompt.prompt_id)]) for one in best)
        ]
    assert going
    assert ghost_attention(job) == going


@pytest.mark.wide
def test_the_same_seed_gives_the_same_dialogues_and_another_others(job: GhostJob):
    elsewhere = replace(job, rollouts=job.rollouts.with_name("elsewhere"))
    assert ghost_attention(job) == ghost_attention(elsewhere)
    assert ghost_attention(replace(job, seed=4)) != ghost_attention(job)


def test_an_answer_that_never_ended_leaves_its_dialogue_out(job: GhostJob):
    assert ghost_attention(replace(job, settings=replace(job.settings, samples=1, max_new_tokens=1))) == []


def test_dialogues_have_from_two_to_the_most_turns_and_every_instruction():
    made = drawn_dialogues(PROMPTS, replace(JOINED, dialogues=60), 0)
    assert {len(one.asked) for one in made} == {2, 3}
    assert {one.instruction for one in made} == set(JOINED.instructions)


def test_the_turns_of_a_longer_prompt_follow_each_other():
    long = prompt("long", user("a"), assistant("forgotten"), user("b"), assistant("forgotten"), user("c"))
    made = drawn_dialogues([long], replace(JOINED, dialogues=20), 0)
    assert {one.asked for one in made} == {("a", "b"), ("a", "b", "c")}


def test_unsafe_prompts_and_those_with_instructions_of_their_own_make_no_dialogue():
    prompts = [
        prompt("unsafe", user("rob"), is_safety=True),
        prompt("instructed", user("Be kind."), assistant("Okay."), user("x")),
        prompt("system", Turn(role="system", content="Be rude."), user("y")),
        prompt("plain", user("z")),
    ]
    made = drawn_dialogues(prompts, JOINED, 0)
    assert {words for one in made for words in one.asked} == {"z"}
    with pytest.raises(HoneError, match="found none"):
        drawn_dialogues(prompts[:3], JOINED, 0)


def test_a_dialogue_is_learnt_once_by_its_last_answer_or_cut_off_after_each():
    assert lessons([DIALOGUE], JOINED) == [learnt(DIALOGUE, JOINED)]
    each = lessons([DIALOGUE], replace(JOINED, answers="each"))
    assert [(len(one.prompt.turns), one.text, one.reward) for one in each] == [
        *((1, "four", 1.0), (3, "hot water", 2.0), (5, "hen", 3.0)),
    ]
    assert each[-1] == learnt(DIALOGUE, JOINED)


def test_a_share_of_the_answers_under_each_instruction_is_learnt_by_reward():
    made = [
        Dialogue(instruction=instruction, asked=("q",), said=("a",), rewards=(reward,))
        for instruction, reward in [("x", 1), ("x", 3), ("y", -9), ("x", 2), ("y", -8), ("z", -99)]
    ]
    assert [one.reward for one in lessons(made, replace(JOINED, keep=0.5))] == [3, 2, -8, -99]
    assert len(lessons(made, JOINED)) == 6


def test_without_dialogues_nothing_is_made_and_without_instructions_it_is_said_in_a_sentence(job: GhostJob):
    assert ghost_attention(replace(job, settings=GAttSettings())) == []
    with pytest.raises(HoneError, match=r"name some in gatt\.instructions"):
        ghost_attention(replace(job, settings=GAttSettings(dialogues=1)))


def test_with_heeding_an_answer_counts_for_no_more_than_the_lower_of_its_two_ranks():
    made = [
        Dialogue(instruction="x", asked=("q",), said=(text,), rewards=(reward,))
        for text, reward in [("praised", 9.0), ("both", 5.0), ("heeds", 1.0), ("neither", 0.0)]
    ]
    heeding = {"praised": -2.0, "both": 3.0, "heeds": 4.0, "neither": -1.0}
    # Ranks from the lowest: by reward 3, 2, 1, 0; by heeding 0, 2, 3, 1; the lower ones 0, 2, 1, 0.
    settings = replace(JOINED, keep=0.5)
    best = lessons(made, settings, lambda cut: [heeding[one.said[-1]] for one in cut])
    assert {one.text for one in best} == {"both", "heeds"}
    assert {one.text for one in lessons(made, settings)} == {"praised", "both"}


def test_heeding_is_how_much_likelier_the_instruction_makes_an_answer(policy_path: Path):
    policy, tokenizer = load_policy(policy_path), load_tokenizer(policy_path)
    settings = replace(JOINED, acknowledgement="Okay.")
    two = Dialogue(
        instruction="Be brief.", asked=("What is tea?", "And a hen?"), said=("hot water", "a bird")
    )

    def likely(*turns: Turn) -> float:
        before, answer = prompt_ids(tokenizer, turns), response_ids(tokenizer, "a bird")
        with torch.no_grad():
            logits = policy(torch.tensor([[*before, *answer]])).logits[0]
        chances = logits.log_softmax(-1)[len(before) - 1 : -1]
        return chances.gather(1, torch.tensor(answer).unsqueeze(1)).sum().item()

    said = (user("Be brief."), assistant("Okay."))
    told = likely(*said, user("What is tea?"), assistant("hot water"), *said, user("And a hen?"))
    untold = likely(user("What is tea?"), assistant("hot water"), user("And a hen?"))
    (gain,) = heeded(policy, tokenizer, settings)([two])
    assert gain == pytest.approx(told - untold, abs=1e-4)
    assert abs(gain) > 1e-3


def test_a_conversation_that_is_longer_than_the_policy_reads_loses_its_beginning(policy_path: Path):
    policy, tokenizer = load_policy(policy_path), load_tokenizer(policy_path)
    end = user("And a hen?")
    long = (user("What is tea? " * context(policy)), end)
    kept = prompt_ids(tokenizer, long)[len(response_ids(tokenizer, "a bird")) - context(policy) :]
    (whole,) = total_logprobs(policy, tokenizer, [long], ["a bird"]).tolist()
    answered = Answered(prompts=[kept], responses=[response_ids(tokenizer, "a bird")], pad_id=0)
    assert whole == pytest.approx(score_logprobs(policy, answered, 1.0).sum().item(), abs=1e-4)
