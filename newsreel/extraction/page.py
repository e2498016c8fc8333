"""Reads one page: one parse, its metadata, its body, and the judgement whether it is an article."""

from __future__ import annotations

from dataclasses import replace

from bs4 import BeautifulSoup
from cssselect import SelectorError
from lxml.html import HtmlElement

from newsreel.errors import CatalogueError
from newsreel.extraction import body, embeds, images, liveblog, metadata, model, pagekind, paging, structured
from newsreel.extraction.blocks import Cut, blocks_of, fold
from newsreel.extraction.cutting import cut
from newsreel.extraction.language import text_language
from newsreel.extraction.pagesigns import Evidence
from newsreel.extraction.parse import parse
from newsreel.extraction.wording import Subject
from newsreel.items import Block, Candidate, Embed, Image, Page
from newsreel.sources import OutletRules

_LITTLE_PROSE = 250
_NEAR = 30
_NO_RULES = OutletRules()


def extract(page: Page, rules: OutletRules = _NO_RULES, language: str | None = None) -> Candidate:
    """Extract a page's article.

    `rules` are the outlet's own selectors, `language` the outlet's, where the page does not show its own.
    Raises PageRejected (`not-html`, `parse-memory`) for a page that cannot be parsed, CatalogueError for a
    selector that is none. A page that is no article comes back with `reject` set and its best text.
    """
    tree = parse(page)
    # Several readers look at all links. Who holds them spares each of them making them anew.
    links = list(tree.iter("a", "link"))
    statements = structured.read(tree, page.url)
    facts = metadata.read(tree, statements, page)
    dropped = frozenset(element for selector in rules.drop for element in _select(tree, selector))
    lines, found = find_body(tree, page.url, dropped, rules, facts.headline)
    # Where the outlet's rules name the body, they decide.
    asked = {} if rules.body else model.scores(lines, found, Subject.of(facts))
    decided, chances = model.decide(lines, found, asked)
    blocks = blocks_of(lines, decided.container, decided.lines, chances)
    own = set(found.lines)
    first_blocks = tuple(block for line, block in zip(decided.lines, blocks, strict=True) if line in own)
    stated = facts.article_body or ""
    is_stated = found.prose < _LITTLE_PROSE and len(stated) > max(2 * _LITTLE_PROSE, 3 * found.prose)
    if is_stated:
        blocks = first_blocks = _stated_blocks(stated)
        found = replace(found, prose=len(stated), probability=1.0)
    inside = range(decided.first, decided.last)
    posts = tuple(dict.fromkeys(post for line, post in lines.posts if line in inside or line == decided.last))
    pictures = images.read((picture for picture in lines.pictures if picture.line in inside), page.url)
    pictures = _leading(lines, found, page.url, {picture.url for picture in pictures}) + pictures
    evidence = Evidence(tree, statements, facts, lines, found)
    text = " ".join(block.text for block in blocks[:30])
    return Candidate(
        url=page.url,
        canonical_url=facts.canonical_url,
        headline=facts.headline,
        alternative_headline=facts.alternative_headline,
        description=facts.description,
        section=facts.section,
        authors=tuple(facts.authors),
        date_published=facts.date_published,
        date_modified=facts.date_modified,
        date_published_raw=facts.date_published_raw,
        date_source=facts.date_source,
        in_language=facts.in_language or text_language(text, language),
        keywords=tuple(facts.keywords),
        main_image=facts.main_image,
        images=pictures,
        videos=_of(posts, embeds.VIDEO),
        audios=_of(posts, embeds.AUDIO),
        embeds=tuple(post for post in posts if post.provider not in embeds.VIDEO | embeds.AUDIO),
        is_accessible_for_free=facts.is_accessible_for_free,
        access_signal=facts.access_signal,
        review=facts.review,
        live_updates=liveblog.read(statements, lines, decided.first, decided.last),
        site_name=facts.site_name,
        next_page=paging.next_page(tree, links, page.url, rules),
        blocks=blocks,
        signals=tuple(facts.signals),
        reject=pagekind.judge(evidence, first_blocks),
        probability=round(found.probability, 3),
        extractor="newsreel-json-ld" if is_stated else "newsreel",
    )


def find_body(
    tree: HtmlElement, url: str, dropped: frozenset[HtmlElement], rules: OutletRules, headline: str
) -> tuple[Cut, body.Found]:
    """Cut the page and find its body; a page with next to no text is cut again with all that was skipped."""
    lines = cut(tree, url, dropped)
    found = body.find(lines, headline, _named_container(tree, lines, rules))
    if found.prose < _LITTLE_PROSE:
        all_lines = cut(tree, url, dropped, whole=True)
        in_all = body.find(all_lines, headline, _named_container(tree, all_lines, rules))
        if in_all.prose > 2 * found.prose:
            return all_lines, in_all
    return lines, found


def _leading(lines: Cut, found: body.Found, url: str, known: set[str]) -> tuple[Image, ...]:
    """Read the pictures with a caption or credit that stand between the main heading and the body."""
    near = range(max(0, found.first - _NEAR), found.first)
    heads = [line for line in near if lines.lines[line].kind == "heading" and lines.lines[line].level == 1]
    between = range(heads[-1] + 1, found.first) if heads else range(0)
    read = images.read((picture for picture in lines.pictures if picture.line in between), url)
    return tuple(image for image in read if (image.caption or image.credit) and image.url not in known)


def _stated_blocks(text: str) -> tuple[Block, ...]:
    """Cut the text that a page states in its JSON-LD, for pages that show it by script only."""
    plain = BeautifulSoup(text, "lxml").get_text("\n") if "<" in text else text
    return tuple(Block("p", line, path="json-ld") for line in map(fold, plain.splitlines()) if line)


def _of(posts: tuple[Embed, ...], providers: frozenset[str]) -> tuple[Embed, ...]:
    return tuple(post for post in posts if post.provider in providers)


def _select(tree: HtmlElement, selector: str) -> list[HtmlElement]:
    try:
        return list(tree.cssselect(selector))
    except SelectorError as error:
        raise CatalogueError(f"the selector {selector!r} in an outlet's rules is no CSS selector: {error}") from error


def _named_container(tree: HtmlElement, whole: Cut, rules: OutletRules) -> int | None:
    """Find the container that the outlet's rules name; None without a rule, or where nothing matches."""
    if not rules.body:
        return None
    wanted = set(_select(tree, rules.body))
    return next((node for node, element in enumerate(whole.elements) if element in wanted), None)
