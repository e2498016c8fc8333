"""`python -m newsreel` does what `newsreel` does."""

from __future__ import annotations

from newsreel.cli import main

if __name__ == "__main__":
    main()
