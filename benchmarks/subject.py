"""A data directory and the processes of Newsreel that work on it: begun, watched, and ended whatever happens."""

from __future__ import annotations

import http.client
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

from sqlalchemy import Engine, update

from storage import schema
from storage.database import open_database, sqlite_url, writing

ROOT = Path(__file__).parents[1]
NETWORK = "127.0.0.0/8"
# Reached only by what hangs; a busy machine takes its time.
DEADLINE = 300.0
# By this variable a process and all that it starts are known as ours.
MARK = "SUBJECT_OF_BENCHMARK"
LOOK = 0.02


class Subject:
    """One data directory, and the processes that work on it; a context manager that leaves none of them behind."""

    def __init__(self, folder: Path, catalogue: Path, network: str = NETWORK) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.catalogue, self.network = folder, catalogue, network
        self.port = free_port()
        self.mark = secrets.token_hex(8)
        self.log = folder / "log"
        self._engine: Engine | None = None

    def __enter__(self) -> Subject:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Kill what is left of its processes."""
        deadline = time.monotonic() + DEADLINE
        # One that was just started by another one is found at the next look.
        while (left := self.processes()) and time.monotonic() < deadline:
            kill(left)
            time.sleep(LOOK)
        if self._engine is not None:
            self._engine.dispose()

    @property
    def engine(self) -> Engine:
        """The database, opened by this process."""
        if self._engine is None:
            self._engine = open_database(sqlite_url(self.folder / "newsreel.db"))
        return self._engine

    def begin(self, *words: str, variables: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
        """Start a command of Newsreel in a session of its own; what it says is added to the log."""
        line = [sys.executable, "-m", "newsreel", *words, "--data-dir", str(self.folder)]
        line += ["--sources", str(self.catalogue), "--allow-network", self.network]
        kept = {name: value for name, value in os.environ.items() if not name.startswith("NEWSREEL_")}
        own = {"PYTHONPATH": str(ROOT), "NEWSREEL_DELAY": "0", "NEWSREEL_CONTACT": "mailto:desk@harbour.example"}
        # What hangs says where, on SIGABRT.
        own |= {"PYTHONFAULTHANDLER": "1"}
        environment = kept | own | dict(variables or {}) | {MARK: self.mark}
        with self.log.open("ab") as log:
            return subprocess.Popen(
                line, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )

    def crawl(self) -> int:
        """Crawl everything, and give the exit status."""
        return self.ended(self.begin("crawl", "--all"))

    def serve(self, variables: Mapping[str, str] | None = None) -> tuple[subprocess.Popen[bytes], float | None]:
        """Start the service, and say after how many seconds it was ready; None where it ended before."""
        begun = time.monotonic()
        process = self.begin("run", "--port", str(self.port), variables=variables)
        while time.monotonic() - begun < DEADLINE:
            if self._is_ready():
                return process, time.monotonic() - begun
            if process.poll() is not None:
                return process, None
            time.sleep(LOOK)
        raise SystemExit(f"a service was not ready within {DEADLINE:.0f} s: {self.said()}")

    def processes(self) -> list[int]:
        """Give all living processes that were started for this directory, directly or by one another."""
        wanted = f"{MARK}={self.mark}".encode()
        found = []
        for folder in Path("/proc").iterdir():
            if folder.name.isdecimal():
                try:
                    if wanted in (folder / "environ").read_bytes().split(b"\0"):
                        found.append(int(folder.name))
                except OSError:
                    # Another user's, or gone.
                    continue
        return found

    def ended(self, process: subprocess.Popen[bytes]) -> int:
        """Wait for a process's end and give its exit status; SystemExit says where one stands that does not end."""
        try:
            return process.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGABRT)
            process.wait(DEADLINE)
            raise SystemExit(f"a process did not end within {DEADLINE:.0f} s: {self.said()}") from None

    def wait(self, seconds: float = DEADLINE) -> None:
        """Wait until all of its processes have ended."""
        deadline = time.monotonic() + seconds
        while left := self.processes():
            if time.monotonic() >= deadline:
                raise SystemExit(f"processes {left} did not end within {seconds:.0f} s: {self.said()}")
            time.sleep(LOOK)

    def pass_time(self) -> None:
        """Let the pauses of hosts and the rests of links be over, as they are some days later."""
        with writing(self.engine, "let time pass") as connection:
            connection.execute(update(schema.links).values(retry_at=None))
            connection.execute(update(schema.hosts).values(not_before=None))

    def said(self) -> str:
        """Give the end of what its processes said."""
        return self.log.read_text(encoding="utf-8", errors="replace")[-6000:] if self.log.exists() else ""

    def _is_ready(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def kill(pids: Sequence[int]) -> None:
    """Kill processes; one that has ended is no matter."""
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def command_of(pid: int) -> str:
    """Give a process's command line; nothing where it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def free_port() -> int:
    """Give a port that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
