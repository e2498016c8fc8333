"""The commands: what they take, what they print, and their exit status."""

from __future__ import annotations

import sys

from newsreel import logs
from newsreel.cli.application import app
from newsreel.errors import NewsreelError


def main() -> None:
    """Run a command; an error of ours is one message on stderr and status 1, Ctrl-C is status 130."""
    try:
        app()
    except NewsreelError as error:
        logs.fail(str(error))
        sys.exit(1)
    except BrokenPipeError:
        # The reader of our output has gone, as with `| head`.
        sys.stderr.close()
        sys.exit(0)
    except KeyboardInterrupt:
        logs.fail("interrupted")
        sys.exit(130)
    except Exception as error:
        # Python would print what it holds, passwords included.
        logs.crash(error)
        sys.exit(1)
