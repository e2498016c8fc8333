"""A real browser for the web page's tests, the page's server as people start it, and the sample newsroom to look at.

Every window is watched: what the console reports as an error, a request to another host, a script's exception, a
dialog and a breach of the content security policy are faults of the test.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crawl_process import ROOT, environment
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Page,
    Request,
    WebError,
    expect,
    sync_playwright,
)

NAMES = ("chromium", "chromium-browser", "google-chrome")
VARIABLE = "NEWSREEL_CHROMIUM"
AXE = ROOT / ".axe" / "node_modules" / "axe-core" / "axe.min.js"
WITHOUT_CHROMIUM = "no chromium was found on PATH, nor is it named by NEWSREEL_CHROMIUM"
WITHOUT_AXE = "axe-core is not there: make axe"
DESK, PHONE, SMALL = {"width": 1280, "height": 900}, {"width": 390, "height": 844}, {"width": 320, "height": 640}
SWITCHES = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Whatever a page names, nothing leaves this machine.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
# The time that a busy machine may take for one step, in milliseconds.
PATIENCE = 20_000
expect.set_options(timeout=PATIENCE)
_LISTENING = re.compile(r"listening at (http://\S+)")


def find_chromium() -> str | None:
    """Give the browser's program, or None where there is none."""
    named = os.environ.get(VARIABLE)
    return named or next((found for name in NAMES if (found := shutil.which(name))), None)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=list(SWITCHES), chromium_sandbox=os.geteuid() != 0
        )
        yield browser
        browser.close()


@dataclass
class Windows:
    """Opens windows of one browser onto one server, and notes what goes wrong in them."""

    browser: Browser
    origin: str
    faults: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)
    opened: list[BrowserContext] = field(default_factory=list)

    def open(self, path: str = "", size: dict[str, int] | None = None, **options: Any) -> Page:
        """Open a window with cookies of its own; paths are those of the server."""
        options = {"base_url": self.origin, "viewport": size or DESK, "reduced_motion": "reduce"} | options
        context = self.browser.new_context(**options)
        context.set_default_timeout(PATIENCE)
        context.on("console", self._console)
        context.on("weberror", self._exception)
        context.on("request", self._request)
        context.on("dialog", self._dialog)
        self.opened.append(context)
        page = context.new_page()
        if path:
            page.goto(path)
        return page

    def expect(self, fault: str) -> None:
        """Let faults pass that have this in their words, as an error's page brings them."""
        self.expected.append(fault)

    def check(self) -> None:
        """Close all windows, and fail where something went wrong in one of them."""
        while self.opened:
            self.opened.pop().close()
        self.judge()

    def judge(self) -> None:
        """Fail where something went wrong up to now."""
        found = [fault for fault in self.faults if not any(words in fault for words in self.expected)]
        self.faults.clear()
        assert not found, "\n".join(found)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.faults.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _exception(self, error: WebError) -> None:
        self.faults.append(f"exception: {error.error}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.origin + "/", "data:", "blob:", "about:")):
            self.faults.append(f"request: {request.url}")

    def _dialog(self, dialog: Dialog) -> None:
        self.faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()


@contextmanager
def service(data_dir: Path, command: str = "serve", *options: str) -> Iterator[str]:
    """Run `newsreel serve` or `newsreel run` over a data directory, on a free port; give its origin."""
    line = [sys.executable, "-m", "newsreel", command, "--port", "0", "--data-dir", str(data_dir), *options]
    with subprocess.Popen(
        line, cwd=data_dir, env=environment(), stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stderr is not None
        said: list[str] = []
        origin = next((found[1] for words in _kept(process.stderr, said) if (found := _LISTENING.search(words))), None)
        assert origin, f"the service ended with status {process.wait()}: {''.join(said)}"
        # A full pipe would stop it.
        reader = threading.Thread(target=said.extend, args=(process.stderr,))
        reader.start()
        try:
            yield origin
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                # Its crawls are in its session.
                os.killpg(process.pid, signal.SIGKILL)
            reader.join()


def _kept(lines: Iterable[str], said: list[str]) -> Iterator[str]:
    for line in lines:
        said.append(line)
        yield line


def sample_newsroom(shared: Path) -> Path:
    """Give a data directory with the sample newsroom as it was crawled; all workers of a session share it."""
    folder = shared / "sample"
    with open(shared / "sample.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            folder.mkdir(exist_ok=True)
            line = [sys.executable, "-m", "newsreel", "demo", "--port", "0", "--data-dir", str(folder)]
            ended = subprocess.run(line, cwd=folder, env=environment(), capture_output=True, text=True, check=False)
            assert ended.returncode in (0, 3), ended.stderr
            (folder / "done").touch()
    return folder


def width_of(page: Page) -> tuple[int, int]:
    """Give how wide a page's content is and how much of it is seen; the first is larger where it scrolls sideways."""
    seen: list[int] = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    return seen[0], seen[1]
