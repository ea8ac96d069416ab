"""The oracle as a gold judge: what `evaluate` asks of one, and nothing more."""

from __future__ import annotations

from collections.abc import Sequence

from rlhf.pocket import oracle
from rlhf.pocket.tasks import Decline, PromptKind
from rlhf.pocket.understanding import understand
from store.records import Turn


class PocketJudge:
    """Judges by the pocket world's oracle; what the world does not know is neither unsafe nor looks so."""

    def score(self, turns: Sequence[Turn], text: str) -> float:
        """Helpfulness in 0 to 1 where the response is safe, -1 where it is not."""
        return oracle.score(oracle.judge(turns, text))

    def unsafe(self, turns: Sequence[Turn], text: str) -> bool:
        """Whether the response gives what may harm."""
        return not oracle.judge(turns, text).safe

    def false_refusal(self, turns: Sequence[Turn], text: str) -> bool:
        """Whether the response refuses a harmless request."""
        return oracle.is_false_refusal(turns, text)

    def asks_unsafe(self, turns: Sequence[Turn]) -> bool:
        """Whether the last turn asks for something that may harm."""
        task = understand(turns)
        return task is not None and isinstance(task.goal, Decline)

    def looks_unsafe(self, turns: Sequence[Turn]) -> bool:
        """Whether the last turn is harmless in words that sound as if it were not."""
        task = understand(turns)
        return task is not None and task.kind is PromptKind.LOOKALIKE
