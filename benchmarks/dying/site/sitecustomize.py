"""Python imports this at the start of each process that has this folder on its path: it arms the process."""

from __future__ import annotations

import os

from benchmarks.dying.points import VARIABLE, arm

if VARIABLE in os.environ:
    arm(os.environ[VARIABLE])
