"""Revokes sessions, so that their tokens are not accepted any more.

It tracks the connections of each session, so that all of them can be closed at once.  Revoked
sessions are kept in memory, and in the store to survive a restart.
"""

from collections.abc import Callable
from typing import Protocol

from pokerws.messages import Refused
from pokerws.server.auth.guests import LIFETIME_MS
from pokerws.server.auth.identity import Identity
from pokerws.server.clock import Clock
from pokerws.server.groups import Groups
from pokerws.server.isolation import Isolated, each
from pokerws.storage.errors import StoreUnavailable
from pokerws.storage.names import EndedSessions, Names

# A revoked session is remembered for at least this long.  No guest's token is valid for longer, and
# no token of a service that renews tokens within a session should be.
KEPT_MS = LIFETIME_MS


class Connected(Isolated, Protocol):
    """One connection."""

    def log_out(self) -> None:
        """Close the connection, because its session was logged out."""


class Revocations:
    """The sessions of one server: their connections, and which were revoked.

    Revocations are stored in `names`.
    """

    def __init__(self, names: Names, clock: Clock) -> None:
        self._names = names
        self._clock = clock
        self._ended = EndedSessions()
        self._connected = Groups[str, Connected]()
        # Called with what other servers have to know: the session, and until when it is kept.
        self.on_ended: Callable[[str, int], None] = lambda sid, until_ms: None

    async def load(self) -> None:
        """Load the stored revocations.  Raises StoreUnavailable."""
        now_ms = self._clock.wall_ms()
        for sid, until_ms in (await self._names.ended_sessions(now_ms)).items():
            self.ended_elsewhere(sid, until_ms)

    def check(self, sid: str) -> None:
        """Raise Refused("bad_token") for a revoked session."""
        if self._ended.has(sid, self._clock.wall_ms()):
            raise Refused("bad_token", "the session was ended by logging out")

    def enter(self, identity: Identity, connection: Connected) -> None:
        """Register a connection; pair it with `leave`."""
        if identity.sid:
            self._connected.add(identity.sid, connection)

    def leave(self, identity: Identity, connection: Connected) -> None:
        """Unregister a connection."""
        self._connected.remove(identity.sid, connection)

    async def end(self, identity: Identity) -> None:
        """Revoke the session of an identity.

        Raises Illegal if that cannot be stored.
        """
        sid, now_ms = identity.sid, self._clock.wall_ms()
        if not sid:
            return
        if self._ended.is_full:
            raise Refused("logout_unavailable", "more sessions have been ended than can be kept")
        until_ms = max(now_ms + KEPT_MS, identity.expires_ms or 0)
        try:
            await self._names.end_session(sid, now_ms=now_ms, until_ms=until_ms)
        except StoreUnavailable as error:
            raise Refused("logout_unavailable", "the database cannot be reached") from error
        self._ended.add(sid, now_ms=now_ms, until_ms=until_ms)
        self.on_ended(sid, until_ms)

    def ended_elsewhere(self, sid: str, until_ms: int) -> None:
        """Another server has revoked a session: close its connections here."""
        self._ended.add(sid, now_ms=self._clock.wall_ms(), until_ms=until_ms)
        self._log_out(sid)

    def close_connections(self, identity: Identity) -> None:
        """Close every connection of the session."""
        self._log_out(identity.sid)

    def _log_out(self, sid: str) -> None:
        each(self._connected.of(sid), lambda connection: connection.log_out())
