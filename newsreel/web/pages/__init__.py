"""The pages, one module for each group; what is not in ROUTERS is not served."""

from fastapi import APIRouter

from newsreel.web import assets
from newsreel.web.pages import latest, login, look, probes, settings

ROUTERS: tuple[APIRouter, ...] = (
    probes.router,
    assets.router,
    latest.router,
    look.router,
    login.router,
    settings.router,
)
