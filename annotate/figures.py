"""Figures of rounds as tables for charts: one tidy row a point. Knows the files' words, not how they are drawn."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from store.rounds import Metric, Results

CURVES = (
    ("ppo", "reward", "Reward", ("reward", "gated_reward", "mean_reward")),
    ("ppo", "kl", "KL from the reference, nats", ("kl",)),
)
WIN_COLUMNS = {"oracle_win_rate": "Oracle", "reward_model_win_rate": "Reward model"}
FAULT_COLUMNS = {"unsafe_rate": "Unsafe", "false_refusal_rate": "False refusal"}
