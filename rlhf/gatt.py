"""Ghost Attention: dialogues that keep to what a user asked in the first turn (Llama 2, §3.3 and A.3.5).

The instruction stands before every turn of the user while the policy answers; what is learnt from is the
same dialogue with the instruction in the first turn alone, and of it the last answer only. Knows neither
where prompts come from nor how examples are learnt.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rlhf.candidates import Candidates, Sampler
from rlhf.config import RolloutSettings
from rlhf.draws import kept, named
from rlhf.policy_settings import GAttSettings
from rlhf.pool import Sampled
from rlhf.prompts import TrainPrompt
from rlhf.seeds import seeded
from rlhf.track import Tracker
from store.errors import HoneError
from store.identity import identity
from store.records import Turn

STAGE = "gatt"

DIALOGUES_AT_ONCE = 128
"""Dialogues between two reports of progress."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialogue:
    """What a user asks, under an instruction, and what was answered so far, with the gated raw rewards."""

    instruction: str
    asked: tuple[str, ...]
    said: tuple[str, ...] = ()
    rewards: tuple[float, ...] = ()

    @property
    def is_over(self) -> bool:
        """Whether everything was answered."""
        return len(self.said) == len(self.asked)


@dataclass(frozen=True, slots=True, kw_only=True)
class GhostJob:
    """Training prompts whose users' words make dialogues, who answers and judges, and how many are made;
    `rollouts` is a folder for its samples, from which it goes on after a stop; `stage` names the work in
    reports."""

    prompts: Sequence[TrainPrompt]
    sampler: Sampler
    settings: GAttSettings
    rollouts: Path
    seed: int
    tracker: Tracker
    stage: str = "reject"


def ghost_attention(job: GhostJob) -> list[Dialogue]:
    """Dialogues answered turn by turn; one in which an answer never ended is left out."""
    going, over = drawn_dialogues(job.prompts, job.settings, job.seed), list[Dialogue]()
    for turn in range(job.settings.turns):
        going = _answered(job, going, turn)
        over += [dialogue for dialogue in going if dialogue.is_over]
        going = [dialogue for dialogue in going if not dialogue.is_over]
    return over


def drawn_dialogues(prompts: Sequence[TrainPrompt], settings: GAttSettings, seed: int) -> list[Dialogue]:
    """Unanswered dialogues of 2 to `settings.turns` turns; longer ones are chained of several prompts.

    Prompts that may draw out something unsafe take no part: how those are answered is no matter of form.
    """
    if not settings.dialogues:
        return []
    if not settings.instructions:
        raise HoneError(
            "Ghost Attention expects instructions and got none; name some in gatt.instructions, or set "
            "gatt.dialogues to 0."
        )
    usable = [prompt for prompt in prompts if _is_usable(prompt, settings.instructions)]
    if not usable:
        raise HoneError(
            "Ghost Attention expects helpfulness prompts to make dialogues of and found none; import some, "
            "or set gatt.dialogues to 0."
        )
    rng = random.Random(f"{STAGE} {seed}")  # noqa: S311  # repeatable, not secret
    return [_dialogue(usable, settings, rng) for _ in range(settings.dialogues)]


def heard(dialogue: Dialogue, settings: GAttSettings) -> tuple[Turn, ...]:
    """What the policy reads before its next answer: the instruction stands before every turn of the user.

    Of the turns before, as many as `settings.window`: none that is left out takes the instruction with it.
    """
    place = len(dialogue.said)
    first = 0 if settings.window is None else max(0, place - settings.window)
    turns: list[Turn] = []
    for asked, said in zip(dialogue.asked[first:place], dialogue.said[first:], strict=True):
        turns += [*_instructed(dialogue.instruction, asked, settings), _assistant(said)]
    return (*turns, *_instructed(dialogue.instruction, dialogue.asked[place], settings))


def asked_once(dialogue: Dialogue, settings: GAttSettings) -> tuple[Turn, ...]:
    """The same with the instruction in the first turn alone: what a user writes who expects it to be kept."""
    place = len(dialogue.said)
    first, *later = dialogue.asked[: place + 1]
    turns = _instructed(dialogue.instruction, first, settings)
    for said, asked in zip(dialogue.said, later, strict=True):
        turns = (*turns, _assistant(said), _user(asked))
    return turns


def learnt(dialogue: Dialogue, settings: GAttSettings) -> Sampled:
    """The last answer, to the dialogue with the instruction in the first turn alone."""
    turns = asked_once(replace(dialogue, said=dialogue.said[:-1]), settings)
    name = identity("dialogue", [[turn.role, turn.content] for turn in turns])
    return Sampled(prompt=_prompt(turns, name), text=dialogue.said[-1], reward=dialogue.rewards[-1])


def _dialogue(prompts: Sequence[TrainPrompt], settings: GAttSettings, rng: random.Random) -> Dialogue:
    turns, asked = rng.randint(2, settings.turns), list[str]()
    while len(asked) < turns:
        asked += _asked(rng.choice(prompts))
    return Dialogue(instruction=rng.choice(settings.instructions), asked=tuple(asked[:turns]))


def _asked(prompt: TrainPrompt) -> list[str]:
    return [turn.content for turn in prompt.turns if turn.role == "user"]


def _is_usable(prompt: TrainPrompt, instructions: Sequence[str]) -> bool:
    """Not where somebody else gives an instruction: the dialogue's own would contradict it."""
    others = {turn.role for turn in prompt.turns} - {"user", "assistant"}
    return not (prompt.is_safety or others or set(_asked(prompt)) & set(instructions))


def _answered(job: GhostJob, going: Sequence[Dialogue], turn: int) -> list[Dialogue]:
    """The dialogues with one answer more, without those whose answer never ended."""
    settings, after = job.settings, list[Dialogue]()
    for start in range(0, len(going), DIALOGUES_AT_ONCE):
        done = (turn + start / len(going)) / settings.turns
        job.tracker.progress(job.stage, done, f"Ghost Attention, turn {turn + 1} of {settings.turns}")
        part = {str(place): one for place, one in enumerate(going[start : start + DIALOGUES_AT_ONCE])}
        prompts = [_prompt(heard(one, settings), place) for place, one in part.items()]
        drawn = _drawn(job, prompts, (turn, start))
        after += [_with_answer(part[best.prompt.prompt_id], best) for best in drawn.bests()]
    return after


def _drawn(job: GhostJob, prompts: Sequence[TrainPrompt], place: tuple[int, int]) -> Candidates:
    """Answers to what is read at this turn, from this dialogue on; the file of an earlier run if there is."""
    settings, by = job.settings, (STAGE, job.seed, *place)
    how = RolloutSettings(
        samples=settings.samples, temperature=settings.temperature, max_new_tokens=settings.max_new_tokens
    )
    file = named(job.rollouts, by, how, prompts)
    return kept(file, prompts, lambda: job.sampler.draw(prompts, how, seeded(*by)))


def _with_answer(dialogue: Dialogue, best: Sampled) -> Dialogue:
    return replace(dialogue, said=(*dialogue.said, best.text), rewards=(*dialogue.rewards, best.reward))


def _instructed(instruction: str, asked: str, settings: GAttSettings) -> tuple[Turn, ...]:
    """The instruction, if any, before a user's words: in one message, or answered by the acknowledgement."""
    if not instruction:
        return (_user(asked),)
    if not settings.acknowledgement:
        return (_user(f"{instruction} {asked}"),)
    return _user(instruction), _assistant(settings.acknowledgement), _user(asked)


def _user(words: str) -> Turn:
    return Turn(role="user", content=words)


def _assistant(words: str) -> Turn:
    return Turn(role="assistant", content=words)


def _prompt(turns: tuple[Turn, ...], prompt_id: str) -> TrainPrompt:
    return TrainPrompt(prompt_id=prompt_id, turns=turns, is_safety=False)
