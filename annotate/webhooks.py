"""How a webhook is signed, and how a receiver checks it: as Standard Webhooks has it (standardwebhooks.com).

The signature is HMAC-SHA256 over `id.timestamp.body`. Knows no network; `annotate.courier` sends.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import time
from collections.abc import Mapping
from typing import Final

from store.errors import HoneError

ID: Final = "webhook-id"
TIMESTAMP: Final = "webhook-timestamp"
SIGNATURE: Final = "webhook-signature"
VERSION: Final = "v1,"
ENCODED: Final = "whsec_"
"""Before a secret that is written in base64."""
TOLERANCE: Final = 300.0
"""Seconds between a signature and its check: what was caught on the way cannot be sent again later."""


class SignatureError(HoneError):
    """A message that is not from where it says, or not of now."""


def signed(secret: str, event_id: str, body: bytes, moment: float) -> dict[str, str]:
    """The headers of a message that is sent at this moment, in seconds since 1970."""
    timestamp = str(int(moment))
    return {ID: event_id, TIMESTAMP: timestamp, SIGNATURE: _signature(secret, event_id, timestamp, body)}


def verify(secret: str, headers: Mapping[str, str], body: bytes, moment: float | None = None) -> str:
    """The event's id, by which one knows what has come before; SignatureError where it must not be trusted.

    `body` as it came, byte for byte.
    """
    told = {name.lower(): value for name, value in headers.items()}
    if not {ID, TIMESTAMP, SIGNATURE} <= set(told):
        raise SignatureError(f"Expected the headers {ID}, {TIMESTAMP} and {SIGNATURE}; one is missing.")
    timestamp = told[TIMESTAMP]
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        raise SignatureError(f"Expected {TIMESTAMP} in seconds since 1970; it is none.")
    if abs((time.time() if moment is None else moment) - int(timestamp)) > TOLERANCE:
        raise SignatureError(f"Expected a message of the last {TOLERANCE:.0f} seconds; compare the clocks.")
    wanted = _signature(secret, told[ID], timestamp, body).encode()
    given = told[SIGNATURE].encode("utf-8", "surrogateescape").split()
    if not any(hmac.compare_digest(wanted, one) for one in given):
        raise SignatureError("The signature does not fit; compare the secrets, and sign the body as it came.")
    return told[ID]


def _signature(secret: str, event_id: str, timestamp: str, body: bytes) -> str:
    content = f"{event_id}.{timestamp}.".encode() + body
    return VERSION + base64.b64encode(hmac.digest(_key(secret), content, "sha256")).decode()


def _key(secret: str) -> bytes:
    if not secret.startswith(ENCODED):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(ENCODED), validate=True)
    except binascii.Error as error:
        raise SignatureError(f"Expected base64 after {ENCODED} in the secret; it is none.") from error
