"""Whole iterations of PPO beside TRL's RLOO, which has no critic: samples a second, and memory.

The pocket world's policy and prompts, under two reward models with fresh heads: what they say has no part in
how long anything takes. An iteration samples, scores, asks the reference and the critic, and learns; it is
timed from the last gradient step of one to that of a later one, so that reading models is outside. Its
memory is taken apart from that, in a process for each contestant. Beside it: what one base with adapters
takes of memory, and what five models take (`ppo_memory`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

import torch

from rlhf.bench.data import pocket_policy, pocket_prompts
from rlhf.bench.ppo_contestants import HONE, TRL, TRL_JUDGED, Contestant, Start
from rlhf.bench.ppo_memory import Memory, Size, alone, measured
from rlhf.bench.race import counted_steps, give_back
from rlhf.judge import RewardModels
from rlhf.models import load_policy, load_tokenizer, new_reward_model, save
from rlhf.policy_settings import PPOSettings
from store.bench.collection import scratch
from store.bench.machine import Machine, before, peak_memory
from store.bench.registry import Settings, Show

SAMPLES: Final = 256
MINIBATCH: Final = 64
"""Samples of an iteration, and of a gradient step."""
LONGEST: Final = 64
"""Tokens of a response."""
PROMPTS: Final = 2000
ITERATIONS: Final = 3
"""Timed ones of a part, after one that is not."""
ROUNDS: Final = 3
SEED: Final = 0
AT_LEAST: Final = 2.0
"""Times TRL's samples a second."""
SHARE: Final = 0.45
"""Of five models' memory, the most that one base may take."""
LEARNING_RATE: Final = 1e-6
"""So low that responses keep their lengths, which decide how long everything takes."""
TOLD: Final = (
    f"Hone learns as in the pocket world, but for {ITERATIONS + 1} iterations, rates of {LEARNING_RATE:g}, "
    "no head start of the critic, no held-out looks, no checkpoint, and float32 on any machine"
)
"""What Hone's side leaves out, since it is no part of an iteration or TRL has nothing like it."""
CONTESTANTS: Final = (HONE, TRL, TRL_JUDGED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lap:
    """Some iterations: samples, seconds of the clock and of all processors, a response's mean tokens."""

    samples: int
    seconds: float
    processor_seconds: float
    tokens: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Medians of a contestant's laps; memory is what a process of its own came to hold, at most, beyond what
    it held before it read any model.
    """

    name: str
    samples_per_second: float
    samples_per_processor_second: float
    memory_mb: float
    tokens: float

    def words(self) -> str:
        """A line of it."""
        return (
            f"{self.name}: {self.samples_per_second:.1f} samples a second, "
            f"{self.samples_per_processor_second:.1f} a second of processor, a process of its own grew "
            f"by {self.memory_mb:.0f} MB, {self.tokens:.1f} tokens a response"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PPOBench:
    """`ratio` is the median over the rounds by the clock, `work_ratio` of processor time; `judged_*` are
    beside TRL with Hone's judge as its reward function; `memory` is of larger models.
    """

    bench: str
    ratio: float
    peer: str
    unit: str
    work_ratio: float
    judged_ratio: float
    judged_work_ratio: float
    met: bool
    parameters: int
    samples: int
    gradient_steps: int
    threads: int
    paces: tuple[Pace, ...]
    memory: Memory
    machine: Machine

    def lines(self) -> list[str]:
        """See Result."""
        return [
            f"{self.samples} samples and {self.gradient_steps} gradient steps an iteration; policy "
            f"and reward models of {self.parameters / 1e6:.1f} million parameters, {self.threads} threads",
            TOLD,
            *(pace.words() for pace in self.paces),
            f"beside TRL's own scoring {self.ratio:.2f} times by the clock (at least {AT_LEAST:g}), "
            f"{self.work_ratio:.2f} by processor time; beside TRL with Hone's judge {self.judged_ratio:.2f} "
            f"and {self.judged_work_ratio:.2f}",
            *self.memory.lines(),
            f"at least {AT_LEAST:g} times TRL's own scoring, at most {SHARE:g} of five models' memory: "
            f"{'met' if self.met else 'not met'}",
        ]


def run(settings: Settings) -> PPOBench:
    """Measures; the largest size is the number of samples an iteration."""
    with scratch() as folder:
        noise = before(folder)
        start = starting(folder, max(settings.sizes, default=SAMPLES))
        laps = rounds(start, settings.show)
        settings.show("memory", 0.0, "processes of their own")
        grown = {one.name: alone(growth_mb, start, one) for one in CONTESTANTS}
        memory = measured(Size())
        return result(start, laps, grown, memory, noise.machine())


def result(
    start: Start,
    laps: Sequence[dict[str, Lap]],
    grown: Mapping[str, float],
    memory: Memory,
    machine: Machine,
) -> PPOBench:
    """What the laps of all rounds say, and by how many MB a process of its own grew, by contestant's name."""
    ours, plain, judged = ([one[name] for one in laps] for name in (HONE.name, TRL.name, TRL_JUDGED.name))
    ratio = _ratio(ours, plain)
    return PPOBench(
        bench="ppo",
        ratio=ratio,
        peer="trl.RLOOTrainer, no critic, TRL's own scoring (same policy, reward models, lengths and steps)",
        unit="samples a second in whole iterations",
        work_ratio=_work_ratio(ours, plain),
        judged_ratio=_ratio(ours, judged),
        judged_work_ratio=_work_ratio(ours, judged),
        met=ratio >= AT_LEAST and memory.share <= SHARE,
        parameters=load_policy(start.policy).num_parameters(),
        samples=start.settings.batch_size,
        gradient_steps=start.steps,
        threads=torch.get_num_threads(),
        paces=tuple(_pace(name, [one[name] for one in laps], grown[name]) for name in laps[0]),
        memory=memory,
        machine=machine,
    )


def starting(folder: Path, samples: int) -> Start:
    """The pocket world's policy and prompts, and two reward models that were just made of it."""
    policy = pocket_policy()
    for seed, name in enumerate(("helpfulness", "safety")):
        save(new_reward_model(policy, seed), load_tokenizer(policy), folder / name)
    return Start(
        policy=policy,
        reward_models=RewardModels(helpfulness=folder / "helpfulness", safety=folder / "safety"),
        prompts=pocket_prompts(PROMPTS, SEED),
        settings=told(samples),
        seed=SEED,
        folder=folder / "runs",
    )


def told(samples: int) -> PPOSettings:
    """The pocket world's, but for what would be timed on one side only or change lengths (see `TOLD`)."""
    return PPOSettings(
        iterations=ITERATIONS + 1,
        batch_size=samples,
        minibatch_size=min(MINIBATCH, samples),
        learning_rate=LEARNING_RATE,
        critic_learning_rate=LEARNING_RATE,
        kl_coef=0.05,
        critic_head_start=0,
        max_new_tokens=LONGEST,
        checkpoint_every=10**9,
        precision="float32",
    )


def rounds(start: Start, show: Show) -> list[dict[str, Lap]]:
    """Laps of all in turn, whoever comes first changing, by name; a lap of each comes before, untimed."""
    order = list(CONTESTANTS)
    for one in order:
        show("warming_up", 0.0, one.name)
        lap(start, one)
    done = []
    for number in range(ROUNDS):
        found = {}
        for place, one in enumerate(order[number % 3 :] + order[: number % 3]):
            show("racing", (number + place / 3) / ROUNDS, one.name)
            found[one.name] = lap(start, one)
        done.append(found)
    return done


def lap(start: Start, contestant: Contestant) -> Lap:
    """Trains anew; what it took from the last step of the first iteration on."""
    give_back()
    with counted_steps() as steps:
        tokens = contestant.train(start)
    first = start.steps * contestant.optimisers - 1
    assert len(steps.ends) == start.settings.iterations * (first + 1)  # noqa: S101  # else it was another's lap
    return Lap(
        samples=(start.settings.iterations - 1) * start.settings.batch_size,
        seconds=steps.ends[-1] - steps.ends[first],
        processor_seconds=steps.worked[-1] - steps.worked[first],
        tokens=tokens,
    )


def growth_mb(start: Start, contestant: Contestant) -> float:
    """Megabytes (10⁶ bytes) by which this process grows, at most, while the contestant trains."""
    with peak_memory(every=0.01) as memory:
        contestant.train(start)
    return memory.growth_mb


def _ratio(ours: Sequence[Lap], theirs: Sequence[Lap]) -> float:
    return median(peer.seconds / own.seconds for own, peer in zip(ours, theirs, strict=True))


def _work_ratio(ours: Sequence[Lap], theirs: Sequence[Lap]) -> float:
    pairs = zip(ours, theirs, strict=True)
    return median(peer.processor_seconds / own.processor_seconds for own, peer in pairs)


def _pace(name: str, laps: Sequence[Lap], memory_mb: float) -> Pace:
    return Pace(
        name=name,
        samples_per_second=median(one.samples / one.seconds for one in laps),
        samples_per_processor_second=median(one.samples / one.processor_seconds for one in laps),
        memory_mb=memory_mb,
        tokens=median(one.tokens for one in laps),
    )
