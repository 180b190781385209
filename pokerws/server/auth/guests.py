"""Authentication of guests: a unique name, and a signed token to come back with.

Valid names are defined in `text_rules`, who may have which in `player_names`.
"""

import secrets
from typing import Any

import jwt
from jwt.types import Options

from pokerws.game.state import PlayerId
from pokerws.messages import Refused
from pokerws.server.auth.identity import Check, Identity, admit_all
from pokerws.server.auth.player_names import KEPT_MS, RENEW_MS, PlayerNames
from pokerws.server.clock import Clock

GUEST_PREFIX = "p_"
# A name is kept as long as a token with it may be valid.
LIFETIME_MS = KEPT_MS

_ALGORITHM = "HS256"
_AUDIENCE = "pokerws-guest"
# The times are checked here, by the server's own clock.
_OPTIONS: Options = {"require": ["sub", "exp", "aud"], "verify_exp": False, "verify_iat": False}


class Guests:
    """Admits everybody with a unique name; an `Admission`.

    A guest's token is a JWT signed with `key` (at least 32 characters), so it stays valid across
    restarts if the key does.  It is valid for 30 days, and every hello returns a newer one of the
    same session.  `check` is called before a name is reserved for a token.
    """

    def __init__(
        self,
        key: str,
        clock: Clock,
        *,
        names: PlayerNames,
        check: Check = admit_all,
    ) -> None:
        self._key = key
        self._clock = clock
        self.names = names
        self._check = check

    async def admit(self, token: str | None, name: str | None) -> Identity:
        """Part of `Admission`.  A name beside a token renames the player."""
        if token is None:
            if name is None:
                raise Refused("name_missing")
            player = PlayerId(f"{GUEST_PREFIX}{secrets.token_hex(8)}")
            reserved_ms = await self.names.reserve(player, name)
            return self._identity(player, name, f"s_{secrets.token_hex(16)}", reserved_ms)
        claims = self._read(token)
        player, sid = PlayerId(claims["sub"]), claims["sid"]
        issued_ms = claims["exp"] * 1000 - LIFETIME_MS
        self._check(player, sid, issued_ms)
        if name is not None and name != claims["name"]:
            reserved_ms = await self.names.rename(player, name)
        else:
            name = str(claims["name"])
            reserved_ms = await self.names.renew(player, name, claims["reserved"])
        return self._identity(player, name, sid, reserved_ms, issued_ms)

    def token_for(self, player: PlayerId, name: str) -> str:
        """The token of one of the server's own players, whose name becomes reserved."""
        self.names.add_own(player, name)
        return self._token(player, name, player, self._clock.wall_ms())

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
