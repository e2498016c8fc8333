"""Takes the pictures of docs/screenshots: the page over an invented newsroom, light and dark, at a desk and on a phone.

    python -m benchmarks.screenshots [--data FOLDER] [--out docs/screenshots]

Fills a database with 60 sources and 5,000 articles that nobody wrote (benchmarks/newsroom_data.py), serves it, and
opens the pages in a chromium from PATH. The browser writes them as WebP. `--data` keeps the database in a folder, and
takes it from there when it is there already.
"""

from __future__ import annotations

import argparse
import base64
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import Engine, func, select

from benchmarks.newsroom_data import fill
from storage import schema
from storage.database import open_database, reading, sqlite_url, writing

SOURCES, ARTICLES, DAYS = 60, 5000, 30
SIZES = {"desk": (1280, 860), "phone": (390, 780)}
SCHEMES = ("light", "dark")
LARGEST = 150_000
_LISTENING = re.compile(r"listening at (\S+)")
# Read in a blank page of the browser, which can write WebP.
PACK = """
async (png) => {
  const bytes = Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0));
  const picture = await createImageBitmap(new Blob([bytes], {type: "image/png"}));
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  canvas.getContext("2d").drawImage(picture, 0, 0);
  const packed = new Uint8Array(await (await canvas.convertToBlob({type: "image/webp", quality: 0.82})).arrayBuffer());
  let letters = "";
  for (let n = 0; n < packed.length; n += 8192) letters += String.fromCharCode(...packed.subarray(n, n + 8192));
  return btoa(letters);
}
"""


# States that a service would have judged, with their reasons and the signals that tell them.
TROUBLES = (
    ("failing", "the last 5 runs ended with 500 errors from its feed; nothing new since yesterday", "doors"),
    ("blocked", "the site refuses every page since Thursday: 403, a challenge", "blocked"),
    ("degraded", "the text is half as long as usual since Thursday; 38 of 40 pages match no article body", "words"),
    ("late", "due 2 h 14 min ago; the server asked us to wait", "overdue"),
    ("quiet", "3 articles since yesterday, where 12 to 30 are usual", "volume"),
    ("paused", "paused by you", "paused"),
)


def trouble(engine: Engine, now: datetime) -> None:
    """Let some sources be in trouble, and all have a next run."""
    t, s = schema.health, schema.sources
    with writing(engine) as connection:
        names = list(connection.execute(select(s.c.source).order_by(s.c.source)).scalars())
        for name, (state, reason, signal) in zip(names[3::9], TROUBLES, strict=False):
            told = {"state": state, "reason": reason, "signals": [signal], "since": now - timedelta(hours=19)}
            connection.execute(t.delete().where(t.c.source == name))
            connection.execute(t.insert().values(source=name, notes=[], judged_at=now, **told))
            connection.execute(schema.health_changes.insert().values(source=name, before="ok", at=now, **told))
        for n, name in enumerate(names):
            plan = {"next_due_at": now + timedelta(minutes=4 + n * 7 % 55), "plan": "every hour: as its articles come"}
            connection.execute(s.update().where(s.c.source == name).values(plan))


def views(engine: Engine) -> dict[str, str]:
    """Give the pages to take pictures of: the file's name and the address."""
    a, r = schema.articles.c, schema.removals.c
    with reading(engine) as connection:
        cut = connection.execute(
            select(r.article_id)
            .join(schema.articles, a.id == r.article_id)
            .where(a.kind == "review", a.version == 1)
            .group_by(r.article_id)
            .order_by(func.count().desc(), r.article_id.desc())
            .limit(1)
        ).scalar_one()
        source = connection.execute(
            select(a.source).group_by(a.source).order_by(func.count().desc()).limit(1)
        ).scalar_one()
    return {
        "reader": "/latest",
        "article": f"/article/{cut}",
        "raw-and-clean": f"/article/{cut}/removals",
        "dashboard": "/sources",
        "source": f"/source/{source}",
        "add-source": "/sources/add",
    }


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a data directory; give the page's address."""
    line = [sys.executable, "-m", "newsreel", "serve", "--port", "0", "--data-dir", str(folder)]
    with subprocess.Popen(line, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            yield next(found[1] for said in process.stderr if (found := _LISTENING.search(said)))
        finally:
            process.terminate()


def take(browser: Browser, origin: str, name: str, path: str, out: Path) -> None:
    """Take one page's pictures."""
    for size, (width, height) in SIZES.items():
        for scheme in SCHEMES:
            context = browser.new_context(
                base_url=origin,
                viewport={"width": width, "height": height},
                color_scheme="dark" if scheme == "dark" else "light",
                reduced_motion="reduce",
                is_mobile=size == "phone",
                has_touch=size == "phone",
            )
            page = context.new_page()
            page.goto(path)
            page.wait_for_load_state("networkidle")
            # Where there are removed lines, the first is in the middle.
            page.evaluate("document.querySelector('.cut')?.scrollIntoView({block: 'center'})")
            packed = _packed(context.new_page(), page.screenshot())
            context.close()
            if len(packed) > LARGEST:
                raise SystemExit(f"{name}-{size}-{scheme}: {len(packed):,} bytes are too many")
            (out / f"{name}-{size}-{scheme}.webp").write_bytes(packed)


def _packed(blank: Page, png: bytes) -> bytes:
    return base64.b64decode(blank.evaluate(PACK, base64.b64encode(png).decode()))


def main() -> None:
    """Fill, serve, take."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "docs" / "screenshots")
    options = parser.parse_args()
    program = os.environ.get("NEWSREEL_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        raise SystemExit("no chromium was found on PATH; NEWSREEL_CHROMIUM names another")
    with tempfile.TemporaryDirectory(prefix="newsreel-screenshots-") as aside:
        folder = options.data or Path(aside)
        is_new = not (folder / "newsreel.db").exists()
        folder.mkdir(parents=True, exist_ok=True)
        engine = open_database(sqlite_url(folder / "newsreel.db"))
        if is_new:
            now = datetime.now(UTC).replace(microsecond=0)
            fill(engine, SOURCES, ARTICLES, DAYS, 1, now)
            trouble(engine, now)
        wanted = views(engine)
        engine.dispose()
        options.out.mkdir(parents=True, exist_ok=True)
        with served(folder) as origin, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, chromium_sandbox=os.geteuid() != 0)
            for name, path in wanted.items():
                take(browser, origin, name, path, options.out)
            browser.close()


if __name__ == "__main__":
    main()
