"""The headline of a story: what stands over it on the page, without kickers and the outlet's name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from newsreel import urls
from newsreel.extraction.outlet import Outlet, squash
from newsreel.extraction.structured import Structured, plain, words

MOST_CHARACTERS = 300
# Deeper in a heading there are no parts worth telling apart.
MOST_LEVELS = 20
# A heading after so many characters in paragraphs stands in the text, and is the story's only if it resembles a title.
MOST_BEFORE = 500
LEAST_PARAGRAPH = 80
LEAST_LATE = 0.5
# No site has a longer name.
MOST_NAME_WORDS = 7
_SEPARATOR = re.compile(
    r"\s*[|｜‖│ᅵㅣ]\s*|\s+(?:[:/·•»«~–—\-]{1,2}|::|//)\s+|_(?=[^_\s]{1,20}$)|-(?=[^\-\s]*[ㅣ│]|[^\-\sa-zA-Z]{2,8}$)|："
)
_IS_BAR = re.compile(r"\s*(?:[|｜‖│ᅵㅣ·•»«_]|::|//)\s*")
_LABEL = re.compile(
    r"^(?:opinion|analysis|perspective|review|watch|live|exclusive)\s*\|\s*"
    r"|\s*\|\s*(?:opinion|analysis|perspective|video|watch|podcast|photos|live)$",
    re.IGNORECASE,
)
_KICKER = re.compile(
    r"kicker|overline|over-?title|top-?line|eye-?brow|dachzeile|spitzmarke|roofline|pre-?title|super-?title|label|badge"
    r"|flag|sub-?(?:title|head|line)|tagline|visually|sr-only|screen-reader|hidden|category|rubri|cintillo|antetitulo"
    r"|volanta|byline|date|share|comment|count|meta",
    re.IGNORECASE,
)
_SKIPPED = frozenset({"script", "style", "rt", "rp", "svg", "button", "noscript", "template"})
_BREAKS = frozenset({"br", "p", "div", "h1", "h2", "h3", "li", "small", "section"})
_LARGE = ("b", "strong", "font", "big", "center")
_META = ("og:title", "twitter:title", "parsely-title", "sailthru.title", "dc.title", "dcterms.title", "title")


def read(tree: HtmlElement, structured: Structured, outlet: Outlet) -> tuple[str, str | None]:
    """The headline, and the other title under which the page is shared where that says something else."""
    told = [title for title in _told(structured, outlet) if title]
    headline = _standing(tree, structured, told, outlet)
    if not headline:
        best = _uncut(told) if told else without_outlet(structured.title, outlet)
        headline = _under(tree, best) or without_outlet(best, outlet, cut=99)
    headline = _LABEL.sub("", headline) or headline
    key = squash(headline)
    other = next((title for title in told if squash(title) not in key and not squash(title).startswith(key)), None)
    return headline, other


def heading_of(tree: HtmlElement, headline: str) -> HtmlElement | None:
    """The heading on the page that holds the headline, else the first h1 with text, else what is set like one."""
    key = squash(headline)
    first = None
    for heading in tree.iter("h1", "h2"):
        text = squash(_text(heading))
        if text and key and (key in text or (len(text) > 15 and text in key)):
            return heading
        if first is None and text and heading.tag == "h1":
            first = heading
    return first if first is not None else _set_large(tree, key)


def _set_large(tree: HtmlElement, key: str) -> HtmlElement | None:
    """The element of an old page that sets the headline in large or bold letters, outside of links."""
    for element in tree.iter(*_LARGE):
        if squash(_text(element)) == key and not any(above.tag == "a" for above in element.iterancestors()):
            return element
    return None


def without_outlet(title: str, outlet: Outlet, *, cut: int = 0) -> str:
    """A title without the outlet's name at its end or beginning.

    A last part after a vertical bar or its like goes too if it has at most `cut` words: a section, a series.

    >>> without_outlet("A Star Returns | The Example", Outlet("The Example", frozenset({"theexample"}), "example"))
    'A Star Returns'
    """
    title = title[:MOST_CHARACTERS].strip()
    while match := _last_separator(title):
        head, tail = title[: match.start()].strip(), title[match.end() :].strip()
        names_outlet = outlet.is_named(tail) or (
            len(outlet.label) > 3 and outlet.label in squash(tail) and len(tail) <= len(outlet.label) + 20
        )
        is_label = len(tail.split()) <= cut and _IS_BAR.fullmatch(match[0]) and len(squash(head)) > 12
        if not head or not (names_outlet or is_label):
            break
        title = head
    first = _SEPARATOR.search(title) or re.search(r":\s", title)
    if first and outlet.is_named(title[: first.start()]):
        title = title[first.end() :].strip() or title
    return title


def resemblance(one: str, other: str) -> float:
    """How alike two titles are by their words, 0 to 1 (Dice)."""
    first, second = words(one), words(other)
    return 2 * len(first & second) / (len(first) + len(second)) if first and second else 0.0


def _last_separator(title: str) -> re.Match[str] | None:
    last = None
    for match in _SEPARATOR.finditer(title):
        # « and » are quotation marks where both stand.
        if not ("«" in title and "»" in title and match[0].strip() in "«»"):
            last = match
    return last


def _told(structured: Structured, outlet: Outlet) -> Iterator[str]:
    """The titles that the page's markup tells, best first."""
    node = structured.article
    if node is not None:
        yield without_outlet(plain(node.data.get("headline")) or plain(node.data.get("name")), outlet)
    yield from (without_outlet(value, outlet) for value in structured.items.get("headline", ())[:1])
    yield from (without_outlet(structured.first(name), outlet) for name in _META)


def _uncut(told: list[str]) -> str:
    """The best told title, in full where another one shows that it was cut to a length."""
    start = squash(told[0])
    return next((title for title in told[1:] if len(start) > 40 and squash(title).startswith(start)), told[0])


def _standing(tree: HtmlElement, structured: Structured, told: list[str], outlet: Outlet) -> str:
    """The h1 that is this story's, as far as the told titles and the title element let one see; else ""."""
    headings: list[tuple[str, bool, bool]] = []
    for element, is_late in _headings(tree):
        text = without_outlet(heading_text(element, told), outlet, cut=4)
        if (
            2 <= len(text) <= MOST_CHARACTERS
            and not outlet.is_named(text)
            and not _leads_home(element, structured.url)
            and not _names_the_site(tree, text, structured.title, told, outlet)
        ):
            headings.append((text, is_late, _leads_elsewhere(element, structured.url)))
    if not headings:
        return ""
    references = [*told, without_outlet(structured.title, outlet, cut=99), structured.title]
    _, score, _, heading, is_late = max(
        (score - 0.5 * leads_elsewhere, score, -place, heading, is_late)
        for place, (heading, is_late, leads_elsewhere) in enumerate(headings)
        for score in [max(resemblance(heading, reference) for reference in references)]
    )
    if score == 0 and len(words(heading)) <= 4 and any(len(words(title)) > 2 for title in told):
        return ""
    if score < 0.2 and len(headings) > 1 and told:
        return ""
    if score < LEAST_LATE and is_late:
        return ""
    return heading


def _headings(tree: HtmlElement) -> Iterator[tuple[HtmlElement, bool]]:
    """Each h1 and whether prose stands before it, as before the headings between the paragraphs of a text."""
    prose = 0
    for element in tree.iter("h1", "p"):
        if element.tag == "h1":
            yield element, prose > MOST_BEFORE
        elif prose <= MOST_BEFORE:
            length = len(element.text or "")
            prose += length if length > LEAST_PARAGRAPH else 0


def heading_text(heading: HtmlElement, told: Iterable[str]) -> str:
    """The text of a heading without kickers, with breaks as spaces.

    A told title that has the same letters stands for it, because it knows the punctuation between the parts; a told
    title that is the end of the heading stands for it too, because what comes before is a kicker.
    """
    whole = plain(_text(heading))
    key = squash(whole)
    told = list(told)
    for title in told:
        if squash(title) != key and _is_after_kicker(heading, whole, title):
            return title
    for title in told:
        if squash(title) == key:
            return title if len(heading) else whole
    return plain(_text(heading, drop_kickers=True)) or whole


def _is_after_kicker(heading: HtmlElement, whole: str, title: str) -> bool:
    """Tell whether a title is the end of a heading, set off from what comes before it by a mark or by its element."""
    told_key = squash(title)
    if len(words(title)) < 3 or not squash(whole).endswith(told_key):
        return False
    kicker = whole[: -len(title)]
    parts = {squash(plain(_text(part))) for part in heading.iterdescendants() if isinstance(part.tag, str)}
    is_set_off = kicker.rstrip()[-1:] in tuple(":|/") or kicker[-2:] in ("- ", "– ", "— ")
    return is_set_off or bool(parts & {told_key, squash(kicker)})


def _text(element: HtmlElement, *, drop_kickers: bool = False, level: int = 0) -> str:
    if level > MOST_LEVELS:
        return str(element.text_content())
    pieces: list[str] = [element.text or ""]
    for child in element:
        tag = child.tag
        if not isinstance(tag, str) or tag in _SKIPPED:
            pieces.append(child.tail or "")
            continue
        if drop_kickers and _KICKER.search(f"{child.get('class') or ''} {child.get('id') or ''}"):
            pieces.append(" " + (child.tail or ""))
            continue
        inner = _text(child, drop_kickers=drop_kickers, level=level + 1)
        if tag in _BREAKS or (pieces[-1][-1:].islower() and inner[:1].isupper()):
            inner = f" {inner} "
        pieces += [inner, child.tail or ""]
    return "".join(pieces)


def _leads_home(heading: HtmlElement, url: str) -> bool:
    """Tell whether a heading is a link to the outlet's front page."""
    holder = heading.getparent()
    links = [*heading.iter("a")] + ([holder] if holder is not None and holder.tag == "a" else [])
    there = urls.resolve(url, links[0].get("href") or "") if links else None
    return there is not None and urls.is_home(there) and urls.same_site(there, url) and not urls.is_home(url)


def _leads_elsewhere(heading: HtmlElement, url: str) -> bool:
    """Tell whether a heading is a link to another page, as over the teasers of other stories."""
    link = next(heading.iter("a"), None)
    if link is None or len(squash(_text(link))) < 0.8 * len(squash(_text(heading))):
        return False
    there = urls.resolve(url, link.get("href") or "")
    return there is not None and urlsplit(there).path.rstrip("/") != urlsplit(url).path.rstrip("/")


def _names_the_site(tree: HtmlElement, text: str, title: str, told: list[str], outlet: Outlet) -> bool:
    """Tell whether a heading is the part of the title element that names the site, and another part the story."""
    key = squash(text)
    if any(squash(other) == key for other in told):
        return False
    parts = [part for part in (part.strip() for part in _SEPARATOR.split(title)) if part]
    if len(parts) < 2 or key not in (squash(parts[0]), squash(parts[-1])):
        return False
    last = key == squash(parts[-1])
    if outlet.is_named(parts[0] if last else parts[-1]) or len(words(text)) > MOST_NAME_WORDS:
        return False
    others = {squash(part) for part in parts} - {key}
    if last and any(len(words(part)) > 2 for part in parts[:-1]):
        return True
    shown = {squash(plain(_text(heading))) for heading in tree.iter("h1", "h2", "h3")} & others
    return any(last or len(other) > len(key) for other in shown)


def _under(tree: HtmlElement, title: str) -> str:
    """A lesser heading that is a title or a part of it, for pages without an h1 of their own."""
    keys = {squash(part) for part in (title, *_SEPARATOR.split(title)) if len(words(part)) > 1}
    for heading in tree.iter("h2", "h3"):
        text = plain(_text(heading))
        if squash(text) in keys:
            return text
    return ""
