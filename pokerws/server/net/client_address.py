"""Which address a client comes from: its socket's, or the one that a trusted proxy tells.

What a proxy tells is taken from `X-Forwarded-For` only, as far as trusted proxies wrote it.
"""

from collections.abc import Sequence
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
# What a provider gives to one customer at the least, so that all of it counts as one.
_IPV6_CUSTOMER_BITS = 64

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


class TrustedProxies:
    """Tells the addresses of clients.  `proxies` are addresses and networks (10.0.0.0/8)."""

    def __init__(self, proxies: Sequence[str] = ()) -> None:
        self._networks: list[Network] = [ip_network(one) for one in proxies]

    def is_trusted(self, address: Address) -> bool:
        """Whether this is one of the proxies."""
        return any(address in network for network in self._networks)

    def origin(self, peer: str, headers: Headers) -> Address | None:
        """Where a request comes from: the nearest address that is no trusted proxy's.

        Each proxy adds the address that it was asked from at the right end, so what stands left of
        an untrusted one was written by that one and may be anything.  None for a socket without an
        address.  Where a proxy wrote what is no address, the request counts as the proxy's own.
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


def parse(text: str) -> Address | None:
    """An address, also with a port or a zone, or None.  IPv4 written as IPv6 is IPv4."""
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
    """The name under which a client's address is counted: of IPv6 the /64 that it is in."""
    if address is None:
        return "unknown"
    if isinstance(address, IPv4Address):
        return str(address)
    return str(ip_network((int(address), _IPV6_CUSTOMER_BITS), strict=False))
