"""Why a stage of a round could not go on, where the machine refused it something: one sentence that says how
much there was, what to change, and that the round resumes. Knows the stages by name only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from rlhf import faults, memory, room
from rlhf.config import RoundSettings
from store.errors import HoneError
from store.home import Home
from store.round_stages import called

_REWARD: Final = "raise reward.accumulation, or lower reward.max_tokens"
_LESS: Final = {
    "reward_helpfulness": _REWARD,
    "reward_safety": _REWARD,
    "reject": "raise sft.accumulation, or lower sft.max_tokens, reject.max_new_tokens or reject.samples",
    "ppo": "lower ppo.part_tokens, ppo.batch_size or ppo.max_new_tokens, or set ppo.lora_rank",
    "dpo": "raise dpo.accumulation, or lower dpo.max_tokens",
    "rloo": "raise rloo.accumulation, or lower rloo.max_new_tokens",
    "evaluate": "lower evaluate.prompts or evaluate.max_new_tokens",
    "publish": "lower publish.candidates, publish.comparisons or publish.max_new_tokens",
}
"""What makes a stage take less memory."""
_OTHER: Final = "end what else runs on this machine"
RESUMES: Final = "`hone round` resumes at this stage."


class RefusedError(HoneError):
    """The machine refused a round memory or disk, in a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """At which stage which round was, and how it was to go."""

    home: Home
    number: int
    stage: str
    way: RoundSettings


def refused(error: Exception, where: Where) -> RefusedError | None:
    """What the machine refused, if that is what the error says."""
    if faults.is_full(error):
        return RefusedError(f"{room.no_room(where.home, where.number, where.way.method)} Then {RESUMES}")
    if faults.is_out_of_memory(error):
        return RefusedError(f"{_no_memory(error, where)} Then {RESUMES}")
    return None


def why(error: Exception) -> str:
    """Any other error in a line, and how to go on."""
    return f"{faults.sentence(error)} {RESUMES}"


def _no_memory(error: Exception, where: Where) -> str:
    method = where.way.method
    stage = called(method, where.stage)
    less = _LESS.get(method if where.stage == "baseline" else where.stage, _OTHER)
    if faults.is_accelerators(error):
        said = faults.sentence(error).rstrip(".")
        return f"The accelerator has too little memory for {stage} ({said}): {less}."
    asked = faults.asked_for(error)
    more = f" and asked for {room.size(asked)} more" if asked else ""
    return (
        f"Memory ran out during {stage}: its process had {room.size(memory.held())}{more}, of the "
        f"{room.size(memory.limit())} that round.memory_share = {where.way.memory_share:g} lets it take. "
        f"To go on, {less}, or let it take a greater share."
    )
