"""What a player will do by itself: sit out or leave before the next big blind, or leave later."""

from pokerws.game.blinds.departures import has_blinds, stood
from pokerws.game.commands import SitIn, SitOut, Stand
from pokerws.game.events import EntryChosen, PlanMade, PlayerSatIn, PlayerSatOut, TableEvent
from pokerws.game.illegal import Illegal
from pokerws.game.next_hand import next_payer
from pokerws.game.seating.seats import in_hand, seat_of, stand
from pokerws.game.state import Plan, PlayerId, Seat, Table

_AT_BLIND = frozenset({"sit_out_at_blind", "leave_at_blind"})


def leave_seat(table: Table, command: Stand, now_ms: int) -> TableEvent:
    """Leave the seat, now or later; without a hand in play, now."""
    number, seat = seat_of(table, command.player)
    if command.when == "now" or seat.leaving:
        return stand(table, command.player, now_ms)
    if command.when == "hand":
        if not in_hand(table, number):
            return stand(table, command.player, now_ms)
        return _plan(number, seat, "leave_after_hand")
    _check_blinds(table)
    if seat.sitting_out and not in_hand(table, number):
        return stand(table, command.player, now_ms)
    return _plan(number, seat, "leave_at_blind")


def sit_out(table: Table, command: SitOut) -> TableEvent:
    """Be dealt no further hands, from now on or from the next big blind on."""
    number, seat = seat_of(table, command.player)
    if seat.sitting_out:
        raise Illegal("already_sitting_out", "you are already sitting out")
    if command.when == "now":
        return PlayerSatOut(number, "asked")
    _check_blinds(table)
    return _plan(number, seat, "sit_out_at_blind")


def sit_in(table: Table, command: SitIn) -> TableEvent:
    """Be dealt in again, or drop the plan to sit out."""
    number, seat = seat_of(table, command.player)
    if not seat.sitting_out and seat.plan == "sit_out_at_blind":
        return PlanMade(number, "")
    if not seat.sitting_out:
        raise Illegal("not_sitting_out", "you are not sitting out")
    if not seat.stack and not in_hand(table, number):
        raise Illegal("no_chips", "add chips first")
    return PlayerSatIn(number, posts=command.entry == "post" and seat.owes_blind)


def stay(table: Table, player: PlayerId) -> TableEvent:
    """Drop a plan."""
    number, seat = seat_of(table, player)
    if not seat.plan:
        raise Illegal("no_plan", "you have not asked to leave or sit out later")
    return PlanMade(number, "")


def choose_entry(table: Table, player: PlayerId, *, post: bool) -> TableEvent:
    """Post the owed blind from the next hand on, or wait for the big blind."""
    number, seat = seat_of(table, player)
    _check_blinds(table)
    if not seat.owes_blind:
        raise Illegal("no_blind_owed", "you owe no blind")
    if seat.posts == post:
        raise Illegal("already_so", "no change: already set")
    return EntryChosen(number, post)


def is_over(table: Table, seat: Seat) -> bool:
    """Whether the plan of a player is to leave now, between hands."""
    if seat.plan == "leave_at_blind":
        # No blind comes to a player who sits out, or if the new config has no blinds.
        return seat.sitting_out or not has_blinds(table.config)
    return seat.plan == "leave_after_hand"


def sits_out_now(table: Table, seat: Seat) -> bool:
    """Whether a player who plans to sit out at the blind must do so now, since none will come."""
    return seat.plan == "sit_out_at_blind" and not has_blinds(table.config)


def at_blind(table: Table, now_ms: int) -> list[TableEvent]:
    """The events before the next hand, if its big blind would come to a player with a plan."""
    if not any(seat is not None and seat.plan in _AT_BLIND for seat in table.seats):
        return []
    number = next_payer(table)
    seat = None if number is None else table.seats[number]
    if number is None or seat is None or seat.plan not in _AT_BLIND:
        return []
    if seat.plan == "leave_at_blind":
        return [stood(table, number, seat, now_ms)]
    return [PlayerSatOut(number, "asked")]


def _plan(number: int, seat: Seat, plan: Plan) -> TableEvent:
    if seat.plan == plan:
        raise Illegal("already_so", "no change: already set")
    return PlanMade(number, plan)


def _check_blinds(table: Table) -> None:
    if not has_blinds(table.config):
        raise Illegal("no_blinds", "no big blind goes around at this table")
