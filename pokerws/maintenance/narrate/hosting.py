"""Events about a table's host in words: part of `python server.py replay`."""

from collections.abc import Callable
from typing import assert_never

from pokerws.game.config.table_config import TableConfig
from pokerws.game.counted import counted
from pokerws.game.events import (
    ChangePlanned,
    ChipsGiven,
    ChipsTaken,
    HostChanged,
    HostingEvent,
    LinkRenewed,
    PlayerBanned,
    PlayerKicked,
    PlayerMuted,
    PlayerUnbanned,
    SeatApproved,
    SeatDenied,
    SeatRequested,
    SeatRequestWithdrawn,
    TableChanged,
    TablePaused,
    TableResumed,
)
from pokerws.maintenance.stored_log import printable


def tell_of_host(event: HostingEvent, stakes: Callable[[TableConfig], str]) -> str:
    """An event in words; `stakes` are those of a config."""
    match event:
        case TablePaused():
            return "the host pauses the table"
        case TableResumed():
            return "the host ends the pause"
        case ChangePlanned(config=config):
            if config is None:
                return "the host drops the planned change"
            return f"the host changes the table after this hand: {stakes(config)}"
        case TableChanged(config=config):
            return f"the table is changed: {stakes(config)}"
        case LinkRenewed(link=link):
            return f"the table has a new link, number {link}"
        case ChipsGiven(player=player, amount=amount):
            return f"the host gives {printable(player)} {counted(amount, 'chip')}"
        case ChipsTaken(player=player, amount=amount):
            return f"the host takes {counted(amount, 'chip')} from {printable(player)}"
        case _:
            return f"{printable(event.player)} {_done(event)}"


def _done(
    event: (
        SeatRequested
        | SeatApproved
        | SeatDenied
        | SeatRequestWithdrawn
        | PlayerKicked
        | PlayerBanned
        | PlayerUnbanned
        | PlayerMuted
        | HostChanged
    ),
) -> str:
    match event:
        case SeatRequested(buy_in=buy_in):
            return f"asks for a seat, to buy in for {buy_in}"
        case SeatApproved():
            return "may take a seat"
        case SeatDenied():
            return "may not take a seat"
        case SeatRequestWithdrawn():
            return "does not ask for a seat any more"
        case PlayerKicked():
            return "is removed from the seat by the host"
        case PlayerBanned():
            return "is banned from the table"
        case PlayerUnbanned():
            return "is banned no more"
        case PlayerMuted(on=on):
            return "may say nothing at the table" if on else "may say something again"
        case HostChanged():
            return "is the host now"
        case _:
            assert_never(event)
