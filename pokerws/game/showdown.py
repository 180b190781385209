"""The end of a betting round: bets into pots, the next street, the run-out, the showdown."""

from pokerws.game.betting import hand_seat, live_seats, stack_of
from pokerws.game.cards import UNKNOWN, Card
from pokerws.game.events import (
    BetsCollected,
    BoardDealt,
    CardsMucked,
    CardsShown,
    HandEnded,
    PotAwarded,
    Share,
    TableEvent,
    UncalledBetReturned,
)
from pokerws.game.pots import Paid, split_pot, split_pots
from pokerws.game.ranks import high_name, high_strength
from pokerws.game.state import Hand, Pot, Table
from pokerws.game.variants import VARIANTS


def close_round(table: Table, hand: Hand) -> list[TableEvent]:
    """All that follows when nobody is left to act, up to the next turn or the end of the hand."""
    events: list[TableEvent] = []
    live = live_seats(hand)
    returned_to, returned = _uncalled(hand)
    if returned:
        events.append(UncalledBetReturned(returned_to, returned))
    paid = []
    for number in hand.order:
        seat = hand_seat(hand, number)
        amount = seat.in_pots + seat.bet - (returned if number == returned_to else 0)
        paid.append(Paid(number, amount, not seat.folded))
    pots = split_pots(paid, hand.dead)
    if pots != hand.pots:
        events.append(BetsCollected(pots))
    if len(live) == 1:
        for index, pot in enumerate(pots):
            events.append(PotAwarded(index, [Share(live[0], pot.amount)]))
        return [*events, _ended(hand, events)]

    # Who gets a bet back has chips again, but then all others are all-in.
    able = sum(1 for number in live if stack_of(table, number))
    streets = VARIANTS[table.config.variant].streets
    later = range(hand.street + 1, len(streets))
    if later and able > 1:
        events.append(BoardDealt(later[0], hand.deck[: streets[later[0]].board]))
        return events
    if later:
        events += _table_all(hand, live)
    board, dealt = list(hand.board), 0
    for street in later:
        cards = hand.deck[dealt : dealt + streets[street].board]
        dealt += len(cards)
        board += cards
        events.append(BoardDealt(street, cards))
    must_show = able < len(live)
    events += _showdown(hand, pots, board, shown=bool(later), must_show=must_show)
    return [*events, _ended(hand, events)]


def _ended(hand: Hand, events: list[TableEvent]) -> HandEnded:
    """The end, after the `events` in which some have shown their cards."""
    shown = {event.seat for event in events if isinstance(event, CardsShown)}
    unshown = [
        number
        for number in hand.order
        if number not in shown and UNKNOWN not in hand_seat(hand, number).cards
    ]
    return HandEnded(hand.number, unshown)


def _uncalled(hand: Hand) -> tuple[int, int]:
    """The seat with the highest bet, and by how much it is above every other one."""
    bets = sorted(((hand_seat(hand, number).bet, number) for number in hand.order), reverse=True)
    (highest, seat), (second, _) = bets[0], bets[1]
    if hand_seat(hand, seat).folded:
        return seat, 0
    return seat, highest - second


def _table_all(hand: Hand, live: list[int]) -> list[TableEvent]:
    """Turn all hands up before the rest of the board is dealt (TDA rule 16)."""
    return [
        CardsShown(number, seat.cards)
        for number in live
        if UNKNOWN not in (seat := hand_seat(hand, number)).cards
    ]


def _showdown(
    hand: Hand, pots: list[Pot], board: list[Card], *, shown: bool, must_show: bool
) -> list[TableEvent]:
    """Show in turn, muck what cannot win, and award the side pots before the main pot.

    The last aggressor of the street shows first, else the first live player left of the button
    (TDA rule 17).  A later player who cannot win or share any pot mucks, unless somebody is all-in,
    when all hands are tabled (TDA rule 16).  `shown` says that they have been.
    """
    events: list[TableEvent] = []
    live = live_seats(hand)
    strengths = {number: high_strength(hand_seat(hand, number).cards, board) for number in live}
    best: list[int | None] = [None] * len(pots)
    for number in _showing_order(hand, live):
        strength = strengths[number]
        wins = [
            index
            for index, pot in enumerate(pots)
            if strength is not None
            and number in pot.seats
            and ((leader := best[index]) is None or strength <= leader)
        ]
        for index in wins:
            best[index] = strength
        if strength is None or not (wins or must_show):
            events.append(CardsMucked(number))
        elif not shown:
            cards = hand_seat(hand, number).cards
            events.append(CardsShown(number, cards, high_name(cards, board)))
    for index in range(len(pots) - 1, -1, -1):
        pot = pots[index]
        winners = [number for number in pot.seats if strengths[number] == best[index]]
        name = high_name(hand_seat(hand, winners[0]).cards, board)
        shares = [Share(seat, amount) for seat, amount in split_pot(pot, winners)]
        events.append(PotAwarded(index, shares, name))
    return events


def _showing_order(hand: Hand, live: list[int]) -> list[int]:
    if hand.aggressor is None or hand.aggressor not in live:
        return live
    first = live.index(hand.aggressor)
    return live[first:] + live[:first]
