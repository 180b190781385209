"""Who may take a seat: the host, approved players, and nobody who is banned."""

from pokerws.game.illegal import Illegal
from pokerws.game.state import PlayerId, Table


def check_host(table: Table, player: PlayerId) -> None:
    """Raise Illegal unless the player is the table's host."""
    if table.host != player:
        raise Illegal("not_host", "only the host of the table may do this")


def needs_approval(table: Table, player: PlayerId) -> bool:
    """Whether the host has to approve before the player may sit down."""
    is_in = player == table.host or player in table.hosting.approved or is_wanted(table, player)
    return table.config.hosting.approval and not is_in


def is_wanted(table: Table, player: PlayerId) -> bool:
    """Whether the player is one of the wanted bots."""
    return any(bot.player == player for bot in table.bots)


def may_sit(table: Table, player: PlayerId) -> bool:
    """Whether a player may sit down without another approval."""
    return player not in table.hosting.banned and not needs_approval(table, player)


def check_not_banned(table: Table, player: PlayerId) -> None:
    """Raise Illegal for a player whom the host has banned."""
    if player in table.hosting.banned:
        raise Illegal("banned_from_table", "the host lets you not sit down at this table")
