"""Policies that speak side by side: one thread draws a token for each speaker in turn, so that none starves.

Tokens are drawn as in training (`decoding.spoken`): one seed says what `rollout.redraw` says with it. Keeps
the policies that were asked last in memory. Knows neither HTTP nor a home.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from rlhf.chat import prompt_ids
from rlhf.config import RolloutSettings
from rlhf.decoding import Way, spoken
from rlhf.models import context, load_policy, load_tokenizer
from rlhf.rollout import prompt_limit
from rlhf.seeds import uniforms
from rlhf.utterance import Utterance
from store.records import Turn

MOST_LOADED = 3
"""Policies in memory: the newest, the one before it, and one that somebody may still be hearing."""
MOST_THREADS = 2
LONGEST_PROMPT = 8192
"""Tokens that a policy without a limit of its own reads; a longer conversation loses its beginning."""
COLDEST = 1e-4
"""Temperature 0 asks for the likeliest token; here no other has a chance, and nothing is divided by 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked and how it is answered; text from the first of `stops` on is not said."""

    turns: tuple[Turn, ...]
    temperature: float = 1.0
    top_p: float = 1.0
    max_tokens: int = 256
    seed: int = 0
    stops: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A piece of an answer; the last has a `finish_reason`, stop or length, or an `error` in a sentence."""

    text: str = ""
    finish_reason: str | None = None
    error: str = ""
    prompt_tokens: int = 0
    token_count: int = 0

    @property
    def is_last(self) -> bool:
        """Whether nothing follows."""
        return self.finish_reason is not None or bool(self.error)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """Who hears an answer, on the stage's thread, until `gone`."""

    hear: Callable[[Heard], None]
    gone: threading.Event


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Speaker:
    """An answer while it is given."""

    tokens: Iterator[int]
    utterance: Utterance
    end_id: int
    prompt_tokens: int
    listener: Listener

    def step(self) -> Heard:
        """One more token, and what it lets be said."""
        token = next(self.tokens, None)
        if token is None:
            return self._last(self.utterance.rest(), "length")
        piece = self.utterance.hear(token)
        if token == self.end_id or self.utterance.ended:
            return self._last(piece + self.utterance.rest(), "stop")
        return Heard(text=piece)

    def _last(self, text: str, finish_reason: str) -> Heard:
        count = self.utterance.token_count
        return Heard(
            text=text, finish_reason=finish_reason, prompt_tokens=self.prompt_tokens, token_count=count
        )


class Shelf:
    """The policies that were asked last, with their tokenizers. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loaded: OrderedDict[Path, tuple[PreTrainedModel, PreTrainedTokenizerBase]] = OrderedDict()

    def take(self, path: Path) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
        """The policy at this path, loaded if it was not; the one that was not asked for longest goes."""
        with self._lock:
            if path not in self._loaded:
                self._loaded[path] = load_policy(path), load_tokenizer(path)
            self._loaded.move_to_end(path)
            while len(self._loaded) > MOST_LOADED:
                self._loaded.popitem(last=False)
            return self._loaded[path]


class Stage:
    """Where speakers take turns, on a thread of its own."""

    def __init__(self) -> None:
        self._shelf = Shelf()
        self._speaking: deque[Speaker] = deque()
        self._come = threading.Condition()
        self._thread = threading.Thread(target=self._work, name="hone-speaking", daemon=True)
        self._thread.start()

    def begin(self, path: Path, question: Question, listener: Listener) -> None:
        """Lets the policy answer, beside the others; raises HoneError if it cannot be loaded."""
        policy, tokenizer = self._shelf.take(path)
        speaker = _speaker(policy, tokenizer, question, listener)
        with self._come:
            self._speaking.append(speaker)
            self._come.notify()

    def _work(self) -> None:
        torch.set_num_threads(min(MOST_THREADS, torch.get_num_threads()))
        with torch.no_grad():
            while True:
                with self._come:
                    self._come.wait_for(lambda: bool(self._speaking))
                    speaker = self._speaking.popleft()
                if not speaker.listener.gone.is_set() and not _spoke_last(speaker):
                    with self._come:
                        self._speaking.append(speaker)


def _spoke_last(speaker: Speaker) -> bool:
    try:
        heard = speaker.step()
    except Exception as error:  # noqa: BLE001  # a model that fails must not silence the others
        heard = Heard(error=f"The policy failed while it answered ({type(error).__name__}); ask again.")
    speaker.listener.hear(heard)
    return heard.is_last


def _speaker(
    policy: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    question: Question,
    listener: Listener,
) -> Speaker:
    longest = context(policy)
    most = question.max_tokens if longest is None else min(question.max_tokens, longest // 2)
    room = RolloutSettings(max_new_tokens=most, max_prompt_tokens=longest or LONGEST_PROMPT)
    ids = prompt_ids(tokenizer, question.turns)[-prompt_limit(policy, room) :]
    way = Way(
        samples=1,
        temperature=max(question.temperature, COLDEST),
        top_p=question.top_p,
        end_id=tokenizer.eos_token_id,
        pad_id=tokenizer.pad_token_id,
    )
    return Speaker(
        tokens=spoken(policy, ids, uniforms([question.seed], most)[0], way),
        utterance=Utterance(tokenizer, question.stops),
        end_id=way.end_id,
        prompt_tokens=len(ids),
        listener=listener,
    )
