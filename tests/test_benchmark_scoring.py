"""What the benchmark's figures are, on texts whose figures are worked out by hand."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.corpora import read_corpus
from benchmarks.intervals import Interval, bootstrap, bootstrap_gain
from benchmarks.scoring import Answer, Gold, Judged, judge, leaks, loss_of_worst, names, pool, readings
from benchmarks.worst import explain

SHARED_TOOLS = Path(__file__).parents[2] / "shared" / "tools"

# Gold, answer, precision, recall, page F1, exact.
TEXTS = [
    ("The pier was full at noon.", "the pier was full at noon", 2 / 3, 2 / 3, 2 / 3, False),
    ("The pier was full at noon.", "The pier (was full) at noon", 1.0, 1.0, 1.0, True),
    ("one two three four five", "one two three four", 1.0, 1 / 2, 2 / 3, False),
    ("one two three four", "one two three four five six", 1 / 3, 1.0, 1 / 2, False),
    ("one two", "one two", 1.0, 1.0, 1.0, True),
    ("one two three four", "", None, 0.0, 0.0, False),
    ("a a a a a", "a a a a", 1.0, 1 / 2, 2 / 3, False),
]


@pytest.mark.parametrize(("gold", "answer", "precision", "recall", "f1", "exact"), TEXTS)
def test_a_text_is_compared_by_its_runs_of_four_words(
    gold: str, answer: str, precision: float | None, recall: float, f1: float, exact: bool
) -> None:
    judged = judge(Gold((gold,)), Answer(answer))
    assert (judged.precision, judged.recall, judged.f1) == pytest.approx((precision, recall, f1))
    assert judged.exact is exact
    assert judged.empty is (not answer)


def test_an_optional_paragraph_is_neither_missing_nor_extra() -> None:
    gold = Gold(
        readings([("The pier was full.", False), ("Picture by the harbour.", True), ("Then it closed.", False)])
    )
    for answer in ("The pier was full. Picture by the harbour. Then it closed.", "The pier was full. Then it closed."):
        assert judge(gold, Answer(answer)).exact
    assert not judge(gold, Answer("The pier was full.")).exact


def test_many_optional_paragraphs_have_two_readings() -> None:
    paragraphs = [(f"Line {number}.", True) for number in range(5)]
    assert readings(paragraphs) == ("Line 0.\n\nLine 1.\n\nLine 2.\n\nLine 3.\n\nLine 4.", "")


def test_pages_count_the_same_and_precision_only_where_there_is_an_answer() -> None:
    pages = [judge(Gold(("one two three four",)), Answer(text)) for text in ("one two three four", "")]
    figures = pool(pages)
    assert (figures.precision, figures.recall) == (1.0, 0.5)
    assert figures.f1 == pytest.approx(2 / 3)
    assert figures.empty == 1
    assert loss_of_worst(pages, 0.5) == 1.0


def test_no_answer_at_all_is_no_text_found() -> None:
    assert pool([judge(Gold(("one two three four",)), Answer(""))]).f1 == 0.0
    assert pool([judge(Gold(title="A title"), Answer(""))]).f1 is None


@pytest.mark.parametrize(
    "line",
    [
        "Advertisement", "— SPONSORED CONTENT —", "Read more: the harbour in ten pictures", "12 Comments", "Share",
        "Photo: Ann Lee/Harbour Press", "Sign up to the Harbour newsletter", "Story continues below", "© 2026",
        "The night (Photo by Bo Dee/Getty Images)", "Tags: harbour, boats", "We earn a commission from links here.",
    ],
)  # fmt: skip
def test_page_furniture_leaks(line: str) -> None:
    answer = f"The pier was full.\n\n{line}\n\nThen it closed."
    assert leaks("The pier was full.\nThen it closed.", answer) == [line]
    assert leaks(f"The pier was full.\n{line.upper()}\nThen it closed.", answer) == []


@pytest.mark.parametrize(
    "line",
    [
        "The advertisement ran for years.", "Nobody shared the picture.", "They printed the photo and hung it up.",
        "The newsletter of the harbour is as old as its pier.", "Follow us, the boy said, and " + "she stayed on " * 20,
    ],
)  # fmt: skip
def test_a_sentence_of_the_story_does_not_leak(line: str) -> None:
    assert leaks("The pier was full.", f"The pier was full.\n{line}") == []


def test_metadata_is_compared_folded() -> None:
    gold = Gold(
        title="“Pier” – a night’s tale", authors=names(["Ann Lee", "Bo Dee"]), dates=("2026-05-01", "2026-05-02")
    )
    right = judge(gold, Answer("", "'PIER' - a nights  tale", ("By Ann Lee and Bo Dee",), "2026-05-02T08:00:00+02:00"))
    assert (right.title, right.authors, right.date) == (True, True, True)
    wrong = judge(gold, Answer("", "Pier", ("Ann Lee",), ""))
    assert (wrong.title, wrong.authors, wrong.date) == (False, False, False)
    absent = judge(gold, Answer(""))
    assert (absent.title, absent.authors, absent.date) == (None, None, None)


def _page(f1: float) -> Judged:
    return Judged(precision=f1, recall=f1, f1=f1, exact=f1 == 1)


def test_intervals_draw_publishers_and_not_pages() -> None:
    pages = [_page(1.0)] * 30 + [_page(0.5)] * 30
    two_publishers = bootstrap(pages, ["one"] * 30 + ["other"] * 30)
    sixty_publishers = bootstrap(pages, [str(number) for number in range(60)])
    assert two_publishers is not None
    assert sixty_publishers is not None
    assert two_publishers == (Interval(0.5, 1.0), Interval(0.0, 1.0))
    assert 0.65 < sixty_publishers[0].low < 0.75 < sixty_publishers[0].high < 0.85


def test_intervals_are_the_same_each_time_and_absent_without_texts() -> None:
    pages = [_page(number / 10) for number in range(11)]
    publishers = [f"paper {number}" for number in range(11)]
    assert bootstrap(pages, publishers) == bootstrap(pages, publishers)
    assert bootstrap(pages, publishers) != bootstrap(pages, publishers, seed=8)
    assert bootstrap([Judged(title=True)], ["paper"]) is None


def test_a_gain_is_taken_from_the_same_draws() -> None:
    pages, others = [_page(0.5), _page(1.0), _page(0.75)] * 9, [_page(0.25), _page(0.75), _page(0.5)] * 9
    publishers = [str(number) for number in range(27)]
    own, gain = bootstrap(pages, publishers), bootstrap_gain(pages, others, publishers)
    assert own is not None
    assert gain is not None
    assert own[0].high - own[0].low > 0.1, "the figure itself depends on the publishers"
    assert (gain[0].low, gain[0].high) == pytest.approx((0.25, 0.25)), "the gain is the same with each of them"
    assert gain[1].low >= 0.1


FIRST, SECOND, THIRD = "The first boat came in before noon.", "A second one was late.", "The third never came back."
STORY = f"{FIRST}\n{SECOND}\n{THIRD}\nIts crew was seen in another town that winter."
ELSEWHERE = "Ten pictures of the harbour\nWhat the mayor said about the bridge\nThe best cake in town, at last"

REASONS = [
    (STORY, "", "no text"),
    (STORY, ELSEWHERE, "another text"),
    (STORY, STORY.replace("\n", "\n\n"), "exact"),
    (STORY, STORY.rpartition("\n")[0], "lost single lines"),
    (STORY, f"{FIRST}\n{SECOND}", "lost single lines"),
    (STORY, FIRST, "lost region"),
    (
        STORY,
        f"{FIRST}\nSee also\n{SECOND}\n{THIRD}\nIts crew was seen in another town that winter.",
        "extra single lines",
    ),
    (STORY, f"{STORY}\n{ELSEWHERE}", "extra region"),
    (STORY, STORY.replace("late.", "late. Advertisement"), "within lines"),
]


@pytest.mark.parametrize(("gold", "answer", "kind"), REASONS)
def test_a_reason_names_what_costs_most(gold: str, answer: str, kind: str) -> None:
    assert explain(gold, answer).kind == kind


def test_a_reason_lists_the_lines_on_both_sides() -> None:
    reason = explain(STORY, f"{FIRST}\n{SECOND}\nSee also\n{THIRD}")
    assert reason.lost == ("Its crew was seen in another town that winter.",)
    assert (reason.extra, reason.extra_words) == (("See also",), 2)


@pytest.mark.shared
@pytest.mark.skipif(
    not SHARED_TOOLS.is_dir(), reason="../shared/tools is missing: the figures are not compared with it"
)
def test_the_figures_are_those_of_the_shared_scorer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(SHARED_TOOLS))
    import score_text  # type: ignore[import-not-found]

    paragraphs = [{"t": FIRST, "opt": False}, {"t": "Photo: Ann Lee", "opt": True}, {"t": SECOND, "opt": False}]
    rows: list[dict[str, Any]] = [
        {
            "id": f"plain-{number}",
            "text": STORY,
            "title": "A Night’s Tale",
            "authors": ["Ann Lee"],
            "date": "2026-05-01",
        }
        for number in range(len(REASONS))
    ]
    rows += [
        {"id": f"optional-{number}", "text": f"{FIRST}\n\nPhoto: Ann Lee\n\n{SECOND}", "paragraphs": paragraphs}
        for number in range(3)
    ]
    texts = [answer for _, answer, _ in REASONS] + [
        f"{FIRST}\n{SECOND}",
        f"{FIRST}\nPhoto: Ann Lee",
        f"{SECOND}\nShare",
    ]
    answers = [Answer(text, "A nights tale", ("by Ann Lee and Bo Dee",), "2026-05-01T23:00:00Z") for text in texts]
    _write_corpus(tmp_path, rows)
    ours = [judge(example.gold, answer) for example, answer in zip(read_corpus(tmp_path), answers, strict=True)]
    theirs = score_text.pool(
        [
            score_text.score_page(
                tmp_path.name,
                row,
                {"articleBody": a.text, "headline": a.title, "authors": list(a.authors or ()), "datePublished": a.date},
            )
            for row, a in zip(rows, answers, strict=True)
        ]
    )
    figures = pool(ours)
    found = (figures.precision, figures.recall, figures.f1, figures.exact, figures.leak)
    assert found == pytest.approx([theirs[name] for name in ("P", "R", "F1", "exact", "leak")])
    metadata = (figures.title, figures.authors, figures.date)
    assert metadata == pytest.approx([theirs[name] for name in ("title", "authors", "date")])


def _write_corpus(folder: Path, rows: list[dict[str, Any]]) -> None:
    (folder / "gold.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    for row in rows:
        (folder / f"{row['id']}.html.gz").write_bytes(gzip.compress(b"<p>A page."))
