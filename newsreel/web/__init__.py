"""What the service shows over HTTP: whether it lives, whether it works, and its figures for Prometheus."""

from newsreel.web.application import Doors, application
from newsreel.web.server import WebServer

__all__ = ["Doors", "WebServer", "application"]
