"""Imports `rlhf` before any test imports torch (it settles how torch's threads wait), and light passwords."""

import pytest
from argon2 import PasswordHasher

import rlhf  # noqa: F401
from store import passwords


@pytest.fixture(scope="session", autouse=True)
def _light_passwords():
    """Argon2id with the least memory: a quarter of a second for each password adds up to minutes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield
