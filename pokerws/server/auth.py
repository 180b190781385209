"""Who a connection speaks for.  Guests: a name, and a signed secret that brings the player back."""

import secrets
import time
from typing import NamedTuple

import jwt

from pokerws.game.state import PlayerId

_ALGORITHM = "HS256"
_AUDIENCE = "pokerws-guest"
_LIFETIME_S = 30 * 24 * 3600


class BadToken(Exception):
    """A token that this server did not sign, or that has expired."""


class Player(NamedTuple):
    """An identity."""

    id: PlayerId
    name: str


class Guests:
    """Makes and reads the session secrets of guests.

    A secret is a JWT signed with `key` (at least 32 characters), so that it outlives the process
    for as long as the key does, and nothing has to be stored for it.
    """

    def __init__(self, key: str) -> None:
        self._key = key

    def new_player(self, name: str) -> Player:
        """A player that has never been here."""
        return Player(PlayerId(f"p_{secrets.token_hex(8)}"), name)

    def token_for(self, player: Player) -> str:
        """The secret that brings `player` back, good for 30 days."""
        claims = {
            "sub": player.id,
            "name": player.name,
            "aud": _AUDIENCE,
            "exp": int(time.time()) + _LIFETIME_S,
        }
        return jwt.encode(claims, self._key, algorithm=_ALGORITHM)

    def player_of(self, token: str) -> Player:
        """The player whose secret `token` is.  Raises BadToken."""
        try:
            claims = jwt.decode(
                token,
                self._key,
                algorithms=[_ALGORITHM],
                audience=_AUDIENCE,
                options={"require": ["sub", "exp", "aud"]},
            )
        except jwt.InvalidTokenError as error:
            raise BadToken(str(error)) from error
        return Player(PlayerId(str(claims["sub"])), str(claims.get("name", "")))
