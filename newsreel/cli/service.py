"""`newsreel run`: crawls everything when it is due, from now on."""

from __future__ import annotations

import logging
import sys

from newsreel.cli import demo as sample
from newsreel.cli.options import AllowNetwork, DataDir, SourcesFile, configure
from newsreel.cli.output import say
from newsreel.demo.outlets import DEFAULT_PORT


def run(data_dir: DataDir = None, sources: SourcesFile = None, allow_network: AllowNetwork = None) -> None:
    """Crawl every enabled source when it is due, until Ctrl-C or SIGTERM."""
    import scheduler

    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    scheduler.serve(lambda: configure(data_dir, sources, allow_network))


def start(data_dir: DataDir = None) -> None:
    """Do the main job: with a configuration the service, without one the sample newsroom."""
    configuration = configure(data_dir)
    if configuration.configured:
        say(f"configuration {configuration.file}: starting the service")
        run(data_dir)
    else:
        sample.demo(remove=False, serve=False, port=DEFAULT_PORT, data_dir=data_dir)
