"""Articles as JSON objects, with the field names of zyte-common-items and a few of our own."""

from __future__ import annotations

from datetime import datetime

from newsreel.dates import iso
from newsreel.export.hypertext import body_html
from newsreel.export.markdown import body_markdown
from newsreel.items import Article, Author, Embed, Image, ListItem, LiveUpdate, Review, Slide, body_text


def article_json(article: Article, *, html: bool = False, markdown: bool = False) -> dict[str, object]:
    """Give an article as one JSON object.

    Every field is there, null or empty where nothing is known; inside authors, images, embeds, slides and the like
    only what is known is there. Dates are ISO 8601, with the offset that the page gave, or the day alone. `html` and
    `markdown` add the body in these forms.
    """
    result: dict[str, object] = {
        "url": article.url,
        "canonicalUrl": article.canonical_url,
        "requestedUrl": article.requested_url,
        "headline": article.headline,
        "alternativeHeadline": article.alternative_headline,
        "description": article.description,
        "section": article.section,
        "authors": [_author(author) for author in article.authors],
        "datePublished": _date(article.date_published),
        "dateModified": _date(article.date_modified),
        "datePublishedRaw": article.date_published_raw,
        "dateSource": article.date_source,
        "inLanguage": article.in_language,
        "articleBody": body_text(article.blocks),
    }
    if html:
        result["articleBodyHtml"] = body_html(article.blocks)
    if markdown:
        result["articleBodyMarkdown"] = body_markdown(article.blocks)
    return result | {
        "keywords": list(article.keywords),
        "mainImage": {"url": article.main_image.url} if article.main_image else None,
        "images": [_image(image) for image in article.images],
        "videos": [{"url": video.url} for video in article.videos if video.url],
        "audios": [{"url": audio.url} for audio in article.audios if audio.url],
        "embeds": [_embed(embed) for embed in article.embeds],
        "isAccessibleForFree": article.is_accessible_for_free,
        "accessSignal": article.access_signal,
        "flags": list(article.flags),
        "kind": article.kind,
        "review": _review(article.review) if article.review else None,
        "slides": [_slide(slide) for slide in article.slides],
        "listItems": [_list_item(item) for item in article.list_items],
        "liveUpdates": [_live_update(update) for update in article.live_updates],
        "source": {"id": article.source_id, "name": article.source_name},
        "storyId": article.story_id,
        "duplicateOf": article.duplicate_of,
        "wordCount": article.word_count,
        "contentHash": article.content_hash,
        "version": article.version,
        "removals": [{"rule": cut.rule, "text": cut.text, "where": cut.where} for cut in article.removals],
        "metadata": {
            "dateDownloaded": iso(article.date_downloaded),
            "extractor": article.extractor,
            "extractorVersion": article.extractor_version,
            "rulesVersion": article.rules_version,
            "probability": article.probability,
        },
    }


def _date(value: datetime | None) -> str | None:
    return None if value is None else iso(value)


def _known(**members: str | None) -> dict[str, str]:
    return {name: value for name, value in members.items() if value is not None}


def _author(author: Author) -> dict[str, str]:
    return _known(name=author.name, url=author.url)


def _image(image: Image) -> dict[str, str]:
    return _known(url=image.url, caption=image.caption, credit=image.credit)


def _embed(embed: Embed) -> dict[str, str]:
    return _known(provider=embed.provider, url=embed.url, author=embed.author, text=embed.text)


def _review(review: Review) -> dict[str, str]:
    return _known(
        value=review.value, best=review.best, raw=review.raw, itemName=review.item_name, itemType=review.item_type
    )


def _slide(slide: Slide) -> dict[str, str]:
    return _known(title=slide.title, caption=slide.caption, image=slide.image)


def _list_item(item: ListItem) -> dict[str, str]:
    return _known(number=item.number, title=item.title)


def _live_update(update: LiveUpdate) -> dict[str, str]:
    return _known(published=_date(update.published), headline=update.headline, text=update.text)
