"""The end of a betting round: bets into pots, the next street, the run-out of an all-in."""

from pokerws.game.betting.actions import hand_seat, live_seats, stack_of, taken_seat
from pokerws.game.betting.fixed_limit import street_limit
from pokerws.game.betting.opening import opener_seat
from pokerws.game.betting.pots import split_pots
from pokerws.game.cards import UNKNOWN, Card
from pokerws.game.drawing import still_to_discard
from pokerws.game.events import (
    BetsCollected,
    BoardDealt,
    CardsShown,
    DrawStarted,
    HandEnded,
    HoleCardsDealt,
    PotAwarded,
    RunItAgreed,
    Share,
    TableEvent,
    UncalledBetReturned,
)
from pokerws.game.extras.bonus import claimant, showdown_bonus
from pokerws.game.extras.rabbit import to_come
from pokerws.game.extras.rake import take_rake
from pokerws.game.extras.stand_up import seated_winners
from pokerws.game.illegal import Inconsistent
from pokerws.game.showdown import showdown
from pokerws.game.state import FixedLimit, Hand, Pot, Table
from pokerws.game.variants import VARIANTS


def close_round(table: Table, hand: Hand) -> list[TableEvent]:
    """The events after a betting round: up to the next street, or to the end of the hand."""
    live = live_seats(hand)
    events: list[TableEvent] = []
    pots = _collect_bets(hand, events)
    if len(live) == 1:
        raked, left = take_rake(table, hand, pots)
        events += raked
        for index, pot in enumerate(left):
            events.append(PotAwarded(index, [Share(live[0], pot.amount)]))
        may_claim = claimant(table, hand, pots, live[0])
        ended = _ended(table, hand, events, may_claim)
        return [*events, ended, *seated_winners(table, events)]

    streets = VARIANTS[hand.variant].streets
    if streets[hand.street].discard and (discarding := still_to_discard(hand, live)):
        return [*events, DrawStarted(hand.street, discarding)]
    # An uncalled bet gives its player chips again, but then all others are all-in.
    able = 0
    for number in live:
        if stack_of(table, number):
            able += 1
    if hand.street + 1 == len(streets):
        events += showdown(table, hand, pots, all_in=able < len(live))
        bonus = showdown_bonus(table, hand, pots, events)
        return [*events, _ended(table, hand, events), *seated_winners(table, events), *bonus]
    later = streets[hand.street + 1 :]
    if able < 2 and not any(street.draw or street.discard for street in later):
        # No decision is left: all hands are turned up before the rest is dealt (TDA rule 16).
        tabled = _table_all(hand, live)
        if tabled:
            # What comes next depends on shown hands: in stud their further cards are face up.
            return [*events, *tabled]
        if hand.extra_boards:
            return [*events, *_run_boards(hand)]
        times = _run_times(table, hand, live)
        if times > 1:
            return [*events, RunItAgreed(times)]
    events += _next_street(table, hand, live)
    return events


def _collect_bets(hand: Hand, events: list[TableEvent]) -> list[Pot]:
    """The pots including this round's bets; the events are appended to `events`."""
    live: dict[int, int] = {}
    folded: list[int] = []
    # The highest bet, its seat, and the next one; on a tie the seat is the last of them.
    highest = second = -1
    bettor = hand.order[0]
    for number in hand.order:
        part = hand.seats[number]
        if part is None:
            raise Inconsistent(f"seat {number} is not in the hand")
        bet = part.bet
        if part.folded:
            folded.append(part.in_pots + bet)
        else:
            live[number] = part.in_pots + bet
        if bet >= highest:
            bettor, highest, second = number, bet, highest
        elif bet > second:
            second = bet
    if highest > second and bettor in live:
        # Nobody matched this part of the bet.
        events.append(UncalledBetReturned(bettor, highest - second))
        live[bettor] -= highest - second
    pots = split_pots(live, folded, hand.dead)
    if pots != hand.pots:
        events.append(BetsCollected(pots))
    return pots


def _next_street(table: Table, hand: Hand, live: list[int]) -> list[TableEvent]:
    """The deal or the draws that begin the next street."""
    number = hand.street + 1
    street = VARIANTS[hand.variant].streets[number]
    limit = street_limit(table, hand, number)
    if street.draw:
        return [DrawStarted(number, live, limit)]
    if not street.board:
        return [_stud_street(table, hand, live, limit)]
    events: list[TableEvent] = [BoardDealt(number, hand.deck[: street.board], limit=limit)]
    for board in range(1, len(hand.extra_boards) + 1):
        cards = hand.deck[board * street.board : (board + 1) * street.board]
        events.append(BoardDealt(number, cards, board))
    return events


def _stud_street(table: Table, hand: Hand, live: list[int], limit: FixedLimit | None) -> TableEvent:
    """One card for each player, or a community card if the deck has too few (TDA RP-10)."""
    number = hand.street + 1
    variant = VARIANTS[hand.variant]
    street, deck = variant.streets[number], hand.deck
    shows = [part.up if part is not None else [] for part in hand.seats]
    if len(deck) < len(live):
        opener = opener_seat(live, shows, low_opens=variant.low_opens)
        return BoardDealt(number, deck[:1], limit=limit, opener=opener)
    cards: list[list[Card]] = [[] for _ in hand.seats]
    up: list[list[Card]] = [[] for _ in hand.seats]
    for card, seat in zip(deck, live, strict=False):
        # A hand that is already shown gets its cards face up.
        face_up = street.up or hand_seat(hand, seat).shown
        (up if face_up else cards)[seat] = [card]
    shows = [[*old, *new] for old, new in zip(shows, up, strict=True)]
    opener = opener_seat(live, shows, low_opens=variant.low_opens)
    dealt_to = [taken_seat(table, n).player if cards[n] else None for n in range(len(cards))]
    return HoleCardsDealt(cards, dealt_to, up, number, opener, limit)


def _table_all(hand: Hand, live: list[int]) -> list[TableEvent]:
    return [
        CardsShown(number, part.cards)
        for number in live
        if not (part := hand_seat(hand, number)).shown and UNKNOWN not in part.cards
    ]


def _run_times(table: Table, hand: Hand, live: list[int]) -> int:
    """How often the rest of the board is dealt: the most that all in the hand agree to."""
    later = VARIANTS[hand.variant].streets[hand.street + 1 :]
    cards = sum(street.board for street in later)
    if not cards:
        return 1
    agreed = min(taken_seat(table, number).run_it for number in live)
    return min(agreed, table.config.house.run_it, len(hand.deck) // cards)


def _run_boards(hand: Hand) -> list[TableEvent]:
    """The rest of each board; the first is completed before the second begins."""
    events: list[TableEvent] = []
    streets = VARIANTS[hand.variant].streets
    dealt = 0
    for board in range(len(hand.extra_boards) + 1):
        for street in range(hand.street + 1, len(streets)):
            cards = hand.deck[dealt : dealt + streets[street].board]
            dealt += len(cards)
            events.append(BoardDealt(street, cards, board))
    return events


def _ended(
    table: Table, hand: Hand, events: list[TableEvent], may_claim: int | None = None
) -> HandEnded:
    """The end of the hand, after the `events` of the showdown."""
    shown = {event.seat for event in events if type(event) is CardsShown}
    unshown = []
    for number in hand.order:
        part = hand_seat(hand, number)
        if number not in shown and not part.shown and UNKNOWN not in part.cards:
            unshown.append(number)
    return HandEnded(hand.number, unshown, to_come(table, hand), may_claim)
