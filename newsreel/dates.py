"""Dates as pages and feeds write them, read into datetime values, and back into ISO 8601.

Three precisions share one type. A page that names only the day gives a naive datetime at 00:00; one that names a
time but no zone gives a naive datetime with that time; all others are aware and keep the offset that the page gave.
`iso` prints just what is known, `in_utc` takes what has no zone as UTC.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

# Longer strings are prose: a date in them need not be the date of anything.
MOST_CHARACTERS = 200
FIRST_YEAR = 1990
LAST_YEAR = 2099
# Something is always taken from what a person gives, which must not end before the year 1.
_OLDEST = datetime(1900, 1, 1, tzinfo=UTC)

# English, German, French, Spanish, Italian, Portuguese; then Dutch, Swedish, Polish, Czech, Russian.
_MONTHS = (
    "january jan januar jänner jän janvier janv enero ene gennaio gen janeiro januari stycznia ledna января",
    "february feb februar feber février fevrier févr fevr fév febrero febbraio febr fevereiro fev februari lutego února"
    " февраля",
    "march mar märz maerz mär mrz mars marzo março marco maart mrt marca března марта",
    "april apr avril avr abril abr aprile kwietnia dubna апреля",
    "may mai mayo maggio mag maio mei maj maja května мая",
    "june jun juni juin junio giugno giu junho czerwca června июня",
    "july jul juli juillet juil julio luglio lug julho lipca července июля",
    "august aug août aout aoû agosto ago augustus augusti sierpnia srpna августа",
    "september sept sep septembre septiembre setiembre settembre sett set setembro września září сентября",
    "october oct oktober okt octobre octubre ottobre ott outubro out października října октября",
    "november nov novembre noviembre novembro listopada listopadu ноября",
    "december dec dezember dez décembre decembre déc diciembre dic dicembre dezembro grudnia prosince декабря",
)
_MONTH = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()}
MONTH_NAMES = frozenset(_MONTH)

# Minutes from UTC. Of the letters that two countries share, the news means America (CST, AST) and India (IST).
_ZONES = """
    z=0 ut=0 utc=0 gmt=0 wet=0 west=60 bst=60 cet=60 mez=60 cest=120 mesz=120 eet=120 sast=120 eest=180 msk=180 gst=240
    pkt=300 ist=330 wib=420 sgt=480 hkt=480 awst=480 jst=540 kst=540 aest=600 aedt=660 nzst=720 nzdt=780
    brt=-180 adt=-180 ast=-240 edt=-240 est=-300 cdt=-300 cst=-360 mdt=-360 mst=-420 pdt=-420 pst=-480 akdt=-480
    akst=-540 hst=-600
"""
_OFFSET = {name: int(minutes) for name, minutes in (entry.split("=") for entry in _ZONES.split())}
# Names that leave summer time open: the day tells.
_PLACE = {
    "et": "America/New_York",
    "ct": "America/Chicago",
    "mt": "America/Denver",
    "pt": "America/Los_Angeles",
}

_CLOCK = re.compile(
    r"(?:(?P<hour>[01]?\d|2[0-4])\s?(?:[:h時시]|(?<=\d\d)\.(?=\d\d))\s?(?P<minute>[0-5]\d)(?![.\d]\d)"
    r"(?:\s?[:分분]\s?(?P<second>[0-5]\d|60)(?:[.,:]\d+)?)?(?:\s?(?P<half>[ap])\.?\s?m\b\.?)?"
    r"|(?P<hour_only>1[0-2]|0?[1-9])\s?(?P<half_only>[ap])\.?m\b\.?)"
    r"(?:\s?\(?(?P<zone>[a-z]+/[a-z_]+|[a-z]{1,5}\b))?"
    r"(?:\s?(?P<sign>[+\-−])(?P<off_hour>\d\d?):?(?P<off_minute>[0-5]\d)?\b|\s(?P<plus>\d\d:[03]0)$)?",
    re.IGNORECASE,
)
# What may stand between a day and its time, on either side: "at", "um", "a las", a weekday, punctuation.
_GAP = re.compile(r"[^\w]*(?:[^\W\d]{1,4}[^\w]+){0,2}T?", re.IGNORECASE)
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)T?(\d\d)(\d\d)(\d\d)?(?!\d)")
_EPOCH = re.compile(r"\d{10}(?:\d{3})?(?:\.\d+)?")

_NAME = r"(?P<name>[^\W\d_]{3,12})"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_INNER_CLOCK = r"(?:\d\d:\d\d(?::\d\d)?\s(?:[a-z]{3,4}\s)?)?"
_DAYS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?<!\d){_YEAR}\s?[-/.年년]\s?(?P<month>\d\d?)\s?[-/.月월]\s?(?P<day>\d\d?)(?!\d)",
        rf"(?<!\d){_YEAR}(?P<month>[01]\d)(?P<day>[0-3]\d)(?=T|\s|$)",
        rf"(?<!\d){_YEAR}[\s\-/]{_NAME}[\s\-/.]+(?P<day>\d\d?)(?!\d)",
        rf"(?<!\d)(?P<day>\d\d?)(?:\.|º|°|ª|er|st|nd|rd|th)?[\s\-/.]*(?:de\s|of\s)?{_NAME}\.?[\s\-/.,']*(?:del?\s)?{_YEAR}\b",
        rf"(?<!\d)(?P<day>\d\d?)[\s\-]{_NAME}[\s\-](?P<short_year>\d\d)(?=\s+\d\d:)",
        rf"\b{_NAME}[.,]?\s*(?P<day>\d\d?)(?:st|nd|rd|th)?[\s,.]+{_INNER_CLOCK}{_YEAR}\b",
        rf"(?<![\d.])(?P<first>\d\d?)(?P<mark>\s?[./\-]\s?)(?P<next>\d\d?)(?P=mark){_YEAR}(?!\d)",
        r"(?<![\d.])(?P<first>\d\d?)(?P<mark>[./])(?P<next>\d\d?)(?P=mark)(?P<short_year>\d\d)(?![\d.])",
    )
)
_MONTH_FIRST = re.compile(r"en(?:[-_](?:us|ph|ca))?$|es[-_](?:us|pr)$", re.IGNORECASE)
_PATH = re.compile(r"(?<!\d)((?:19|20)\d\d)([/\-_.]?)([01]\d)\2([0-3]\d)(?!\d)|/(20\d\d)/(\d\d?)/(\d\d?)/")


def parse(text: str | None, *, language: str | None = None) -> datetime | None:
    """The first date in a short text, with its time and zone where they stand there; None if there is none.

    Reads ISO 8601 and its broken forms, RFC 822 dates with named zones, seconds and milliseconds of the epoch, and
    written dates in English, German, French, Spanish, Italian, Portuguese and some more. 3/4/2024 is the third of
    April, but the fourth of March where the language writes the month first (English without a country, en-US).

    >>> parse("Published: May 17, 2024 at 10:30 p.m. EDT").isoformat()
    '2024-05-17T22:30:00-04:00'
    >>> iso(parse("17.05.2024"))
    '2024-05-17'
    """
    text = (text or "").strip()
    if len(text) < 6 or len(text) > MOST_CHARACTERS:
        return None
    if _EPOCH.fullmatch(text):
        return _epoch(float(text))
    try:
        return _possible(datetime.fromisoformat(text).replace(microsecond=0))
    except ValueError:
        text = _COMPACT.sub(lambda m: f"{m[1]}-{m[2]}-{m[3]}T{m[4]}:{m[5]}:{m[6] or '00'}", text)
    found = min((hit for pattern in _DAYS if (hit := _first(pattern, text, language))), default=None)
    if found is None:
        return None
    start, end, day = found
    clock = _clock(text, start, end)
    return _at(day, clock) if clock else day


def in_utc(value: datetime) -> datetime:
    """The same moment in UTC; what has no zone is taken as UTC."""
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def is_day_only(value: datetime) -> bool:
    """Tell whether the page named the day and nothing more."""
    return value.tzinfo is None and (value.hour, value.minute, value.second) == (0, 0, 0)


def iso(value: datetime) -> str:
    """ISO 8601 with just what is known: the day, the time without a zone, or the time with its offset."""
    return value.date().isoformat() if is_day_only(value) else value.isoformat(timespec="seconds")


def moment(text: str, now: datetime) -> datetime:
    """Read what a person gives for a time: 7d, 24h, 90m or 2w before `now`, or a date or time.

    A day begins at midnight UTC. Raises ValueError, with what is possible, for anything else.
    """
    text = text.strip()
    try:
        if match := re.fullmatch(r"([0-9]{1,6})([mhdw])", text):
            unit = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}[match[2]]
            return now - timedelta(**{unit: int(match[1])})
        value = datetime.fromisoformat(text)
        found = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        if found < _OLDEST:
            raise OverflowError
        return found
    except OverflowError as error:
        raise ValueError(f"{text!r} reaches too far back") from error
    except ValueError as error:
        raise ValueError(f"{text!r} is no time: give 7d, 24h, or a date like 2026-11-01") from error


def day_in_path(path: str) -> datetime | None:
    """The day that the path of an address names, as in /2024/05/17/ or -2024-05-17; None if there is none."""
    match = _PATH.search(path)
    if match is None:
        return None
    year, month, day = (match[1], match[3], match[4]) if match[1] else (match[5], match[6], match[7])
    return _day(int(year), int(month), int(day))


def _epoch(number: float) -> datetime | None:
    return _possible(datetime.fromtimestamp(number / 1000 if number > 1e11 else number, UTC).replace(microsecond=0))


def _possible(value: datetime) -> datetime | None:
    return value if FIRST_YEAR <= value.year <= LAST_YEAR else None


def _day(year: int, month: int, day: int) -> datetime | None:
    try:
        return _possible(datetime(year, month, day))  # noqa: DTZ001 (the day is all that is known)
    except ValueError:
        return None


def _first(pattern: re.Pattern[str], text: str, language: str | None) -> tuple[int, int, datetime] | None:
    """Where the first real day of this pattern begins and ends, and the day."""
    for match in pattern.finditer(text):
        parts = match.groupdict()
        year = int(parts.get("year") or 2000 + int(parts["short_year"]))
        if "name" in parts:
            month, day = _MONTH.get(parts["name"].lower(), 0), int(parts["day"])
        elif "first" in parts:
            month, day = _order(int(parts["first"]), int(parts["next"]), parts["mark"], language)
        else:
            month, day = int(parts["month"]), int(parts["day"])
        if value := _day(year, month, day):
            return match.start(), match.end(), value
    return None


def _order(first: int, second: int, mark: str, language: str | None) -> tuple[int, int]:
    """Month and day of two numbers; with full stops the day always comes first."""
    american = "." not in mark and language is not None and _MONTH_FIRST.match(language) is not None
    if second > 12 or (american and first <= 12):
        return first, second
    return second, first


def _clock(text: str, start: int, end: int) -> re.Match[str] | None:
    """The time that belongs to the day standing at text[start:end]: after it, before it, or inside (ctime)."""
    after = _CLOCK.search(text, end)
    if after and _GAP.fullmatch(text, end, after.start()):
        return after
    if ":" in text[start:end]:
        return _CLOCK.search(text, start, end)
    before = list(_CLOCK.finditer(text, 0, start))
    return before[-1] if before and _GAP.fullmatch(text, before[-1].end(), start) else None


def _at(day: datetime, clock: re.Match[str]) -> datetime:
    hour = int(clock["hour"] or clock["hour_only"])
    half = (clock["half"] or clock["half_only"] or "").lower()
    if half and hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    value = day + timedelta(hours=hour, minutes=int(clock["minute"] or 0), seconds=min(int(clock["second"] or 0), 59))
    zone = _zone(clock)
    if isinstance(zone, ZoneInfo):
        zone = timezone(value.replace(tzinfo=zone).utcoffset() or timedelta())
    return value if zone is None else value.replace(tzinfo=zone)


def _zone(clock: re.Match[str]) -> tzinfo | None:
    if clock["plus"]:
        # A "+" that was read as a space on its way through an address.
        hours, minutes = clock["plus"].split(":")
        return timezone(timedelta(hours=int(hours), minutes=int(minutes)))
    if clock["sign"]:
        offset = timedelta(hours=int(clock["off_hour"]), minutes=int(clock["off_minute"] or 0))
        if offset > timedelta(hours=14):
            return None
        return timezone(offset if clock["sign"] == "+" else -offset)
    name = (clock["zone"] or "").lower()
    if name in _OFFSET:
        return timezone(timedelta(minutes=_OFFSET[name]))
    place = _PLACE.get(name) or (clock["zone"] if "/" in name else None)
    if place is None:
        return None
    try:
        return ZoneInfo(place)
    except (ZoneInfoNotFoundError, ValueError):
        return None
