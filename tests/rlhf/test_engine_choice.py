"""Frozen policies are written by vLLM where it can run; here a stand-in takes its place, for it cannot."""

import importlib.machinery
import sys
import types
from dataclasses import dataclass, field, replace

import pytest
import torch

from rlhf.answers import Occasion, answers
from rlhf.config import EvaluationSettings, RolloutSettings, Settings
from rlhf.evaluate import Contestant, EvaluationJob, evaluate
from rlhf.forward import token_logprobs
from rlhf.judge import RewardModels
from rlhf.models import load_policy
from rlhf.nucleus import nucleus
from rlhf.prompts import TrainPrompt
from rlhf.rollout import sample
from rlhf.track import Tracker
from rlhf.vllm_writer import VLLMWriter
from rlhf.writer import OwnWriter, WriterError, engine, writing
from store.errors import HoneError
from store.records import Turn
from store.settings import load

PROMPTS = [[6, 7, 8], [9, 10, 11, 12, 13, 14, 15, 16], [20], [30, 31, 32, 33]]
HOW = RolloutSettings(samples=5, temperature=1.3, max_new_tokens=60)


@dataclass
class Params:
    """vLLM's SamplingParams, as far as they are used."""

    temperature: float
    top_p: float
    seed: int
    max_tokens: int
    ignore_eos: bool
    stop_token_ids: list[int]
    logprobs: int
    detokenize: bool


@dataclass
class Engine:
    """vLLM's LLM: token ids, and log-probabilities after temperature and nucleus, as processed ones are."""

    model: str
    logprobs_mode: str
    generation_config: str
    dtype: str
    enable_prefix_caching: bool
    trust_remote_code: bool
    asked: list = field(default_factory=list)

    def generate(self, prompts, params, use_tqdm):
        policy = load_policy(self.model)
        self.asked += zip(prompts, params, strict=True)
        return [
            types.SimpleNamespace(outputs=[self._one(policy, prompt["prompt_token_ids"], how)])
            for prompt, how in zip(prompts, params, strict=True)
        ]

    @torch.no_grad()
    def _one(self, policy, prompt, how):
        assert self.logprobs_mode == "processed_logprobs"
        chance, ids, said = torch.Generator().manual_seed(how.seed), [], []
        while len(ids) < how.max_tokens and not (ids and ids[-1] in how.stop_token_ids):
            logits = policy(input_ids=torch.tensor([[*prompt, *ids]])).logits[0, -1] / how.temperature
            kept = nucleus(logits.softmax(-1).unsqueeze(0), how.top_p)[0]
            token = int(torch.multinomial(kept, 1, generator=chance))
            ids.append(token)
            logprob = (kept[token] / kept.sum()).log().item()
            said.append({token: types.SimpleNamespace(logprob=logprob)})
        return types.SimpleNamespace(token_ids=tuple(ids), logprobs=said)


@pytest.fixture
def vllm(monkeypatch):
    module = types.ModuleType("vllm")
    module.__spec__ = importlib.machinery.ModuleSpec("vllm", None)
    module.LLM, module.SamplingParams = Engine, Params
    monkeypatch.setitem(sys.modules, "vllm", module)


@pytest.fixture
def gpu(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)


def plain_logprobs(policy, prompt, response, temperature):
    with torch.no_grad():
        logits = policy(input_ids=torch.tensor([[*prompt, *response]])).logits[0] / temperature
    return token_logprobs(logits[len(prompt) - 1 : -1], torch.tensor(response))


@pytest.mark.wide
@pytest.mark.parametrize("top_p", [1.0, 0.95])
def test_vllms_rollout_is_like_our_own(vllm, policy_path, llama, tokenizer, top_p):
    writer = VLLMWriter.load(policy_path)
    rollout = writer.write(PROMPTS, replace(HOW, top_p=top_p), torch.Generator().manual_seed(0))
    assert 0 < rollout.finished.sum() < 20
    assert rollout.prompt_rows() == [tuple(prompt) for prompt in PROMPTS for _ in range(5)]
    rows = zip(rollout.prompt_rows(), rollout.rows(), rollout.logprobs, rollout.finished, strict=True)
    for prompt, row, logprobs, finished in rows:
        assert row.count(tokenizer.eos_token_id) == int(finished)
        assert row[-1] == tokenizer.eos_token_id if finished else len(row) == 60
        plain = plain_logprobs(llama, prompt, row, 1.3)
        assert logprobs[: len(row)].tolist() == pytest.approx(plain.tolist(), abs=1e-4)
        assert not logprobs[len(row) :].any()


def test_every_request_has_a_seed_of_its_own_and_the_end_token_alone_ends_it(vllm, policy_path, tokenizer):
    writer = VLLMWriter.load(policy_path)
    rollout = writer.write(PROMPTS, HOW, torch.Generator().manual_seed(0))
    asked = [how for _, how in writer.model.asked]
    assert [how.seed for how in asked] == rollout.seeds.tolist()
    assert len(set(rollout.seeds.tolist())) == 20
    assert all(how.ignore_eos and how.stop_token_ids == [tokenizer.eos_token_id] for how in asked)
    own = sample(load_policy(policy_path), tokenizer, PROMPTS, HOW, torch.Generator().manual_seed(0))
    assert torch.equal(own.seeds, rollout.seeds)  # the same are drawn whoever writes


def test_vllm_writes_where_it_is_installed_with_a_gpu_unless_told_otherwise(vllm, gpu, policy_path):
    with writing(policy_path) as writer:
        assert isinstance(writer, VLLMWriter)
    assert writer.model is None  # so that the memory is free
    with writing(policy_path, "hone") as writer:
        assert isinstance(writer, OwnWriter)


def test_without_a_gpu_hone_writes_by_itself(vllm, policy_path):
    assert engine("auto") == "hone"
    with pytest.raises(WriterError, match="here is no GPU; say"):
        engine("vllm")


def test_vllm_without_vllm_is_refused_in_a_sentence(gpu):
    assert engine("auto") == "hone"
    with pytest.raises(WriterError, match="here is no vLLM; say"):
        engine("vllm")


def test_evaluation_answers_are_kept_by_who_wrote_them(vllm, gpu, policy_path, tmp_path):
    turns = (Turn(role="user", content="What is water?"),)
    prompts = (TrainPrompt(prompt_id="p", turns=turns, is_safety=False),)
    told = Occasion(prompts=prompts, settings=RolloutSettings(max_new_tokens=8), seed=0, folder=tmp_path)
    by_vllm, by_hone = answers(policy_path, told), answers(policy_path, replace(told, engine="hone"))
    assert by_vllm[0].seed == by_hone[0].seed
    assert len(list(tmp_path.glob("*.parquet"))) == 2


class Rounding(Engine):
    """Log-probabilities of a policy that was rounded."""

    def _one(self, policy, prompt, how):
        output = super()._one(policy, prompt, how)
        for step in output.logprobs:
            for said in step.values():
                said.logprob = round(said.logprob, 1)
        return output


@pytest.fixture
def rounding(vllm, gpu, monkeypatch):
    monkeypatch.setattr(sys.modules["vllm"], "LLM", Rounding)


def test_a_policy_that_vllm_rounds_is_no_nat_from_itself(rounding, policy_path, reward_model_path, tmp_path):
    turns = (Turn(role="user", content="What is water?"),)
    job = EvaluationJob(
        candidate=Contestant(name="candidate", path=policy_path),
        opponents=(Contestant(name="first", path=policy_path),),
        prompts=[TrainPrompt(prompt_id=str(number), turns=turns, is_safety=False) for number in range(4)],
        reward_models=RewardModels(helpfulness=reward_model_path, safety=reward_model_path),
        safety_gate=0.15,
        answers=tmp_path / "answers",
        settings=EvaluationSettings(max_new_tokens=8),
        seed=0,
        tracker=Tracker(tmp_path / "round"),
    )
    assert evaluate(job).kl.value == pytest.approx(0.0, abs=1e-3)


def test_an_unknown_engine_is_refused(tmp_path):
    file = tmp_path / "hone.toml"
    file.write_text('[reject]\nengine = "fast"\n')
    with pytest.raises(HoneError, match="engine"):
        load(Settings, file, [])
