"""Passwords as argon2id hashes; knows no table."""

from __future__ import annotations

from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from store.errors import RequestError

LEAST_LENGTH: Final = 8

_HASHER: Final = PasswordHasher()  # argon2id with the parameters of RFC 9106's second choice


def hashed(password: str) -> str:
    """The password's hash with a salt of its own; RequestError when the password is too short."""
    if len(password) < LEAST_LENGTH:
        raise RequestError(
            f"Expected a password of at least {LEAST_LENGTH} characters; got {len(password)}.",
            key="short_password",
            least=LEAST_LENGTH,
        )
    return _HASHER.hash(password)


def fits(password: str, password_hash: str) -> bool:
    """Whether the password is the one that was hashed; takes as long either way."""
    try:
        return _HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
