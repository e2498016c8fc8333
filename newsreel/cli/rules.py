"""`newsreel rules`: the cleaning rules, and what they do."""

from __future__ import annotations

from typing import Annotated

import typer

from newsreel.cleaning import load_rules
from newsreel.cleaning.trying import met_by, try_examples
from newsreel.cli.options import DataDir, Format, Listing
from newsreel.cli.output import say
from newsreel.cli.output import show as print_list

app = typer.Typer(help="Cleaning rules: list, test.", no_args_is_help=True)


@app.command("list")
def list_(
    family: Annotated[str | None, typer.Option(help="Only this family.")] = None,
    language: Annotated[str | None, typer.Option(help="Only this language.")] = None,
    form: Format = Listing.table,
    data_dir: DataDir = None,
) -> None:
    """List the cleaning rules, each with a line that it takes out and one that it must keep."""
    rows = (
        {
            "rule": rule.id,
            "language": rule.language,
            "matches": rule.how,
            "removes": next(iter(rule.removes), None),
            "keeps": next(iter(rule.keeps), None),
            "pattern": rule.pattern.pattern,
        }
        for rule in load_rules().rules
        if family in (None, rule.family) and language in (None, rule.language)
    )
    print_list(rows, ("rule", "language", "matches", "removes", "keeps"), form)


@app.command("test")
def try_rules(
    text: Annotated[list[str] | None, typer.Argument(metavar="TEXT", help="Lines to try.")] = None,
    form: Format = Listing.table,
    data_dir: DataDir = None,
) -> None:
    """Run the rules over their own examples, or say which of them meet lines of yours. Status 1 if one fails."""
    rules = load_rules()
    if text:
        met = [
            {"text": line, "rule": rule.id, "pattern": rule.pattern.pattern}
            for line in text
            for rule in met_by(rules, line)
        ]
        print_list(met, ("text", "rule"), form)
        return
    trials = list(try_examples(rules))
    failed = [trial for trial in trials if trial.met != trial.wanted]
    rows = [{"rule": t.rule, "text": t.text, "wanted": t.wanted, "met": t.met} for t in failed]
    if rows or form is not Listing.table:
        print_list(rows, ("rule", "text", "wanted", "met"), form)
    say(f"{len(trials)} examples of {len(rules.rules)} rules: {len(failed)} fail")
    if failed:
        raise typer.Exit(1)
