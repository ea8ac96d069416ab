"""What the newest round's fine-tuning learned besides the best samples, in sentences for the report.

Knows lines of metrics, not how they came about.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from rlhf import distillation, gatt


def sentences(metrics: pd.DataFrame) -> Iterator[str]:
    """A sentence for each of Ghost Attention and safety context distillation that was asked for."""
    stages = metrics["stage"] if "stage" in metrics else pd.Series(dtype=str)
    for _, line in metrics[stages == gatt.STAGE].tail(1).iterrows():
        yield (
            f"Ghost Attention: {line['made']:.0f} answers in dialogues that keep to the instruction of their "
            f"first turn, of {line['asked']:.0f} dialogues; {line.get('too_long', 0):.0f} more were too "
            "long to be learnt with it."
        )
    for _, line in metrics[stages == distillation.STAGE].tail(1).iterrows():
        yield (
            f"Safety context distillation: {line['kept']:.0f} of {line['tried']:.0f} answers that were given "
            "under a safety pre-prompt, those that the safety model puts above the safest plain one; over "
            f"all {line['tried']:.0f} the difference is {line['gate_gain']:+z.1f} on average."
        )
