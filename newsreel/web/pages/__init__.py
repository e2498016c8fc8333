"""The pages, one module for each group; what is not in ROUTERS is not served.

A page is a function of a router that gives `rendering.page(request, "name.html", ...)`; its template extends
`base.html` or `sided.html` and takes its parts from `_parts.html`. It needs a log-in unless `access.RULES` says
otherwise. A form that posts has `{{ csrf() }}`; htmx sends the token by itself. Keys press what has `data-key`.
"""

from fastapi import APIRouter

from newsreel.web import assets
from newsreel.web.pages import (
    adding,
    api,
    articles,
    compare,
    dashboard,
    editing,
    feeds,
    forms,
    lists,
    login,
    look,
    marking,
    pictures,
    probes,
    run,
    running,
    settings,
    source,
    source_sheets,
    subscriptions,
)

ROUTERS: tuple[APIRouter, ...] = (
    probes.router,
    assets.router,
    # Before the lists, whose authors and words may hold dots.
    forms.router,
    lists.router,
    articles.router,
    pictures.router,
    marking.router,
    dashboard.router,
    compare.router,
    source.router,
    source_sheets.router,
    run.router,
    look.router,
    login.router,
    settings.router,
    api.router,
    adding.router,
    subscriptions.router,
    editing.router,
    running.router,
    feeds.router,
)
