"""Measures what hosts that hang cost the others: 20 good outlets in one crawl process, alone and beside 200 that hang.

    python -m benchmarks.hanging [--good 20] [--hanging 200] [--pages 40] [--delay 0.5] [--order mixed|first]

The two crawls run side by side, so that whatever else the machine does is the same for both.
Everything is on loopback addresses of its own. A host that hangs accepts connections and never answers. The pace is the
number of stories of the good outlets by the time from the start of the crawl process to the last of their answers. Then
a crawl and a service are told to end in the middle of such a crawl. The exit status is 1 where the good ones keep less
than 80% of their pace, or where an end takes more than ten seconds.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import ipaddress
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.subject import LOOK, Subject, free_port

NETWORK = "127.83.0.0/16"
WANTED = 0.8
END = 10.0


@dataclass(slots=True)
class Web:
    """The outlets on air; `answered` holds the time of each story's answer."""

    pages: int
    good: list[str] = field(default_factory=list)
    hanging: list[str] = field(default_factory=list)
    answered: list[float] = field(default_factory=list)
    held: int = 0

    async def put_on_air(self, addresses: Iterator[str], good: int, hanging: int) -> None:
        """Open a listener for each outlet."""
        for _ in range(good):
            self.good.append(await self._listen(self._answer, next(addresses)))
        for _ in range(hanging):
            self.hanging.append(await self._listen(self._hang, next(addresses)))

    @staticmethod
    async def _listen(serve: object, host: str) -> str:
        server = await asyncio.start_server(serve, host, 0)  # type: ignore[arg-type]
        return f"{host}:{server.sockets[0].getsockname()[1]}"

    async def _hang(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.held += 1
        # They are broken off when the crawl's patience is at its end.
        with contextlib.suppress(ConnectionError):
            while await reader.read(65536):
                pass
        writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host, port = writer.get_extra_info("sockname")
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                path = head.split()[1].decode("ascii")
                status, kind, body = self._page(f"http://{host}:{port}", path)
                line = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
                writer.write(line.encode("ascii") + body)
                await writer.drain()
                if path.startswith("/story/"):
                    self.answered.append(time.monotonic())
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def _page(self, base: str, path: str) -> tuple[str, str, bytes]:
        if path == "/feed":
            items = "".join(
                f"<item><title>Harbour play number {n} opens</title><link>{base}/story/{n}</link></item>"
                for n in range(self.pages)
            )
            text = f'<?xml version="1.0"?><rss version="2.0"><channel><title>Harbour</title>{items}</channel></rss>'
            return "200 OK", "application/rss+xml", text.encode()
        if path.startswith("/story/"):
            return "200 OK", "text/html; charset=utf-8", _story(base, path).encode()
        return "404 Not Found", "text/plain", b"nothing here"


def _story(base: str, path: str) -> str:
    name = f"{path.rpartition('/')[2]} of {base.rpartition('/')[2]}"
    paragraphs = "".join(
        f"<p>Act {n} of play {name} was given in the harbour theatre on a warm evening, and the house of {n * 37} "
        f"seats was full to the last row. Its director said that the {n} weeks of work had been worth every hour.</p>"
        for n in range(2, 9)
    )
    return f"<html lang='en'><head><title>Play {name}</title></head><body><article><h1>Play {name}</h1>{paragraphs}"


@dataclass(frozen=True, slots=True)
class Crawl:
    """A crawl that ended: stories of good outlets a second, its seconds, and its seconds of CPU."""

    pace: float
    seconds: float
    cpu: float


def catalogue(hosts: list[str]) -> str:
    """Give a catalogue of these hosts."""
    tables = [
        f'[outlet.h{number}]\nname = "Host {number}"\nhome = "http://{host}/"\nfeeds = ["http://{host}/feed"]\n'
        for number, host in enumerate(hosts)
    ]
    return "\n".join(tables)


def end(web: Web, hosts: list[str], *words: str) -> float:
    """Tell a command to end that crawls these hosts, once a hundred hang, and give the seconds that this takes."""
    with tempfile.TemporaryDirectory(prefix="newsreel-hanging-") as folder:
        file = Path(folder) / "outlets.toml"
        file.write_text(catalogue(hosts), encoding="utf-8")
        held = web.held
        with Subject(Path(folder) / "data", file, NETWORK) as subject:
            process = subject.begin(*words)
            while web.held < held + min(100, len(web.hanging)):
                if process.poll() is not None:
                    sys.exit(f"{words} ended by itself: {subject.said()}")
                time.sleep(LOOK)
            begun = time.monotonic()
            process.terminate()
            process.wait()
            subject.wait()
            return time.monotonic() - begun


def crawl(web: Web, hosts: list[str], delay: float, options: list[str]) -> Crawl:
    """Crawl these hosts in a fresh data directory."""
    with tempfile.TemporaryDirectory(prefix="newsreel-hanging-") as folder:
        (Path(folder) / "outlets.toml").write_text(catalogue(hosts), encoding="utf-8")
        line = [sys.executable, "-m", "newsreel", "crawl", "--all", "--data-dir", folder, "--delay", str(delay)]
        line += ["--sources", f"{folder}/outlets.toml", "--allow-network", NETWORK, *options]
        variables = {name: value for name, value in os.environ.items() if not name.startswith("NEWSREEL_")}
        variables["NEWSREEL_CONTACT"] = "mailto:desk@harbour.example"
        log = Path(folder) / "log"
        with log.open("w", encoding="utf-8") as errors:
            begin = time.monotonic()
            process = subprocess.Popen(line, env=variables, stdout=subprocess.DEVNULL, stderr=errors)
            _, _, used = os.wait4(process.pid, 0)
            seconds = time.monotonic() - begin
        wanted = len(web.good) * web.pages
        if len(web.answered) != wanted:
            sys.exit(f"{len(web.answered)} of {wanted} stories were asked for\n{log.read_text()[-3000:]}")
    return Crawl(wanted / (max(web.answered) - begin), seconds, used.ru_utime + used.ru_stime)


def say(line: str) -> None:
    """Write a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    """Crawl good outlets alone, others beside those that hang, and compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--good", type=int, default=20)
    parser.add_argument("--hanging", type=int, default=200)
    parser.add_argument("--pages", type=int, default=40, help="stories an outlet")
    parser.add_argument("--delay", type=float, default=0.5, help="seconds between two requests to a host")
    parser.add_argument("--at-once", type=int, help="as for newsreel crawl")
    parser.add_argument("--order", choices=("mixed", "first"), default="mixed", help="where those that hang stand")
    parser.add_argument("--seed", type=int, default=1, help="of the mixed order")
    given = parser.parse_args()
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()
    addresses = (str(address) for address in ipaddress.ip_network(NETWORK).hosts())

    def on_air(hanging: int) -> Web:
        web = Web(given.pages)
        asyncio.run_coroutine_threadsafe(web.put_on_air(addresses, given.good, hanging), loop).result()
        return web

    few, many = on_air(0), on_air(given.hanging)
    hosts = many.hanging + many.good
    if given.order == "mixed":
        random.Random(given.seed).shuffle(hosts)
    options = ["--at-once", str(given.at_once)] if given.at_once else []
    with ThreadPoolExecutor(2) as both:
        crawls = [
            both.submit(crawl, web, names, given.delay, options) for web, names in ((few, few.good), (many, hosts))
        ]
    alone, beside = (ended.result() for ended in crawls)
    for words, ended in (("alone", alone), (f"beside {given.hanging} that hang ({given.order})", beside)):
        say(
            f"{given.good} good outlets {words}: {ended.pace:.1f} stories a second; "
            f"{ended.seconds:.0f} s, {ended.cpu:.0f} of CPU"
        )
    say(f"connections that were never answered: {many.held}")
    say(f"pace kept: {beside.pace / alone.pace:.0%} (wanted: {WANTED:.0%})")
    crawl_end = end(many, hosts, "crawl", "--all")
    service_end = end(many, hosts, "run", "--port", str(free_port()))
    say(f"ends on SIGTERM: a crawl in {crawl_end:.1f} s, a service in {service_end:.1f} s (goal: 10 s)")
    sys.exit(beside.pace < WANTED * alone.pace or max(crawl_end, service_end) > END)


if __name__ == "__main__":
    main()
