"""Tokens of the server's own bots, used when players need tokens.

They are signed with a private key under a reserved key id, and valid only for player ids that begin
with `bot_`.
"""

import jwt

from pokerws.game.state import BOT_PREFIX, PlayerId
from pokerws.server.auth.identity import Identity

BOT_KEY_ID = "pokerws-bots"

_ALGORITHM = "HS256"
_AUDIENCE = "pokerws-bot"


def is_bot(player: PlayerId) -> bool:
    """Whether a player is one of the server's own bots: nobody else can have such an id."""
    return player.startswith(BOT_PREFIX)


class BotTokens:
    """Issues and verifies bot tokens with `key`, of at least 32 characters.

    A token does not expire.  A key that is created at each start invalidates all earlier tokens.
    """

    def __init__(self, key: str) -> None:
        self._key = key

    def token_for(self, player: PlayerId, name: str) -> str:
        """The token of a bot.  Raises ValueError for another player."""
        if not is_bot(player):
            raise ValueError(f"{player} is not a bot")
        claims = {"sub": player, "name": name, "aud": _AUDIENCE}
        return jwt.encode(claims, self._key, _ALGORITHM, headers={"kid": BOT_KEY_ID})

    def read(self, token: str) -> Identity:
        """The identity of a bot.  Raises jwt.InvalidTokenError.

        The same token is returned as its session.
        """
        claims = jwt.decode(
            token,
            self._key,
            algorithms=[_ALGORITHM],
            audience=_AUDIENCE,
            options={"require": ["sub", "name", "aud"]},
        )
        player, name = claims["sub"], claims["name"]
        if not (isinstance(name, str) and player.startswith(BOT_PREFIX)):
            raise jwt.InvalidTokenError("not the token of a bot")
        return Identity(PlayerId(player), name, session=token, sid=player)
