"""Decides by `Host` and `Origin` whether a request may reach the server.

A page of a foreign site cannot change these two headers, which its visitor's browser sets.  The
check of `Origin` keeps it from connecting.  The check of `Host` stops a page whose own name was
made to resolve to this server (DNS rebinding): to the browser, it is then the server's own page.
Requests without `Host` are let through, since no browser sends any.
"""

import re
from collections.abc import Callable, Iterable
from http import HTTPStatus
from urllib.parse import urlsplit

import structlog
from websockets.http11 import Request, Response

from pokerws.metrics import Metrics
from pokerws.server.net.client_address import FORWARDED_FOR, TrustedProxies, counted_as, parse
from pokerws.server.net.responses import respond
from pokerws.settings import Settings
from pokerws.settings.network import is_address

HOST_REFUSED = (
    b"This server is not known under this host name. Its operator can add the name to "
    b"ALLOWED_HOSTS.\n"
)
ORIGIN_REFUSED = (
    b"This origin may not connect. A proxy must pass on the header Host as the browser sent it, or "
    b"the operator adds the origin to ALLOWED_ORIGINS.\n"
)
# The port that a scheme has anyway; browsers leave it out.
_OWN_PORT = {"http": ":80", "https": ":443"}
# Of a header in a log line.
_MAX_SHOWN = 100
# A host that a page's text and headers may hold; an address of IPv6 is none for a content policy.
_PLAIN_HOST = re.compile(r"[a-z0-9.-]+(?::[0-9]{1,5})?")
FORWARDED_PROTO = "X-Forwarded-Proto"

log = structlog.get_logger("pokerws.host_policy")


class HostPolicy:
    """Refuses requests of foreign hosts and origins.

    `allowed_hosts` are names, `*.name` for all names below; `allowed_origins` are whole origins,
    whose hosts are allowed too.  `certified` returns the names of the TLS certificate: no other
    site has a certificate for them.  Without `allowed_hosts`, a trusted proxy decides which names
    it passes on.
    """

    def __init__(
        self,
        allowed_hosts: Iterable[str] = (),
        allowed_origins: Iterable[str] = (),
        *,
        listens_on: Iterable[str] = (),
        proxies: TrustedProxies | None = None,
        certified: Callable[[], Iterable[str]] = tuple,
        metrics: Metrics | None = None,
    ) -> None:
        self._hosts = [name.lower() for name in allowed_hosts]
        self._origins = frozenset(map(_canonical, allowed_origins))
        self._own_names = {name.lower() for name in listens_on}
        self._own_names |= {urlsplit(origin).hostname or "" for origin in self._origins}
        self._proxies = proxies or TrustedProxies()
        self._certified = certified
        self._metrics = metrics or Metrics()

    @classmethod
    def of(
        cls,
        settings: Settings,
        certified: Callable[[], Iterable[str]],
        metrics: Metrics,
    ) -> "HostPolicy":
        """The policy of a server's settings."""
        network = settings.network
        return cls(
            network.allowed_hosts,
            network.allowed_origins,
            listens_on=network.host,
            proxies=TrustedProxies(network.trusted_proxies),
            certified=certified,
            metrics=metrics,
        )

    def knows_host(self, peer: str, request: Request) -> bool:
        """Whether the server is known under the request's host; `peer` sent the request."""
        hosts = request.headers.get_all("Host")
        return all(self._is_known(host) for host in hosts) or self._is_of_proxy(peer, request)

    def scheme(self, peer: str, request: Request, own: str) -> str:
        """The scheme that the browser uses: `own`, or the one that a trusted proxy reports."""
        address = parse(peer)
        if address is None or not self._proxies.is_trusted(address):
            return own
        reported = request.headers.get_all(FORWARDED_PROTO)
        return reported[0] if reported in (["http"], ["https"]) else own

    def foreign_host(self, peer: str, request: Request) -> Response | None:
        """A refusal if the server is not known under the request's host, which is then logged."""
        if self.knows_host(peer, request):
            return None
        hosts = request.headers.get_all("Host")
        self._metrics.connection_refused("host")
        log.warning(
            "host_refused",
            host=_shown(hosts),
            address=self._address(peer, request),
            action="if the name is this server's, add it to ALLOWED_HOSTS",
        )
        return respond(HTTPStatus.MISDIRECTED_REQUEST, HOST_REFUSED)

    def foreign_origin(self, peer: str, request: Request) -> Response | None:
        """A refusal if the request comes from a page that is neither the server's nor allowed."""
        origins, hosts = request.headers.get_all("Origin"), request.headers.get_all("Host")
        if not origins or self._is_own_page(origins, hosts):
            return None
        self._metrics.connection_refused("origin")
        log.warning(
            "origin_refused",
            origin=_shown(origins),
            host=_shown(hosts),
            address=self._address(peer, request),
            action="if the page is this server's, let the proxy pass on Host as the browser "
            "sent it; otherwise add the origin to ALLOWED_ORIGINS",
        )
        return respond(HTTPStatus.FORBIDDEN, ORIGIN_REFUSED)

    def _address(self, peer: str, request: Request) -> str:
        return counted_as(self._proxies.origin(peer, request.headers))

    def _is_own_page(self, origins: list[str], hosts: list[str]) -> bool:
        if len(origins) > 1 or len(hosts) != 1:
            return False
        origin = _canonical(origins[0])
        own = (_canonical(f"{scheme}://{hosts[0]}") for scheme in _OWN_PORT)
        return origin in self._origins or origin in own

    def _is_known(self, host: str) -> bool:
        """Whether this is an address, or one of the server's names; with a port or without."""
        name = _name_of(host)
        # No foreign page has an address as its host, and `localhost` is no name of the DNS.
        if not name or is_address(name) or _fits(name, "*.localhost"):
            return True
        if name in self._own_names or name == "localhost":
            return True
        return any(_fits(name, allowed) for allowed in (*self._hosts, *self._certified()))

    def _is_of_proxy(self, peer: str, request: Request) -> bool:
        address = parse(peer)
        return (
            not self._hosts
            and address is not None
            and self._proxies.is_trusted(address)
            and FORWARDED_FOR in request.headers
        )


def host_of(request: Request) -> str:
    """The `Host` of a request, with its port; empty if it is no plain name or address."""
    hosts = [host.lower() for host in request.headers.get_all("Host")]
    return hosts[0] if len(hosts) == 1 and _PLAIN_HOST.fullmatch(hosts[0]) else ""


def _canonical(origin: str) -> str:
    """An origin as browsers write it: in lower case, and without the port of its scheme."""
    scheme, separator, netloc = origin.lower().partition("://")
    return f"{scheme}{separator}{netloc.removesuffix(_OWN_PORT.get(scheme, ''))}"


def _name_of(host: str) -> str:
    """The host of a `Host` header, without brackets and port."""
    host = host.strip().lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.rpartition(":")[0].removesuffix(".") if ":" in host else host.removesuffix(".")


def _fits(name: str, allowed: str) -> bool:
    """Whether a name is the allowed one, or for `*.name`, one below."""
    if allowed.startswith("*."):
        return name.endswith(allowed[1:]) and len(name) >= len(allowed)
    return name == allowed


def _shown(values: list[str]) -> str:
    """Values of a header for a log line: printable, and no longer than a line bears."""
    text = ", ".join(values).encode("ascii", "backslashreplace").decode()
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}…"
