"""What holds for all tests: torch's threads, light passwords, and that long files begin first."""

import pytest
from argon2 import PasswordHasher

import rlhf  # noqa: F401  # before any test imports torch: it settles how torch's threads wait
from store import passwords

LONG = ("tests/e2e/", "tests/rlhf/")


def pytest_collection_modifyitems(items):
    """In the end there are only short files left to share, so that no processor waits for another."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


@pytest.fixture(scope="session", autouse=True)
def _light_passwords():
    """Argon2id with the least memory: a quarter of a second for each password adds up to minutes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield
