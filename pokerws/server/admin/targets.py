"""Finds whom an operator means: by id, or by the name of a player who is here."""

from ipaddress import ip_network

from pokerws.game.illegal import Details
from pokerws.game.state import PlayerId
from pokerws.messages import PlayerEntry, Refused
from pokerws.server.sessions.context import SessionContext
from pokerws.server.sessions.handlers.moderation import known_players
from pokerws.server.sessions.operator_actions import is_known


async def player_meant(context: SessionContext, text: str) -> PlayerId:
    """The player with that id, or else with that name.  Raises Refused.

    An id comes first, so that nobody can be named so as to be taken for another one.
    """
    player = PlayerId(text)
    if text.isascii() and text.isprintable() and await is_known(context, player, unsure=False):
        return player
    named = [one for one in known_players(context).values() if _is_named(one, text)]
    if len(named) == 1:
        return named[0].player
    if named:
        ids = ", ".join(sorted(one.player for one in named))
        raise Refused(
            "invalid_value",
            f"several players have the name {text}: give one of the ids {ids}",
            Details(field="player"),
        )
    raise Refused("unknown_player", f"there is no player {text}; somebody who left needs the id")


def _is_named(entry: PlayerEntry, text: str) -> bool:
    return entry.name.casefold() == text.casefold()


def is_network(text: str) -> bool:
    """Whether a text is an address or a network, and no player."""
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True
