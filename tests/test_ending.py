"""A signal that asks for the end is heard at whatever step of the waiting it comes."""

from __future__ import annotations

import subprocess
import sys

# The wait, told to end while it takes its first, second, ... step; at the last turn it comes to rest before.
PROGRAM = """
import os, signal, sys
from newsreel.crawling.ending import EndSignals

signals = EndSignals()
# Where no step is left it is the clock that ends the wait.
signal.signal(signal.SIGALRM, lambda number, frame: os.kill(os.getpid(), signal.SIGTERM))
turn, steps = 0, 0
while steps >= turn:
    turn, steps = turn + 1, 0

    def trace(frame, event, argument):
        global steps
        steps += 1
        if steps == turn:
            sys.settrace(None)
            os.kill(os.getpid(), signal.SIGTERM)
        return trace

    signal.setitimer(signal.ITIMER_REAL, 0.2)
    sys.settrace(trace)
    assert signals.wait() == signal.SIGTERM
    sys.settrace(None)
    signal.setitimer(signal.ITIMER_REAL, 0)
print(turn)
"""


def test_a_signal_ends_the_wait_at_each_of_its_steps() -> None:
    ended = subprocess.run([sys.executable, "-c", PROGRAM], check=False, capture_output=True, text=True, timeout=30)
    assert ended.returncode == 0, ended.stderr
    assert int(ended.stdout) > 1
