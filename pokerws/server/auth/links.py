"""Links with which a guest goes on playing on another device, as the same player.

A link has a code that is valid once and for a few minutes.  Only its digest is kept, and the code
is never logged.  Players who are known by a login service sign in there instead.
"""

import secrets
from hashlib import sha256
from typing import NamedTuple

from pokerws.messages import Refused
from pokerws.server.auth.guests import GUEST_PREFIX, Guests
from pokerws.server.auth.identity import Identity
from pokerws.server.auth.revocations import Revocations
from pokerws.server.clock import Clock
from pokerws.storage.errors import StoreUnavailable
from pokerws.storage.links import MemoryLinks, StoredLink, StoredLinks

LINK_MS = 300_000
# 128 random bits.
CODE_BYTES = 16


class Arrival(NamedTuple):
    """A player who came by a link, and the session that has ended for it, if one has."""

    identity: Identity
    ended: Identity | None


class Links:
    """Makes and redeems links.  Without `guests` there are none."""

    def __init__(
        self,
        store: StoredLinks | None = None,
        guests: Guests | None = None,
        revocations: Revocations | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._store = store or MemoryLinks()
        self._guests = guests
        self._revocations = revocations
        self._clock = clock or Clock()

    async def create(self, identity: Identity, name: str, *, keep: bool) -> tuple[str, int]:
        """A code that brings the player, and until when, in ms UTC; an earlier one is void.

        Without `keep`, the session of `identity` ends when the code is used.  Raises Refused.
        """
        if self._guests is None or not identity.player.startswith(GUEST_PREFIX):
            raise Refused("guests_only")
        code = secrets.token_urlsafe(CODE_BYTES)
        now_ms = self._clock.wall_ms()
        link = StoredLink(identity.player, name, identity.sid, keep, now_ms, now_ms + LINK_MS)
        try:
            await self._store.put(_digest(code), link)
        except StoreUnavailable as error:
            raise Refused("account_unavailable") from error
        return code, link.until_ms

    async def redeem(self, code: str) -> Arrival:
        """Admit the player of a code, which is void from then on.  Raises Refused."""
        guests, revocations = self._guests, self._revocations
        if guests is None or revocations is None:
            raise Refused("guests_only")
        try:
            link = await self._store.take(_digest(code), self._clock.wall_ms())
        except StoreUnavailable as error:
            raise Refused("account_unavailable") from error
        if link is None:
            raise Refused("bad_code")
        identity = await guests.arrive(link.player, link.name, link.sid, link.made_ms)
        if link.keep:
            return Arrival(identity, None)
        before = identity._replace(sid=link.sid)
        await revocations.end(before)
        return Arrival(identity, before)


def _digest(code: str) -> str:
    return sha256(code.encode()).hexdigest()
