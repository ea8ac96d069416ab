"""Imports `rlhf` before any test imports torch: it settles how torch's threads wait."""

import rlhf  # noqa: F401
