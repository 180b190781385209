"""The address of a client: its socket's, or the one that a trusted proxy reports.

Only `X-Forwarded-For` is used, and of it only what trusted proxies have added.
"""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

from websockets.datastructures import Headers

FORWARDED_FOR = "X-Forwarded-For"
# Providers assign at least a /64 to each customer, so it counts as one address.
_IPV6_CUSTOMER_BITS = 64

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


class TrustedProxies:
    """Finds the addresses of clients.  `proxies` are addresses and networks (10.0.0.0/8)."""

    def __init__(self, proxies: Sequence[str] = ()) -> None:
        self._networks: list[Network] = [ip_network(one) for one in proxies]

    def is_trusted(self, address: Address) -> bool:
        """Whether this is one of the proxies."""
        return any(address in network for network in self._networks)

    def origin(self, peer: str, headers: Headers) -> Address | None:
        """The origin of a request: the nearest address that is not a trusted proxy.

        Each proxy appends the address of its own peer on the right.  Whatever is to the left of an
        untrusted address may be forged.  If a proxy has appended an invalid address, the proxy's
        own is returned.  Returns None for a socket without an address.
        """
        nearest = parse(peer)
        if nearest is None or not self._networks:
            return nearest
        hops = [hop for line in headers.get_all(FORWARDED_FOR) for hop in line.split(",")]
        while hops and self.is_trusted(nearest):
            before = parse(hops.pop())
            if before is None:
                break
            nearest = before
        return nearest


@lru_cache(maxsize=1024)
def parse(text: str) -> Address | None:
    """An address, without its port or zone; None if invalid.  IPv4 mapped to IPv6 becomes IPv4."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def counted_as(address: Address | None) -> str:
    """The key that a client's address is counted under; for IPv6, its /64."""
    if address is None:
        return "unknown"
    if isinstance(address, IPv4Address):
        return str(address)
    return str(ip_network((int(address), _IPV6_CUSTOMER_BITS), strict=False))
