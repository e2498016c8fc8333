"""Keeps the memory that a process holds near what it uses."""

from __future__ import annotations

import ctypes
import sys

# glibc's numbers for mallopt(3).
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
# Whole pages and their texts are larger, and go back to the system when they are let go of. glibc by itself raises the
# bound with the first large page, keeps them on its heaps from then on, and small values pin the gaps between them.
_LARGE = 64 * 1024
# One for the reactor, one for the writing thread; by itself eight for each core.
_ARENAS = 2


def give_back() -> bool:
    """Let the C library return the memory of pages when they are freed; tell whether it knows how to (glibc does)."""
    if sys.platform != "linux":
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    wanted = ((_M_MMAP_THRESHOLD, _LARGE), (_M_TRIM_THRESHOLD, 2 * _LARGE), (_M_ARENA_MAX, _ARENAS))
    # All of them, also where one is refused.
    accepted = [mallopt(option, value) for option, value in wanted]
    return all(accepted)
