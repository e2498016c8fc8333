"""What somebody typed or pasted, read as a web address."""

from __future__ import annotations

from newsreel.errors import InputError
from newsreel.urls import is_web


def web_address(typed: str) -> str:
    """Give the web address that somebody typed or pasted; InputError where it is none.

    >>> web_address(" tide.example/news "), web_address("http://tide.example")
    ('https://tide.example/news', 'http://tide.example')
    """
    text = typed.strip()
    address = text if "://" in text else f"https://{text}"
    if not text or not is_web(address) or not text.isprintable() or " " in text:
        raise InputError(f'"{text[:200]}" is no web address; paste one like https://tide.example/')
    return address


def to_try(typed: str) -> list[str]:
    """Give the addresses to try for what was typed: without a scheme https first, then http.

    >>> to_try("tide.example"), to_try("http://tide.example/")
    (['https://tide.example', 'http://tide.example'], ['http://tide.example/'])
    """
    address = web_address(typed)
    return [address] if "://" in typed else [address, address.replace("https://", "http://", 1)]
