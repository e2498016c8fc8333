"""The language of a page: what it declares, and what its paragraphs are in where the declarations differ."""

from __future__ import annotations

import pytest
from lxml.html import document_fromstring

from newsreel.extraction import language, structured

GERMAN = "Der Schauspieler kehrt nach zehn Jahren auf die Bühne zurück, sagte das Theater am Montag in Berlin. " * 3
ENGLISH = "The actor returns to the stage after ten years away, the theatre said in London on Monday morning. " * 3


def read(html: str) -> str | None:
    tree = document_fromstring(html)
    return language.read(tree, structured.read(tree, "https://news.example/a"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("en", "en"),
        ("EN", "en"),
        ("en_us", "en-US"),
        ("de-at-1996", "de-AT"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("es-419", "es-419"),
        ("pt_BR.UTF-8", "pt-BR"),
        ("English", "en"),
        ("Deutsch", "de"),
        ("x-default", None),
        ("und", None),
        ("", None),
        ("{{lang}}", None),
    ],
)
def test_tags_are_spelled_alike(text: str, expected: str | None) -> None:
    assert language.tag(text) == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<html lang="de"><p>x</p></html>', "de"),
        ('<html lang="de"><meta property="og:locale" content="de_AT"><p>x</p></html>', "de-AT"),
        ('<html><meta http-equiv="content-language" content="fr-FR"><p>x</p></html>', "fr-FR"),
        (
            '<script type="application/ld+json">{"@type": "Article", "inLanguage": {"name": "Spanish"}}</script>',
            "es",
        ),
        (f'<html lang="en-US"><meta property="og:locale" content="de_DE"><p>{GERMAN}</p></html>', "de-DE"),
        (f'<html lang="en-US"><meta property="og:locale" content="de_DE"><p>{ENGLISH}</p></html>', "en-US"),
        ('<html lang="en"><meta property="og:locale" content="de_DE"><p>short</p></html>', "en"),
        (f"<html><p>{GERMAN}</p></html>", None),
    ],
)
def test_what_the_page_declares(html: str, expected: str | None) -> None:
    assert read(html) == expected


def test_a_text_is_judged_where_no_language_is_known() -> None:
    assert language.text_language(GERMAN) == "de"
    assert language.text_language(ENGLISH, "") == "en"
    assert language.text_language(GERMAN, "en_GB") == "en-GB"
    assert language.text_language("Hm.") is None
    assert language.text_language("1 2 3 4 5 " * 100) is None
