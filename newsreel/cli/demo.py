"""`newsreel demo`: the sample newsroom on loopback, crawled by the real spiders."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer

from newsreel.cli.options import DataDir, Listing, LogFormat, configure, database
from newsreel.cli.output import say
from newsreel.cli.stats import print_statistics
from newsreel.configuration import Configuration
from newsreel.crawling.process import crawl_in_process
from newsreel.demo.outlets import DEFAULT_PORT, NETWORK, load_outlets
from newsreel.errors import NewsreelError
from newsreel.sources import load_catalogue
from storage.articles import Articles
from storage.sources import SourceStates


def demo(
    remove: Annotated[
        bool, typer.Option("--remove", help="Remove the sample newsroom's articles and figures.")
    ] = False,
    serve: Annotated[bool, typer.Option("--serve", help="Only serve the newsroom, until Ctrl-C.")] = False,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port of the newsroom; 0 takes a free one.")] = (
        DEFAULT_PORT
    ),
    log_format: LogFormat = None,
    data_dir: DataDir = None,
) -> None:
    """Crawl the sample newsroom: invented outlets on this machine, no internet needed."""
    configuration = configure(data_dir, log_format=log_format)
    if remove:
        _remove(configuration)
    elif serve:
        _serve(port)
    else:
        _crawl(configuration, port)


def _crawl(configuration: Configuration, port: int) -> None:
    from newsreel.demo.server import Newsroom

    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="newsreel-demo-") as folder, Newsroom(port) as newsroom:
        catalogue = Path(folder) / "sources.toml"
        catalogue.write_text(newsroom.catalogue(), encoding="utf-8")
        local = configure(configuration.data_dir, catalogue, [NETWORK], log_format=configuration.log_format)
        names = [source.id for source in load_catalogue(catalogue)]
        for edition, words in ((1, "the morning's edition"), (2, "the evening's edition, with corrections")):
            say(f"crawling {len(names)} sample outlets, {words} ...")
            newsroom.publish(edition)
            status = crawl_in_process(names, local)
            if status not in (0, 3):
                raise NewsreelError(f"the crawl of the sample newsroom ended with status {status}")
        print_statistics(local, "7d", Listing.table, names)
    total = Articles(database(configuration)).count()
    command = Path(sys.argv[0]).name if sys.argv[0].endswith("newsreel") else "python -m newsreel"
    prefix = ".venv/bin/" if Path(".venv/bin/newsreel").exists() else ""
    data = f" --data-dir {configuration.data_dir}" if data_dir_is_given(configuration) else ""
    say(f"\n{total} clean articles are in {configuration.database_url}, after {time.monotonic() - begun:.0f} s")
    say(f"  read one:      {prefix}{command} articles list{data}, then articles show ID --removed")
    say(f"  export them:   {prefix}{command} export --format txt --out articles/{data}")
    say(f"  the live web:  {prefix}{command} init{data}, then {prefix}{command} run{data}")
    say(f"  clean up:      {prefix}{command} demo --remove{data}")


def data_dir_is_given(configuration: Configuration) -> bool:
    """Tell whether the data directory is another than the one that every command takes by itself."""
    return configuration.data_dir != configure().data_dir


def _serve(port: int) -> None:
    from newsreel.demo.server import Newsroom

    with Newsroom(port) as newsroom:
        sys.stdout.write(newsroom.catalogue())
        sys.stdout.flush()
        say(f"serving {len(newsroom.outlets)} sample outlets; their catalogue is above; Ctrl-C ends")
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            say("closed")


def _remove(configuration: Configuration) -> None:
    states = SourceStates(database(configuration))
    n = sum(states.remove(outlet.slug) for outlet in load_outlets())
    say(f"removed the sample newsroom: {n} articles")
