"""What the service shows over HTTP: pages to read, whether it lives and works, and its figures for Prometheus."""

from newsreel.web.application import application
from newsreel.web.doors import LOCAL_NAMES, Doors
from newsreel.web.server import WebServer, check_bind

__all__ = ["LOCAL_NAMES", "Doors", "WebServer", "application", "check_bind"]
