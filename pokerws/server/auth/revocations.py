"""Sessions that were ended before their time: nobody comes in with one of their tokens again.

It knows who is connected with which session, so that all of them can be let go at once, and keeps
the ended ones in memory; the store has them too, for the server that comes after this one.
"""

from typing import Protocol

from pokerws.messages import Refused
from pokerws.server.auth.guests import LIFETIME_MS
from pokerws.server.auth.identity import Identity
from pokerws.server.clock import Clock
from pokerws.storage.names import EndedSessions, MemoryNames, Names
from pokerws.storage.store import StoreUnavailable

# An ended session is kept in mind for at least this long: no guest's token is good for longer, and
# none of a service that gives the same session newer tokens should be.
KEPT_MS = LIFETIME_MS


class Connected(Protocol):
    """One connection."""

    def log_out(self) -> None:
        """Let the client go, as it or another of its session has asked for."""


class Revocations:
    """The sessions of one server: who is here with each, and which were ended.

    Without `names`, which may be a database's, nothing is known of them after this process.
    """

    def __init__(self, names: Names | None = None, clock: Clock | None = None) -> None:
        self._names = names or MemoryNames()
        self._clock = clock or Clock()
        self._ended = EndedSessions()
        # Mostly a session has one connection, which needs no set.
        self._connected: dict[str, Connected | set[Connected]] = {}

    async def load(self) -> None:
        """Read what earlier servers were told.  Raises StoreUnavailable."""
        now_ms = self._clock.now_ms()
        for sid, until_ms in (await self._names.ended_sessions(now_ms)).items():
            self._ended.add(sid, now_ms=now_ms, until_ms=until_ms)

    def check(self, sid: str) -> None:
        """Raise Refused("bad_token") for a session that was ended."""
        if self._ended.has(sid, self._clock.now_ms()):
            raise Refused("bad_token", "the session was ended by logging out")

    def enter(self, identity: Identity, connection: Connected) -> None:
        """A connection has been let in; it has to `leave`."""
        if not identity.sid:
            return
        others = self._connected.get(identity.sid)
        if others is None:
            self._connected[identity.sid] = connection
        elif isinstance(others, set):
            others.add(connection)
        else:
            self._connected[identity.sid] = {others, connection}

    def leave(self, identity: Identity, connection: Connected) -> None:
        """It has ended."""
        others = self._connected.get(identity.sid)
        if isinstance(others, set):
            others.discard(connection)
            if others:
                return
        elif others is not connection:
            return
        del self._connected[identity.sid]

    async def end(self, identity: Identity) -> None:
        """End the session that an identity belongs to, for good.

        Raises Illegal, with nothing changed as far as is known, where that cannot be stored.
        """
        sid, now_ms = identity.sid, self._clock.now_ms()
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

    def let_go(self, identity: Identity) -> None:
        """Have every connection of the session log out."""
        here = self._connected.get(identity.sid, set())
        for connection in list(here) if isinstance(here, set) else [here]:
            connection.log_out()
