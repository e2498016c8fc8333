"""The benchmark of time prints what a page and its parts take."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

TEXT = "<p>The band played every song of the new record on the pier, and the town sang along until the boats left.</p>"


def test_prints_the_page_and_its_parts(tmp_path: Path) -> None:
    row = {"id": "pier", "url": "https://reel.example/2026/05/the-band-on-the-pier/"}
    (tmp_path / "pages.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    html = f"<html><body><article><h1>The band on the pier</h1>{TEXT * 1200}</article></body></html>"
    (tmp_path / "pier.html.gz").write_bytes(gzip.compress(html.encode()))
    command = [sys.executable, "-m", "benchmarks.speed", str(tmp_path), "--rounds", "1"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parent.parent)
    assert done.stdout.startswith("1 pages, median ")
    assert all(part in done.stdout for part in ("bare parse", "cut into lines", "rules on lines", "ask the model"))
