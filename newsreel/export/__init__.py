"""Articles as JSON, CSV, HTML, Markdown and plain text, as files of these, and as feeds; the caller picks them."""

from newsreel.export.atom import atom
from newsreel.export.feed import Entry, Feed
from newsreel.export.fields import article_json
from newsreel.export.files import TreeFormat, write_csv, write_jsonl, write_tree
from newsreel.export.hypertext import body_html
from newsreel.export.jsonfeed import json_feed
from newsreel.export.lines import csv_lines, json_lines
from newsreel.export.markdown import article_markdown, body_markdown
from newsreel.export.rss import rss
from newsreel.export.text import article_text, file_name

__all__ = [
    "Entry",
    "Feed",
    "TreeFormat",
    "article_json",
    "article_markdown",
    "article_text",
    "atom",
    "body_html",
    "body_markdown",
    "csv_lines",
    "file_name",
    "json_feed",
    "json_lines",
    "rss",
    "write_csv",
    "write_jsonl",
    "write_tree",
]
