"""Applies the events of the host and of requests; called by `apply`."""

from typing import assert_never

from msgspec.structs import replace

from pokerws.game.betting.actions import taken_seat
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
from pokerws.game.state import BankLine, Hosting, PlayerId, SeatRequest, Table


def apply_hosting(table: Table, event: HostingEvent) -> None:
    """Apply an event about the host."""
    hosting = table.hosting
    match event:
        case HostChanged(player=player):
            table.host = player
        case TableChanged():
            _change(table, event)
        case ChipsGiven(seat=number, player=player, amount=amount):
            taken_seat(table, number).stack += amount
            table.hosting = bank_gave(hosting, player, "", amount)
        case ChipsTaken(seat=number, player=player, amount=amount):
            taken_seat(table, number).stack -= amount
            table.hosting = bank_got(hosting, player, amount)
        case _:
            table.hosting = _decided(hosting, event)


def _decided(
    hosting: Hosting,
    event: (
        SeatRequested
        | SeatApproved
        | SeatDenied
        | SeatRequestWithdrawn
        | PlayerKicked
        | PlayerBanned
        | PlayerUnbanned
        | PlayerMuted
        | TablePaused
        | TableResumed
        | ChangePlanned
        | LinkRenewed
    ),
) -> Hosting:
    match event:
        case SeatRequested(player=player, name=name, buy_in=buy_in):
            request = SeatRequest(player, name, buy_in)
            return replace(hosting, requests=(*hosting.requests, request))
        case SeatApproved(player=player):
            hosting = without_request(hosting, player)
            return replace(hosting, approved=(*hosting.approved, player))
        case SeatDenied(player=player):
            return _without_approval(without_request(hosting, player), player)
        case SeatRequestWithdrawn(player=player):
            return without_request(hosting, player)
        case PlayerKicked(player=player):
            return _without_approval(hosting, player)
        case PlayerBanned(player=player):
            hosting = _without_approval(without_request(hosting, player), player)
            return replace(hosting, banned=(*hosting.banned, player))
        case PlayerUnbanned(player=player):
            return replace(hosting, banned=_others(hosting.banned, player))
        case PlayerMuted(player=player, on=on):
            others = _others(hosting.muted, player)
            return replace(hosting, muted=(*others, player) if on else others)
        case TablePaused():
            return replace(hosting, paused=True)
        case TableResumed():
            return replace(hosting, paused=False)
        case ChangePlanned(config=config):
            return replace(hosting, next_config=config)
        case LinkRenewed(link=link):
            return replace(hosting, link=link)
        case _:
            assert_never(event)


def _change(table: Table, event: TableChanged) -> None:
    config = event.config
    before, table.config = table.config, config
    first = table.hosting.first_config or before
    table.hosting = replace(table.hosting, next_config=None, first_config=first)
    if (before.variant, before.mix) != (config.variant, config.mix):
        table.game = None
    for number, clock in enumerate(event.clocks or ()):
        if (seat := table.seats[number]) is not None:
            seat.clock = clock
    if event.ends_at_ms is not None and table.extras is not None:
        table.extras.ends_at_ms, table.extras.last_hand = event.ends_at_ms, 0


# ---- the lists


def without_request(hosting: Hosting, player: PlayerId) -> Hosting:
    """The table without the player's request for a seat."""
    left = tuple(one for one in hosting.requests if one.player != player)
    return hosting if len(left) == len(hosting.requests) else replace(hosting, requests=left)


def _without_approval(hosting: Hosting, player: PlayerId) -> Hosting:
    return replace(hosting, approved=_others(hosting.approved, player))


def _others(players: tuple[PlayerId, ...], player: PlayerId) -> tuple[PlayerId, ...]:
    return tuple(one for one in players if one != player)


# ---- the bank's lines


def bank_gave(hosting: Hosting, player: PlayerId, name: str, amount: int) -> Hosting:
    """Book chips that the bank gave a player; without a `name` the line keeps its name."""
    line = BankLine(player, name, amount)
    if any(one.player == player for one in hosting.bank):
        return _booked(hosting, line)
    return replace(hosting, bank=(*hosting.bank, line))


def bank_got(hosting: Hosting, player: PlayerId, amount: int) -> Hosting:
    """Book chips of a player that came back to the bank."""
    return _booked(hosting, BankLine(player, "", 0, amount))


def _booked(hosting: Hosting, booked: BankLine) -> Hosting:
    """The lines of the bank, with the chips of `booked` added to the player's."""
    bank = tuple(
        line
        if line.player != booked.player
        else BankLine(
            line.player,
            booked.name or line.name,
            line.given + booked.given,
            line.returned + booked.returned,
        )
        for line in hosting.bank
    )
    return replace(hosting, bank=bank)
