"""What cleaning removed is put back at its place."""

from __future__ import annotations

from datetime import timedelta

from stories import NOW

from newsreel.cleaning import clean, load_rules, proof, without_repeated
from newsreel.cleaning.memory import fingerprint
from newsreel.cleaning.proof import Proof
from newsreel.items import Article, Block, Candidate, Removal

STORY = [
    "The ferry left at dawn with the whole cast aboard, and nobody had told the captain where to go.",
    "Advertisement",
    "By noon the director had rewritten the second act twice, once on the back of a chart of the bay.",
    "Sign up for our free newsletter and get the day's stories in your inbox.",
    "They came back with eleven minutes of film, a borrowed dog and a bill for the lighthouse keeper.",
    "Reel Nights at the old harbour",
]


def cleaned() -> Article:
    candidate = Candidate(
        "https://tide.example/a", headline="A ferry", blocks=tuple(Block("p", text, path="article/p") for text in STORY)
    )
    return clean(candidate, "tide", "Tide", load_rules(), {}, 0, candidate.url, NOW + timedelta(hours=1))


def texts(sheet: Proof) -> list[str]:
    return [line.text for line in sheet.lines]


def test_the_sheet_is_the_page_again() -> None:
    article = cleaned()
    assert [removal.rule for removal in article.removals] == ["ad.marker", "newsletter.call"]
    sheet = proof(article.blocks, article.removals)
    assert sheet.in_order
    assert texts(sheet) == STORY
    assert [isinstance(line, Removal) for line in sheet.lines] == [False, True, False, True, False, False]


def test_what_went_later_has_its_place_among_what_was_left() -> None:
    again = without_repeated(cleaned(), {fingerprint(STORY[-1]): 40}, 50)
    assert [removal.rule for removal in again.removals] == ["ad.marker", "newsletter.call", "memory"]
    sheet = proof(again.blocks, again.removals)
    assert sheet.in_order
    assert texts(sheet) == STORY


def test_removals_without_a_place_stand_at_the_end() -> None:
    article = cleaned()
    for place in ("body", "9/3 article/p", "0/5 article/p", "5/5 article/p"):
        sheet = proof(article.blocks, [Removal("ad.marker", "Ad", place)])
        assert texts(sheet)[-1] == "Ad"
        assert sheet.in_order == (place == "5/5 article/p")
    twice = [Removal("ad.marker", "Ad", "2/6 p"), Removal("ad.marker", "Ad", "2/6 p")]
    assert not proof(article.blocks, twice).in_order


def test_nothing_removed_is_the_text() -> None:
    assert proof(cleaned().blocks, ()) == Proof(cleaned().blocks, in_order=True)
