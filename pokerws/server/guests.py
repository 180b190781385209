"""Guests: a name that nobody else has, and a signed secret that brings the player back.

What a name is made of is `texts`'s matter, and which names look the same that of `skeletons`.
"""

import secrets
from collections.abc import Callable
from typing import Any

import jwt
import structlog
from jwt.types import Options

from pokerws.game.illegal import Illegal
from pokerws.game.state import PlayerId
from pokerws.server.auth import Identity
from pokerws.server.clock import Clock
from pokerws.server.skeletons import skeleton
from pokerws.storage.names import MemoryNames, Names
from pokerws.storage.store import StoreUnavailable

LIFETIME_MS = 30 * 24 * 3_600_000
# A guest who comes back has the name reserved anew no more often than this, so that hardly any
# greeting has to wait for a database: unless the server is new, or the player has renamed since.
# An older token still has the older name then, and that one may be somebody else's by now.
RENEW_MS = 24 * 3_600_000
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
        self._started_ms = self._clock.now_ms()
        # When players took new names, of the time in which older tokens are not asked about.
        self._renamed_ms: dict[PlayerId, int] = {}
        # The names of the server's own players.
        self._own: dict[str, PlayerId] = {}

    async def admit(self, token: str | None, name: str | None) -> Identity:
        """Part of `auth.Admission`.  A name beside a token is the player's new one."""
        if token is None:
            if name is None:
                raise Illegal("name_missing", "")
            player = PlayerId(f"p_{secrets.token_hex(8)}")
            reserved_ms = await self._reserve(player, name)
            return self._identity(player, name, f"s_{secrets.token_hex(16)}", reserved_ms)
        claims = self._read(token)
        player, sid = PlayerId(claims["sub"]), claims["sid"]
        self._check_session(sid)
        if name is not None and name != claims["name"]:
            reserved_ms = await self._reserve(player, name)
            self._note_renamed(player)
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
        now_ms = self._clock.now_ms()
        try:
            await self._claim(player, name, now_ms)
        except StoreUnavailable as error:
            raise Illegal("names_unavailable", "") from error
        return now_ms

    async def _renew(self, player: PlayerId, name: str, reserved_ms: int) -> int:
        """Keep a name reserved; it is kept too while nobody can be asked."""
        now_ms = self._clock.now_ms()
        self._check_house(player, name)
        known_since_ms = max(self._started_ms, self._renamed_ms.get(player, 0))
        if now_ms - reserved_ms < self._renew_ms and reserved_ms >= known_since_ms:
            return reserved_ms
        try:
            await self._claim(player, name, now_ms)
        except StoreUnavailable as error:
            log.info("name_not_renewed", player=player, error=str(error))
            return reserved_ms
        return now_ms

    def _note_renamed(self, player: PlayerId) -> None:
        now_ms, renamed = self._clock.now_ms(), self._renamed_ms
        renamed.pop(player, None)
        renamed[player] = now_ms
        while now_ms - renamed[oldest := next(iter(renamed))] > self._renew_ms:
            del renamed[oldest]

    async def _claim(self, player: PlayerId, name: str, now_ms: int) -> None:
        self._check_house(player, name)
        # Secrets are made with it for another `RENEW_MS` before it is asked for again.
        until_ms = now_ms + LIFETIME_MS + RENEW_MS
        alike = skeleton(name)
        if self._own.get(alike) == player:
            return
        if not await self._names.claim(alike, player, name, now_ms=now_ms, until_ms=until_ms):
            raise Illegal("name_taken", "another player has this name, or one that looks like it")

    def _check_house(self, player: PlayerId, name: str) -> None:
        alike = skeleton(name)
        if alike in HOUSE_NAMES or self._own.get(alike, player) != player:
            raise Illegal("name_taken", "the house keeps this name for itself")

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
        """What a secret says.  Raises Illegal("bad_token").

        Older ones have no session: all of one player's are of one, which has the player's id.
        """
        try:
            claims = jwt.decode(
                token, self._key, algorithms=[_ALGORITHM], audience=_AUDIENCE, options=_OPTIONS
            )
        except (jwt.PyJWTError, ValueError) as error:
            raise Illegal("bad_token", f"the token is not valid: {error}") from error
        if claims["exp"] * 1000 <= self._clock.now_ms():
            raise Illegal("bad_token", "the session has expired")
        return {"name": "", "sid": claims["sub"], "reserved": -RENEW_MS} | claims
