"""Starts crawls in processes of their own: a reactor starts once, and a killed process frees what it held."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence

from newsreel.configuration import NO_FILE, Configuration, option_names

# Given in another way, or the web server's alone: no secret reaches a process that does not need it.
_NOT_FOR_CRAWLS = ("data_dir", "host", "port", "host_names", "metrics_token")


def command(names: Sequence[str], dues: Mapping[str, str] | None = None, trigger: str = "manual") -> list[str]:
    """Give the command line that crawls sources."""
    line = [sys.executable, "-m", "newsreel", "crawl", *names, "--trigger", trigger]
    for name, due in (dues or {}).items():
        line += ["--due", f"{name}={due}"]
    return line


def environment(configuration: Configuration) -> dict[str, str]:
    """Give the variables that hand a configuration to a crawl process, which then reads no file of it."""
    settings = {"NEWSREEL_DATA_DIR": str(configuration.data_dir), NO_FILE: "1"}
    for name in option_names():
        if name not in _NOT_FOR_CRAWLS:
            settings[f"NEWSREEL_{name.upper()}"] = _text(getattr(configuration, name))
    shut = {f"NEWSREEL_{name.upper()}" for name in _NOT_FOR_CRAWLS}
    # An empty variable counts as unset.
    return {name: value for name, value in os.environ.items() if name not in shut} | settings


def _text(value: object) -> str:
    if value is None:
        return ""
    return " ".join(value) if isinstance(value, tuple) else str(value)


def crawl_in_process(names: Sequence[str], configuration: Configuration) -> int:
    """Crawl sources in a process of their own and give its exit status; its messages go to our stderr."""
    return subprocess.run(
        command(names), env=environment(configuration), stdin=subprocess.DEVNULL, check=False
    ).returncode
