"""Events of what the host of a table decides about its bots."""

from pokerws.game.events.base import Event
from pokerws.game.state import WantedBot


class BotsWanted(Event, frozen=True, tag="bots_wanted"):
    """The host added or removed a bot: these `bots` are wanted from now on.

    The table's `bots` become the event's.
    """

    bots: list[WantedBot]
