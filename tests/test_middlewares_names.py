"""Names that nobody answers for do not hold up the others."""

from __future__ import annotations

import threading

from newsreel.middlewares.names import MAX_LOOKUPS, lookups


def test_many_lookups_that_hang_leave_room_for_others() -> None:
    release, done = threading.Event(), threading.Event()
    hanging = threading.Semaphore(0)
    workers: list[threading.Thread] = []

    def hang() -> None:
        workers.append(threading.current_thread())
        hanging.release()
        release.wait(30)

    try:
        for _ in range(MAX_LOOKUPS - 1):
            lookups().callInThread(hang)
        for _ in range(MAX_LOOKUPS - 1):
            assert hanging.acquire(timeout=30)
        lookups().callInThread(done.set)
        assert done.wait(30)
    finally:
        release.set()
    # A crawl that ends does not wait for them.
    assert all(worker.daemon for worker in workers)
