"""Stories of an invented newsroom: all kinds of articles, cleaned like real ones from pages that never were."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from newsreel.cleaning import classify, clean, load_rules
from newsreel.cleaning.article import content_hash
from newsreel.items import (
    Article,
    Author,
    Block,
    Candidate,
    Embed,
    Image,
    LiveUpdate,
    Review,
)

_NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
_PEOPLE = ("Mira Castellane", "Odo Brandt", "Petra Szalai", "Junia Vale", "Teodor Lanz", "Wren Okafor", "Ode Marchetti")
_WRITERS = ("Ada Quill", "Bram Holt", "Celia Moor", "Dov Aster", "Edda Finch", "Faruk Lind")
_FILMS = ("The Orchard at Night", "Paper Weather", "Dust Choir", "Kestrel Down", "A Quiet Engine", "Eleven Doors")
_ACTS = ("leaves", "joins", "defends", "rewrites", "auditions for", "turns down", "sings in", "pays for", "explains")
_PLACES = ("in a boathouse", "three weeks before cameras roll", "after eleven years", "without a script", "by post")
_KINDS = ("article",) * 8 + (
    *("review", "review", "listicle", "gallery", "interview", "live-blog", "box-office", "video", "podcast"),
    *("obituary", "recap", "german", "hebrew"),
)
_SOUNDS = ("ba", "lor", "ten", "mi", "rak", "su", "vel", "on", "dra", "pi", "kes", "um", "tal", "ei", "ron", "fa")
_NOISE = (
    ("Advertisement", 0.0),
    ("Story continues below advertisement", 0.0),
    ("RELATED: Ten films to see this winter", 0.9),
    ("Sign up for our free newsletter and get the day's stories in your inbox.", 0.2),
    ("Follow us on Instagram and X for more.", 0.6),
)


@dataclass(frozen=True, slots=True)
class Story:
    """A story that any number of outlets can tell, each in its own words."""

    article: Article

    def told(self, n: int) -> Article:
        """Tell it so that no other telling has the same text or headline."""
        rng = random.Random(n)
        blocks = tuple(
            replace(block, text=f"{block.text} {_aside(rng, 2 * len(block.text.split()))}")
            if block.kind == "p"
            else block
            for block in self.article.blocks
        )
        words = sum(len(block.text.split()) for block in blocks)
        headline = f"{self.article.headline} ({n})"
        return replace(
            self.article, headline=headline, blocks=blocks, word_count=words, content_hash=content_hash(blocks)
        )


def _aside(rng: random.Random, words: int) -> str:
    """Make up what no other telling says, or two outlets would have the same text by all appearances."""
    made = ("".join(rng.choice(_SOUNDS) for _ in range(rng.randrange(1, 4))) for _ in range(words))
    return " ".join(made).capitalize() + "."


def stories(rng: random.Random, number: int = 240) -> list[Story]:
    """Make up stories of all kinds."""
    rules = load_rules()
    found = []
    for n in range(number):
        candidate = _candidate(rng, _KINDS[n % len(_KINDS)], n)
        article = clean(candidate, "paper", "The Paper", rules, {}, 0, candidate.url, _NOW)
        found.append(Story(classify(article, candidate)))
    return found


def _candidate(rng: random.Random, kind: str, n: int) -> Candidate:
    person, film = rng.choice(_PEOPLE), rng.choice(_FILMS)
    headline = f"{person} {rng.choice(_ACTS)} ‘{film}’ {rng.choice(_PLACES)}"
    lines = [Block("p", _paragraph(rng, person, film), path="article/p") for _ in range(rng.randrange(3, 12))]
    lines.insert(2, Block("heading", f"What {person.split()[0]} said next", level=2, path="article/h2"))
    lines.append(Block("quote", f"“I never read the script of {film},” {person} said.", path="article/blockquote/p"))
    candidate = Candidate(
        url="https://paper.example/story",
        headline=headline,
        description=f"The actor and the studio call it friendly; ‘{film}’ goes on without a pause.",
        authors=tuple(Author(name) for name in rng.sample(_WRITERS, rng.choice((0, 1, 1, 2)))),
        in_language="en",
        keywords=(person, film, *rng.sample(("casting", "festival", "strike", "awards", "sound"), 2)),
        main_image=Image("https://pictures.example/1.jpg", f"{person} at the harbour.", "Ines Kober"),
        images=(Image("https://pictures.example/1.jpg", f"{person} at the harbour.", "Ines Kober"),),
    )
    changes, extra = _of_kind(rng, kind, person, film)
    lines = extra if kind in ("german", "hebrew", "gallery") else [*lines, *extra]
    for text, links in rng.sample(_NOISE, rng.randrange(0, 4)):
        place = rng.randrange(1, len(lines))
        lines.insert(place, Block("p", text, path="article/div/p", link_share=links))
    if n % 5 == 0:
        embed = Embed("instagram", "https://instagram.example/p/1", "@juniavale", "Six weeks of night shoots.")
        changes["embeds"] = (embed,)
    return replace(candidate, blocks=tuple(lines), **changes)  # type: ignore[arg-type]


def _paragraph(rng: random.Random, person: str, film: str) -> str:
    sentences = (
        f"{person} arrived with a bad coat, a calculator and no intention of staying.",
        f"Almost nothing can be seen in the first reel of {film}, and that is said to be the point.",
        "The gate had been oiled too recently, and somebody out of frame was breathing.",
        "Nobody at the studio would say who had numbered the trees, or why one number was missing.",
        f"“We never planned it,” {person.rsplit(maxsplit=1)[-1]} said, and the room believed it for a moment.",
        "The crew works at night, sleeps in the boathouse and eats what the tide brings.",
        "It is a small price, and everyone in the car park walked a little more quietly afterwards.",
    )
    return " ".join(rng.sample(sentences, rng.randrange(2, 5)))


def _of_kind(rng: random.Random, kind: str, person: str, film: str) -> tuple[dict[str, object], list[Block]]:
    """Give what makes a candidate one of a kind: fields that differ, and further lines."""
    match kind:
        case "review":
            stars = rng.randrange(1, 6)
            raw = "★" * stars + "☆" * (5 - stars)
            review = Review(str(stars), raw, "5", film, "Movie")
            return {"review": review, "headline": f"‘{film}’ review: {person} trusts you to listen"}, []
        case "listicle":
            items = [Block("heading", f"{m}. {film} {'I' * m}", level=3, path="article/h3") for m in range(6, 0, -1)]
            told = [each for item in items for each in (item, Block("p", _paragraph(rng, person, film)))]
            return {"headline": f"The 6 best scenes of ‘{film}’, ranked"}, told
        case "gallery":
            images = tuple(
                Image(f"https://pictures.example/{m}.jpg", f"{person} in scene {m} of {film}.", "Ines Kober")
                for m in range(1, 6)
            )
            shown = [Block("p", _paragraph(rng, person, film))]
            shown += [Block("caption", image.caption or "", path="article/figure/figcaption") for image in images]
            return {
                "images": images,
                "headline": f"{film}: the set in pictures",
                "signals": ("schema:ImageGallery",),
            }, shown
        case "interview":
            asked = [
                Block("p", f"{who}: {_paragraph(rng, person, film)}") for _ in range(4) for who in ("Paper", person)
            ]
            return {"headline": f"{person} on {film}: an interview"}, asked
        case "live-blog":
            updates = tuple(
                LiveUpdate(_NOW - timedelta(minutes=7 * m), _paragraph(rng, person, film), f"Award {m} goes to {film}")
                for m in range(8)
            )
            lines = [Block("p", update.text) for update in updates]
            return {"live_updates": updates, "headline": f"{film} at the Northern Awards: as it happened"}, lines
        case "box-office":
            rows = [f"{m} | {name} | {40 / m:.1f}" for m, name in enumerate(_FILMS, 1)]
            head = Block("row", "Place | Film | Million", path="article/table/tr")
            return {"headline": f"Box office: {film} holds first"}, [
                head,
                *(Block("row", row, path="article/table/tr") for row in rows),
            ]
        case "video":
            video = Embed("youtube", "https://video.example/watch?v=1", None, f"The trailer of {film}")
            return {"videos": (video,), "headline": f"Watch the trailer of ‘{film}’"}, []
        case "podcast":
            audio = Embed("spotify", "https://audio.example/episode/1", None, f"{person} talks for an hour")
            return {
                "audios": (audio,),
                "headline": f"Podcast: {person} on {film}",
                "signals": ("schema:PodcastEpisode",),
            }, []
        case "obituary":
            return {"headline": f"{person}, star of {film}, dies at 91"}, []
        case "recap":
            return {"headline": f"‘{film}’ season 2 episode 4 recap: the missing tree"}, []
        case "german":
            lines = [Block("p", f"{person} hat {film} gesehen und wollte lange nicht darüber sprechen. " * 3)] * 1
            lines += [Block("p", "Am Ende blieb das Licht an, und niemand ging vor dem Abspann nach Hause.")]
            return {"in_language": "de", "headline": f"{person} spricht über ‘{film}’", "description": None}, lines
        case "hebrew":
            lines = [Block("p", "השחקנית הגיעה לאולם בערב וסירבה לדבר על הסרט החדש עד סוף ההקרנה. " * 3)]
            lines += [Block("p", "בסוף הערב נשאר האור דולק, ואיש לא יצא לפני הכתוביות.")]
            return {"in_language": "he", "headline": "השחקנית מדברת על הסרט החדש", "description": None}, lines
    return {}, []
