"""Guests: a name that nobody else has, and a signed secret that brings the player back.

What a name is made of is `texts`'s matter, and which names look the same that of `skeletons`.
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
from pokerws.storage.names import MemoryNames, Names
from pokerws.storage.store import StoreUnavailable

GUEST_PREFIX = "p_"
LIFETIME_MS = 30 * 24 * 3_600_000
# A guest who comes back has the name reserved anew no more often than this, so that hardly any
# greeting has to wait for a database: unless the server is new, or the player has renamed since.
# An older token still has the older name then, and that one may be somebody else's by now.
RENEW_MS = 24 * 3_600_000
# How often a player may take another name; going back to that of an older token is one, too.
RENAMES = Rate(10, 600_000)
# So many players' latest names, and renames, are remembered.  Whose name is forgotten has it
# reserved anew at the next hello.
MAX_REMEMBERED = 50_000
# No skeleton of a name.
UNKNOWN = ""
# How long a player's earlier claim is waited for.
PATIENCE_S = 5.0
# Who goes by one of these seems to speak for the house.
HOUSE_NAMES = frozenset(
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
    """The name that a player was last given, and when."""

    alike: str
    since_ms: int


class Guests:
    """Admits everybody with a name of their own; an `Admission`.

    A secret is a JWT signed with `key` (at least 32 characters), so that it outlives the process
    for as long as the key does.  It is good for 30 days, and every hello brings a newer one of the
    same session.  A name stays its player's until no secret with it can be good any more.
    Without `names`, which may be a database's, they are kept in memory and reserved at each hello.
    `check_session` raises Illegal for a session that was ended.
    """

    def __init__(
        self,
        key: str,
        clock: Clock | None = None,
        *,
        names: Names | None = None,
        check_session: Callable[[str], None] = lambda sid: None,
    ) -> None:
        self._key = key
        self._clock = clock or Clock()
        self._names = names or MemoryNames()
        self._renew_ms = 0 if names is None else RENEW_MS
        self._check_session = check_session
        # What players were given since then, of the time in which tokens are not asked about; about
        # earlier ones they are.  The longest ago is the first: a plain dict takes long to find it.
        self._known_since_ms = self._clock.now_ms()
        self._held: OrderedDict[PlayerId, _Held] = OrderedDict()
        self._renames: OrderedDict[PlayerId, Bucket] = OrderedDict()
        self._turns: WeakValueDictionary[PlayerId, asyncio.Lock] = WeakValueDictionary()
        # The names of the server's own players.
        self._own: dict[str, PlayerId] = {}

    async def admit(self, token: str | None, name: str | None) -> Identity:
        """Part of `auth.Admission`.  A name beside a token is the player's new one."""
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
        return self._identity(player, name, sid, reserved_ms)

    def token_for(self, player: PlayerId, name: str) -> str:
        """The secret of one of the server's own players, whose name is no guest's from now on."""
        self._own[skeleton(name)] = player
        return self._token(player, name, player, self._clock.now_ms())

    # ---- names

    async def _reserve(self, player: PlayerId, name: str) -> int:
        """Have the name reserved, and the one before it free again; returns when that was."""
        try:
            async with self._turn(player):
                return await self._claim(player, name)
        except StoreUnavailable as error:
            raise Refused("names_unavailable") from error

    async def _renew(self, player: PlayerId, name: str, reserved_ms: int) -> int:
        """Keep a name reserved; it is kept too while nobody can be asked."""
        self._check_house(player, name)
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
        """Whether a name is the player's for sure, without asking."""
        # Not below 0, where the clock of the server before was ahead.
        if max(0, self._clock.now_ms() - reserved_ms) >= self._renew_ms:
            return False
        held = self._held.get(player)
        return reserved_ms >= self._known_since_ms if held is None else held.alike == skeleton(name)

    @asynccontextmanager
    async def _turn(self, player: PlayerId) -> AsyncIterator[None]:
        """One claim of a player at a time, so that the last to be answered is what is held."""
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
        """Returns when the name was reserved.  Raises Illegal and StoreUnavailable."""
        self._check_house(player, name)
        now_ms, alike = self._clock.now_ms(), skeleton(name)
        # Secrets are made with it for another `RENEW_MS` before it is asked for again.
        until_ms = now_ms + LIFETIME_MS + RENEW_MS
        if self._own.get(alike) == player:
            return now_ms
        before = self._held.get(player)
        # Until there is an answer, and for good if there is none, anything may be so.
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
            # All its tokens are asked about by now.
            self._held.popitem(last=False)
        elif len(self._held) > MAX_REMEMBERED:
            self._held.popitem(last=False)
            self._known_since_ms = max(self._known_since_ms, oldest.since_ms + 1)

    def _count_rename(self, player: PlayerId) -> None:
        """Raise Refused for who takes names too often."""
        now_ms = self._clock.now_ms()
        bucket = self._renames.setdefault(player, Bucket(RENAMES))
        self._renames.move_to_end(player)
        wait_ms = bucket.take(now_ms)
        oldest = next(iter(self._renames.values()))
        if len(self._renames) > MAX_REMEMBERED or oldest.is_full(now_ms):
            self._renames.popitem(last=False)
        check_rate(wait_ms)

    def _check_house(self, player: PlayerId, name: str) -> None:
        alike = skeleton(name)
        if alike in HOUSE_NAMES or self._own.get(alike, player) != player:
            raise Refused("name_taken", "the house keeps this name for itself")

    # ---- secrets

    def _identity(self, player: PlayerId, name: str, sid: str, reserved_ms: int) -> Identity:
        token = self._token(player, name, sid, reserved_ms)
        return Identity(player, name, session=token, expires_ms=self._expires_s() * 1000, sid=sid)

    def _expires_s(self) -> int:
        return (self._clock.now_ms() + LIFETIME_MS) // 1000

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
        """What a secret says.  Raises Refused("bad_token").

        Older ones have no session: all of one player's are of one, which has the player's id.
        """
        try:
            claims = jwt.decode(
                token, self._key, algorithms=[_ALGORITHM], audience=_AUDIENCE, options=_OPTIONS
            )
        except (jwt.PyJWTError, ValueError) as error:
            raise Refused("bad_token", f"the token is not valid: {error}") from error
        if claims["exp"] * 1000 <= self._clock.now_ms():
            raise Refused("bad_token", "the session has expired")
        return {"name": "", "sid": claims["sub"], "reserved": -RENEW_MS} | claims
