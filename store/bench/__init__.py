"""What the store is measured by, each beside the same work on SQLite in the same run.

A benchmark is a module with a `run` that takes `Settings` and gives a frozen result. It makes homes of its
own among the temporary files and leaves none behind; it is never given a home of people.
"""

from __future__ import annotations

from store.bench.registry import BENCHES, Bench, Result, Settings

__all__ = ["BENCHES", "Bench", "Result", "Settings"]
