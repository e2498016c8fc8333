"""Every module stands on a floor, and imports run downward only."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# From the ground up. On a floor "in order" a part may also import those before it; on the others parts are strangers.
FLOORS: tuple[tuple[str, ...], ...] = (
    ("newsreel.errors", "newsreel.redaction", "newsreel.items", "newsreel.urls", "newsreel.dates", "newsreel.sources"),
    (
        "newsreel.extraction",
        "newsreel.cleaning",
        "newsreel.discovery",
        "newsreel.stories",
        "newsreel.revisions",
        "newsreel.schedule",
        "newsreel.health",
        "newsreel.telling",
        "newsreel.export",
    ),
    ("storage", "newsreel.parsing", "newsreel.logs"),
    ("spiders", "pipelines", "newsreel.middlewares", "newsreel.extensions", "newsreel.configuration"),
    ("newsreel.settings", "newsreel.crawling", "newsreel.delivery", "newsreel.demo", "newsreel.curation"),
    ("scheduler", "newsreel.web"),
    ("newsreel.cli", "newsreel.__main__"),
)
IN_ORDER = (0, 6)
PLACES = {part: (floor, place) for floor, parts in enumerate(FLOORS) for place, part in enumerate(parts)}

# Folders at the root whose Python files are not the program; the program may not import them either.
BESIDE = ("tests", "benchmarks", "docs", "deploy")
OURS = {part.partition(".")[0] for part in PLACES} | set(BESIDE)


@dataclass(frozen=True)
class Import:
    """A module named by an import statement: `name` where it is known to be one, `member` what may be one below it."""

    name: str
    member: str | None
    line: int


def part_of(module: str) -> str | None:
    """Give the part of the table that a module belongs to."""
    while module:
        if module in PLACES:
            return module
        module = module.rpartition(".")[0]
    return None


def module_files(root: Path) -> Iterator[tuple[str, Path]]:
    """Give the program's modules below a root, as dotted names with their files."""
    for path in sorted(root.rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        if parts[0] in BESIDE or any(part.startswith(".") for part in parts) or parts[0] in {"build", "dist"}:
            continue
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def imports(tree: ast.Module) -> Iterator[Import]:
    """Give every import of a module, those inside functions and those by name at run time included."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                for alias in names:
                    yield Import(alias.name, None, node.lineno)
            case ast.ImportFrom(module=module, names=names, level=level):
                for alias in names:
                    yield Import("." * level + (module or ""), alias.name, node.lineno)
            case ast.Call(
                func=ast.Name(id="import_module" | "__import__") | ast.Attribute(attr="import_module"),
                args=[ast.Constant(value=str(name)), *_],
            ):
                yield Import(name, None, node.lineno)


def judge(part: str, found: Import) -> str | None:
    """Say what is wrong with an import inside a part, or None."""
    if found.name.startswith("."):
        return "is a relative import"
    if found.name.partition(".")[0] not in OURS:
        return None
    if found.name == "newsreel" and found.member in {None, "__version__"}:
        return None
    target = part_of(f"{found.name}.{found.member}") or part_of(found.name)
    if target is None:
        return "stands on no floor"
    (floor, place), (other_floor, other_place) = PLACES[part], PLACES[target]
    if target == part or other_floor < floor:
        return None
    if other_floor > floor:
        return f"runs upward, from floor {floor} to {other_floor}"
    if floor in IN_ORDER:
        return None if other_place < place else f"runs against the order of floor {floor}"
    return f"joins two strangers of floor {floor}"


def only_version(tree: ast.Module) -> bool:
    """Tell whether a module holds a docstring and `__version__`, and nothing else."""
    match tree.body:
        case [ast.Expr(value=ast.Constant()), ast.Assign(targets=[ast.Name(id="__version__")], value=ast.Constant())]:
            return True
    return False


def defines_spider(tree: ast.Module) -> bool:
    """Tell whether a module defines a class that is a spider, going by the names of its bases."""
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    return any(re.search(r"Spider\b", ast.unparse(base)) for node in classes for base in node.bases)


def violations(root: Path) -> list[str]:
    """Give all that is wrong with the program below a root, one line each."""
    wrong = []
    for module, path in module_files(root):
        where = path.relative_to(root).as_posix()
        tree = ast.parse(path.read_text(encoding="utf-8"), filename=where)
        if module == "newsreel":
            if not only_version(tree):
                wrong.append(f"{where}: holds more than the version")
            continue
        part = part_of(module)
        if part is None:
            wrong.append(f"{where}: stands on no floor")
            continue
        if part == "spiders" and module != "spiders" and not defines_spider(tree):
            wrong.append(f"{where}: is no spider")
        for found in imports(tree):
            if fault := judge(part, found):
                name = f"{found.name}.{found.member}" if found.member else found.name
                wrong.append(f"{where}:{found.line}: import of {name} {fault}")
    return wrong


def test_program_keeps_its_layers() -> None:
    assert violations(ROOT) == []


def test_program_is_found() -> None:
    found = {module for module, _ in module_files(ROOT)}
    assert {"newsreel", "newsreel.errors", "newsreel.items", "storage", "spiders", "pipelines"} <= found
    assert not any(module.startswith(BESIDE) for module in found)


def test_contributing_shows_the_same_table() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| (.+?) \|", text, flags=re.MULTILINE)
    assert [int(number) for number, _ in rows] == list(range(len(FLOORS)))
    assert tuple(tuple(re.findall(r"`([\w.]+)`", parts)) for _, parts in rows) == FLOORS


GOOD = {
    "newsreel/__init__.py": '"""Doc."""\n\n__version__ = "1"\n',
    "newsreel/errors.py": "import os\n",
    "newsreel/items.py": "from newsreel.errors import NewsreelError\n",
    "newsreel/cleaning/__init__.py": "from newsreel.cleaning import rules\nfrom newsreel import __version__, items\n",
    "newsreel/cleaning/rules.py": "import newsreel\nimport newsreel.items as items\n",
    "storage/__init__.py": "",
    "storage/migrations/versions/0001_start.py": "import sqlalchemy\n",
    "spiders/__init__.py": "",
    "spiders/feed.py": "import scrapy\nimport storage\n\nclass Feed(scrapy.Spider): ...\n",
    "newsreel/settings.py": 'SPIDER_MODULES = ["spiders"]\n',
    "scheduler.py": "import storage.runs\nfrom newsreel.crawling import run\n",
    "newsreel/cli.py": "import scheduler\n",
    "newsreel/__main__.py": "from newsreel.cli import main\n",
    "tests/test_x.py": "import newsreel.nowhere\n",
    ".venv/lib/x.py": "import newsreel.nowhere\n",
}


def write_tree(root: Path, files: dict[str, str]) -> Path:
    """Write files below a root, by their relative names."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def test_good_tree_passes(tmp_path: Path) -> None:
    assert violations(write_tree(tmp_path, GOOD)) == []


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("newsreel/items.py", "import storage", "import of storage runs upward, from floor 0 to 2"),
        ("newsreel/items.py", "def f():\n    import storage.runs", "import of storage.runs runs upward"),
        ("newsreel/items.py", "class A:\n    from spiders import feed", "import of spiders.feed runs upward"),
        ("newsreel/items.py", "if TYPE_CHECKING:\n    import storage", "import of storage runs upward"),
        ("newsreel/items.py", "import os, storage", "import of storage runs upward"),
        ("newsreel/items.py", "from newsreel import cli", "import of newsreel.cli runs upward, from floor 0 to 6"),
        ("newsreel/items.py", "importlib.import_module('storage')", "import of storage runs upward"),
        ("newsreel/items.py", "__import__('storage')", "import of storage runs upward"),
        ("newsreel/items.py", "from newsreel.dates import iso", "runs against the order of floor 0"),
        ("newsreel/cli.py", "import newsreel.__main__", "runs against the order of floor 6"),
        ("newsreel/cleaning/rules.py", "import newsreel.extraction.blocks", "joins two strangers of floor 1"),
        ("newsreel/cleaning/rules.py", "from newsreel import extraction", "joins two strangers of floor 1"),
        ("newsreel/cleaning/rules.py", "from . import x", "is a relative import"),
        ("newsreel/cleaning/rules.py", "from ..items import Block", "is a relative import"),
        ("newsreel/cleaning/rules.py", "import newsreel.nowhere", "import of newsreel.nowhere stands on no floor"),
        ("newsreel/cleaning/rules.py", "from newsreel import *", "import of newsreel.* stands on no floor"),
        ("newsreel/cleaning/rules.py", "import tests.fakes", "import of tests.fakes stands on no floor"),
        ("pipelines/store.py", "from spiders.feed import Feed", "joins two strangers of floor 3"),
        ("newsreel/settings.py", "import newsreel.crawling", "joins two strangers of floor 4"),
        ("newsreel/nowhere.py", "", "newsreel/nowhere.py: stands on no floor"),
        ("newsreel/errors_too.py", "", "newsreel/errors_too.py: stands on no floor"),
        ("helpers.py", "", "helpers.py: stands on no floor"),
        ("other/part.py", "", "other/part.py: stands on no floor"),
        ("spiders/links.py", "def links(): ...", "spiders/links.py: is no spider"),
        ("newsreel/__init__.py", '"""Doc."""\nimport os\n__version__ = "1"\n', "holds more than the version"),
    ],
)
def test_violation_is_caught(tmp_path: Path, name: str, text: str, fault: str) -> None:
    wrong = violations(write_tree(tmp_path, GOOD | {name: text}))
    assert len(wrong) == 1
    assert fault in wrong[0]
