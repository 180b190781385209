"""A hand: forced bets and deal, and the events that the rules cause without a command."""

from collections.abc import Sequence

from msgspec import Struct

from pokerws.game.betting.actions import bring_in, next_turn, taken_seat
from pokerws.game.betting.fixed_limit import capped
from pokerws.game.betting.opening import bring_in_seat
from pokerws.game.blinds.button import Positions
from pokerws.game.cards import Card
from pokerws.game.drawing import draw_for_absent, draw_turn
from pokerws.game.events import (
    AntePosted,
    BlindKind,
    BlindPosted,
    BoardDealt,
    Checked,
    Folded,
    HandStarted,
    HoleCardsDealt,
    TableEvent,
    TurnStarted,
)
from pokerws.game.state import FixedLimit, Hand, Table, Turn
from pokerws.game.streets import close_round
from pokerws.game.variants import Betting, Variant

_FIXED_LIMIT = Betting.FIXED_LIMIT


class Ante(Struct, frozen=True, gc=False):
    """An ante due from a seat; a `dead` one is not matched."""

    seat: int
    amount: int
    dead: bool


class Blind(Struct, frozen=True, gc=False):
    """A blind due from a seat."""

    seat: int
    amount: int
    blind: BlindKind


class Deal(Struct, frozen=True):
    """The ingredients of a new hand.  Chips are integers; `deck` is in dealing order.

    A short stack posts what it has.  The betting starts after the last blind that is not an entry,
    a sleeper or dead.  Antes are posted before blinds, unless `blinds_first`.  A bomb pot has no
    blinds and begins on the second street, with this number of `boards`.  `now_ms` is the time, 0
    if there is none.
    """

    variant: Variant
    positions: Positions
    antes: Sequence[Ante]
    blinds: Sequence[Blind]
    min_bet: int
    deck: list[Card]
    blinds_first: bool = False
    bomb_pot: bool = False
    boards: int = 1
    now_ms: int = 0


def deal_hand(table: Table, deal: Deal) -> list[TableEvent]:
    """The events of a new hand."""
    variant, positions = deal.variant, deal.positions
    order = positions.order
    seats = [taken_seat(table, number) for number in order]
    started = HandStarted(
        hand=table.hand_number + 1,
        button=positions.button,
        small_blind=positions.small_blind,
        big_blind=positions.big_blind,
        order=order,
        min_bet=deal.min_bet,
        missed=positions.missed,
        deck=deal.deck,
        variant=variant.code,
        missed_small=positions.missed_small,
        blinds=bool(deal.blinds),
        limit=_first_limit(table, deal, 1 if deal.blinds else 0),
        boards=deal.boards,
        bomb_pot=deal.bomb_pot,
        at_ms=deal.now_ms,
        config=None if table.hosting.first_config is None else table.config,
        names=[seat.name for seat in seats],
        stacks=[seat.stack for seat in seats],
        first_dealt=[n for n, seat in zip(order, seats, strict=True) if not seat.played],
        bots=[n for n, seat in zip(order, seats, strict=True) if seat.bot],
    )
    stacks = dict(zip(order, started.stacks, strict=True))
    events: list[TableEvent] = [started]
    if deal.blinds_first:
        events += _post_blinds(table, deal, stacks)
        events += _post_antes(deal.antes, stacks)
    else:
        events += _post_antes(deal.antes, stacks)
        events += _post_blinds(table, deal, stacks)
    dealt, count = _deal_cards(table, deal)
    events.append(dealt)
    if deal.bomb_pot:
        events += _bomb_boards(table, deal, count)
    return events


def _first_limit(table: Table, deal: Deal, bets: int) -> FixedLimit | None:
    """The limit of the first street after `bets` bets: the big blind, and a straddle."""
    if deal.variant.betting is not _FIXED_LIMIT:
        return None
    limit = FixedLimit(bets, bets * deal.min_bet, deal.min_bet)
    return capped(table, deal.variant, limit, len(deal.positions.order))


def _post_antes(antes: Sequence[Ante], stacks: dict[int, int]) -> list[TableEvent]:
    events: list[TableEvent] = []
    if not antes:
        return events
    matched = _matched_ante(antes, stacks)
    for ante in antes:
        amount = min(ante.amount, stacks[ante.seat])
        if not ante.dead:
            amount = min(amount, matched)
        if amount:
            stacks[ante.seat] -= amount
            events.append(AntePosted(ante.seat, amount, ante.dead))
    return events


def _matched_ante(antes: Sequence[Ante], stacks: dict[int, int]) -> int:
    """The largest ante that another player matches; the rest of one is uncalled, like a bet."""
    paid = sorted(min(ante.amount, stacks[ante.seat]) for ante in antes if not ante.dead)
    return paid[-2] if len(paid) > 1 else 0


def _post_blinds(table: Table, deal: Deal, stacks: dict[int, int]) -> list[TableEvent]:
    events: list[TableEvent] = []
    to_match = 0
    for due in deal.blinds:
        seat, whole, blind = due.seat, due.amount, due.blind
        if not whole:
            continue
        # A short stack posts what it has, but the others must match the whole blind.
        amount = min(whole, stacks[seat])
        stacks[seat] -= amount
        min_raise, limit = 0, None
        if blind != "dead":
            to_match = max(to_match, whole)
        if blind in ("straddle", "sleeper"):
            if deal.variant.betting is _FIXED_LIMIT:
                limit = _first_limit(table, deal, 2)
            else:
                # A straddle sets a new minimum (Robert's Rules of Poker, section 14).
                min_raise = to_match
        events.append(BlindPosted(seat, blind, amount, to_match, min_raise, limit))
    return events


def _deal_cards(table: Table, deal: Deal) -> tuple[HoleCardsDealt, int]:
    """The first cards, one at a time from the left of the button, and their number."""
    street, order, deck = deal.variant.streets[0], deal.positions.order, deal.deck
    cards: list[list[Card]] = [[] for _ in table.seats]
    players = [None if seat is None else seat.player for seat in table.seats]
    count, down = len(order), street.down
    for place, number in enumerate(order):
        cards[number] = deck[place : count * down : count]
    dealt_to = [player if cards[n] else None for n, player in enumerate(players)]
    if not street.up:
        return HoleCardsDealt(cards, dealt_to), count * down
    up: list[list[Card]] = [[] for _ in table.seats]
    for place, number in enumerate(order):
        up[number] = deck[count * down + place : count * (down + street.up) : count]
    opener = bring_in_seat(order, up, low_opens=deal.variant.low_opens)
    return HoleCardsDealt(cards, dealt_to, up, opener=opener), count * (down + street.up)


def _bomb_boards(table: Table, deal: Deal, dealt: int) -> list[TableEvent]:
    events: list[TableEvent] = []
    size = deal.variant.streets[1].board
    for board in range(deal.boards):
        first = dealt + board * size
        cards = deal.deck[first : first + size]
        limit = None if board else _first_limit(table, deal, 0)
        events.append(BoardDealt(1, cards, board, limit))
    return events


def advance_hand(table: Table, hand: Hand, now_ms: int) -> list[TableEvent]:
    """The events that the rules cause next; none while a player is to act."""
    turn = hand.turn
    if turn is not None:
        return [act_for_absent(table, hand, turn)] if is_absent(table, turn.seat) else []
    turn = draw_turn(table, hand, now_ms) if hand.drawing else next_turn(table, hand, now_ms)
    if turn is None:
        return close_round(table, hand)
    if is_absent(table, turn.seat):
        return [act_for_absent(table, hand, turn)]
    return [TurnStarted(turn)]


def act_for_absent(table: Table, hand: Hand, turn: Turn) -> TableEvent:
    """The action of an absent player: a check if it is free, otherwise a fold.

    A forced bring-in is posted, since it cannot be folded.
    """
    if "discard" in turn.actions:
        return draw_for_absent(table, hand, turn)
    if "check" in turn.actions:
        return Checked(turn.seat, auto=True)
    if "fold" in turn.actions:
        return Folded(turn.seat, auto=True)
    return bring_in(table, hand, turn, auto=True)


def is_absent(table: Table, number: int) -> bool:
    """Whether a player in a hand is leaving, or has timed out too often."""
    seat = taken_seat(table, number)
    if not seat.timeouts:
        return seat.leaving
    return seat.leaving or seat.timeouts >= table.config.clocks.timeouts_to_sit_out
