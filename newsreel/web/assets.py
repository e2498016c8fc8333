"""The files of the page: read once, served under addresses that hold a hash of their content, so that they keep."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fastapi import APIRouter, HTTPException, Request, Response

FOLDER = Path(__file__).with_name("static")
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Asset:
    """A file's content, the hash of it, and its media type."""

    content: bytes
    hash: str
    media_type: str


@cache
def assets() -> dict[str, Asset]:
    """Give all files by their names below the folder."""
    found = {}
    for file in sorted(FOLDER.rglob("*")):
        if file.suffix in _TYPES:
            name = file.relative_to(FOLDER).as_posix()
            pack = None if name.startswith("vendor/") else _PACKED.get(file.suffix)
            content = pack(file.read_text(encoding="utf-8")).encode() if pack else file.read_bytes()
            found[name] = Asset(content, hashlib.sha256(content).hexdigest()[:16], _TYPES[file.suffix])
    return found


def packed(sheet: str) -> str:
    """Give a style sheet without its comments and its layout.

    >>> packed("/* A line. */\\n.a, .b {\\n  color: red;\\n}\\n")
    '.a,.b{color:red}'
    """
    text = re.sub(r"\s+", " ", re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL))
    return re.sub(r" ?([{};>]) ?", r"\1", text).replace(", ", ",").replace(": ", ":").replace(";}", "}").strip()


def without_comments(script: str) -> str:
    """Give a script of ours without the lines that are comments, and without its indents; no text of them has lines.

    >>> without_comments("// A line.\\nif (a) {\\n  b(); // and why\\n}\\n")
    'if (a) {\\nb(); // and why\\n}'
    """
    lines = (line.strip() for line in script.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


_PACKED: Mapping[str, Callable[[str], str]] = {".css": packed, ".js": without_comments}


def address_of(name: str) -> str:
    """Give the address of a file, for a template."""
    return f"/static/{assets()[name].hash}/{name}"


@router.get("/static/{content_hash}/{name:path}")
def static(request: Request, content_hash: str, name: str) -> Response:
    """Serve a file; an address with another hash is of another version, which is not here."""
    asset = assets().get(name)
    if asset is None or asset.hash != content_hash:
        raise HTTPException(404)
    # Weak: the same content is sent compressed and plain.
    tag = f'W/"{asset.hash}"'
    headers = {"etag": tag, "cache-control": "public, max-age=31536000, immutable"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(asset.content, media_type=asset.media_type, headers=headers)
