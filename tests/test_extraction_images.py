"""Pictures of the body are read with their widest or lazy address, caption and credit."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from newsreel.extraction import extract, images
from newsreel.items import Image, Page

URL = "https://reel.example/2026/05/01/premiere-in-the-rain"
TEXT = (
    "<p>The premiere went on in the rain, and the cast stayed until the last photograph had been taken at midnight.</p>"
    * 4
)


def read(html: str) -> tuple[Image, ...]:
    source = f"<html><body><img src=/logo.png><article><h1>Premiere in the rain</h1>{TEXT}{html}{TEXT}</article></body></html>"
    return extract(Page(URL, URL, 200, {}, source.encode(), datetime(2026, 5, 2, tzinfo=UTC))).images


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<img src=/a.jpg>", Image("https://reel.example/a.jpg")),
        ('<img src="data:image/gif;base64,R0" data-src="/a.jpg">', Image("https://reel.example/a.jpg")),
        ('<img srcset="/s.jpg 300w, /l.jpg 1200w">', Image("https://reel.example/l.jpg")),
        ("<picture><source srcset='/p.webp 2x'><img alt=x></picture>", Image("https://reel.example/p.webp")),
        ("<amp-img src=/amp.jpg width=600 height=400></amp-img>", Image("https://reel.example/amp.jpg")),
        (
            "<figure><img src=/a.jpg><figcaption>Ann Lee arrives. <span class=credit>Joe Roe</span></figcaption></figure>",
            Image("https://reel.example/a.jpg", "Ann Lee arrives.", "Joe Roe"),
        ),
        (
            "<div class=wp-caption><img src=/a.jpg><p class=wp-caption-text>Ann Lee. Photo: Joe Roe</p></div>",
            Image("https://reel.example/a.jpg", "Ann Lee.", "Photo: Joe Roe"),
        ),
        (
            "<table><tr><td><img src=/a.jpg></td></tr><tr><td><i>Ann Lee</i><br>Photograph by Joe Roe</td></tr></table>",
            Image("https://reel.example/a.jpg", "Ann Lee", "Photograph by Joe Roe"),
        ),
        (
            "<figure><img src=/a.jpg><figcaption>Ann Lee/Getty Images</figcaption></figure>",
            Image("https://reel.example/a.jpg", None, "Ann Lee/Getty Images"),
        ),
    ],
)
def test_reads(html: str, expected: Image) -> None:
    assert read(html) == (expected,)


@pytest.mark.parametrize(
    "html",
    [
        "<img src=/pixel.gif width=1 height=1>",
        "<img src=/icons/icon-star.svg>",
        "<img alt=none>",
        "<img src='data:image/gif;base64,R0'>",
    ],
)
def test_leaves_out_what_is_no_picture(html: str) -> None:
    assert read(html) == ()


@pytest.mark.parametrize(
    ("caption", "expected"),
    [
        ("Ann Lee at the premiere", ("Ann Lee at the premiere", None)),
        ("Ann Lee (Photo by Joe Roe)", ("Ann Lee", "Photo by Joe Roe")),
        ("Ann Lee. Courtesy of Studio Nine", ("Ann Lee.", "Courtesy of Studio Nine")),
        (
            "The cake, courtesy of a fan, was eaten at once by the band.",
            ("The cake, courtesy of a fan, was eaten at once by the band.", None),
        ),
        ("", (None, None)),
    ],
)
def test_parts_caption_and_credit(caption: str, expected: tuple[str | None, str | None]) -> None:
    assert images.split_credit(caption) == expected


def test_reads_the_picture_between_heading_and_body() -> None:
    lead = "<figure><img src=/lead.jpg><figcaption>Ann Lee. Photo: Joe Roe</figcaption></figure><img src=/ann-lee.jpg>"
    body = f"<div class=article-body>{TEXT}</div>"
    source = f"<html><body><article><h1>Premiere in the rain</h1><p>By Ann</p>{lead}<p>May 1</p>{body}</article></body></html>"
    found = extract(Page(URL, URL, 200, {}, source.encode(), datetime(2026, 5, 2, tzinfo=UTC))).images
    assert found == (Image("https://reel.example/lead.jpg", "Ann Lee.", "Photo: Joe Roe"),)
