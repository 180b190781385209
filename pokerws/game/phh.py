"""Recorded hands, in the terms of the Poker Hand History standard, played by the engine.

A record is a JSON object with the fields and actions of the standard
(https://phh.readthedocs.io).  It is somebody else's: whatever is in it, the answer is the final
stacks or a `Refused` that says why.  Rules are the engine's; this module only decides what is made
of things that a record says and a table does not: unknown cards, hands that were mucked though
they were known, fractions of chips, and a check or raise where there was nothing to decide.
"""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import Literal, NamedTuple

import msgspec
from msgspec import Struct

from pokerws.game.apply import apply
from pokerws.game.betting import hand_seat, live_seats, reach_of_others, stack_of
from pokerws.game.button import Positions
from pokerws.game.cards import UNKNOWN, Card, parse_cards
from pokerws.game.commands import Act, Action
from pokerws.game.events import PotAwarded
from pokerws.game.hand import Ante, Blind, deal_hand
from pokerws.game.illegal import Illegal
from pokerws.game.state import (
    MAX_CHIPS,
    MAX_SEATS,
    Hand,
    PlayerId,
    Seat,
    Table,
    TableConfig,
    TableId,
    Turn,
)
from pokerws.game.table import advance, decide
from pokerws.game.variants import VARIANTS

Amount = int | Decimal

# A quotient that was written in decimals (3.3333333333333335) stands for the nearest fraction with
# at most this denominator (10/3).
_LARGEST_DENOMINATOR = 1_000_000

_PLAYER = re.compile(r"p([1-9][0-9]?)")
_NUMBER = re.compile(r"[0-9]{1,16}(\.[0-9]{1,16})?")


class HandRecord(Struct):
    """A hand as recorded; fields that are not needed to play it are ignored.

    Lists are in the order of the players p1, p2, …, of whom p1 sits left of the button; but
    heads-up `antes` and `blinds_or_straddles` name the button, p2, first.  A negative blind is
    that of a player who enters late.  `final_stacks` is what the hand should come to.
    """

    variant: str
    starting_stacks: list[Amount]
    actions: list[str]
    antes: list[Amount] = []
    blinds_or_straddles: list[Amount] | None = None
    min_bet: Amount | None = None
    ante_trimming_status: bool = False
    final_stacks: list[Amount] | None = None
    src: str = ""
    hand: int | str | None = None


class Refused(Exception):
    """A record that cannot be played: malformed, or against the rules."""


class NotSupported(Refused):
    """A record of a variant that the engine does not know."""


class _Move(NamedTuple):
    """A fold, a check or call, or a bet or raise to `to`; `text` is how the record says it."""

    seat: int
    verb: Literal["f", "cc", "cbr"]
    to: Amount
    text: str


class _Script(NamedTuple):
    """A record's actions, taken apart by who they concern: the players, or the dealer."""

    moves: list[_Move]
    hole: list[list[Card]]
    board: list[Card]


_decoder = msgspec.json.Decoder(HandRecord)


def read_record(line: bytes) -> HandRecord:
    """The record in a line of JSON.  Raises Refused."""
    try:
        return _decoder.decode(line)
    except msgspec.ValidationError as error:
        raise Refused(f"malformed: {error}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused(f"not JSON: {error}") from None


def exact(amount: Amount) -> Fraction:
    """An amount of a record as a fraction.  Raises Refused."""
    if isinstance(amount, Decimal) and not (amount.is_finite() and -30 < amount.adjusted() < 30):
        raise Refused(f"{amount} is not an amount of chips")
    if not -MAX_CHIPS <= amount <= MAX_CHIPS:
        raise Refused(f"{amount} is more than {MAX_CHIPS} chips")
    return Fraction(amount).limit_denominator(_LARGEST_DENOMINATOR)


def final_stacks(record: HandRecord) -> list[Fraction]:
    """Play the hand; the players' stacks after it.  Raises Refused."""
    if record.variant not in VARIANTS:
        raise NotSupported(f"the variant {record.variant!r} is not supported")
    if not 2 <= len(record.starting_stacks) <= MAX_SEATS:
        raise Refused(f"{len(record.starting_stacks)} players, of 2 to {MAX_SEATS}")
    script = _read_actions(record)
    scale = _scale(record, script)
    table = _seat_players(record, scale)
    _deal(table, record, script, scale)
    _play(table, script.moves, scale)
    return [Fraction(stack_of(table, seat), scale) for seat in range(len(table.seats))]


def _read_actions(record: HandRecord) -> _Script:
    count = len(record.starting_stacks)
    script = _Script([], [[] for _ in range(count)], [])
    shown: list[list[Card]] = [[] for _ in range(count)]
    mucked: set[int] = set()
    for text in record.actions:
        words = text.partition("#")[0].split()
        match words:
            case []:
                pass
            case ["d", "db", cards]:
                script.board.extend(_cards(cards, text))
            case ["d", "dh", player, cards]:
                script.hole[_seat(player, count, text)] += _cards(cards, text)
            case [player, "f" | "cc" as verb]:
                script.moves.append(_Move(_seat(player, count, text), verb, 0, text))
            case [player, "cbr", number] if _NUMBER.fullmatch(number):
                to = Decimal(number) if "." in number else int(number)
                script.moves.append(_Move(_seat(player, count, text), "cbr", to, text))
            case [player, "sm"]:
                mucked.add(_seat(player, count, text))
            case [player, "sm", "-"]:
                _seat(player, count, text)
            case [player, "sm", cards]:
                shown[_seat(player, count, text)] += _cards(cards, text)
            case _:
                raise Refused(f"{text!r} is not an action of this game")
    _complete_cards(script, shown, mucked)
    return script


def _seat(player: str, count: int, text: str) -> int:
    found = _PLAYER.fullmatch(player)
    if found is None or int(found[1]) > count:
        raise Refused(f"{text!r} names no player of p1 to p{count}")
    return int(found[1]) - 1


def _cards(cards: str, text: str) -> list[Card]:
    try:
        return parse_cards(cards)
    except ValueError as error:
        raise Refused(f"{text!r}: {error}") from None


def _complete_cards(script: _Script, shown: list[list[Card]], mucked: set[int]) -> None:
    """Learn unknown hole cards from the showdown; a hand that was mucked becomes unknown."""
    for seat, hole in enumerate(script.hole):
        if len(hole) > 2:
            raise Refused(f"p{seat + 1} was dealt {len(hole)} cards")
        hole.extend([UNKNOWN] * (2 - len(hole)))
        for card in shown[seat]:
            if card in hole:
                continue
            if UNKNOWN not in hole:
                raise Refused(f"p{seat + 1} shows {card}, which was not dealt to p{seat + 1}")
            hole[hole.index(UNKNOWN)] = card
    if len(script.board) > 5:
        raise Refused(f"the board has {len(script.board)} cards")
    cards = [card for cards in (*script.hole, script.board) for card in cards if card != UNKNOWN]
    if len(set(cards)) < len(cards):
        raise Refused("a card was dealt twice")
    for seat in mucked:
        script.hole[seat][:] = [UNKNOWN, UNKNOWN]


def _scale(record: HandRecord, script: _Script) -> int:
    """How many chips of the engine make one of the record, so that all amounts are whole."""
    amounts: list[Amount] = [*record.starting_stacks, *record.antes]
    amounts += record.blinds_or_straddles or []
    amounts += record.final_stacks or []
    amounts += [move.to for move in script.moves]
    if record.min_bet is not None:
        amounts.append(record.min_bet)
    scale = lcm(*[exact(amount).denominator for amount in amounts if type(amount) is not int])
    if scale > _LARGEST_DENOMINATOR:
        raise Refused("the amounts have no common unit")
    return scale


def _chips(amount: Amount, scale: int) -> int:
    if isinstance(amount, int) and -MAX_CHIPS <= amount <= MAX_CHIPS:
        return amount * scale
    return int(exact(amount) * scale)


def _seat_players(record: HandRecord, scale: int) -> Table:
    stacks = [_chips(amount, scale) for amount in record.starting_stacks]
    if min(stacks) < 1:
        raise Refused("a player has no chips")
    table = Table(
        TableId("record"), record.src, TableConfig(variant=record.variant, seats=len(stacks))
    )
    for number, stack in enumerate(stacks, start=1):
        table.seats.append(Seat(PlayerId(f"p{number}"), f"p{number}", stack))
    return table


def _deal(table: Table, record: HandRecord, script: _Script, scale: int) -> None:
    count = len(table.seats)
    order = list(range(count))
    positions = (
        Positions(button=1, small_blind=1, big_blind=0, order=order, entering=[], missed=[])
        if count == 2
        else Positions(count - 1, 0, 1, order, entering=[], missed=[])
    )
    antes = _per_seat(record.antes, count, scale, "antes")
    if min(antes) < 0:
        raise Refused("an ante is negative")
    dead = not record.ante_trimming_status
    blinds = _per_seat(record.blinds_or_straddles or [], count, scale, "blinds_or_straddles")
    min_bet = max(blinds) if record.min_bet is None else _chips(record.min_bet, scale)
    if min_bet < 1:
        raise Refused("there is no min_bet")
    down = [hole[turn] for turn in range(2) for hole in script.hole]
    missing = [UNKNOWN] * (5 - len(script.board))
    for event in deal_hand(
        table,
        positions,
        [Ante(seat, amount, dead) for seat, amount in enumerate(antes)],
        _blinds(blinds),
        min_bet=min_bet,
        deck=down + script.board + missing,
    ):
        apply(table, event)


def _per_seat(amounts: Sequence[Amount], count: int, scale: int, field: str) -> list[int]:
    """One amount a seat.  Heads-up the record names the button first, which is the second seat."""
    if len(amounts) > count:
        raise Refused(f"{len(amounts)} {field} for {count} players")
    chips = [_chips(amount, scale) for amount in amounts]
    chips += [0] * (count - len(chips))
    return chips[::-1] if count == 2 else chips


def _blinds(amounts: Sequence[int]) -> list[Blind]:
    """Entry blinds, then the others from the smallest: the betting starts after the largest."""
    posted = sorted((amount, seat) for seat, amount in enumerate(amounts) if amount > 0)
    kinds: list[Literal["small", "big", "straddle"]] = ["small", "big"]
    kinds = kinds[-len(posted) :] + ["straddle"] * (len(posted) - 2)
    return [
        *[Blind(seat, -amount, "entry") for seat, amount in enumerate(amounts) if amount < 0],
        *[Blind(seat, amount, kind) for (amount, seat), kind in zip(posted, kinds, strict=False)],
    ]


def _play(table: Table, moves: Iterable[_Move], scale: int) -> None:
    # Who is still in the hand with chips behind, and so might be asked although it is of no use.
    able = _advance(table)
    for move in moves:
        hand = table.hand
        turn = None if hand is None else hand.turn
        if hand is None or turn is None:
            if move.verb == "f" or move.seat not in able:
                raise Refused(f"{move.text!r}: the betting is over")
            continue
        if turn.seat != move.seat:
            if move.verb == "cc" and _has_no_say(table, hand, move.seat):
                continue
            raise Refused(f"{move.text!r}: p{turn.seat + 1} is to act")
        act = _answer(table, hand, turn, move, scale)
        try:
            events = decide(table, act, 0, list)
        except Illegal as illegal:
            raise Refused(f"{move.text!r}: {illegal.detail}") from None
        for event in events:
            apply(table, event)
        able = _advance(table)
    if table.hand is not None and table.hand.turn is not None:
        raise Refused(f"the actions end where p{table.hand.turn.seat + 1} is to act")


def _has_no_say(table: Table, hand: Hand, seat: int) -> bool:
    """Whether a player is in the hand and owes nothing, but nobody is left to answer a bet."""
    part, reach = hand_seat(hand, seat), reach_of_others(table, hand, seat)
    owes = part.folded or part.bet < min(hand.bet, reach)
    return not owes and stack_of(table, seat) > 0 and hand.bet >= reach


def _answer(table: Table, hand: Hand, turn: Turn, move: _Move, scale: int) -> Act:
    """The move as an answer to the open turn.  A raise that nobody is left to call is a call."""
    amount: int | None = None
    action: Action = "call" if "call" in turn.actions else "check"
    if move.verb == "f":
        action = "fold"
    elif move.verb == "cbr" and hand.bet < reach_of_others(table, hand, move.seat):
        action = "raise" if hand.bet else "bet"
        amount = _chips(move.to, scale)
    return Act(PlayerId(f"p{move.seat + 1}"), turn.number, action, amount)


def _advance(table: Table) -> set[int]:
    """Let the dealer do what follows; the seats still in that had chips behind before."""
    able: set[int] = set()
    while (hand := table.hand) is not None and hand.turn is None:
        live = live_seats(hand)
        able = {seat for seat in live if stack_of(table, seat)} if len(live) > 1 else set()
        for event in advance(table, 0):
            if isinstance(event, PotAwarded) and len(live) > 1 and not event.hand:
                raise Refused("no hand was shown that could win a pot")
            apply(table, event)
    return able
