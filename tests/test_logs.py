"""What a process logs: in two formats, each line with its crawl, none with a secret."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import sys
import warnings
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from newsreel import logs
from newsreel.logs import Crawl, crawl_of, enter_crawl

logger = logging.getLogger("harbour")


@pytest.fixture(autouse=True)
def plain_again() -> Iterator[None]:
    yield
    logs.set_up("plain", "warning")


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    """Read JSON lines from stderr."""
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_plain_line_has_time_level_crawl_logger_and_message(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("plain", "info")
    logger.info("the %s is late", "ferry")
    logger.warning("the ferry is lost", extra={"source": "tide", "run": 7})
    first, second = capsys.readouterr().err.splitlines()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} INFO harbour: the ferry is late", first)
    assert second.endswith(" WARNING [tide run 7] harbour: the ferry is lost")


def test_a_json_line_is_an_object_with_the_time_in_utc_and_every_field(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("json", "info")
    logger.warning(
        "the ferry\nis %d s late", 9, extra={"source": "tide", "run": 7, "pier": {"n": 3, "wind": float("nan")}}
    )
    logger.info("all quiet")
    late, quiet = lines(capsys)
    time = datetime.fromisoformat(str(late.pop("time")))
    assert time.utcoffset() == timedelta(0)
    assert late == {
        "level": "WARNING",
        "logger": "harbour",
        "message": "the ferry\nis 9 s late",
        "source": "tide",
        "run": 7,
        "pier": {"n": 3, "wind": "nan"},
    }
    assert (quiet["source"], quiet["run"], quiet["message"]) == (None, None, "all quiet")


def test_a_traceback_is_a_field_of_the_object(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("json")
    try:
        raise ValueError("no pier at https://ada:peapod@pier.example/")
    except ValueError:
        logger.exception("lost")
    [line] = lines(capsys)
    assert line["message"] == "lost"
    assert str(line["exception"]).endswith("ValueError: no pier at https://ada:***@pier.example/")


def test_the_level_decides_and_talkers_have_one_of_their_own(capsys: pytest.CaptureFixture[str]) -> None:
    names = ("harbour", "scrapy.core.engine", "scrapy.middleware", "twisted", "apscheduler.scheduler")
    heard = {}
    for level in logs.LEVELS:
        logs.set_up("json", level)
        for name in names:
            for number in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR):
                logging.getLogger(name).log(number, "x")
        said = [line["logger"] for line in lines(capsys)]
        heard[level] = {name: said.count(name) for name in names}
    assert [heard["error"][name] for name in names] == [1, 1, 1, 0, 1]
    assert [heard["warning"][name] for name in names] == [2, 1, 1, 0, 2]
    assert [heard["info"][name] for name in names] == [3, 3, 2, 1, 2]
    assert [heard["debug"][name] for name in names] == [4, 4, 4, 4, 4]


SECRET = "peapod-7"
LEAKS = [
    ("the password is %s", (SECRET,)),
    ("%s", ({"nested": [SECRET]},)),
    ("%(url)s", ({"url": f"https://hook.example/{SECRET}"},)),
    (f"wrong arguments {SECRET} %d %d", ("one",)),
    ("https://a.example/?access_token=%s", ("never-seen",)),
    ("Cookie: %s", ("sid=never-seen",)),
]


@pytest.mark.parametrize("form", logs.FORMATS)
@pytest.mark.parametrize(("message", "arguments"), LEAKS)
def test_no_secret_is_logged(
    form: str, message: str, arguments: tuple[object, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    logs.set_up(form, "info", [SECRET])
    extra = {"url": f"https://ada:{SECRET}@a.example/", "smtp": {"password": "never-seen"}, "api_key": "never-seen"}
    try:
        raise ValueError(f"{SECRET} at https://a.example/?sig=never-seen")
    except ValueError:
        logger.warning(message, *arguments, exc_info=True, stack_info=True, extra=extra)
    said = capsys.readouterr().err
    assert "ValueError: ***" in said
    assert SECRET not in said
    # The lines of source that a traceback shows are what the developer wrote.
    assert "never-seen" not in "\n".join(line for line in said.splitlines() if "raise ValueError" not in line)


def test_handlers_of_others_see_no_secret_either(caplog: pytest.LogCaptureFixture) -> None:
    logs.set_up("plain", "warning", [SECRET])
    logger.error("the door of https://ada:%s@a.example/ is shut", SECRET)
    assert caplog.messages == ["the door of https://ada:***@a.example/ is shut"]


def test_what_people_are_told_is_an_object_too_and_holds_no_secret(capsys: pytest.CaptureFixture[str]) -> None:
    for form in logs.FORMATS:
        logs.set_up(form, "error", [SECRET])
        logs.say(f"done with {SECRET}")
        logs.fail(f"cannot open {SECRET}")
        try:
            raise KeyError(SECRET)
        except KeyError as error:
            logs.crash(error)
    said = capsys.readouterr().err
    assert SECRET not in said
    assert said.startswith("done with ***\nnewsreel: cannot open ***\nTraceback")
    told, failed, crashed = (json.loads(line) for line in said.splitlines()[-3:])
    assert (told["level"], told["message"]) == ("INFO", "done with ***")
    assert (failed["level"], failed["message"]) == ("ERROR", "cannot open ***")
    assert crashed["level"] == "CRITICAL"
    assert crashed["exception"].endswith("KeyError: '***'")


def test_a_line_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("plain")
    logger.warning("headline: %s", "\x1b]0;owned\x07")
    assert capsys.readouterr().err.endswith("headline: \\x1b]0;owned\\x07\n")


def test_warnings_of_python_are_lines_of_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("json")
    # Pytest shows warnings by itself; here they go the way they go in a process of ours.
    logging.captureWarnings(False)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logs.set_up("json")
        warnings.warn("the pier is old", stacklevel=1)
        logging.captureWarnings(False)
    [line] = lines(capsys)
    assert line["logger"] == "py.warnings"
    assert "UserWarning: the pier is old" in str(line["message"])


class Spider:
    """What Scrapy marks its lines with."""

    name = "reef"
    run_id = 9


def test_each_line_belongs_to_the_crawl_whose_task_logged_it(caplog: pytest.LogCaptureFixture) -> None:
    logs.guard()

    async def deep(words: str) -> None:
        await asyncio.sleep(0)
        logger.warning(words)

    async def crawl(source: str, run: int) -> Crawl:
        mine = enter_crawl(source)
        await asyncio.sleep(0)
        mine.run = run
        await asyncio.gather(asyncio.create_task(deep(source)), asyncio.to_thread(logger.warning, source))
        asyncio.get_running_loop().call_soon(logger.warning, source)
        await asyncio.sleep(0)
        return mine

    async def process() -> None:
        await asyncio.gather(*(asyncio.create_task(crawl(f"tide{n}", n)) for n in range(5)))
        logger.warning("process")
        logger.warning("spider", extra={"spider": Spider()})
        logger.warning("explicit", extra={"source": "cove"})

    asyncio.run(process())
    whose = {(record.getMessage(), *crawl_of(record)) for record in caplog.records}
    assert whose == {(f"tide{n}", f"tide{n}", n) for n in range(5)} | {
        ("process", None, None),
        ("spider", "reef", 9),
        ("explicit", "cove", None),
    }
    assert len(caplog.records) == 18


def test_a_stderr_that_is_gone_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone:
        def write(self, text: str) -> int:
            raise BrokenPipeError

    logs.set_up("json")
    monkeypatch.setattr(sys, "stderr", Gone())
    logger.error("nobody hears this")


def test_a_listener_hears_the_course_of_crawls_whatever_stderr_wants(capsys: pytest.CaptureFixture[str]) -> None:
    heard: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            heard.append(f"{record.levelname} {record.name}")

    logs.set_up("plain", "error")
    listener = Listener(logging.INFO)
    logs.listen(listener)
    names = ("harbour", "scrapy.core.engine", "scrapy.core.scraper")
    for name in names:
        logging.getLogger(name).info("x")
        logging.getLogger(name).warning("x")
    logs.set_up("plain", "debug")
    logging.getLogger("scrapy.core.engine").debug("x")
    assert "DEBUG scrapy.core.engine: x" in capsys.readouterr().err
    logs.set_up("plain", "error")
    logs.stop_listening(listener)
    for name in names:
        logging.getLogger(name).error("x")
    assert heard == [
        "INFO harbour",
        "WARNING harbour",
        "INFO scrapy.core.engine",
        "WARNING scrapy.core.engine",
        "WARNING scrapy.core.scraper",
    ]
    assert capsys.readouterr().err.count("\n") == 3
    assert not logging.getLogger("harbour").isEnabledFor(logging.INFO)
