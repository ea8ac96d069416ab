"""Sends webhooks: one thread a receiver follows the audit and tells what it finds, until it is taken.

Nobody who works waits for it: it reads what has been committed. Whatever a receiver answers, only its status
counts. What was told just before the app was killed is told once more; nothing is left out.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace

import httpx

from annotate.webhooks import signed
from store import notices
from store.database import Store
from store.errors import ClosedError, HoneError
from store.notices import Notice, Standing, WebhookSettings
from store.records import now
from store.settings import SettingsError, load_section

EVERY = 0.25
"""Seconds between two looks at how far the audit is, which costs a comparison of two numbers."""
PATIENCE = httpx.Timeout(10.0, connect=5.0)
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 300.0
"""Seconds after a failure: twice as long each time."""
SAVED_EVERY = 1.0
"""Seconds between two notes of how far a receiver is, as long as all goes well."""
FAREWELL = 3.0
"""Seconds that a receiver who is just being told may take when the app ends."""
SHORTEST_SECRET = 16


class Courier:
    """Tells one receiver."""

    def __init__(self, store: Store, url: str, secret: str, settings: WebhookSettings) -> None:
        self._store = store
        self._secret = secret
        self._events = frozenset(settings.events)
        self._stop = threading.Event()
        self._saved_at = 0.0
        self._standing = self._kept = self._begin(url)
        self._thread = threading.Thread(target=self._work, name="hone-webhook", daemon=True)

    def start(self) -> None:
        """From now on the receiver is told."""
        self._thread.start()

    def stop(self) -> None:
        """Returns soon, whatever the receiver does."""
        self._stop.set()
        self._thread.join(FAREWELL)

    def _begin(self, url: str) -> Standing:
        """Where it left off; who is new hears nothing of what was before."""
        with self._store.reading() as db:
            present = notices.present(db)
        known = notices.standing(self._store.home, url)
        if known is None:
            known = Standing(url=url, position=present)
        elif known.position.seq > present.seq:  # the home was restored from a backup
            known = replace(known, position=present)
        notices.keep(self._store.home, known)
        return known

    def _work(self) -> None:
        with httpx.Client(timeout=PATIENCE, follow_redirects=False, trust_env=False) as client:
            while not self._stop.is_set():
                try:
                    self._follow(client)
                except ClosedError:
                    return
                except HoneError as error:  # the disk's fault; what is told stays to be told
                    self._failed(str(error))
        self._save(0.0)

    def _follow(self, client: httpx.Client) -> None:
        """Tells what is new, once."""
        position = self._standing.position
        if self._store.audit_seq <= position.seq:
            self._save(SAVED_EVERY)
            self._stop.wait(EVERY)
            return
        with self._store.reading() as db:
            found, reached = notices.after(db, position)
        for notice in found:
            if notice.event in self._events and not self._tell(client, notice):
                return
            self._standing = replace(self._standing, position=notice.position)
            self._save(SAVED_EVERY)
        self._standing = replace(self._standing, position=reached)
        if reached.seq < position.seq + notices.MOST:
            self._stop.wait(EVERY)  # a look for every label would cost more than telling of it

    def _tell(self, client: httpx.Client, notice: Notice) -> bool:
        """Whether the receiver took it; waits before one tries again."""
        body = notices.body(notice)
        headers = signed(self._secret, notice.event_id, body, time.time())
        headers |= {"Content-Type": "application/json", "User-Agent": "hone"}
        try:
            with client.stream("POST", self._standing.url, content=body, headers=headers) as answer:
                status = answer.status_code
                next(answer.iter_raw(), b"")  # an empty body leaves the connection open for the next
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return self._failed(f"{type(error).__name__}: {error}")
        if not httpx.codes.is_success(status):
            return self._failed(f"It answered with status {status}.")
        self._standing = replace(self._standing, failures=0, failing_since=None, error="")
        return True

    def _failed(self, error: str) -> bool:
        """Notes it and waits; always False."""
        told = self._standing
        failures = told.failures + 1
        since = told.failing_since or now()
        self._standing = replace(told, failures=failures, failing_since=since, error=error[:300])
        self._save(0.0)
        self._stop.wait(min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(failures - 1, 20)))
        return False

    def _save(self, every: float) -> None:
        if self._standing == self._kept or time.monotonic() < self._saved_at + every:
            return
        with suppress(OSError):  # a full disk: what was told since is told once more after a restart
            notices.keep(self._store.home, self._standing)
            self._kept, self._saved_at = self._standing, time.monotonic()


def couriers(store: Store) -> Sequence[Courier]:
    """One for each receiver of `[webhooks]`; SettingsError where nothing could be signed."""
    settings = load_section(WebhookSettings, "webhooks", store.home.settings)
    secret = os.environ.get(settings.secret_variable, "")
    if settings.urls and len(secret) < SHORTEST_SECRET:
        raise SettingsError(
            f"webhooks.urls names receivers; expected a secret of at least {SHORTEST_SECRET} characters in "
            f"the environment variable {settings.secret_variable}; got {len(secret)}."
        )
    return [Courier(store, url, secret, settings) for url in dict.fromkeys(settings.urls)]


@contextmanager
def at_work(every: Sequence[Courier]) -> Iterator[None]:
    """They tell what happens until the block ends."""
    with ExitStack() as stack:
        for one in every:
            one.start()
            stack.callback(one.stop)
        yield
