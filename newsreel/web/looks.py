"""How the page looks in one browser: theme and text size, in cookies that the server reads, so that no page flashes."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request

from newsreel.web.visits import visit_of

THEMES = {"auto": "As the system", "light": "Light", "dark": "Dark", "sepia": "Sepia"}
SIZES = {"s": "Small", "m": "Medium", "l": "Large"}
THEME_COOKIE, SIZE_COOKIE = "newsreel_theme", "newsreel_size"
KEPT = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Look:
    """A theme and a text size, by their names in THEMES and SIZES."""

    theme: str = "auto"
    size: str = "m"


def look_of(request: Request) -> Look:
    """Give the look that a browser has chosen, or else the one of the installation."""
    usual = visit_of(request).preferences
    theme, size = request.cookies.get(THEME_COOKIE, ""), request.cookies.get(SIZE_COOKIE, "")
    return Look(theme if theme in THEMES else usual.theme, size if size in SIZES else usual.size)
