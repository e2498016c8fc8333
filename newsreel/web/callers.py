"""Where a request comes from: its address, whether by https, and whether from this very machine.

What a proxy says of it counts only where the proxy's address is one of those that the owner trusts.
"""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from fastapi import Request

from newsreel.web.doors import LOCAL_NAMES, Doors

_PROXIED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")


def address_of(request: Request, doors: Doors) -> str:
    """Give the address that a request comes from: the last one that no trusted proxy has."""
    address = request.client.host if request.client else "unknown"
    chain = [part.strip() for part in request.headers.get("x-forwarded-for", "").split(",") if part.strip()]
    while chain and _is_among(address, doors.trusted_proxies):
        address = chain.pop()
    return address


def is_secure(request: Request, doors: Doors) -> bool:
    """Tell whether the browser speaks https, to us or to a trusted proxy."""
    if request.client and _is_among(request.client.host, doors.trusted_proxies):
        said = request.headers.get("x-forwarded-proto", "").rpartition(",")[2].strip().lower()
        return said == "https"
    return request.url.scheme == "https"


def origin_of(request: Request, doors: Doors) -> str:
    """Give what our addresses begin with, as the client sees them."""
    return f"{'https' if is_secure(request, doors) else 'http'}://{request.headers.get('host', 'localhost')}"


def is_local(request: Request, doors: Doors) -> bool:
    """Tell whether a request comes from this machine, to an address that only this machine has, through no proxy."""
    if doors.trusted_proxies or any(name in request.headers for name in _PROXIED):
        return False
    host = request.headers.get("host", "")
    name, _, port = host.rpartition(":")
    return (
        (name if port.isdecimal() and name else host) in LOCAL_NAMES
        and is_loopback(doors.host)
        and request.client is not None
        and is_loopback(request.client.host)
    )


def is_loopback(host: str) -> bool:
    """Tell whether an address is one of this machine alone.

    >>> is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("localhost"), is_loopback("0.0.0.0")
    (True, True, True, False)
    """
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _is_among(address: str, networks: tuple[str, ...]) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return any(parsed in ip_network(network, strict=False) for network in networks)
