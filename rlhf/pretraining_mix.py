"""Text that a policy read before it was taught, to be read again beside PPO (PPO-ptx; InstructGPT, eq. 2).

A file of JSON lines with a `text` each. Which rows an iteration reads depends on the seed and its number
alone, so that a resumed run reads on. Knows nothing of the loss.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field, TypeAdapter
from pydantic.dataclasses import dataclass
from transformers import PreTrainedTokenizerBase

from rlhf.collate import Answered, Row
from rlhf.models import context_of, load_tokenizer, readable
from rlhf.policy_settings import PPOSettings
from rlhf.seeds import endless
from store.errors import HoneError
from store.exchange.lines import RowError, lines, parsed


class PretrainingError(HoneError):
    """Text that cannot be read, in a sentence."""


@dataclass(frozen=True)
class _TextRow:
    text: Annotated[str, Field(min_length=1)]


_ROWS: Final = TypeAdapter(_TextRow)


def pretraining_rows(file: Path | None, policy: Path, settings: PPOSettings) -> list[Row]:
    """The file's texts as rows of token ids, each text with the end token; none where none are mixed in.

    A row has at most as many tokens as the policy reads, or `max_prompt_tokens`; a longer text is several.
    Raises a PretrainingError, or an UnreadableError where there is no file.
    """
    if settings.pretraining_coef == 0:
        return []
    if file is None:
        raise PretrainingError(
            f"Expected text to mix in, for ppo.pretraining_coef is {settings.pretraining_coef:g}; got none. "
            "Name a file of JSON lines as ppo.pretraining_text, or set ppo.pretraining_coef to 0."
        )
    tokenizer = load_tokenizer(policy)
    longest = readable(settings.max_prompt_tokens, context_of(policy))
    rows = [row for text in _texts(file) for row in _rows(tokenizer, text, longest)]
    if not rows:
        raise PretrainingError(f"Expected texts in {file}, JSON lines with a `text` each; it has none.")
    return rows


def read_again(rows: Sequence[Row], settings: PPOSettings, seed: int, iteration: int) -> list[Row]:
    """The iteration's share of an endless stream of the rows, as many as responses pass; none of none."""
    size = settings.batch_size * settings.epochs
    places = range(iteration * size, (iteration + 1) * size)
    return [rows[at] for at in endless(len(rows), places, "pretraining", seed)] if rows else []


def continued(rows: Sequence[Row], pad_id: int) -> Answered:
    """Each row as the response to its first token, which nothing foretells."""
    return Answered(prompts=[row[:1] for row in rows], responses=[row[1:] for row in rows], pad_id=pad_id)


def _texts(file: Path) -> Iterator[str]:
    for line in lines([file]):
        try:
            yield parsed(line, _ROWS).text
        except RowError as error:
            raise PretrainingError(
                f"Expected one JSON object a line with a `text` in {file}; line {line.number}: {error}."
            ) from error


def _rows(tokenizer: PreTrainedTokenizerBase, text: str, longest: int) -> list[Row]:
    """The text's tokens in rows of two at least; marks of the template within it are only letters."""
    ids = [*tokenizer(text, split_special_tokens=True)["input_ids"], tokenizer.eos_token_id]
    rows = [ids[start : start + longest] for start in range(0, len(ids), longest)]
    return [row for row in rows if len(row) > 1]
