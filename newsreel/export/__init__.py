"""Articles as JSON, CSV, HTML, Markdown and plain text, and as files of these; the caller picks the articles."""

from newsreel.export.fields import article_json
from newsreel.export.files import TreeFormat, write_csv, write_jsonl, write_tree
from newsreel.export.hypertext import body_html
from newsreel.export.lines import csv_lines, json_lines
from newsreel.export.markdown import article_markdown, body_markdown
from newsreel.export.text import article_text, file_name

__all__ = [
    "TreeFormat",
    "article_json",
    "article_markdown",
    "article_text",
    "body_html",
    "body_markdown",
    "csv_lines",
    "file_name",
    "json_lines",
    "write_csv",
    "write_jsonl",
    "write_tree",
]
