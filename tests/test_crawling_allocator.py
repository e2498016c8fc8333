"""The memory of pages goes back to the system when they are let go of."""

from __future__ import annotations

import subprocess
import sys

import pytest

# A page of 20 MB first, from which on glibc by itself keeps smaller ones on its heaps; then many pages, with small
# values between them that stay.
_PROGRAM = """
import re, sys
from newsreel.crawling.allocator import give_back
if sys.argv[1] == "give back":
    assert give_back()
def resident():
    return int(re.search(r"VmRSS:\\s+(\\d+)", open("/proc/self/status").read())[1]) / 1024
del sys.modules["re"]
large = bytearray(20_000_000)
del large
before = resident()
pages, kept = [], []
for n in range(300):
    pages.append(bytearray(b"x" * 300_000))
    kept.append(bytes(5_000))
pages.clear()
print(resident() - before)
"""


def left(how: str) -> float:
    """Give the megabytes that a process keeps after it let go of 90 MB of pages."""
    line = [sys.executable, "-c", _PROGRAM, how]
    return float(subprocess.run(line, capture_output=True, text=True, check=True).stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's allocator, as Linux has it")
def test_pages_that_are_let_go_of_leave_the_process() -> None:
    assert left("keep") > 60
    assert left("give back") < 10
