"""`newsreel run`: crawls everything when it is due, from now on; `newsreel serve`: the web page alone."""

from __future__ import annotations

import gc
from contextlib import AbstractContextManager
from typing import Annotated, Any

import typer
from sqlalchemy import Engine

from newsreel.cli import demo as sample
from newsreel.cli.options import AllowNetwork, DataDir, LogFormat, LogLevel, SourcesFile, configure
from newsreel.cli.output import say
from newsreel.configuration import Configuration
from newsreel.crawling.ending import EndSignals
from newsreel.demo.outlets import DEFAULT_PORT
from storage import accounts
from storage.database import open_database

Host = Annotated[
    str | None, typer.Option("--host", help="The address to listen at (default: 127.0.0.1).", show_default=False)
]
Port = Annotated[
    int | None,
    typer.Option("--port", min=0, max=65535, help="The port (default: 8470); 0 takes a free one.", show_default=False),
]


def run(
    host: Host = None,
    port: Port = None,
    log_format: LogFormat = None,
    log_level: LogLevel = None,
    data_dir: DataDir = None,
    sources: SourcesFile = None,
    allow_network: AllowNetwork = None,
) -> None:
    """Crawl every enabled source when it is due, and answer over HTTP, until Ctrl-C or SIGTERM."""
    import scheduler

    flags = {"host": host, "port": port, "log_format": log_format, "log_level": log_level}
    scheduler.serve(lambda: configure(data_dir, sources, allow_network, usual_level="info", **flags), _web)


def serve(
    host: Host = None,
    port: Port = None,
    log_format: LogFormat = None,
    log_level: LogLevel = None,
    data_dir: DataDir = None,
    sources: SourcesFile = None,
    allow_network: AllowNetwork = None,
) -> None:
    """Show the web page alone, without crawling, until Ctrl-C or SIGTERM."""
    flags = {"host": host, "port": port, "log_format": log_format, "log_level": log_level}
    configuration = configure(data_dir, sources, allow_network, usual_level="info", **flags)
    engine = open_database(configuration.database_url)
    page = _web(configuration, engine)
    signals = EndSignals()
    with page:
        signals.wait()
    engine.dispose()


def _web(configuration: Configuration, engine: Engine) -> AbstractContextManager[Any]:
    from newsreel.web import LOCAL_NAMES, Doors, WebServer, application, check_bind

    check_bind(configuration.host, accounts.password_hash(engine) is not None)
    own = f"[{configuration.host}]" if ":" in configuration.host else configuration.host
    names = tuple(dict.fromkeys((*LOCAL_NAMES, own, *configuration.host_names)))
    doors = Doors(
        engine,
        names,
        configuration.metrics_token,
        host=configuration.host,
        trusted_proxies=configuration.trusted_proxies,
        configuration=lambda: configuration,
    )
    app = application(doors)
    # What is loaded by now stays; looking through it for garbage held up one page in fifteen, for some 90 ms.
    gc.collect()
    gc.freeze()
    return WebServer(app, configuration.host, configuration.port)


def start(data_dir: DataDir = None) -> None:
    """Do the main job: with a configuration the service, without one the sample newsroom."""
    configuration = configure(data_dir)
    if configuration.configured:
        say(f"configuration {configuration.file}: starting the service")
        run(data_dir=data_dir)
    else:
        sample.demo(remove=False, serve=False, port=DEFAULT_PORT, log_format=None, data_dir=data_dir)
