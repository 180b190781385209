"""A hand from the first ante to the deal, and what the rules make happen without a command."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from pokerws.game.betting import act_for_absent, next_to_act, next_turn
from pokerws.game.button import Positions
from pokerws.game.cards import DECK, Card
from pokerws.game.deal import Shuffle
from pokerws.game.events import (
    AntePosted,
    BlindPosted,
    HandStarted,
    HoleCardsDealt,
    TableEvent,
    TurnStarted,
)
from pokerws.game.showdown import close_round
from pokerws.game.state import Hand, Table
from pokerws.game.variants import VARIANTS

# After this many turns in a row that the clock ended, a player sits out.
TIMEOUTS_TO_SIT_OUT = 2


class Ante(NamedTuple):
    """An ante due from a seat; a `dead` one is nobody's to match."""

    seat: int
    amount: int
    dead: bool


class Blind(NamedTuple):
    """A blind due from a seat."""

    seat: int
    amount: int
    blind: Literal["small", "big", "straddle", "entry"]


def start_hand(table: Table, positions: Positions, shuffle: Shuffle) -> list[TableEvent]:
    """The events of a new hand at a table's own stakes."""
    config = table.config
    if config.ante_kind == "each":
        payers = positions.order if config.ante else []
    else:
        payers = [positions.big_blind] if config.ante else []
    antes = [Ante(seat, config.ante, config.ante_kind != "each") for seat in payers]
    blinds = [Blind(seat, config.big_blind, "entry") for seat in positions.entering]
    if positions.small_blind in positions.order:
        blinds.append(Blind(positions.small_blind, config.small_blind, "small"))
    blinds.append(Blind(positions.big_blind, config.big_blind, "big"))
    return deal_hand(table, positions, antes, blinds, min_bet=config.big_blind, deck=shuffle(DECK))


def deal_hand(
    table: Table,
    positions: Positions,
    antes: Sequence[Ante],
    blinds: Sequence[Blind],
    *,
    min_bet: int,
    deck: list[Card],
) -> list[TableEvent]:
    """The events of a new hand with these forced bets and this deck, in dealing order.

    Antes are posted before blinds; a short stack posts what it has.  The last blind that is not an
    entry is the one after which the betting starts.
    """
    order = positions.order
    events: list[TableEvent] = [
        HandStarted(
            hand=table.hand_number + 1,
            button=positions.button,
            small_blind=positions.small_blind,
            big_blind=positions.big_blind,
            order=order,
            min_bet=min_bet,
            missed=positions.missed,
            deck=deck,
        )
    ]
    stacks = {number: seat.stack for number in order if (seat := table.seats[number]) is not None}
    matched = _matched_ante(antes, stacks)
    for ante in antes:
        amount = min(ante.amount, stacks[ante.seat])
        if not ante.dead:
            amount = min(amount, matched)
        if amount:
            stacks[ante.seat] -= amount
            events.append(AntePosted(ante.seat, amount, ante.dead))
    to_match = 0
    for blind in blinds:
        if blind.amount:
            amount = min(blind.amount, stacks[blind.seat])
            stacks[blind.seat] -= amount
            to_match = max(to_match, blind.amount)
            events.append(BlindPosted(blind.seat, blind.blind, amount, to_match))
    count = VARIANTS[table.config.variant].streets[0].down
    cards: list[list[Card]] = [[] for _ in table.seats]
    for place, number in enumerate(order):
        cards[number] = [deck[place + len(order) * turn] for turn in range(count)]
    players = [None if seat is None else seat.player for seat in table.seats]
    dealt_to = [player if cards[number] else None for number, player in enumerate(players)]
    events.append(HoleCardsDealt(cards, dealt_to))
    return events


def _matched_ante(antes: Sequence[Ante], stacks: dict[int, int]) -> int:
    """The largest ante that somebody else pays too: like a bet, the rest of one is uncalled."""
    paid = sorted(min(ante.amount, stacks[ante.seat]) for ante in antes if not ante.dead)
    return paid[-2] if len(paid) > 1 else 0


def advance_hand(table: Table, hand: Hand, now_ms: int) -> list[TableEvent]:
    """What happens next without anybody's doing; nothing while a player is to act."""
    if hand.turn is not None:
        return [act_for_absent(hand.turn)] if is_absent(table, hand.turn.seat) else []
    number = next_to_act(table, hand)
    if number is None:
        return close_round(table, hand)
    turn = next_turn(table, hand, number, now_ms)
    if is_absent(table, number):
        return [act_for_absent(turn)]
    return [TurnStarted(turn)]


def is_absent(table: Table, number: int) -> bool:
    """Whether a player in a hand is leaving or has let the clock run out too often."""
    seat = table.seats[number]
    assert seat is not None, f"seat {number} is empty"
    return seat.leaving or seat.timeouts >= TIMEOUTS_TO_SIT_OUT
