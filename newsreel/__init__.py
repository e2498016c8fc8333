"""Newsreel gathers entertainment news, keeps the text clean and tells how each source is doing."""

__version__ = "0.1.0"
