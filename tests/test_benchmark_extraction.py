"""The extraction benchmark: what it prints, when it fails, and that nothing an extractor does is hidden."""

from __future__ import annotations

import gzip
import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest

from benchmarks.answers import read_answers, write_answers
from benchmarks.charts import chart
from benchmarks.corpora import Example, page_of, read_corpus
from benchmarks.extraction import main
from benchmarks.intervals import Interval
from benchmarks.measuring import Figures, Result, figures, groups, measure
from benchmarks.scoring import Answer, Gold, Score, judge
from newsreel.errors import InputError

PARAGRAPHS = (
    "The harbour theatre opened its winter season on Friday with a new play about the town's last lighthouse keeper.",
    "Its author, who grew up two streets away, wrote the first act on the ferry and the second in the empty tower.",
    "The cast of nine plays some forty people, among them three mayors, a whale and the keeper's impatient sister.",
    "Tickets for December are gone, the theatre said, and a second run is planned for the week after Easter.",
)
PAGE = (
    "<!doctype html><html lang='en'><head><title>A keeper on stage</title></head><body><article>"
    f"<h1>A keeper on stage</h1>{''.join(f'<p>{text}</p>' for text in PARAGRAPHS)}</article></body></html>"
)


def _corpus(folder: Path, **gold: Any) -> Path:
    folder.mkdir()
    rows = [
        {
            "id": f"keeper-{number}",
            "url": f"https://paper{number}.example/keeper",
            "publisher": f"paper{number}.example",
            "text": "\n\n".join(PARAGRAPHS),
            "title": "A keeper on stage",
            **gold,
        }
        for number in range(3)
    ]
    (folder / "gold.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    for row in rows:
        (folder / f"{row['id']}.html.gz").write_bytes(gzip.compress(PAGE.encode()))
    return folder


def _floors(folder: Path, **bounds: float) -> Path:
    file = folder / "floors.json"
    file.write_text(json.dumps({"keepers": bounds}), encoding="utf-8")
    return file


def test_the_sample_newsroom_keeps_its_floors(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--only", "newsreel"]) == 0, "this is what `make bench` says on a clone"
    assert "newsroom, " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("bounds", "status", "message"),
    [
        ({"f1": 0.99, "recall": 0.99, "title": 1.0, "leak": 0.0, "failed": 0}, 0, ""),
        ({"empty": -1}, 1, "keepers: empty is 0.0000, and must be at most -1"),
        ({"f1": 1.01}, 1, "keepers: f1 is 1.0000, and must be at least 1.01"),
        ({"date": 0.5}, 1, "keepers: there is no date, and its bound is 0.5"),
        ({"speed": 1}, 2, "speed: no such figure; there are f1, exact"),
    ],
)
def test_a_figure_beyond_its_bound_fails_the_run(
    bounds: dict[str, float], status: int, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus, floors = _corpus(tmp_path / "keepers"), _floors(tmp_path, **bounds)
    assert main([str(corpus), "--only", "newsreel", "--floors", str(floors)]) == status
    assert message in capsys.readouterr().err


def test_bounds_of_another_corpus_do_not_count(tmp_path: Path) -> None:
    corpus, floors = _corpus(tmp_path / "others"), _floors(tmp_path, f1=1.01)
    assert main([str(corpus), "--only", "newsreel", "--floors", str(floors)]) == 0


def test_figures_for_machines_have_every_group(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = _corpus(tmp_path / "first"), _corpus(tmp_path / "second", entertainment=True)
    assert main([str(first), str(second), "--only", "newsreel", "--format", "json"]) == 0
    table = json.loads(capsys.readouterr().out)
    assert {title: rows["newsreel"]["pages"] for title, rows in table.items()} == {
        "first": 3, "second": 3, "all": 6, "entertainment": 3,
    }  # fmt: skip
    row = table["all"]["newsreel"]
    assert (row["f1"], row["exact"], row["f1_interval"], row["title"], row["date"]) == (1.0, 1.0, [1.0, 1.0], 1.0, None)
    assert row["milliseconds"] > 0
    assert row["usual_milliseconds"] is None, "none of these pages has 100 kB"


def test_answers_made_elsewhere_are_one_more_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    corpus = _corpus(tmp_path / "keepers")
    answers = tmp_path / "answers"
    write_answers(answers, [("keepers", f"keeper-{n}", Answer("\n\n".join(PARAGRAPHS[: 3 + n]))) for n in range(2)])
    arguments = [str(corpus), "--only", "mine", "--only", "newsreel", "--answers", f"mine={answers}"]
    options = ["--worst", "1", "--against", "mine", "--chart", str(tmp_path / "chart.svg")]
    assert main([*arguments, *options]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("- newsreel: F1 +0.") and "exact +0.667 (+0.000 to +1.000)" in line for line in lines)
    cells = next(line for line in lines if line.startswith("mine ")).split()
    assert ".333" in cells, "one of three is exact, one lacks a paragraph, one has no answer"
    assert "–" in cells, "no title was given and no time taken"
    assert any(line.startswith("  0.000  keepers/keeper-2  no text") for line in lines)
    assert (tmp_path / "chart.svg").read_text(encoding="utf-8").startswith("<svg ")


def test_kept_answers_come_back_as_they_were(tmp_path: Path) -> None:
    made = {"a": Answer("Eins\u2028zwei.", "Title", ("Ann Lee",), "2026-05-01"), "b": Answer("", "", (), "")}
    write_answers(tmp_path / "of ours", [("keepers", page, answer) for page, answer in made.items()])
    kept = read_answers(tmp_path / "of ours", ["keepers"])
    assert kept.of == {("keepers", page): answer for page, answer in made.items()}
    assert kept.nothing == Answer("", "", (), "")
    with pytest.raises(InputError, match=r"papers\.jsonl: there are no answers to the corpus papers"):
        read_answers(tmp_path / "of ours", ["papers"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], "gold.jsonl: cannot be read, so its directory is no corpus"),
        (
            ["{corpus}", "--only", "nobody"],
            "not among the extractors of this run: nobody; there are: newsreel; newsreel, no memory; trafilatura",
        ),
        (
            ["{corpus}", "--only", "newsreel", "--against", "nobody"],
            "not among the extractors of this run: nobody",
        ),
        (["{corpus}", "--answers", "mine={corpus}"], "keepers.jsonl: there are no answers to the corpus keepers"),
    ],
)
def test_what_cannot_be_read_is_named(
    arguments: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus = _corpus(tmp_path / "keepers")
    assert main([argument.format(corpus=corpus) for argument in arguments]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("line", "message"),
    [("{", "line 1: this is not JSON"), ("[]", "line 1: this is not an object"), ('{"url": "x"}', "line 1: not an obj"),
     ('{"id": "x"}', "line 1: the page of 'x' cannot be read")],
)  # fmt: skip
def test_a_broken_corpus_is_named_with_its_line(line: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "gold.jsonl").write_text(line + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_corpus(tmp_path)


def test_a_corpus_without_articles_is_not_taken_for_none_given(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus = _corpus(tmp_path / "shops", page_type="product")
    assert main([str(corpus), "--only", "newsreel"]) == 2
    assert "no article with gold in" in capsys.readouterr().err


def test_a_sample_is_always_the_same(tmp_path: Path) -> None:
    corpus = _corpus(tmp_path / "keepers")
    sample = [example.id for example in read_corpus(corpus, 2)]
    assert len(sample) == 2
    assert [example.id for example in read_corpus(corpus, 2)] == sample


class _Fussy:
    """Notes what it is asked for, and gives up on some pages."""

    version = "1"
    nothing = Answer("", "")
    is_timed = True

    def __init__(self, name: str, log: list[str]) -> None:
        self.rows: tuple[str, ...] = (name,)
        self._log = log

    def read(self, example: Example, html: str) -> str:
        self._log.append(f"{self.rows[0]} {example.id}")
        if "broken" in html:
            raise RecursionError(html)
        return html

    def answer(self, row: str, example: Example, reading: str) -> Answer:
        if "late" in reading:
            raise ValueError(reading)
        return Answer(reading, "A title")


def _example(name: str, body: str) -> Example:
    gold = Gold((body,), title="A title")
    return Example("made", name, name, False, page_of("https://paper.example/", body.encode()), gold)


def test_extractors_take_turns_and_their_failures_are_counted() -> None:
    log: list[str] = []
    examples = [_example("good", "a fine page"), _example("bad", "a broken page"), _example("worse", "too late")]
    results = measure([_Fussy("one", log), _Fussy("other", log)], examples)
    assert [entry for entry in log if not entry.endswith(" ")] == [
        "one good", "other good", "one bad", "other bad", "one worse", "other worse",
    ]  # fmt: skip
    found = figures(results["one"])
    assert found.failures == {"RecursionError": 1, "ValueError": 1}
    assert (found.score.pages, found.score.empty, found.score.title) == (3, 2, pytest.approx(1 / 3))
    assert found.milliseconds is not None


def test_groups_leave_out_what_would_repeat_another() -> None:
    example = _example("only", "a fine page")
    assert dict(groups([example, example])) == {"made": [0, 1]}


def test_time_of_usual_pages_is_stated_apart() -> None:
    small, usual = _example("small", "x"), _example("usual", "x" * 150_000)
    judged = judge(small.gold, Answer("x"))
    results = [Result(small, Answer(), judged, 1.0, None), Result(usual, Answer(), judged, 9.0, None)]
    found = figures(results)
    assert (found.milliseconds, found.usual_milliseconds) == (5.0, 9.0)


def _figures(value: float, milliseconds: float | None) -> Figures:
    interval = Interval(max(0.0, value - 0.02), min(1.0, value + 0.02))
    score = Score(10, value, value, value, value, 0.0, None, None, None, 0)
    return Figures(score, interval, interval, None, milliseconds, milliseconds, {})


@pytest.mark.parametrize(
    "rows",
    [
        {"newsreel": _figures(1.0, 8.0)},
        {"newsreel": _figures(0.0, 0.0)},
        {"newsreel": _figures(0.98, 8.0), "newsreel, cross-validated": _figures(0.97, None), "a <b> & c": _figures(0.9, 300)},
        {f"peer {number}": _figures(0.9, 10 + number / 10) for number in range(12)},
    ],
)  # fmt: skip
def test_a_chart_has_a_point_and_a_name_for_each_line_in_its_frame(rows: dict[str, Figures]) -> None:
    picture = ElementTree.fromstring(chart(rows))
    name = "{http://www.w3.org/2000/svg}"
    points = picture.findall(f"{name}circle")
    assert len(points) == 2 * len(rows)
    width, height = map(float, picture.attrib["viewBox"].split()[2:])
    assert all(0 < float(p.attrib["cx"]) < width and 0 < float(p.attrib["cy"]) < height for p in points)
    labels = [label.text for label in picture.findall(f"{name}text")]
    assert all(labels.count(row) == 2 for row in rows)
