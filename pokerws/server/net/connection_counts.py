"""Enforces connection limits, per address and in total.

A socket counts as opening when it is accepted, and as a connection after its handshake.  The limits
apply to each of these two counts.  Connections per player are counted in `limits`.
"""

from http import HTTPStatus

import structlog
from websockets.http11 import Request, Response

from pokerws.metrics import Metrics
from pokerws.server.clock import Clock
from pokerws.server.limits.limits import Quotas
from pokerws.server.limits.rate_limits import Tally
from pokerws.server.net.client_address import Address, TrustedProxies, counted_as, parse
from pokerws.server.net.responses import respond

# The `Retry-After` of a refusal that lasts until another client disconnects.
RETRY_AFTER_MS = 5_000

log = structlog.get_logger("pokerws.connection_counts")


class CountedSocket:
    """A counted socket: its peer, the address that it counts for, and whether it is connected.

    `is_local` is whether the client is on this machine; it is known after `admit`.
    """

    __slots__ = ("is_connection", "is_local", "key", "peer", "tally")

    def __init__(self, peer: str, key: str, tally: Tally) -> None:
        self.peer = peer
        self.key = key
        self.tally = tally
        self.is_connection = False
        self.is_local = False


class ConnectionCounts:
    """Counts sockets: `open` when accepted, `admit` after the handshake, `close` at the end."""

    def __init__(
        self, quotas: Quotas, proxies: TrustedProxies, clock: Clock, metrics: Metrics
    ) -> None:
        self._quotas = quotas
        self._proxies = proxies
        self._clock = clock
        self._metrics = metrics
        self._opening = 0
        self._connections = 0

    def open(self, peer: str) -> CountedSocket | None:
        """Count a new socket; returns None if a limit is reached: abort it then."""
        caps, address = self._quotas.caps, parse(peer)
        key = counted_as(address)
        tally = self._quotas.addresses.of(key)
        # A proxy carries many clients, whose addresses are known only from the request.
        is_proxy = address is not None and self._proxies.is_trusted(address)
        is_too_many = not is_proxy and _is_reached(caps.address_connections, tally.opening)
        if is_too_many or _is_reached(caps.connections, self._opening):
            self._note("opening", key)
            self._quotas.addresses.left(key, self._clock.now_ms())
            return None
        tally.opening += 1
        self._opening += 1
        return CountedSocket(peer, key, tally)

    def admit(self, counted: CountedSocket, request: Request) -> Response | None:
        """Count a socket as a connection; returns a response if it is refused."""
        caps = self._quotas.caps
        address = self._proxies.origin(counted.peer, request.headers)
        counted.is_local = address is not None and address.is_loopback
        self._move(counted, address)
        if _is_reached(caps.connections, self._connections):
            return self._refuse(counted, "full", RETRY_AFTER_MS)
        if _is_reached(caps.address_connections, counted.tally.connections):
            return self._refuse(counted, "address", RETRY_AFTER_MS)
        if wait_ms := counted.tally.take("connections", self._clock.now_ms()):
            return self._refuse(counted, "too_fast", wait_ms)
        counted.is_connection = True
        counted.tally.opening -= 1
        counted.tally.connections += 1
        self._opening -= 1
        self._connections += 1
        log.debug("connection_admitted", address=counted.key)
        return None

    def has_room(self, counted: CountedSocket | None) -> bool:
        """Whether a socket may stay open between requests: half of the limits is for others."""
        if counted is None:
            return False
        caps = self._quotas.caps
        return not (
            _is_reached(caps.connections, 2 * self._opening)
            or _is_reached(caps.address_connections, 2 * counted.tally.opening)
        )

    def close(self, counted: CountedSocket) -> None:
        """The socket is closed."""
        if counted.is_connection:
            counted.tally.connections -= 1
            self._connections -= 1
        else:
            counted.tally.opening -= 1
            self._opening -= 1
        self._quotas.addresses.left(counted.key, self._clock.now_ms())

    def _move(self, counted: CountedSocket, address: Address | None) -> None:
        """Count the socket for the client's own address; behind a proxy the peer's differs."""
        key, old = counted_as(address), counted.key
        if key == old:
            return
        counted.tally.opening -= 1
        counted.key, counted.tally = key, self._quotas.addresses.of(key)
        counted.tally.opening += 1
        self._quotas.addresses.left(old, self._clock.now_ms())

    def _refuse(self, counted: CountedSocket, reason: str, wait_ms: int) -> Response:
        self._note(reason, counted.key)
        if reason == "full":
            response = respond(HTTPStatus.SERVICE_UNAVAILABLE, b"The server is full.\n")
        else:
            text = b"Too many connections from your address.\n"
            response = respond(HTTPStatus.TOO_MANY_REQUESTS, text)
        response.headers["Retry-After"] = str(-(-wait_ms // 1000))
        return response

    def _note(self, reason: str, key: str) -> None:
        self._metrics.connection_refused(reason)
        log.info("connection_refused", reason=reason, address=key)


def _is_reached(cap: int, count: int) -> bool:
    return bool(cap) and count >= cap
