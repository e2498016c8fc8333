"""A full disk: nothing committed is lost, the service is not ready, and goes on by itself when there is space again."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from stories import NOW, article, begin, database, discover, visit

from newsreel.errors import StorageError
from newsreel.web.pages.probes import is_ready
from scheduler import Service
from storage.articles import Articles
from storage.database import check_integrity
from storage.ledger import Ledger

PATIENCE = 20.0
SIZE = 3 * 1024 * 1024


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of three MiB."""
    place = tmp_path / "disk"
    place.mkdir()
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("a small disk can be mounted by root only")
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "newsreel", str(place)],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {made.stderr.strip()}")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def fill(disk: Path) -> Path:
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            pass
    return filler


def test_a_full_disk_stops_the_work_and_loses_nothing(disk: Path) -> None:
    engine = database(disk)
    now = NOW
    service = Service(engine, lambda: (), lambda: now, lambda claims: pytest.fail(f"{claims} are not due"))
    book = Ledger(engine, lambda: now)
    try:
        service.tick()
        run_id = begin(engine)
        discover(engine, run_id, [f"https://tide.example/{i}" for i in range(40)])
        assert book.record(visit(run_id, article("/0"))).result(PATIENCE) == "new"
        filler = fill(disk)
        failed = [book.record(visit(run_id, article(f"/{i}"))) for i in range(1, 40)]
        problems = [future.exception(PATIENCE) for future in failed]
        assert any(isinstance(problem, StorageError) and "free some space" in str(problem) for problem in problems)
        kept = 1 + sum(problem is None for problem in problems)
        now += timedelta(seconds=11)
        with pytest.raises(StorageError, match="free some space"):
            service.tick()
        assert not is_ready(engine, now)
        filler.unlink()
        service.tick()
        assert is_ready(engine, now)
        check_integrity(engine)
        assert Articles(engine).count() == kept
        again = [
            book.record(visit(run_id, article(f"/{i}"))) for i, problem in enumerate(problems, 1) if problem is not None
        ]
        assert {future.result(PATIENCE) for future in again} <= {"new"}
        assert Articles(engine).count() == 40
        check_integrity(engine)
    finally:
        book.close()
        engine.dispose()
