"""A PPO run between two iterations, on disk: those who learn, both optimisers, and where it stands.

Everything random is drawn from the seed and the iteration's number, so there is no generator to keep, and
a resumed run goes on to the same bytes. Safetensors and JSON only.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import TypeAdapter
from safetensors.torch import load_file, save_file

from rlhf.cast import Cast
from rlhf.folders import replacing
from rlhf.held_out import Look
from rlhf.moments import moments, remember
from rlhf.parting import Watch
from rlhf.ppo_update import Optimisers
from rlhf.track import write_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a run stands: finished iterations, the present β, the best look and how many came after it, and
    what its watch keeps of the looks; `warning` is what the newest one warns of.

    `job` names what the run was asked, so that a checkpoint of another job is not taken up; `stopped` says
    why the run ended before its last iteration.
    """

    job: str
    kl_coef: float
    iteration: int = 0
    best: Look | None = None
    best_iteration: int = 0
    looks_since_best: int = 0
    watch: Watch | None = None
    warning: str = ""
    stopped: str = ""


def keep(folder: Path, models: Cast, learners: Optimisers, standing: Standing) -> None:
    """Writes the checkpoint, then replaces the one before."""
    with replacing(folder) as fresh:
        models.keep(fresh)
        save_file(moments(learners.policy), fresh / "policy_moments.safetensors")
        save_file(moments(learners.critic), fresh / "critic_moments.safetensors")
        write_json(fresh / "standing.json", asdict(standing))


def standing_of(folder: Path, job: str) -> Standing | None:
    """Where the checkpoint in the folder stands; none if there is none, or it is another job's."""
    path = folder / "standing.json"
    if not path.exists():
        return None
    standing = TypeAdapter(Standing).validate_json(path.read_bytes())
    return standing if standing.job == job else None


def restore(folder: Path, learners: Optimisers) -> None:
    """Gives fresh optimisers the moments that were kept."""
    remember(learners.policy, load_file(folder / "policy_moments.safetensors"))
    remember(learners.critic, load_file(folder / "critic_moments.safetensors"))
