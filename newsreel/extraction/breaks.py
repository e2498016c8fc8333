"""Decides which line breaks inside an element part paragraphs, which set a list, and which only wrap."""

from __future__ import annotations

from dataclasses import dataclass

_SHORT_LINES = 90


@dataclass(slots=True)
class Piece:
    """Text between two line breaks, with the lengths of what is link, bold and italic in it."""

    text: str
    links: int
    bolds: int
    italics: int


def preformatted(pieces: list[Piece]) -> list[Piece]:
    """Join the lines of a preformatted text as they are, without the empty ones."""
    lines = "\n".join(piece.text for piece in pieces).split("\n")
    return [Piece("\n".join(line.rstrip() for line in lines if line.strip()), 0, 0, 0)]


def paragraphs_of(pieces: list[Piece]) -> list[Piece]:
    """Join the pieces between double breaks, but for lists of short lines and lines set apart in bold or as links."""
    paragraphs: list[Piece] = []
    group: list[Piece] = []
    for piece in (*pieces, Piece("", 0, 0, 0)):
        if piece.text and not piece.text.isspace():
            group.append(piece)
        elif group:
            letters = sum(len(member.text) for member in group)
            is_list = len(group) > 2 and letters < _SHORT_LINES * len(group)
            if is_list or len({(member.bolds > 0, member.links > 0.6 * len(member.text)) for member in group}) > 1:
                paragraphs += group
            else:
                paragraphs.append(
                    Piece(
                        " ".join(member.text for member in group),
                        sum(member.links for member in group),
                        sum(member.bolds for member in group),
                        sum(member.italics for member in group),
                    )
                )
            group = []
    return paragraphs
