"""Authentication of guests: a unique name, and a signed token to come back with.

Valid names are defined in `text_rules`, names that look alike in `confusables`.
"""

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, NamedTuple
from weakref import WeakValueDictionary

import jwt
import structlog
from jwt.types import Options

from pokerws.game.state import PlayerId
from pokerws.messages import Refused
from pokerws.server.auth.confusables import skeleton
from pokerws.server.auth.identity import Identity
from pokerws.server.clock import Clock
from pokerws.server.limits.rate_limits import Bucket, Rate, check_rate
from pokerws.storage.errors import StoreUnavailable
from pokerws.storage.names import Names

GUEST_PREFIX = "p_"
LIFETIME_MS = 30 * 24 * 3_600_000
# A reservation is renewed only if it is older than this, so that most hellos need no database.  It
# is also renewed after a restart, and for an older token with a name that the player has changed
# since: that name may be another player's now.
RENEW_MS = 24 * 3_600_000
# How often a player may rename; returning to the name of an older token counts too.
RENAMES = Rate(10, 600_000)
# The latest names and renames of this many players are cached.  A name that was evicted is reserved
# again at the next hello.
MAX_REMEMBERED = 50_000
# Marks a claim whose outcome is unknown; not the skeleton of any name.
UNKNOWN = ""
# How long to wait for a player's earlier claim.
PATIENCE_S = 5.0
# Names that could be mistaken for the operator's.
RESERVED_NAMES = frozenset(
    map(
        skeleton,
        "admin administrator bank dealer house moderator mod operator owner pokerws root server "
        "staff support system".split(),
    )
)

_ALGORITHM = "HS256"
_AUDIENCE = "pokerws-guest"
# The times are checked here, by the server's own clock.
_OPTIONS: Options = {"require": ["sub", "exp", "aud"], "verify_exp": False, "verify_iat": False}

log = structlog.get_logger("pokerws.guests")


class _Held(NamedTuple):
    """The skeleton of a player's latest name, and when it was reserved."""

    alike: str
    since_ms: int


class Guests:
    """Admits everybody with a unique name; an `Admission`.

    A guest's token is a JWT signed with `key` (at least 32 characters), so it stays valid across
    restarts if the key does.  It is valid for 30 days, and every hello returns a newer one of the
    same session.  A name stays reserved as long as a token with it may be valid.  A reservation
    older than `renew_ms` is renewed; use 0 if `names` does not survive a restart.  `check_session`
    raises Illegal for a revoked session.
    """

    def __init__(
        self,
        key: str,
        clock: Clock,
        *,
        names: Names,
        renew_ms: int = RENEW_MS,
        check_session: Callable[[str], None] = lambda sid: None,
    ) -> None:
        self._key = key
        self._clock = clock
        self._names = names
        self._renew_ms = renew_ms
        self._check_session = check_session
        # `_held` caches the reservations since this time, oldest first; earlier ones are looked up
        # in the store.  An OrderedDict, since finding the first key of a dict is slow after
        # deletions.
        self._known_since_ms = self._clock.wall_ms()
        self._held: OrderedDict[PlayerId, _Held] = OrderedDict()
        self._renames: OrderedDict[PlayerId, Bucket] = OrderedDict()
        self._turns: WeakValueDictionary[PlayerId, asyncio.Lock] = WeakValueDictionary()
        # Names of the server's own players, by skeleton.
        self._own: dict[str, PlayerId] = {}

    async def admit(self, token: str | None, name: str | None) -> Identity:
        """Part of `Admission`.  A name beside a token renames the player."""
        if token is None:
            if name is None:
                raise Refused("name_missing")
            player = PlayerId(f"{GUEST_PREFIX}{secrets.token_hex(8)}")
            reserved_ms = await self._reserve(player, name)
            return self._identity(player, name, f"s_{secrets.token_hex(16)}", reserved_ms)
        claims = self._read(token)
        player, sid = PlayerId(claims["sub"]), claims["sid"]
        self._check_session(sid)
        if name is not None and name != claims["name"]:
            self._count_rename(player)
            reserved_ms = await self._reserve(player, name)
        else:
            name = str(claims["name"])
            reserved_ms = await self._renew(player, name, claims["reserved"])
        return self._identity(player, name, sid, reserved_ms, claims["exp"] * 1000 - LIFETIME_MS)

    def token_for(self, player: PlayerId, name: str) -> str:
        """The token of one of the server's own players, whose name becomes reserved."""
        self._own[skeleton(name)] = player
        return self._token(player, name, player, self._clock.wall_ms())

    # ---- names

    async def _reserve(self, player: PlayerId, name: str) -> int:
        """Reserve a name and free the previous one; returns the time of the reservation."""
        try:
            async with self._turn(player):
                return await self._claim(player, name)
        except StoreUnavailable as error:
            raise Refused("names_unavailable") from error

    async def _renew(self, player: PlayerId, name: str, reserved_ms: int) -> int:
        """Renew a reservation if necessary; without the store, the old one is accepted."""
        self._check_reserved(player, name)
        if self._is_reserved(player, name, reserved_ms):
            return reserved_ms
        held = self._held.get(player)
        if held is not None and held.alike not in (UNKNOWN, skeleton(name)):
            self._count_rename(player)
        try:
            async with self._turn(player):
                return await self._claim(player, name)
        except StoreUnavailable as error:
            log.info("name_not_renewed", player=player, error=str(error))
            return reserved_ms

    def _is_reserved(self, player: PlayerId, name: str, reserved_ms: int) -> bool:
        """Whether the name is known to be the player's, without asking the store."""
        # At least 0, even if the clock was ahead before a restart.
        if max(0, self._clock.wall_ms() - reserved_ms) >= self._renew_ms:
            return False
        held = self._held.get(player)
        return reserved_ms >= self._known_since_ms if held is None else held.alike == skeleton(name)

    @asynccontextmanager
    async def _turn(self, player: PlayerId) -> AsyncIterator[None]:
        """Serialises a player's claims, so that the cache matches the latest answer."""
        turn = self._turns.setdefault(player, asyncio.Lock())
        try:
            async with asyncio.timeout(PATIENCE_S):
                await turn.acquire()
        except TimeoutError as error:
            raise StoreUnavailable("an earlier claim is not answered yet") from error
        try:
            yield
        finally:
            turn.release()

    async def _claim(self, player: PlayerId, name: str) -> int:
        """Reserve a name; returns the time.  Raises Illegal and StoreUnavailable."""
        self._check_reserved(player, name)
        now_ms, alike = self._clock.wall_ms(), skeleton(name)
        # Tokens with this name are issued for another `RENEW_MS` before it is claimed again.
        until_ms = now_ms + LIFETIME_MS + RENEW_MS
        if self._own.get(alike) == player:
            return now_ms
        before = self._held.get(player)
        # The outcome is unknown until there is an answer.
        self._note_held(player, _Held(UNKNOWN, now_ms))
        if not await self._names.claim(alike, player, name, now_ms=now_ms, until_ms=until_ms):
            if before is None:
                self._held.pop(player, None)
            else:
                self._note_held(player, before)
            raise Refused("name_taken", "another player has this name, or one that looks like it")
        self._note_held(player, _Held(alike, now_ms))
        return now_ms

    def _note_held(self, player: PlayerId, held: _Held) -> None:
        self._held[player] = held
        self._held.move_to_end(player)
        oldest = next(iter(self._held.values()))
        if held.since_ms - oldest.since_ms > self._renew_ms:
            # A reservation that old is looked up in the store anyway.
            self._held.popitem(last=False)
        elif len(self._held) > MAX_REMEMBERED:
            self._held.popitem(last=False)
            self._known_since_ms = max(self._known_since_ms, oldest.since_ms + 1)

    def _count_rename(self, player: PlayerId) -> None:
        """Count a rename.  Raises Refused if the player renames too often."""
        now_ms = self._clock.now_ms()
        bucket = self._renames.setdefault(player, Bucket(RENAMES))
        self._renames.move_to_end(player)
        wait_ms = bucket.take(now_ms)
        oldest = next(iter(self._renames.values()))
        if len(self._renames) > MAX_REMEMBERED or oldest.is_full(now_ms):
            self._renames.popitem(last=False)
        check_rate(wait_ms)

    def _check_reserved(self, player: PlayerId, name: str) -> None:
        alike = skeleton(name)
        if alike in RESERVED_NAMES or self._own.get(alike, player) != player:
            raise Refused("name_taken", "this name is reserved")

    # ---- tokens

    def _identity(
        self,
        player: PlayerId,
        name: str,
        sid: str,
        reserved_ms: int,
        issued_ms: int | None = None,
    ) -> Identity:
        """An identity with a new token; `issued_ms` is that of the old one, if there is one."""
        token = self._token(player, name, sid, reserved_ms)
        expires_ms = self._expires_s() * 1000
        issued_ms = self._clock.wall_ms() if issued_ms is None else issued_ms
        return Identity(
            player, name, session=token, expires_ms=expires_ms, sid=sid, issued_ms=issued_ms
        )

    def _expires_s(self) -> int:
        return (self._clock.wall_ms() + LIFETIME_MS) // 1000

    def _token(self, player: PlayerId, name: str, sid: str, reserved_ms: int) -> str:
        claims = {
            "sub": player,
            "name": name,
            "sid": sid,
            "reserved": reserved_ms,
            "aud": _AUDIENCE,
            "exp": self._expires_s(),
        }
        return jwt.encode(claims, self._key, algorithm=_ALGORITHM)

    def _read(self, token: str) -> dict[str, Any]:
        """The claims of a token.  Raises Refused("bad_token").

        Older tokens have no session id; the player's id replaces it.
        """
        try:
            claims = jwt.decode(
                token, self._key, algorithms=[_ALGORITHM], audience=_AUDIENCE, options=_OPTIONS
            )
        except (jwt.PyJWTError, ValueError) as error:
            raise Refused("bad_token", f"the token is not valid: {error}") from error
        if claims["exp"] * 1000 <= self._clock.wall_ms():
            raise Refused("bad_token", "the session has expired")
        return {"name": "", "sid": claims["sub"], "reserved": -RENEW_MS} | claims
