"""The guard at the resolver: no request reaches a private network, however its address is spelt.

Scrapy asks the resolver for literal addresses too, so redirects, rebinding names and odd spellings all end here.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from twisted.internet._resolver import HostResolution
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import IAddress, IHostnameResolver, IHostResolution, IResolutionReceiver
from zope.interface import implementer, provider

from newsreel.middlewares.names import resolver

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from twisted.internet.base import ReactorBase

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# IPv6 spellings that carry an IPv4 address inside (NAT64).
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# What the web uses of IPv6; Python counts much beside it as global (fec0::1, ::127.0.0.1).
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
# Set aside by registries, but not known to Python 3.11 as such.
_SET_ASIDE = tuple(ipaddress.ip_network(network) for network in ("192.0.0.0/24", "192.88.99.0/24", "3fff::/20"))

# The last refusal by host name, so that the outcome can say which address was refused.
refusals: dict[str, str] = {}


def parse_networks(values: Sequence[str]) -> tuple[Network, ...]:
    """Read networks in CIDR notation; ValueError names one that is none."""
    return tuple(ipaddress.ip_network(value.strip(), strict=False) for value in values if value.strip())


def is_allowed(address: str, allowed: Sequence[Network]) -> bool:
    """Tell whether an address is public, or inside one of the networks that the owner opened.

    >>> is_allowed("93.184.215.14", ()), is_allowed("10.0.0.1", ()), is_allowed("::ffff:127.0.0.1", ())
    (True, False, False)
    """
    ip: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo and ip.teredo[1]) or None
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        ip = inner or ip
    if any(ip.version == network.version and ip in network for network in allowed):
        return True
    if any(ip.version == network.version and ip in network for network in _SET_ASIDE):
        return False
    return ip.is_global and not ip.is_multicast and (ip.version == 4 or ip in _GLOBAL_UNICAST)


@implementer(IHostnameResolver)
class GuardedResolver:
    """Resolves names as the reactor does and leaves out every address that is not allowed."""

    def __init__(self, reactor: ReactorBase, allowed: Sequence[Network]) -> None:
        self.reactor = reactor
        self.allowed = allowed
        self.inner: Any = resolver(reactor)

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> GuardedResolver:
        """Read the opened networks from the settings."""
        return cls(reactor, parse_networks(crawler.settings.getlist("NEWSREEL_ALLOW_NETWORKS")))

    def install_on_reactor(self) -> None:
        """Put the guard in the reactor's place."""
        self.reactor.installNameResolver(self)  # type: ignore[arg-type]

    def resolveHostName(
        self,
        resolutionReceiver: IResolutionReceiver,
        hostName: str,
        portNumber: int = 0,
        addressTypes: Sequence[type[IAddress]] | None = None,
        transportSemantics: str = "TCP",
    ) -> IHostResolution:
        """Resolve a name, handing on only the addresses that are allowed."""
        refusals.pop(hostName.lower(), None)
        sieve = _sieve(resolutionReceiver, hostName, self.allowed)
        if (literal := _literal(hostName, portNumber)) is not None:
            # Nobody has to be asked, and no thread is taken for it.
            resolution: Any = HostResolution(hostName)
            sieve.resolutionBegan(resolution)
            sieve.addressResolved(literal)
            sieve.resolutionComplete()
            told: IHostResolution = resolution
            return told
        result: IHostResolution = self.inner.resolveHostName(
            sieve, hostName, portNumber, addressTypes, transportSemantics
        )
        return result


def _literal(host: str, port: int) -> IPv4Address | IPv6Address | None:
    """Read a literal address in its usual spelling; whatever else there is, the system's resolver decides on."""
    try:
        ip = ipaddress.ip_address(host)
    except ValueError:
        return None
    return IPv4Address("TCP", host, port) if ip.version == 4 else IPv6Address("TCP", host, port)


def _sieve(receiver: Any, host: str, allowed: Sequence[Network]) -> Any:
    @provider(IResolutionReceiver)
    class Sieve:
        @staticmethod
        def resolutionBegan(resolution: IHostResolution) -> None:
            receiver.resolutionBegan(resolution)

        @staticmethod
        def addressResolved(address: IAddress) -> None:
            if isinstance(address, IPv4Address | IPv6Address) and is_allowed(address.host, allowed):
                receiver.addressResolved(address)
            else:
                refusals[host.lower()] = getattr(address, "host", str(address))

        @staticmethod
        def resolutionComplete() -> None:
            receiver.resolutionComplete()

    return Sieve
