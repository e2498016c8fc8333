"""What goes on beside the requests of a server: looks at sites and lists, pages that follow, changes to be undone."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from fastapi import Request

from newsreel.curation.own import Written
from newsreel.web.list_trials import ListTrials
from newsreel.web.streams import Streams
from newsreel.web.trials import Trials

UNDOABLE = 20


@dataclass(slots=True)
class Background:
    """What goes on beside the requests; `close` ends it."""

    trials: Trials = field(default_factory=Trials)
    lists: ListTrials = field(default_factory=ListTrials)
    streams: Streams = field(default_factory=Streams)
    changes: dict[str, Written] = field(default_factory=dict)

    def keep(self, change: Written) -> str:
        """Keep a change for a while, so that it can be undone; give its mark."""
        mark = secrets.token_urlsafe(9)
        self.changes[mark] = change
        while len(self.changes) > UNDOABLE:
            del self.changes[next(iter(self.changes))]
        return mark

    def close(self) -> None:
        """End what goes on."""
        self.streams.close()
        self.trials.close()
        self.lists.close()


def background_of(request: Request) -> Background:
    """Give what goes on beside the requests of this application."""
    background: Background = request.app.state.background
    return background
