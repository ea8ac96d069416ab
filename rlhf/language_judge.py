"""A language model as judge, at any OpenAI-compatible endpoint; what it says is a stranger's text.

Whatever goes wrong is one sentence that names the endpoint without its key and quotes none of its words.
Knows how questions are sent and replies are read, not what they ask.
"""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Final

import httpx
from anyio.from_thread import start_blocking_portal
from pydantic import BaseModel, Field, ValidationError

from rlhf.both_orders import Heard, OrderEffect, Pair, order_effect, questions, verdict
from rlhf.config import EvaluationSettings
from rlhf.kept_replies import KeptReplies
from store.errors import HoneError
from store.identity import identity

TRIES: Final = 3
PAUSE: Final = 1.0
"""Seconds before the second try; twice as many before the third."""
LISTENS: Final = 1.0
"""Seconds after which a stop is heard, however long a reply takes."""
PASSING: Final = frozenset({408, 429, 500, 502, 503, 504})
"""Codes of what may be over in a moment."""
LARGEST_REPLY: Final = 1024 * 1024
"""Bytes; a verdict has one word."""
MOST_TOKENS: Final = 16
MOST_UNREAD: Final = 0.1
"""Share of replies without a verdict beyond which the others are not believed either."""

Show = Callable[[float], None]
"""Takes how much is done, 0 to 1."""


class LanguageJudgeError(HoneError):
    """The endpoint gives no verdicts, and why."""


class _PassingError(Exception):
    """What may be over in a moment; its words end a sentence."""


class _Message(BaseModel):
    content: str | None = None


class _Choice(BaseModel):
    message: _Message


class _Reply(BaseModel):
    """A chat completion as far as it is read."""

    choices: Annotated[list[_Choice], Field(min_length=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageJudge:
    """Where the language model is asked, by which name and with which key; `at_once` questions at a time."""

    url: str
    model: str
    key: str = field(repr=False)
    seconds: float
    at_once: int

    @property
    def shown(self) -> str:
        """The address without the name, password or query that may be a key."""
        return re.sub("//.*@", "//", self.url.partition("?")[0])


def language_judge(settings: EvaluationSettings) -> LanguageJudge | None:
    """The judge of the settings, None where they name none; LanguageJudgeError where something is missing."""
    variable = settings.language_judge_key_variable
    key = os.environ.get(variable, "") if variable else ""
    if not settings.language_judge_url:
        return None
    if not settings.language_judge_model:
        raise LanguageJudgeError(
            "Expected the name of the model that judges beside the address of its endpoint; set "
            "evaluate.language_judge_model."
        )
    if variable and not (key and key.isascii() and key.isprintable()):
        raise LanguageJudgeError(
            f"Expected the key of the language model that judges in the environment variable {variable}; it "
            "is not there, or is none. Set it where the round runs."
        )
    return LanguageJudge(
        url=settings.language_judge_url.rstrip("/"),
        model=settings.language_judge_model,
        key=key,
        seconds=settings.language_judge_seconds,
        at_once=settings.language_judge_at_once,
    )


def judged_in_both_orders(
    judge: LanguageJudge, opponent: str, pairs: Sequence[Pair], kept: KeptReplies, show: Show
) -> tuple[list[float], OrderEffect]:
    """Our points on each pair, and what the order did; LanguageJudgeError where the endpoint fails.

    What is `kept` already is asked no more, and whatever it says is kept as soon as it has said it.
    """
    asked = [pair for pair in pairs if not pair.is_same]
    said = map(verdict, replies(judge, [text for pair in asked for text in questions(pair)], kept, show))
    heard = [Heard(straight=straight, swapped=swapped) for straight, swapped in zip(said, said, strict=True)]
    effect = order_effect(opponent, heard)
    if effect.unread > MOST_UNREAD * 2 * len(heard):
        raise LanguageJudgeError(
            f"Expected A, B or tie from the language model at {judge.shown}; {effect.unread} of "
            f"{2 * len(heard)} replies were something else. Name a model that follows instructions."
        )
    of_asked = iter(heard)
    return [0.5 if pair.is_same else next(of_asked).points for pair in pairs], effect


def replies(judge: LanguageJudge, asked: Sequence[str], kept: KeptReplies, show: Show) -> list[str]:
    """The model's verdict on each question, in order, empty where it gave none.

    The first failure ends it, and so does what `show` raises, without waiting for replies. The event loop has
    a thread of its own: a notebook runs one on this.
    """
    with start_blocking_portal() as loop:
        return loop.call(_replies, judge, asked, kept, show)


async def _replies(judge: LanguageJudge, asked: Sequence[str], kept: KeptReplies, show: Show) -> list[str]:
    headers = {"Authorization": f"Bearer {judge.key}"} if judge.key else {}
    found: dict[int, str] = {}
    waiting = iter(enumerate(asked))
    async with httpx.AsyncClient(headers=headers, timeout=judge.seconds) as client:

        async def ask() -> None:
            for place, one in waiting:
                show(len(found) / len(asked))
                found[place] = await _kept_reply(client, judge, kept, one)

        await _together([ask() for _one in range(judge.at_once)], lambda: show(len(found) / len(asked)))
    return [found[place] for place in range(len(asked))]


async def _together(work: Sequence[Coroutine[None, None, None]], look: Callable[[], None]) -> None:
    """All of it at once; what `look` raises every now and then, or the first failure, ends the rest."""
    tasks = [asyncio.ensure_future(one) for one in work]
    pending = set(tasks)
    try:
        while pending:
            done, pending = await asyncio.wait(pending, timeout=LISTENS, return_when=asyncio.FIRST_EXCEPTION)
            for one in done:
                one.result()
            if pending:
                look()
    finally:
        for one in tasks:
            one.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _kept_reply(client: httpx.AsyncClient, judge: LanguageJudge, kept: KeptReplies, asked: str) -> str:
    """What this judge said to this question before, or says now."""
    key = identity("language judge", judge.shown, judge.model, MOST_TOKENS, asked)
    said = kept.get(key)
    if said is None:
        said = verdict(await _reply(client, judge, asked)) or ""
        kept.keep(key, said)
    return said


async def _reply(client: httpx.AsyncClient, judge: LanguageJudge, asked: str) -> str:
    """One reply; what may be over in a moment is tried again."""
    for tried in range(1, TRIES + 1):
        try:
            return await _asked_once(client, judge, asked)
        except _PassingError as why:
            if tried == TRIES:
                raise LanguageJudgeError(
                    f"The language model at {judge.shown} {why}, {TRIES} times; see whether it is served."
                ) from why
        await asyncio.sleep(PAUSE * 2 ** (tried - 1))
    raise AssertionError  # the last try returns or raises


async def _asked_once(client: httpx.AsyncClient, judge: LanguageJudge, asked: str) -> str:
    sent = {
        "model": judge.model,
        "messages": [{"role": "user", "content": asked}],
        "temperature": 0,
        "max_tokens": MOST_TOKENS,
    }
    try:
        async with client.stream("POST", f"{judge.url}/chat/completions", json=sent) as response:
            _check(judge, response.status_code)
            body = await _body(judge, response)
        return _Reply.model_validate_json(body).choices[0].message.content or ""
    except ValidationError as error:
        raise _none(judge) from error
    except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        raise LanguageJudgeError(
            "Expected an address such as https://host/v1 in evaluate.language_judge_url; got none that can "
            "be asked."
        ) from error
    except httpx.TimeoutException as error:
        raise _PassingError(f"said nothing for {judge.seconds:g} seconds") from error
    except httpx.HTTPError as error:
        raise _PassingError("cannot be reached") from error


def _check(judge: LanguageJudge, code: int) -> None:
    if code == httpx.codes.OK:
        return
    if code in PASSING:
        raise _PassingError(f"answered with code {code}")
    hint = {401: "set the key", 403: "set the key", 404: "look at its address and the model's name"}
    raise LanguageJudgeError(
        f"The language model at {judge.shown} refused with code {code}; "
        f"{hint.get(code, 'see what its own log says')}."
    )


async def _body(judge: LanguageJudge, response: httpx.Response) -> bytes:
    """All of it, if it is no larger than a reply may be and comes in time."""
    body, until = b"", time.monotonic() + judge.seconds
    async for some in response.aiter_bytes():
        body += some
        if len(body) > LARGEST_REPLY:
            raise _none(judge)
        if time.monotonic() > until:
            raise _PassingError(f"took longer than {judge.seconds:g} seconds")
    return body


def _none(judge: LanguageJudge) -> LanguageJudgeError:
    return LanguageJudgeError(
        f"The language model at {judge.shown} sent what is no chat completion; see whether the address of "
        "an OpenAI-compatible endpoint is in evaluate.language_judge_url."
    )
