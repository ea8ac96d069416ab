"""What a policy made of tasks of lm-eval, as a part of its model card."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rlhf.markdown import code, table
from store.records import TaskResult


def on_tasks(results: Sequence[TaskResult]) -> Iterator[str]:
    """A heading, how they were run, and a table; nothing where there are none."""
    if not results:
        return
    yield "## On tasks of lm-eval"
    ran = ", ".join(code(name) for name in sorted({one.harness for one in results}))
    yield f"Run by {ran}; ± is the standard error."
    yield table(
        ("Task", "Version", "Metric", "Value", "Samples", "Few-shot", "Chat template", "Run on"),
        [
            (
                code(one.task),
                code(one.version),
                code(one.metric),
                value(one),
                f"{one.samples:,}",
                str(one.few_shots),
                "yes" if one.chat_template else "no",
                f"{one.made_at:%Y-%m-%d}",
            )
            for one in results
        ],
    )


def value(result: TaskResult) -> str:
    """Such as `0.6250 ± 0.0484`."""
    error = "" if result.standard_error is None else f" ± {result.standard_error:.4f}"
    return f"{result.value:.4f}{error}"
