"""The `newsreel` command and its subcommands."""

from __future__ import annotations

import typer

from newsreel import __version__
from newsreel.cli import (
    accounts,
    alerts,
    articles,
    cleaning,
    crawl,
    db,
    demo,
    diff,
    doctor,
    expire,
    export,
    feeds,
    forget,
    init,
    reclean,
    rules,
    runs,
    service,
    sources,
    stats,
    tokens,
)

app = typer.Typer(
    name="newsreel",
    help="Gathers entertainment news, keeps the text clean, and tells how each source is doing.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"newsreel {__version__}")
        raise typer.Exit


@app.callback()
def newsreel(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    """Gathers entertainment news, keeps the text clean, and tells how each source is doing."""


app.command("init", rich_help_panel="Set up")(init.init)
app.command("password", rich_help_panel="Set up")(accounts.password)
app.add_typer(tokens.app, name="tokens", rich_help_panel="Set up")
app.add_typer(feeds.app, name="feeds", rich_help_panel="Set up")
app.command("doctor", rich_help_panel="Set up")(doctor.doctor)
app.add_typer(db.app, name="db", rich_help_panel="Set up")
app.command("demo", rich_help_panel="Set up")(demo.demo)
app.command("start", hidden=True)(service.start)
app.command("run", rich_help_panel="Crawl")(service.run)
app.command("serve", rich_help_panel="Read")(service.serve)
app.command("crawl", rich_help_panel="Crawl")(crawl.crawl)
app.add_typer(sources.app, name="sources", rich_help_panel="Crawl")
app.add_typer(runs.app, name="runs", rich_help_panel="Crawl")
app.add_typer(alerts.app, name="alerts", rich_help_panel="Crawl")
articles.app.command("diff")(diff.diff)
articles.app.command("expire")(expire.expire)
articles.app.command("forget")(forget.forget)
articles.app.command("forgotten")(forget.forgotten)
articles.app.command("remember")(forget.remember)
app.add_typer(articles.app, name="articles", rich_help_panel="Read")
app.command("export", rich_help_panel="Read")(export.export)
app.command("stats", rich_help_panel="Read")(stats.stats)
app.command("reclean", rich_help_panel="Read")(reclean.reclean)
app.add_typer(rules.app, name="rules", rich_help_panel="Read")
app.command("clean", rich_help_panel="Read")(cleaning.clean)
