"""Every command, option, configuration key, setting, outcome code, rule and outlet is in the documentation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from newsreel import settings
from newsreel.cleaning import load_rules
from newsreel.cli.application import app
from newsreel.configuration import option_names
from newsreel.items import FLAGS, OUTCOME_CODES
from newsreel.sources import load_catalogue, shipped_catalogue

DOCS = Path(__file__).parents[1] / "docs"
# What Typer adds to every program by itself.
BUILT_IN = {"--help", "-h", "--install-completion", "--show-completion", "--version"}


def _commands() -> list[tuple[str, list[str]]]:
    found: list[tuple[str, list[str]]] = []

    def walk(command: typer.core.TyperCommand | typer.core.TyperGroup, path: str) -> None:
        if isinstance(command, typer.core.TyperGroup):
            for name, child in command.commands.items():
                if not child.hidden:
                    walk(child, f"{path} {name}".strip())  # type: ignore[arg-type]
            return
        shown = [p for p in command.params if not getattr(p, "hidden", False)]
        found.append((path, [name for p in shown for name in p.opts if name.startswith("--")]))

    walk(typer.main.get_command(app), "")  # type: ignore[arg-type]
    return found


@pytest.mark.parametrize(("command", "options"), _commands())
def test_command_and_its_options_are_documented(command: str, options: list[str]) -> None:
    text = (DOCS / "commands.md").read_text(encoding="utf-8")
    entries = re.split(r"\n\* ", text)
    entry = "\n".join(e for e in entries if f"`newsreel {command}" in e)
    assert entry, f"newsreel {command} is not in docs/commands.md"
    common = {"--data-dir", *BUILT_IN}
    missing = [option for option in options if option not in entry and option not in common]
    assert not missing


@pytest.mark.parametrize("name", option_names())
def test_configuration_key_is_documented(name: str) -> None:
    text = (DOCS / "configuration.md").read_text(encoding="utf-8")
    assert f"`{name}`" in text or name == "data_dir"
    assert f"NEWSREEL_{name.upper()}" in text


@pytest.mark.parametrize("name", [name for name in dir(settings) if name.startswith("NEWSREEL_")])
def test_setting_is_documented(name: str) -> None:
    assert f"`{name}`" in (DOCS / "configuration.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("word", [*OUTCOME_CODES, *FLAGS])
def test_code_and_flag_is_documented(word: str) -> None:
    assert f"`{word}`" in (DOCS / "statistics.md").read_text(encoding="utf-8")


def test_every_rule_is_documented() -> None:
    text = (DOCS / "rules.md").read_text(encoding="utf-8")
    missing = [rule.id for rule in load_rules().rules if f"`{rule.id}`" not in text]
    assert not missing


def test_every_outlet_is_documented() -> None:
    text = (DOCS / "outlets.md").read_text(encoding="utf-8")
    missing = [source.id for source in load_catalogue(shipped_catalogue()) if f"`{source.id}`" not in text]
    assert not missing


@pytest.mark.parametrize("page", sorted(DOCS.parent.glob("*.md")) + sorted(DOCS.rglob("*.md")), ids=lambda p: p.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    targets = [target for target in re.findall(r"\]\(([^)#:]+)\)", text) if "://" not in target]
    assert [target for target in targets if not (page.parent / target).exists()] == []
