"""Times, numbers and lengths in the words of the page."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

# A grown-up's silent reading of prose.
WORDS_A_MINUTE = 230
_BROWSERS = (("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"), ("curl", "curl"))
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone|iPad", "iOS"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)
KINDS = {"article": "News", "listicle": "List", "live-blog": "Live", "box-office": "Box office"}
MANY = {"gallery": "Galleries", "obituary": "Obituaries", "commerce": "Shopping"}
UNCOUNTED = frozenset({"article", "live-blog", "box-office"})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Times:
    """Writes times as seen at `now` in a zone; None is the machine's own."""

    now: datetime
    zone: tzinfo | None = None

    def local(self, at: datetime) -> datetime:
        """Give a time in the page's zone."""
        return at.astimezone(self.zone)

    def midnight(self, day: dt.date) -> datetime:
        """Give when a day begins in the page's zone; the machine's own may have had another offset then."""
        at = datetime.combine(day, time())
        return at.replace(tzinfo=self.zone) if self.zone is not None else at.astimezone()

    def clock(self, at: datetime) -> str:
        """Give the time of day: 09:05."""
        return f"{self.local(at):%H:%M}"

    def day(self, at: datetime) -> str:
        """Give the day: today, yesterday, Friday 20 November, or with the year where it is another."""
        there, here = self.local(at).date(), self.local(self.now).date()
        if here - there in (timedelta(0), timedelta(1)):
            return "today" if here == there else "yesterday"
        return f"{there:%A} {there.day} {there:%B}" + (f" {there.year}" if there.year != here.year else "")

    def date(self, at: datetime) -> str:
        """Give the date in full: Friday 20 November 2026."""
        there = self.local(at).date()
        return f"{there:%A} {there.day} {there:%B} {there.year}"

    def short(self, at: datetime) -> str:
        """Give the day in few letters: 20 Nov, or 20 Nov 2025 in another year."""
        there, here = self.local(at).date(), self.local(self.now).date()
        return f"{there.day} {there:%b}" + (f" {there.year}" if there.year != here.year else "")

    def printed(self, at: datetime) -> str:
        """Give an article's own time, as exactly as it is known: a day without a time stays a day."""
        if at.tzinfo is None:
            there = self.local(at.replace(hour=12, tzinfo=self.zone) if self.zone else at.replace(hour=12).astimezone())
            return self.day(there)
        return self.moment(at)

    def near(self, at: datetime) -> str:
        """Give the day and the time in few words: today 09:05, Friday 09:05, 2 Nov 09:05."""
        gap = self.local(self.now).date() - self.local(at).date()
        day = self.day(at) if gap <= timedelta(1) else f"{self.local(at):%A}" if gap.days < 7 else self.short(at)
        return f"{day} {self.clock(at)}"

    def between(self, start: datetime, end: datetime) -> str:
        """Give two times in few words: from today 02:00 to 08:00."""
        same = self.local(start).date() == self.local(end).date()
        return f"from {self.near(start)} to {self.clock(end) if same else self.near(end)}"

    def moment(self, at: datetime) -> str:
        """Give the day and the time: today 09:05."""
        return f"{self.day(at)} {self.clock(at)}"


def iso(at: datetime) -> str:
    """Give a time for `<time datetime>`.

    >>> iso(datetime(2026, 11, 20, 9, 5, tzinfo=UTC))
    '2026-11-20T09:05:00Z'
    """
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def span(length: timedelta | float) -> str:
    """Give a length of time, seconds where it is a number, as precisely as one needs it.

    >>> span(45), span(720), span(8040), span(timedelta(days=3, hours=5))
    ('45 s', '12 min', '2 h 14 min', '3 d 5 h')
    """
    seconds = int(length.total_seconds() if isinstance(length, timedelta) else length)
    if seconds < 60:
        return f"{seconds} s"
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if hours < 1:
        return f"{minutes} min"
    big, small, words = (hours, minutes % 60, ("h", "min")) if days < 2 else (days, hours % 24, ("d", "h"))
    return f"{big} {words[0]}" + (f" {small} {words[1]}" if small else "")


def ago(at: datetime, now: datetime) -> str:
    """Say how long ago a time is, or in how long it comes.

    >>> now = datetime(2026, 11, 20, 9, 5, tzinfo=UTC)
    >>> ago(now - timedelta(minutes=9), now), ago(now + timedelta(minutes=9), now), ago(now, now)
    ('9 min ago', 'in 9 min', 'now')
    """
    gap = now - at
    if abs(gap) < timedelta(seconds=5):
        return "now"
    return f"{span(gap)} ago" if gap > timedelta(0) else f"in {span(-gap)}"


def thousands(number: int) -> str:
    """Give a number with its thousands apart.

    >>> thousands(1284)
    '1,284'
    """
    return f"{number:,}"


def share(part: float) -> str:
    """Give a share of one in percent.

    >>> share(0.184), share(0.004), share(0.0096)
    ('18 %', '0.4 %', '1 %')
    """
    percent = part * 100
    return f"{percent:.1f} %" if 0 < percent < 0.95 else f"{percent:.0f} %"


def reading_time(words: int) -> str:
    """Say how long a text takes to read.

    >>> reading_time(0), reading_time(900)
    ('1 min', '4 min')
    """
    return f"{max(1, round(words / WORDS_A_MINUTE))} min"


def kind(name: str) -> str:
    """Give an article's kind as a word.

    >>> kind("box-office"), kind("review")
    ('Box office', 'Review')
    """
    return KINDS.get(name) or name.capitalize()


def browser(user_agent: str) -> str:
    """Give a browser's name and system in short, where they are known ones.

    >>> browser("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"), browser("reel/1")
    ('Firefox on Linux', 'reel/1')
    """
    name = next((word for sign, word in _BROWSERS if sign in user_agent), "")
    system = next((word for sign, word in _SYSTEMS if re.search(sign, user_agent)), "")
    return f"{name} on {system}" if name and system else user_agent[:80]


def kinds(name: str) -> str:
    """Give a kind as the word for all articles of it.

    >>> kinds("article"), kinds("review"), kinds("gallery")
    ('News', 'Reviews', 'Galleries')
    """
    return MANY.get(name) or kind(name) + ("" if name in UNCOUNTED else "s")


def counted(number: int, one: str, many: str = "") -> str:
    """Give a number with its noun.

    >>> counted(1, "block"), counted(1284, "block"), counted(2, "copy", "copies")
    ('1 block', '1,284 blocks', '2 copies')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def first_upper(text: str) -> str:
    """Begin a text with a capital letter; the rest stays as it is.

    >>> first_upper("today"), first_upper("iPad")
    ('Today', 'IPad')
    """
    return text[:1].upper() + text[1:]


def microseconds(at: datetime) -> int:
    """Give a time as whole microseconds since 1970, for an address.

    >>> microseconds(datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)), moment_of(1_000_000).second
    (1000000, 1)
    """
    return (at - _EPOCH) // timedelta(microseconds=1)


def moment_of(number: int) -> datetime:
    """Give back the time of `microseconds`."""
    return _EPOCH + timedelta(microseconds=number)
