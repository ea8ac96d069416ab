"""The lock is one thread's at a time, in the order of asking, and survives those who give up."""

from __future__ import annotations

import threading
import time

import pytest

from store.queueing.fair import FairLock


def wait_for(lock: FairLock, waiting: int) -> None:
    """Returns when so many threads are in line."""
    until = time.monotonic() + 60
    while len(lock._waiting) < waiting:
        assert time.monotonic() < until
        time.sleep(0.001)


def test_it_goes_to_those_who_asked_first() -> None:
    lock, served = FairLock(), []

    def ask(number: int) -> None:
        with lock:
            served.append(number)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    with lock:
        for number, thread in enumerate(threads, start=1):
            thread.start()
            wait_for(lock, number)
    for thread in threads:
        thread.join()
    assert served == list(range(8))


def test_no_two_hold_it_at_once() -> None:
    lock, inside, most = FairLock(), [0], [0]

    def work() -> None:
        for _ in range(500):
            with lock:
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                time.sleep(0)
                inside[0] -= 1

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1]


def test_it_is_free_after_an_error() -> None:
    lock = FairLock()
    with pytest.raises(ValueError, match="inside"), lock:
        raise ValueError("inside")
    with lock:
        assert not lock._waiting


@pytest.mark.parametrize("handed_over", [False, True])
def test_who_is_interrupted_while_waiting_stops_nobody(handed_over: bool) -> None:
    lock, turn = FairLock(), threading.Lock()
    lock.__enter__()
    lock._waiting.append(turn)
    turn.acquire()
    if handed_over:
        lock.__exit__()
    lock._give_up(turn)
    if not handed_over:
        lock.__exit__()
    with lock:
        assert not lock._waiting
