"""Guests: a name, and a signed secret that brings the player back."""

import secrets
import time

import jwt

from pokerws.game.illegal import Illegal
from pokerws.game.state import PlayerId
from pokerws.server.auth import Identity

_ALGORITHM = "HS256"
_AUDIENCE = "pokerws-guest"
_LIFETIME_S = 30 * 24 * 3600


class Guests:
    """Admits everybody with a name; an `Admission`.

    A secret is a JWT signed with `key` (at least 32 characters), so that it outlives the process
    for as long as the key does, and nothing has to be stored for it.
    """

    def __init__(self, key: str) -> None:
        self._key = key

    async def admit(self, token: str | None, name: str | None) -> Identity:
        """Part of `auth.Admission`.  A name beside a token is the player's new one."""
        if token is not None:
            player, old_name = self._read(token)
            return self._identity(player, name or old_name)
        if name is None:
            raise Illegal("name_missing", "")
        return self._identity(PlayerId(f"p_{secrets.token_hex(8)}"), name)

    def token_for(self, player: PlayerId, name: str) -> str:
        """The secret that brings `player` back, good for 30 days."""
        claims = {
            "sub": player,
            "name": name,
            "aud": _AUDIENCE,
            "exp": int(time.time()) + _LIFETIME_S,
        }
        return jwt.encode(claims, self._key, algorithm=_ALGORITHM)

    def _identity(self, player: PlayerId, name: str) -> Identity:
        return Identity(player, name, session=self.token_for(player, name))

    def _read(self, token: str) -> tuple[PlayerId, str]:
        try:
            claims = jwt.decode(
                token,
                self._key,
                algorithms=[_ALGORITHM],
                audience=_AUDIENCE,
                options={"require": ["sub", "exp", "aud"]},
            )
        except jwt.InvalidTokenError as error:
            raise Illegal("bad_token", f"the token is not valid: {error}") from error
        return PlayerId(str(claims["sub"])), str(claims.get("name", ""))
