"""Dates in the forms in which pages and feeds write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsreel import dates

READ = [
    # ISO 8601, whole and broken
    ("2024-05-17", "2024-05-17"),
    ("20240517", "2024-05-17"),
    ("2024/05/17 10:30", "2024-05-17T10:30:00"),
    ("2024.05.17", "2024-05-17"),
    ("2024-5-7", "2024-05-07"),
    ("2024-05-17T10:30Z", "2024-05-17T10:30:00+00:00"),
    ("2024-05-17T10:30:15.250+0200", "2024-05-17T10:30:15+02:00"),
    ("2024-05-17T10:30:00.0000000-05:00", "2024-05-17T10:30:00-05:00"),
    ("2024-05-17T10:30:00 +02:00", "2024-05-17T10:30:00+02:00"),
    ("2024-05-17T10:30:00 02:00", "2024-05-17T10:30:00+02:00"),
    ("2024-05-17T10:30:00+02", "2024-05-17T10:30:00+02:00"),
    ("2024-05-17T10:30:00-05:00Z", "2024-05-17T10:30:00-05:00"),
    ("2024-05-17 1:30:00 PM", "2024-05-17T13:30:00"),
    ("2024-05-17T10:30:00EST", "2024-05-17T10:30:00-05:00"),
    ("2024-05-17T10:30:00 America/New_York", "2024-05-17T10:30:00-04:00"),
    ("2024-05-17T24:00:00", "2024-05-18"),
    ("20240517T103000Z", "2024-05-17T10:30:00+00:00"),
    ("20240517103000", "2024-05-17T10:30:00"),
    ("2024-05-17T00:00:00", "2024-05-17"),
    # RFC 822, ctime, JavaScript
    ("Fri, 17 May 2024 10:30:00 EST", "2024-05-17T10:30:00-05:00"),
    ("Fri, 17 May 2024 10:30:00 PDT", "2024-05-17T10:30:00-07:00"),
    ("Fri, 17 May 2024 10:30:00 GMT", "2024-05-17T10:30:00+00:00"),
    ("Fri, 17 May 2024 10:30:00 +0530", "2024-05-17T10:30:00+05:30"),
    ("Mon, 05 Aug 24 10:00:00 GMT", "2024-08-05T10:00:00+00:00"),
    ("Fri May 17 10:30:00 EDT 2024", "2024-05-17T10:30:00-04:00"),
    ("Fri May 17 2024 10:30:00 GMT+0200 (CEST)", "2024-05-17T10:30:00+02:00"),
    # Epoch
    ("1715941800", "2024-05-17T10:30:00+00:00"),
    ("1715941800000", "2024-05-17T10:30:00+00:00"),
    # Written
    ("May 17, 2024", "2024-05-17"),
    ("May 17th, 2024 at 10:30 p.m. ET", "2024-05-17T22:30:00-04:00"),
    ("January 17, 2024, 5pm PT", "2024-01-17T17:00:00-08:00"),
    ("Sept. 5, 2024", "2024-09-05"),
    ("17 May 2024 12:05 am", "2024-05-17T00:05:00"),
    ("Published: 17 May 2024, 10:30 BST", "2024-05-17T10:30:00+01:00"),
    ("Updated 10:30 AM EDT, Fri May 17, 2024", "2024-05-17T10:30:00-04:00"),
    ("Published May 17, 2024. Updated 11:05", "2024-05-17"),
    ("17. Mai 2024, 10.30 Uhr", "2024-05-17T10:30:00"),
    ("Stand: 17.05.24 10:30", "2024-05-17T10:30:00"),
    ("17.05.2024 - 10:30 Uhr", "2024-05-17T10:30:00"),
    ("10:30 Uhr, 17.05.2024", "2024-05-17T10:30:00"),
    ("Publié le 1er août 2024 à 10h30", "2024-08-01T10:30:00"),
    ("17 de mayo de 2024 a las 10:30", "2024-05-17T10:30:00"),
    ("17 maggio 2024 alle 10:30", "2024-05-17T10:30:00"),
    ("17 de março de 2024 às 10h30", "2024-03-17T10:30:00"),
    ("17 mei 2024", "2024-05-17"),
    ("15 августа 2016, 13:43", "2016-08-15T13:43:00"),
    ("2024年5月17日 10:30", "2024-05-17T10:30:00"),
]


@pytest.mark.parametrize(("text", "expected"), READ)
def test_a_date_is_read(text: str, expected: str) -> None:
    value = dates.parse(text)
    assert value is not None
    assert dates.iso(value) == expected


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "May 2024",
        "17 May",
        "Best of 2024, 17 films",
        "yesterday",
        "2 hours ago",
        "0000-00-00",
        "2024-13-45",
        "1970-01-01T00:00:00Z",
        "0001-01-01T00:00:00",
        "99999999999999",
        "On 17 May 2024 the studio said " + "so much more " * 30,
    ],
)
def test_what_is_no_date_is_none(text: str | None) -> None:
    assert dates.parse(text) is None


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("03/04/2024", "en", "2024-03-04"),
        ("03/04/2024", "en-US", "2024-03-04"),
        ("03/04/2024", "en-GB", "2024-04-03"),
        ("03/04/2024", "fr", "2024-04-03"),
        ("03/04/2024", None, "2024-04-03"),
        ("25/04/2024", "en-US", "2024-04-25"),
        ("04/25/2024", "de", "2024-04-25"),
        ("03.04.2024", "en-US", "2024-04-03"),
    ],
)
def test_the_language_orders_day_and_month(text: str, language: str | None, expected: str) -> None:
    value = dates.parse(text, language=language)
    assert value is not None
    assert dates.iso(value) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/news/2024/05/17/a-star-returns", "2024-05-17"),
        ("/a-star-returns-2024-05-17.html", "2024-05-17"),
        ("/20240517/a-star-returns", "2024-05-17"),
        ("/home/2024/5/7/a-star-returns", "2024-05-07"),
        ("/2024/05/a-star-returns", None),
        ("/article/20241399", None),
        ("/id/1202405171", None),
    ],
)
def test_a_path_may_name_the_day(path: str, expected: str | None) -> None:
    value = dates.day_in_path(path)
    assert (value and dates.iso(value)) == expected


def test_what_has_no_zone_is_taken_as_utc() -> None:
    day = dates.parse("2024-05-17")
    assert day is not None
    assert dates.is_day_only(day)
    assert dates.in_utc(day) == datetime(2024, 5, 17, tzinfo=UTC)
    local = datetime(2024, 5, 17, 1, 0, tzinfo=timezone(timedelta(hours=2)))
    assert dates.in_utc(local) == datetime(2024, 5, 16, 23, 0, tzinfo=UTC)
    assert dates.in_utc(local).tzinfo is UTC
    assert not dates.is_day_only(local.replace(hour=0))


@given(
    st.datetimes(
        min_value=datetime(1990, 1, 1),  # noqa: DTZ001
        max_value=datetime(2099, 12, 31),  # noqa: DTZ001
        timezones=st.none() | st.sampled_from([UTC, timezone(timedelta(hours=-5)), timezone(timedelta(minutes=330))]),
    ).map(lambda value: value.replace(microsecond=0))
)
def test_what_iso_prints_is_read_back(value: datetime) -> None:
    assert dates.parse(dates.iso(value)) == value


@given(st.text(max_size=250))
def test_any_text_is_read_or_refused(text: str) -> None:
    value = dates.parse(text)
    assert value is None or dates.FIRST_YEAR <= value.year <= dates.LAST_YEAR + 1
