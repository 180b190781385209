"""The tokens of the server's own bots, where players need one too.

They are signed with a key that nobody else has, under a name that no other key goes by, and are
good for ids that begin with `bot_` and for nothing else.
"""

import jwt

from pokerws.game.state import PlayerId
from pokerws.server.auth.identity import Identity

BOT_KEY_ID = "pokerws-bots"
BOT_PREFIX = "bot_"

_ALGORITHM = "HS256"
_AUDIENCE = "pokerws-bot"


class BotTokens:
    """Signs and reads them with `key`, of at least 32 characters.

    A token is as good as its key: it does not end while the server plays, and a key that is made
    anew at each start ends all that were signed before.
    """

    def __init__(self, key: str) -> None:
        self._key = key

    def token_for(self, player: PlayerId, name: str) -> str:
        """The token that `player`, a bot, comes in with."""
        if not player.startswith(BOT_PREFIX):
            raise ValueError(f"{player} is not a bot")
        claims = {"sub": player, "name": name, "aud": _AUDIENCE}
        return jwt.encode(claims, self._key, _ALGORITHM, headers={"kid": BOT_KEY_ID})

    def read(self, token: str) -> Identity:
        """The bot whose token it is.  Raises jwt.InvalidTokenError.

        The bot gets the token back, to come in with again.
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
            raise jwt.InvalidTokenError("it is no bot's")
        return Identity(PlayerId(player), name, session=token, sid=player)
