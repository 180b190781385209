"""Networks that operators ban: how they are written, and which are too wide or protected."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network

from pokerws.game.illegal import Details
from pokerws.messages import Refused
from pokerws.server.net.client_address import Network, parse
from pokerws.settings import Settings
from pokerws.settings.network import is_address

# Providers assign at least a /64 to each customer, so nothing smaller is banned.
IPV6_CUSTOMER_BITS = 64
# A wider network is a mistake: it is as large as a country's provider.
WIDEST = {4: 16, 6: 32}
_LOOPBACK = ("127.0.0.0/8", "::1/128")


def network_of(text: str) -> Network:
    """The network to ban for an address or network.  Raises Refused("invalid_value").

    An IPv6 address stands for its /64, and an IPv4 address within IPv6 for itself.
    """
    address, slash, _ = text.partition("/")
    parsed = parse(address) if not slash else None
    try:
        network: Network = ip_network(str(parsed) if parsed else text, strict=False)
    except ValueError:
        raise Refused(
            "invalid_value",
            "`address` must be like 203.0.113.7, 203.0.113.0/24 or 2001:db8::/64",
            Details(field="address"),
        ) from None
    if isinstance(network, IPv6Network):
        if network.network_address.ipv4_mapped is not None and network.prefixlen >= 96:
            inner = f"{network.network_address.ipv4_mapped}/{network.prefixlen - 96}"
            network = IPv4Network(inner, strict=False)
        elif network.prefixlen > IPV6_CUSTOMER_BITS:
            network = network.supernet(new_prefix=IPV6_CUSTOMER_BITS)
    if network.prefixlen < WIDEST[network.version]:
        raise Refused(
            "invalid_value",
            f"{network} is too wide: at most a /{WIDEST[network.version]} can be banned",
            Details(field="address"),
        )
    return network


@lru_cache(maxsize=1024)
def client_network(key: str) -> Network | None:
    """The network of a client, from the key that its address is counted under; None if unknown."""
    try:
        return ip_network(key)
    except ValueError:
        return None


def overlaps(network: Network, other: Network) -> bool:
    """Whether two networks have an address in common."""
    if isinstance(network, IPv4Network) and isinstance(other, IPv4Network):
        return network.overlaps(other)
    if isinstance(network, IPv6Network) and isinstance(other, IPv6Network):
        return network.overlaps(other)
    return False


def protected_networks(settings: Settings) -> Sequence[Network]:
    """Networks that nobody may ban: of this machine, which the bots use, and of trusted proxies."""
    hosts = [host for host in settings.network.host if is_address(host)]
    texts: Iterable[str] = [*_LOOPBACK, *settings.network.trusted_proxies, *hosts]
    networks = (client_network(text.partition("%")[0]) for text in texts)
    # The unspecified address stands for all others.
    return [one for one in networks if one is not None and int(one.network_address)]
