"""Applies the events of extra rules.  `apply` calls these functions, and nothing else does.

They record what happened; no rule is evaluated.
"""

from typing import assert_never

from pokerws.game.betting.actions import taken_seat
from pokerws.game.cards import Card
from pokerws.game.events import (
    BombPotVoted,
    BonusPaid,
    ExtrasEvent,
    PartShown,
    RabbitAgreed,
    RabbitShown,
    RakeTaken,
    SessionEnding,
    SessionStarted,
    StandUpStarted,
    StandUpWon,
)
from pokerws.game.illegal import Inconsistent
from pokerws.game.state import Extras, Hand, LastHand, Pot, Rabbit, StandUp, Table


def apply_extra(table: Table, event: ExtrasEvent) -> None:
    """Apply an event of an extra rule."""
    match event:
        case PartShown(seat=number, cards=cards):
            _show_part(_last(table), number, cards)
        case RabbitAgreed(seat=number):
            _rabbit(table).agreed.append(number)
        case RabbitShown(boards=boards):
            rabbit = _rabbit(table)
            rabbit.shown, rabbit.cards = boards, []
        case BonusPaid():
            _pay_bonus(table, event)
        case _:
            table.extras = extras = table.extras or Extras()
            _change(extras, event)


def _change(
    extras: Extras,
    event: BombPotVoted | StandUpStarted | StandUpWon | SessionStarted | SessionEnding,
) -> None:
    match event:
        case BombPotVoted(seat=number, on=True):
            extras.bomb_votes.append(number)
        case BombPotVoted(seat=number):
            extras.bomb_votes.remove(number)
        case StandUpStarted(seats=seats):
            extras.stand_up = StandUp(list(seats), list(seats))
        case StandUpWon(seats=seats):
            if extras.stand_up is None:
                raise Inconsistent("there is no round of the stand-up game")
            for number in seats:
                extras.stand_up.standing.remove(number)
        case SessionStarted(ends_at_ms=ends_at_ms):
            extras.ends_at_ms = ends_at_ms
        case SessionEnding(last_hand=last_hand):
            extras.last_hand = last_hand
        case _:
            assert_never(event)


def take_rake(hand: Hand, event: RakeTaken) -> None:
    """Take the rake out of the pots."""
    pots = zip(hand.pots, event.pots, strict=True)
    hand.pots = [Pot(pot.amount - part, pot.seats) for pot, part in pots]


def begin_hand(table: Table) -> None:
    """Drop the votes: a hand has started."""
    if table.extras is not None:
        table.extras.bomb_votes = []


def leave(table: Table, number: int) -> None:
    """Drop what extra rules remember of a player who left the seat."""
    extras, last = table.extras, table.last_hand
    if extras is not None:
        _drop(extras.bomb_votes, number)
        if extras.stand_up is not None:
            _drop(extras.stand_up.seats, number)
            _drop(extras.stand_up.standing, number)
    if last is None:
        return
    if last.parts:
        last.parts[number] = []
    if last.claimant == number:
        last.claimant = None
    if last.rabbit is not None:
        _drop(last.rabbit.agreed, number)


def _drop(seats: list[int], number: int) -> None:
    if number in seats:
        seats.remove(number)


def _show_part(last: LastHand, number: int, cards: list[Card]) -> None:
    if not last.parts:
        last.parts = [[] for _ in last.cards]
    last.parts[number] = last.parts[number] + cards


def _pay_bonus(table: Table, event: BonusPaid) -> None:
    for share in event.paid:
        taken_seat(table, share.seat).stack -= share.amount
    for share in event.received:
        taken_seat(table, share.seat).stack += share.amount
    if event.bonus == "stand_up" and table.extras is not None:
        table.extras.stand_up = None


def _last(table: Table) -> LastHand:
    if table.last_hand is None:
        raise Inconsistent("there is no last hand")
    return table.last_hand


def _rabbit(table: Table) -> Rabbit:
    rabbit = _last(table).rabbit
    if rabbit is None:
        raise Inconsistent("the last hand has no cards to come")
    return rabbit
