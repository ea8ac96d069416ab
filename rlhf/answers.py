"""How policies answer the held-out prompts: sampled once for each policy, then read from a file.

The file is named by everything that the answers depend on, so a policy that comes up in every round answers
once. Knows nothing of what makes an answer good.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import pyarrow as pa
import torch
from pyarrow import parquet
from torch import Generator, Tensor

from rlhf.bounds import Engine
from rlhf.chat import prompt_ids
from rlhf.collate import Answered
from rlhf.config import RolloutSettings
from rlhf.folders import replacing_file
from rlhf.models import load_policy, load_tokenizer
from rlhf.prompts import TrainPrompt
from rlhf.scoring import score_logprobs
from rlhf.weights import weights_digest
from rlhf.writer import engine, writing
from store.identity import identity

SCHEMA = pa.schema(
    [
        ("prompt_id", pa.string()),
        ("prompt_ids", pa.list_(pa.int32())),
        ("ids", pa.list_(pa.int32())),
        ("text", pa.string()),
        ("logprob", pa.float64()),
        ("finished", pa.bool_()),
        ("seed", pa.int64()),
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A response in words and token ids, and the seed that the engine which wrote it drew it from.

    `logprob` sums its tokens, in nats, at the sampling temperature.
    """

    prompt_id: str
    prompt_ids: tuple[int, ...]
    ids: tuple[int, ...]
    text: str
    logprob: float
    finished: bool
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """Prompts, how they are answered and from which seed; answers are kept in `folder`."""

    prompts: tuple[TrainPrompt, ...]
    settings: RolloutSettings
    seed: int
    folder: Path
    engine: Engine = "auto"


def answers(policy: Path, occasion: Occasion) -> list[Answer]:
    """One answer a prompt. Every policy draws from the same random numbers, so that luck is shared."""
    prompts = [prompt.prompt_id for prompt in occasion.prompts]
    settings = asdict(occasion.settings) | {"engine": engine(occasion.engine)}
    name = identity("seeded answers", weights_digest(policy), prompts, settings, occasion.seed)
    file = occasion.folder / f"{name}.parquet"
    if not file.exists():
        _write(file, _sample(policy, occasion))
    return [
        Answer(**row | {"ids": tuple(row["ids"]), "prompt_ids": tuple(row["prompt_ids"])})
        for row in parquet.read_table(file).to_pylist()
    ]


def logprobs_under(policy_path: Path, given: Sequence[Answer], temperature: float) -> Tensor:
    """log π(answer | prompt) [N] in nats under a policy, at the temperature at which they were sampled."""
    answered = Answered(
        prompts=[one.prompt_ids for one in given],
        responses=[one.ids for one in given],
        pad_id=load_tokenizer(policy_path).pad_token_id,
    )
    return score_logprobs(load_policy(policy_path), answered, temperature).double().sum(dim=1)


def own_logprobs(policy: Path, given: Sequence[Answer], occasion: Occasion) -> Tensor:
    """log π(answer | prompt) [N] in nats of what the policy itself said on this occasion.

    What vLLM wrote is read again: its own figures are of a policy rounded to bfloat16, which is not
    0 nats away from the same policy as `logprobs_under` reads it.
    """
    if engine(occasion.engine) == "vllm":
        return logprobs_under(policy, given, occasion.settings.temperature)
    return torch.tensor([answer.logprob for answer in given], dtype=torch.double)


def _sample(path: Path, occasion: Occasion) -> list[Answer]:
    with writing(path, occasion.engine) as writer:
        rows = [prompt_ids(writer.tokenizer, prompt.turns) for prompt in occasion.prompts]
        rollout = writer.write(rows, occasion.settings, Generator().manual_seed(occasion.seed))
    answered = rollout.answers(writer.tokenizer)
    columns = (rollout.prompts, rollout.rows(), answered, rollout.finished.tolist())
    return [
        Answer(
            prompt_id=prompt.prompt_id,
            prompt_ids=tuple(read),
            ids=tuple(ids),
            text=answer.text,
            logprob=answer.logprob,
            finished=finished,
            seed=answer.seed,
        )
        for prompt, read, ids, answer, finished in zip(occasion.prompts, *columns, strict=True)
    ]


def _write(file: Path, rows: Sequence[Answer]) -> None:
    """Written beside its place and then renamed, so that a file that is there is whole."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with replacing_file(file) as fresh:
        parquet.write_table(pa.Table.from_pylist([asdict(row) for row in rows], schema=SCHEMA), fresh)
