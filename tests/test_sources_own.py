"""The owner's catalogue file: an outlet is added or changed, and everything else in the file stays as it was."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from newsreel.configuration import Configuration, load_configuration, load_sources
from newsreel.curation import own
from newsreel.errors import CatalogueError, ConfigurationError
from newsreel.sources import OutletRules, Source, read_catalogue
from newsreel.sources.editing import with_outlet

HAND = '''# My outlets. [outlet.not-one]
[outlet.tide]   # the best one
name = "Tide"
# its address moved in May
home = "https://tide.example/"
feeds = [
    "/feed",   # the main one
    "/film",
]
note = """
[outlet.neither]
two lines"""

[outlet.tide.rules]
drop = ["aside"]  # ads

# Reef comes second
[outlet.reef]
name = "Reef"
home = "https://reef.example/"
feeds = ["/rss"]

[outlet.tide.quiet-not]
'''.replace("\n[outlet.tide.quiet-not]\n", "")
NEW = Source("moss", "Moss", "https://moss.example/", feeds=("https://moss.example/feed",))


@pytest.fixture
def configuration(tmp_path: Path) -> Configuration:
    (tmp_path / "newsreel.toml").write_text('contact = "owner@tide.example"\n')
    return load_configuration({"data_dir": tmp_path}, {})


def outlets(text: str) -> dict[str, Source]:
    return {source.id: source for source in read_catalogue(text, "test")}


def test_a_new_outlet_is_written_at_the_end() -> None:
    assert with_outlet(HAND, NEW).startswith(HAND)
    assert outlets(with_outlet(HAND, NEW)) == outlets(HAND) | {"moss": NEW}
    assert outlets(with_outlet("", NEW)) == {"moss": NEW}
    assert with_outlet("# nothing yet", NEW).startswith("# nothing yet\n\n[outlet.moss]\n")


def test_of_a_changed_outlet_only_the_lines_that_change_are_written_anew() -> None:
    tide = outlets(HAND)["tide"]
    wanted = replace(tide, name="The Tide", interval=timedelta(hours=1), rules=OutletRules(body="main"), note=None)
    text = with_outlet(HAND, wanted)
    assert outlets(text) == outlets(HAND) | {"tide": wanted}
    assert text == HAND.replace('name = "Tide"', 'name = "The Tide"').replace(
        'note = """\n[outlet.neither]\ntwo lines"""\n\n[outlet.tide.rules]\ndrop = ["aside"]  # ads\n\n'
        "# Reef comes second\n",
        'interval = "0d3600s"\nrules = {body = "main"}\n\n',
    )


def test_an_outlet_that_stays_as_it_is_leaves_the_text_alone() -> None:
    assert with_outlet(HAND, outlets(HAND)["tide"]) == HAND


@pytest.mark.parametrize(
    "text",
    [
        'outlet.tide.name = "Tide"\noutlet.tide.home = "https://tide.example/"\noutlet.tide.feeds = ["/feed"]\n',
        '[outlet]\ntide = {name = "Tide", home = "https://tide.example/", feeds = ["/feed"]}\n',
    ],
)
def test_a_table_that_cannot_be_changed_line_by_line_is_left_to_its_owner(text: str) -> None:
    with pytest.raises(CatalogueError, match="edit the file by hand"):
        with_outlet(text, replace(outlets(text)["tide"], name="The Tide"))


def test_the_file_is_made_copied_once_and_changed_as_a_whole(configuration: Configuration) -> None:
    file = configuration.own_sources
    own.put(configuration, [NEW])
    assert {source.id for source in load_sources(configuration)} >= {"moss", "variety"}
    assert not file.with_name("sources.toml.before").exists()
    first = file.read_text()
    own.put(configuration, [replace(NEW, delay=3.0)])
    own.put(configuration, [replace(NEW, delay=4.0)])
    assert file.with_name("sources.toml.before").read_text() == first
    assert own.find(configuration, "moss") == replace(NEW, delay=4.0)


def test_a_shipped_outlet_is_changed_by_a_table_over_it(configuration: Configuration) -> None:
    shipped = own.find(configuration, "variety")
    assert shipped is not None
    own.put(configuration, [replace(shipped, enabled=False)])
    assert own.find(configuration, "variety") == replace(shipped, enabled=False)
    assert outlets(configuration.own_sources.read_text()) == {"variety": replace(shipped, enabled=False)}


def test_a_change_is_undone_unless_the_file_was_changed_since(configuration: Configuration) -> None:
    made = own.put(configuration, [NEW])
    assert own.put_back(configuration, made)
    assert not configuration.own_sources.exists()
    configuration.own_sources.write_text(HAND)
    made = own.put(configuration, [NEW])
    other = own.put(configuration, [replace(NEW, id="lamp", home="https://lamp.example/")])
    assert not own.put_back(configuration, made)
    assert own.put_back(configuration, other)
    assert own.put_back(configuration, made)
    assert configuration.own_sources.read_text() == HAND


def test_what_cannot_be_undone_any_more_is_said(configuration: Configuration) -> None:
    made = own.put(configuration, [NEW])
    configuration.own_sources.unlink()
    configuration.own_sources.mkdir()
    with pytest.raises(ConfigurationError, match="cannot be written"):
        own.put_back(configuration, made)


def test_what_cannot_be_read_or_used_is_not_written(configuration: Configuration) -> None:
    file = configuration.own_sources
    file.write_text("[outlet.tide\n")
    with pytest.raises(CatalogueError, match="not TOML"):
        own.put(configuration, [NEW])
    assert file.read_text() == "[outlet.tide\n"
    file.unlink()
    with pytest.raises(CatalogueError, match="key cron"):
        own.put(configuration, [replace(NEW, cron="61 * * * *")])
    with pytest.raises(ConfigurationError, match="contact"):
        own.put(replace(configuration, contact=None), [NEW])
    assert not file.exists()


def test_two_processes_that_write_at_once_lose_nothing(configuration: Configuration) -> None:
    script = (
        "import sys; from pathlib import Path; from newsreel.curation import own\n"
        "from newsreel.configuration import load_configuration; from newsreel.sources import Source\n"
        "c = load_configuration({'data_dir': Path(sys.argv[1])}, {})\n"
        "for n in range(8):\n"
        "    name = f'{sys.argv[2]}-{n}'\n"
        "    own.put(c, [Source(name, name, f'https://{name}.example/', feeds=(f'https://{name}.example/f',))])\n"
    )
    line = [sys.executable, "-c", script, str(configuration.data_dir)]
    both = [subprocess.Popen([*line, name]) for name in ("one", "two")]
    assert [process.wait(60) for process in both] == [0, 0]
    assert len(outlets(configuration.own_sources.read_text())) == 16
    assert sorted(each.name for each in configuration.data_dir.iterdir()) == [
        ".sources.toml.lock",
        "newsreel.toml",
        "sources.toml",
        "sources.toml.before",
    ]
