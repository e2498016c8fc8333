"""How the page looks in one browser: theme and text size, in cookies that the server reads, so that no page flashes."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request

THEMES = {"auto": "As the system", "light": "Light", "dark": "Dark", "sepia": "Sepia"}
SIZES = {"s": "Small", "m": "Medium", "l": "Large"}
KEPT = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Look:
    """A theme and a text size, by their names in THEMES and SIZES."""

    theme: str = "auto"
    size: str = "m"


def look_of(request: Request) -> Look:
    """Give the look that a browser has chosen; what is no choice counts as none."""
    theme, size = request.cookies.get("newsreel_theme", "auto"), request.cookies.get("newsreel_size", "m")
    return Look(theme if theme in THEMES else "auto", size if size in SIZES else "m")
