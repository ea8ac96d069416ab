"""A new home: its settings, its first policy, its prompts and the first comparisons.

Everything goes in through the inbox, as a round's results do, so that it works beside a running owner.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rlhf.ask import Answerer, AskJob, ask, batch_of, draw_prompts
from rlhf.config import Settings
from rlhf.folders import replacing, replacing_file
from rlhf.models import load_tokenizer
from rlhf.prompts import TrainPrompt
from rlhf.reward_models.ensemble import weight_files
from rlhf.track import Tracker
from store.door import Door
from store.errors import HoneError
from store.exchange.publishing import deliver
from store.home import Home
from store.identity import identity
from store.records import Arm, Comparison, Fact, Policy, Prompt


class InitialiseError(HoneError):
    """A home that cannot be made, in a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """What a home starts from: settings text, a policy (folder or hub name) and prompts."""

    settings: str
    policy: str
    prompts: Sequence[Prompt] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """From which prompts the first comparisons are made, how, and who hears of the progress."""

    prompts: Sequence[TrainPrompt]
    settings: Settings
    tracker: Tracker
    round: int = 0


def answering(watch: Callable[[str, float, str], None]) -> Callable[[str, float, str], None]:
    """Tells the progress of the first answers as such: no round publishes them."""
    return lambda _stage, fraction, message: watch("answers", fraction, message)


def check_policy(name: str) -> None:
    """Refuses a policy that no round could use, before anything is made for it."""
    load_tokenizer(name)
    if Path(name).is_dir():
        weights_id("policy", Path(name))


def write_settings(home: Home, text: str) -> None:
    """Writes `hone.toml`, unless somebody already has."""
    home.root.mkdir(parents=True, exist_ok=True, mode=0o700)  # for its user alone
    if not home.settings.exists():
        with replacing_file(home.settings) as fresh:  # half of it would be read as settings
            fresh.write_text(text, encoding="utf-8")


def initialise(home: Home, door: Door, beginning: Beginning) -> Policy:
    """Puts the policy and the prompts into the home; doing it again changes nothing."""
    write_settings(home, beginning.settings)
    policy = _policy(home, beginning.policy)
    deliver(door, f"beginning-{policy.policy_id}", {"policies": [policy], "prompts": list(beginning.prompts)})
    return policy


def first_comparisons(home: Home, door: Door, policy: Policy, questions: Questions) -> tuple[Comparison, ...]:
    """The policy answers each prompt, as often as `publish` says; returns what there is to judge."""
    if not questions.prompts:
        return ()
    settings = questions.settings
    by_chance = replace(settings.publish, selection=Arm.RANDOM)  # no reward model is there to choose by
    answerer = Answerer(policy_id=policy.policy_id, path=model_path(home, policy.path))
    drawn = draw_prompts(questions.prompts, by_chance, settings.round.seed)
    job = AskJob(
        prompts=drawn,
        pair=(answerer, answerer),
        settings=by_chance,
        round=questions.round,
        seed=settings.round.seed * 1000,
        tracker=questions.tracker,
    )
    asked = ask(job)
    if not asked.comparisons:
        return ()
    batch = batch_of(questions.round)
    tables: dict[str, Sequence[Fact]] = {
        "batches": [batch],
        "responses": asked.responses,
        "comparisons": asked.comparisons,
    }
    name = identity(*(comparison.comparison_id for comparison in asked.comparisons))
    deliver(door, f"{batch.batch_id}-{name}", tables)
    return asked.comparisons


def model_path(home: Home, path: str) -> Path:
    """Where a stored policy's weights lie: within the home, or the hub's name as it is."""
    within = home.root / path
    return within if within.exists() else Path(path)


def weights_id(kind: str, folder: Path) -> str:
    """An id that follows from the weights themselves: the same training gives the same model."""
    files = weight_files(folder)
    if not files:
        raise InitialiseError(
            f"Expected safetensors weights in {folder}; found none. Save the model as safetensors."
        )
    return identity(kind, [hashlib.sha256(file.read_bytes()).hexdigest() for file in files])


def _policy(home: Home, name: str) -> Policy:
    folder = Path(name)
    if not folder.is_dir():
        return Policy(policy_id=identity("policy", name), path=name)
    policy_id, kept = weights_id("policy", folder), home.policies / folder.resolve().name
    if not kept.exists():
        with replacing(kept) as fresh:
            shutil.copytree(folder, fresh, dirs_exist_ok=True)
    if weights_id("policy", kept) != policy_id:
        raise InitialiseError(f"{kept} holds another policy than {folder}; give the folder another name.")
    return Policy(policy_id=policy_id, path=str(kept.relative_to(home.root)))
