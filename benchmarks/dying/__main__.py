"""Runs a command of Newsreel that kills itself, or the first of its processes that comes to it, at a point.

    python -m benchmarks.dying "articles were written" 2 -- crawl --all --data-dir DIR

Without arguments it lists the points.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from benchmarks.dying.points import POINTS, armed


def main(arguments: list[str]) -> None:
    """Turn into the armed command."""
    if len(arguments) < 4 or arguments[0] not in POINTS or not arguments[1].isdecimal() or arguments[2] != "--":
        lines = [f"{name} ({point.place}: {point.when} {point.target})" for name, point in POINTS.items()]
        sys.exit(f"{__doc__}\n" + "\n".join(lines))
    mark = Path(tempfile.mkdtemp(prefix="newsreel-dying-")) / "died"
    variables = os.environ | armed(arguments[0], int(arguments[1]), mark)
    os.execve(sys.executable, [sys.executable, "-m", "newsreel", *arguments[3:]], variables)


if __name__ == "__main__":
    main(sys.argv[1:])
