"""Unpacks answers within a budget: two layers at most, and a truncated one is no page."""

from __future__ import annotations

import zlib
from typing import Any

from scrapy import Request
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.utils import _compression  # it knows which packages unpack on this interpreter

from newsreel.errors import FetchFailed

MAX_LAYERS = 2
_CHUNK = 1 << 18


class _Incomplete(ValueError):
    """A packed body that ends before its end mark."""


class BudgetedCompressionMiddleware(HttpCompressionMiddleware):
    """Unpacks as Scrapy does; what is too large, truncated or broken ends with its outcome code."""

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        """Unpack, or say why not."""
        header = b",".join(response.headers.getlist("Content-Encoding"))
        layers = [name for name in header.split(b",") if name.strip().lower() not in (b"", b"identity")]
        if len(layers) > MAX_LAYERS:
            raise FetchFailed("bad-encoding", f"{request.url}: packed {len(layers)} times")
        if not response.body:
            return response
        try:
            result: Request | Response = super().process_response(request, response)
        except IgnoreRequest as error:
            raise FetchFailed("too-large", f"{request.url}: the unpacked answer is larger than the budget") from error
        except _Incomplete as error:
            raise FetchFailed("truncated", f"{request.url}: the packed answer ends too early") from error
        except Exception as error:
            raise FetchFailed("bad-encoding", f"{request.url}: cannot be unpacked ({error})") from error
        return result

    @staticmethod
    def _decode(body: bytes, encoding: bytes, max_size: int) -> bytes:
        """Unpack one layer; Scrapy takes a truncated one as complete."""
        unpacked = HttpCompressionMiddleware._decode(body, encoding, max_size)
        if not _is_whole(body, encoding):
            raise _Incomplete(f"{encoding!r} ends too early")
        return unpacked


def _is_whole(body: bytes, encoding: bytes) -> bool:
    """Tell whether a packed body that is within the budget runs to its end mark; a wrong sum does not count."""
    try:
        if encoding == b"br":
            return _brotli_ends(body)
        if encoding == b"zstd":
            return _zstd_ends(body)
        return _deflate_ends(body, 31 if encoding in (b"gzip", b"x-gzip") else 15)
    except ValueError:
        return True


def _deflate_ends(body: bytes, wbits: int) -> bool:
    unpacker = zlib.decompressobj(wbits)
    data = body
    try:
        while data and not unpacker.eof:
            unpacker.decompress(data, _CHUNK)
            data = unpacker.unconsumed_tail
    except zlib.error:
        # Some servers send deflate without the frame around it; a wrong sum comes after all that matters.
        return wbits != 15 or _deflate_ends(body, -15)
    return unpacker.eof


def _brotli_ends(body: bytes) -> bool:
    unpacker: Any = vars(_compression)["brotli"].Decompressor()
    chunk = unpacker.process(body, output_buffer_limit=_CHUNK)
    while chunk and not unpacker.is_finished():
        chunk = unpacker.process(b"", output_buffer_limit=_CHUNK)
    return bool(unpacker.is_finished())


def _zstd_ends(body: bytes) -> bool:
    unpacker: Any = vars(_compression)["zstd"].ZstdDecompressor()
    unpacker.decompress(body, max_length=_CHUNK)
    while not unpacker.eof and not unpacker.needs_input:
        unpacker.decompress(b"", max_length=_CHUNK)
    return bool(unpacker.eof)
