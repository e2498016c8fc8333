"""The wheel holds everything: away from the checkout it runs the sample newsroom and exports its articles."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the checkout and unpacked on its own."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], cwd=ROOT, check=True)
    [wheel] = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "unpacked")
    return folder / "unpacked"


def _run(unpacked: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("NEWSREEL_")}
    environment |= {"PYTHONPATH": str(unpacked), "NEWSREEL_DATA_DIR": str(folder / "data")}
    return subprocess.run(
        [sys.executable, "-m", "newsreel", *arguments],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_wheel_has_the_packages_and_nothing_else(unpacked: Path) -> None:
    names = {path.name for path in unpacked.iterdir() if not path.name.endswith(".dist-info")}
    assert names == {"newsreel", "spiders", "pipelines", "storage", "scheduler.py"}


def test_demo_runs_from_the_wheel_and_can_be_removed(unpacked: Path, tmp_path: Path) -> None:
    where = subprocess.run(
        [sys.executable, "-c", "import newsreel, storage, scheduler; print(newsreel.__file__)"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(unpacked)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert where.stdout.startswith(str(unpacked))
    demo = _run(unpacked, tmp_path, "demo", "--port", "0")
    assert demo.returncode == 0, demo.stderr
    assert "demo-morning-reel" in demo.stdout
    assert "newsreel init" in demo.stderr
    assert "newsreel run" in demo.stderr
    exported = _run(unpacked, tmp_path, "export", "--format", "txt", "--out", "texts")
    assert exported.returncode == 0, exported.stderr
    texts = sorted((tmp_path / "texts").glob("*.txt"))
    assert len(texts) > 80
    assert not any("Advertisement\n" in text.read_text(encoding="utf-8") for text in texts)
    removed = _run(unpacked, tmp_path, "demo", "--remove")
    assert removed.returncode == 0, removed.stderr
    listed = _run(unpacked, tmp_path, "articles", "list", "--format", "json")
    assert listed.stdout == "[]\n"
