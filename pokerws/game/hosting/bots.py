"""Wanted bots: those that the host of a table has there.  The server plays them, and marks them."""

from typing import Literal, get_args
from zlib import crc32

from pokerws.game.commands import AddBot, RemoveBot
from pokerws.game.events import BotsWanted, TableEvent
from pokerws.game.hosting.admission import check_host
from pokerws.game.illegal import Details, Illegal
from pokerws.game.seating.seats import stand
from pokerws.game.state import BOT_PREFIX, PlayerId, Table, TableId, WantedBot

# How a bot plays: a name in `client.styles`.
BotStyle = Literal["calling_station", "tight_aggressive", "loose_aggressive"]
# The bots that hosts can have.  All tables share them, so that they need few accounts, and no host
# can choose a name that looks like a person's.
BotName = Literal[
    "Archimedes",
    "Bernoulli",
    "Cantor",
    "Dedekind",
    "Euler",
    "Fourier",
    "Galois",
    "Hilbert",
    "Jacobi",
    "Kepler",
    "Lagrange",
    "Moebius",
    "Noether",
    "Poincare",
    "Riemann",
    "Shannon",
    "Turing",
    "Venn",
    "Weierstrass",
    "Zeno",
]
BOT_NAMES: tuple[str, ...] = get_args(BotName)


def player_of_bot(name: str) -> PlayerId:
    """The player id of the bot with a name."""
    return PlayerId(f"{BOT_PREFIX}{name.lower()}")


def add_bot(table: Table, command: AddBot) -> TableEvent:
    """Add a wanted bot; without a name, the next one that is not wanted yet."""
    if command.player is not None:
        check_host(table, command.player)
    most = min(len(table.seats) - 1, len(BOT_NAMES))
    if len(table.bots) >= most:
        details = Details(limit=most, scope="table")
        raise Illegal("bot_limit", "one seat is left for a person", details)
    wanted = {bot.name for bot in table.bots}
    if command.name in wanted:
        raise Illegal("already_so", "no change: the bot is already wanted")
    name = command.name or next(one for one in _in_order(table.id) if one not in wanted)
    return BotsWanted([*table.bots, WantedBot(player_of_bot(name), name, command.style)])


def remove_bot(table: Table, command: RemoveBot, now_ms: int) -> list[TableEvent]:
    """Remove a wanted bot; it stands up, during a hand at its end."""
    if command.player is not None:
        check_host(table, command.player)
    events = wanted_no_more(table, command.bot)
    if not events:
        raise Illegal("no_such_bot", "no such bot is wanted at this table", Details(field="player"))
    number = table.seat_of(command.bot)
    seat = None if number is None else table.seats[number]
    if seat is not None and not seat.leaving:
        events.append(stand(table, command.bot, now_ms))
    return events


def wanted_no_more(table: Table, player: PlayerId) -> list[TableEvent]:
    """Remove a player from the wanted bots; no event for one who is not among them."""
    left = [bot for bot in table.bots if bot.player != player]
    return [] if len(left) == len(table.bots) else [BotsWanted(left)]


def _in_order(table: TableId) -> tuple[str, ...]:
    """The names, beginning with one that depends on the table: the bots spread over the tables."""
    first = crc32(table.encode()) % len(BOT_NAMES)
    return BOT_NAMES[first:] + BOT_NAMES[:first]
