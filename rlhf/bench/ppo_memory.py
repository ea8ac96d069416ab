"""What an iteration of PPO takes of memory: one base with adapters, beside five models of the same size.

The models are random, and large beside what passes through them. Each way runs in a process of its own;
counted is what the process holds at most beyond what it held before it read any model.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Final

import torch
from peft import TaskType
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerBase

from rlhf import one_base, pocket, separate
from rlhf.cast import Casting
from rlhf.experience import Models, answer, value
from rlhf.judge import RewardJudge, RewardModels
from rlhf.lora import Lora
from rlhf.models import Critic, load_policy, load_reward_model, load_tokenizer, save
from rlhf.policy_settings import PPOSettings
from rlhf.ppo_update import optimisers, update
from rlhf.prompts import TrainPrompt
from rlhf.reward_models import ensemble
from rlhf.reward_models.adapters import Adapters, merged
from rlhf.reward_models.ensemble import Finished, member_folder
from rlhf.seeds import seeded
from rlhf.separate import SeparateModels
from store.bench.machine import peak_memory
from store.records import Turn

TRACKS: Final = ("helpfulness", "safety")
ADAPTER: Final = "own"

COPIES: Final = {"learner": "policy", "critic": "whole-helpfulness"}
"""Weights are mapped from files, of which the system keeps one copy: five models want five files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How large the models are and what one iteration does; by default weights dominate."""

    width: int = 1024
    layers: int = 12
    rank: int = 8
    batch: int = 4
    new_tokens: int = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """Megabytes (10⁶ bytes) of each way at its peak; `weights_mb` are those of one model in float32."""

    parameters: int
    one_base_mb: float
    separate_adapters_mb: float
    separate_whole_mb: float

    @property
    def weights_mb(self) -> float:
        """One model's weights."""
        return self.parameters * 4 / 1e6

    @property
    def share(self) -> float:
        """One base's memory over that of five models of which the same adapters learn."""
        return self.one_base_mb / self.separate_adapters_mb

    @property
    def share_of_whole(self) -> float:
        """One base's memory over that of five models of which two learn whole."""
        return self.one_base_mb / self.separate_whole_mb

    def lines(self) -> list[str]:
        """The figures in words, a line each."""
        return [
            f"Memory of a PPO iteration, a model of {self.parameters / 1e6:.0f} M parameters "
            f"({self.weights_mb:,.0f} MB):",
            f"  one base with adapters           {self.one_base_mb:8,.0f} MB",
            f"  five models, two with adapters   {self.separate_adapters_mb:8,.0f} MB, "
            f"of which one base takes {self.share:.2f}",
            f"  five models, two trained whole   {self.separate_whole_mb:8,.0f} MB, "
            f"of which one base takes {self.share_of_whole:.2f}",
        ]


def measured(size: Size, seed: int = 0) -> Memory:
    """Each way once, one after the other, from the same weights."""
    with tempfile.TemporaryDirectory(prefix="hone-bench-") as made:
        folder = Path(made)
        parameters = alone(_build, folder, size, seed)
        one_base_mb, adapters_mb, whole_mb = (
            alone(_peak_mb, folder, way, size, seed) for way in (_one_base, _adapted, _whole)
        )
    return Memory(
        parameters=int(parameters),
        one_base_mb=one_base_mb,
        separate_adapters_mb=adapters_mb,
        separate_whole_mb=whole_mb,
    )


def alone(call: Callable[..., float], *given: object) -> float:
    """What the call returns in a fresh process."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(call, *given).result()


def _build(folder: Path, size: Size, seed: int) -> float:
    """Writes everybody, the reward models as adapters and whole; returns the policy's parameters."""
    tokenizer = load_tokenizer(pocket.policy_path())
    torch.manual_seed(seed)
    policy = LlamaForCausalLM(_config(size, tokenizer))
    save(policy, tokenizer, folder / "policy")
    for number, track in enumerate(TRACKS):
        adapters, member = Adapters(folder / "policy"), folder / f"member-{track}"
        adapters.add(size.rank, seed + number)
        adapters.write(0, member)
        finished = Finished(members=[member], base=folder / "policy", tokenizer=tokenizer)
        ensemble.save(finished, folder / track)
        whole = merged(folder / "policy", member_folder(folder / track, 1))
        save(whole, tokenizer, folder / f"whole-{track}")
    for name, copied in COPIES.items():
        shutil.copytree(folder / copied, folder / name)
    return policy.num_parameters()


def _config(size: Size, tokenizer: PreTrainedTokenizerBase) -> LlamaConfig:
    return LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=size.width,
        intermediate_size=size.width * 8 // 3,
        num_hidden_layers=size.layers,
        num_attention_heads=size.width // 64,
        max_position_embeddings=512,
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id,
        bos_token_id=tokenizer.bos_token_id,
    )


def _peak_mb(folder: Path, way: Callable[[Casting], Models], size: Size, seed: int) -> float:
    """What reading everybody and one iteration take."""
    prefix = "" if way is _one_base else "whole-"
    helpfulness, safety = (folder / f"{prefix}{track}" for track in TRACKS)
    casting = Casting(
        policy=folder / "policy",
        reward_models=RewardModels(helpfulness=helpfulness, safety=safety),
        settings=PPOSettings(
            batch_size=size.batch,
            minibatch_size=size.batch,
            max_new_tokens=size.new_tokens,
            lora_rank=size.rank,
        ),
        seed=seed,
    )
    with peak_memory(every=0.01) as peak:
        _iterate(way(casting), casting.settings)
    return peak.growth_mb


def _one_base(casting: Casting) -> Models:
    return one_base.load(casting, None)


def _whole(casting: Casting) -> Models:
    return separate.load(casting, None)


def _adapted(casting: Casting) -> Models:
    """Five models, of which policy and critic learn adapters, as large as those on one base."""
    folder, rank = casting.policy.parent, casting.settings.lora_rank
    policy = Lora(load_policy(folder / "learner"), TaskType.CAUSAL_LM)
    critic = Lora(load_reward_model(folder / "critic"), TaskType.SEQ_CLS)
    for number, lora in enumerate((policy, critic)):
        lora.draw(ADAPTER, rank, casting.seed + number)
        lora.ask((ADAPTER,), learner=ADAPTER)
    return SeparateModels(
        tokenizer=load_tokenizer(casting.policy),
        policy=policy.model,
        reference=load_policy(casting.policy),
        critic=Critic(critic.model),
        judge=RewardJudge.load(casting.reward_models, casting.settings.safety_gate),
    )


def _iterate(models: Models, settings: PPOSettings) -> None:
    """One batch answered, judged and learned from."""
    turns = (Turn(role="user", content="What is two plus two, and how do I boil an egg?"),)
    prompts = [
        TrainPrompt(prompt_id=str(number), turns=turns, is_safety=False)
        for number in range(settings.batch_size)
    ]
    judged = answer(models, prompts, settings, seeded("bench", "answers"))
    experience = value(models, judged, settings, settings.kl_coef)
    update(models, optimisers(models, settings), experience, settings, seeded("bench", "steps"))
