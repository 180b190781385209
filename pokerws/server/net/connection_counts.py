"""Counts who is connected from where, and refuses who is one too many.

A socket is counted from its first byte on, as opening; once its handshake is let through, as a
connection.  There may be as many of the one as of the other.  Players are counted in `limits`.
"""

from http import HTTPStatus

import structlog
from websockets.http11 import Request, Response

from pokerws.metrics import Metrics
from pokerws.server.clock import Clock
from pokerws.server.limits.limits import Bucket, Quotas, Rate, Tally
from pokerws.server.net.client_address import Address, TrustedProxies, counted_as, parse
from pokerws.server.net.http import respond

# When to come back, for who is refused because others are there.
RETRY_AFTER_MS = 5_000
# Lines about refusals, so that a flood does not fill the log; the counter has all.
_LOG_RATE = Rate(10, 60_000)

log = structlog.get_logger("pokerws.door")


class Visit:
    """One socket, from where it comes, and what it is counted as."""

    __slots__ = ("is_connection", "key", "peer", "tally")

    def __init__(self, peer: str, key: str, tally: Tally) -> None:
        self.peer = peer
        self.key = key
        self.tally = tally
        self.is_connection = False


class Door:
    """Lets sockets in; each has to `arrive`, then may be let in by `admit`, and has to `leave`."""

    def __init__(
        self, quotas: Quotas, proxies: TrustedProxies, clock: Clock, metrics: Metrics
    ) -> None:
        self._quotas = quotas
        self._proxies = proxies
        self._clock = clock
        self._metrics = metrics
        self._log_lines = Bucket(_LOG_RATE)
        self._opening = 0
        self._connections = 0

    def arrive(self, peer: str) -> Visit | None:
        """Count a socket that has been accepted; None if there is no room even to hear it."""
        caps, address = self._quotas.caps, parse(peer)
        key = counted_as(address)
        tally = self._quotas.addresses.of(key)
        # Through a proxy come many, and from whom is only known when they have spoken.
        is_proxy = address is not None and self._proxies.is_trusted(address)
        is_crowd = not is_proxy and _is_reached(caps.address_connections, tally.opening)
        if is_crowd or _is_reached(caps.connections, self._opening):
            self._note("opening", key)
            self._quotas.addresses.left(key, self._clock.now_ms())
            return None
        tally.opening += 1
        self._opening += 1
        return Visit(peer, key, tally)

    def admit(self, visit: Visit, request: Request) -> Response | None:
        """Count a socket as a connection, or say why not."""
        caps = self._quotas.caps
        self._move(visit, self._proxies.origin(visit.peer, request.headers))
        if _is_reached(caps.connections, self._connections):
            return self._refuse(visit, "full", RETRY_AFTER_MS)
        if _is_reached(caps.address_connections, visit.tally.connections):
            return self._refuse(visit, "address", RETRY_AFTER_MS)
        if wait_ms := visit.tally.take("connections", self._clock.now_ms()):
            return self._refuse(visit, "too_fast", wait_ms)
        visit.is_connection = True
        visit.tally.opening -= 1
        visit.tally.connections += 1
        self._opening -= 1
        self._connections += 1
        log.debug("connection_admitted", address=visit.key)
        return None

    def leave(self, visit: Visit) -> None:
        """The socket is closed."""
        if visit.is_connection:
            visit.tally.connections -= 1
            self._connections -= 1
        else:
            visit.tally.opening -= 1
            self._opening -= 1
        self._quotas.addresses.left(visit.key, self._clock.now_ms())

    def _move(self, visit: Visit, address: Address | None) -> None:
        """Count the socket for the address that it turns out to come from."""
        key, old = counted_as(address), visit.key
        if key == old:
            return
        visit.tally.opening -= 1
        visit.key, visit.tally = key, self._quotas.addresses.of(key)
        visit.tally.opening += 1
        self._quotas.addresses.left(old, self._clock.now_ms())

    def _refuse(self, visit: Visit, reason: str, wait_ms: int) -> Response:
        self._note(reason, visit.key)
        if reason == "full":
            response = respond(HTTPStatus.SERVICE_UNAVAILABLE, b"The server is full.\n")
        else:
            text = b"Too many connections from your address.\n"
            response = respond(HTTPStatus.TOO_MANY_REQUESTS, text)
        response.headers["Retry-After"] = str(-(-wait_ms // 1000))
        return response

    def _note(self, reason: str, key: str) -> None:
        self._metrics.connection_refused(reason)
        if not self._log_lines.take(self._clock.now_ms()):
            log.info("connection_refused", reason=reason, address=key)


def _is_reached(cap: int, count: int) -> bool:
    return bool(cap) and count >= cap
