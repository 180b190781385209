"""Writes hands in the Poker Hand History standard (https://phh.readthedocs.io), version 0.

This module owns the text of a hand: fields, action notation, TOML.  It writes only hidden cards
that were shown, or that the caller passes in.  Variants without a code in the standard have our
code.  Facts without a field in the standard go into fields of our own, whose names begin with an
underscore as the standard requires:

* `_rules = "rulebook"`: the hand was played by our rules.  What differs from table to table is
  added if a reader could not know it: `_odd_chips` and `_whole_pot`, as in the table's house rules;
  `_max_bets`, the bets and raises of a fixed-limit street; `_blinds`, the kind of each player's
  blind, if the amounts do not tell it; `_dead`, the dead part of each ante, if only a part is;
  `_small_blind`, its amount, if nobody posted it.
* `_game`, `_id`, `_player_ids`, `_button`: the table's id, the hand's id in all formats, the
  players' ids, the seat of the button.
* `_bots`: the numbers of the players who are bots of the server, if there are any.
* `_boards`: the second and third board, if there are several; the actions have the first.
* `_rake`: the chips that the house took of the pots; such a hand is `_not_replayable`.
* `_cancelled = true` and `_refunds`: the hand was cancelled, and each player got this much back.
  The actions then end at that point, and there are no `finishing_stacks`.
* `_incomplete`: why a part of the hand is missing; forced bets may then be missing too.
* `_not_replayable`: why a reader with the rules of PokerKit, the standard's reference
  implementation, does not come to the `finishing_stacks`.  The standard cannot express every hand
  that our rules allow.

The standard numbers seats from 1, and the players p1, p2, … from the left of the button.  As in
PokerKit, a blind that does not change the order of betting is negative: an entry blind, or a
sleeper straddle.  A dead blind is written as a dead ante, and a bomb pot as antes and a round of
checks.
"""

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from decimal import Decimal

import msgspec

from pokerws.game.apply import apply
from pokerws.game.betting.actions import hand_seat, live_seats, stack_of
from pokerws.game.cards import UNKNOWN, Card
from pokerws.game.config.stakes import stakes_of
from pokerws.game.events import (
    AntePosted,
    BetPlaced,
    BlindKind,
    BlindPosted,
    BoardDealt,
    BringInPosted,
    Called,
    CardsDrawn,
    CardsMucked,
    CardsShown,
    Checked,
    Folded,
    HandCancelled,
    HandEnded,
    HandStarted,
    HoleCardsDealt,
    PotAwarded,
    Raised,
    RakeTaken,
    TableEvent,
    TurnTimedOut,
)
from pokerws.game.state import Hand, HandSeat, Table
from pokerws.game.variants import VARIANTS, Betting, Forced
from pokerws.hand_histories.currency import CHIPS, Money
from pokerws.hand_histories.dates import moment
from pokerws.hand_histories.errors import Refused
from pokerws.hand_histories.hand_id import hand_id
from pokerws.hand_histories.kept_hand import hand_in_play
from pokerws.hand_histories.phh.blinds import usual_kinds
from pokerws.hand_histories.phh.money import Value, in_currency
from pokerws.hand_histories.phh.read import replay
from pokerws.hand_histories.phh.record import HandRecord

_MIDWAY = "the events before these were not kept"
_UNFINISHED = "the events after these were not kept"

_encode_text = msgspec.json.Encoder().encode


def write_hand(
    before: Table,
    events: Iterable[TableEvent],
    *,
    started_ms: int,
    holes: Mapping[int, Sequence[Card]] | None = None,
    money: Money = CHIPS,
) -> str:
    """A hand as the text of a PHH file.

    `before` is the table before the first of `events`.  The events run from HandStarted to
    HandEnded or HandCancelled, and may include other events of the table.  If a part was lost, they
    may also begin or end in the middle of the hand.  `holes` has the first hidden cards of some
    seats, which are written whether shown or not; later hidden cards of these seats are taken from
    the events.  `started_ms` is in milliseconds UTC.  With a currency, amounts are decimals.
    """
    writer = _PhhWriter(before, holes or {})
    for event in events:
        writer.add(event)
    return writer.text(started_ms, money)


class _PhhWriter:
    """Collects a hand event by event.  Amounts are by seat; `actions` are in PHH notation."""

    def __init__(self, before: Table, holes: Mapping[int, Sequence[Card]]) -> None:
        self.table = deepcopy(before)
        self.holes = holes
        self.hand_number = before.hand_number
        self.variant = before.config.variant
        self.order: list[int] = []
        self.starting: dict[int, int] = {}
        self.antes: dict[int, int] = {}
        self.dead: dict[int, int] = {}
        self.trimmed = False
        self.kinds: dict[int, BlindKind] = {}
        self.blinds: dict[int, int] = {}
        self.min_bet = before.config.big_blind
        self.actions: list[str] = []
        self.boards: dict[int, list[Card]] = {}
        self.drawn: list[str] = []
        # Seats that were shown before their last hidden card was dealt.  They are shown again at
        # the end, with that card.
        self.to_show_again: list[int] = []
        self.acted = False
        self.refunds: dict[int, int] | None = None
        self.ended = False
        self.rake = 0
        # The stacks at the end of the hand, before any bonus.
        self.finishing: list[int] = []
        self.midway = before.hand is not None
        self.timed_out: int | None = None
        if before.hand is not None:
            self._begin_midway(before.hand)

    def _begin_midway(self, hand: Hand) -> None:
        self.order, self.min_bet, self.variant = hand.order, hand.min_bet, hand.variant
        self.acted = True
        for number in hand.order:
            seat = hand.seats[number]
            paid = 0 if seat is None else seat.bet + seat.in_pots + seat.dead
            self.starting[number] = stack_of(self.table, number) + paid
            if seat is not None:
                first = self.holes.get(number) or [UNKNOWN] * len(seat.cards)
                self._deal_to(number, [*first, *seat.up])
        if hand.board:
            self.actions.append(f"d db {''.join(hand.board)}")

    def add(self, event: TableEvent) -> None:
        """Write an event, and apply it to the table."""
        match event:
            case HandStarted():
                self.hand_number, self.order = event.hand, event.order
                self.min_bet, self.variant = event.min_bet, event.variant
                self.starting = {number: stack_of(self.table, number) for number in event.order}
            case AntePosted(seat=seat, amount=amount, dead=dead):
                self.antes[seat] = self.antes.get(seat, 0) + amount
                self.trimmed = not dead
                if dead:
                    self.dead[seat] = self.dead.get(seat, 0) + amount
            case BlindPosted(blind="dead", seat=seat, amount=amount):
                self.antes[seat] = self.antes.get(seat, 0) + amount
                self.dead[seat] = self.dead.get(seat, 0) + amount
                self.trimmed = False
            case BlindPosted():
                self.kinds[event.seat] = event.blind
                self.blinds[event.seat] = self._blind(event)
            case HoleCardsDealt():
                self._deal_hole(event)
            case BoardDealt():
                self._deal_board(event)
            case CardsShown(seat=seat, cards=cards):
                self._acted(seat, f"sm {''.join(self._in_order(seat, cards))}")
            case CardsMucked(seat=seat):
                self._acted(seat, "sm")
            case PotAwarded():
                self._show_again()
            case TurnTimedOut(seat=seat):
                self.timed_out = seat
            case RakeTaken(amount=amount):
                self.rake = amount
            case HandEnded():
                self.ended = True
                self.finishing = [stack_of(self.table, number) for number in self.order]
            case HandCancelled(refunds=refunds):
                self.ended = True
                self.refunds = {share.seat: share.amount for share in refunds}
            case _:
                self._act(event)
        apply(self.table, event)
        if self.drawn and self.table.hand is not None and not self.table.hand.drawing:
            # In the standard, new cards are dealt after all players have discarded.
            self.actions += self.drawn
            self.drawn = []

    def _act(self, event: TableEvent) -> None:
        """Write what a player did in a turn."""
        match event:
            case Folded(seat=seat, auto=auto):
                self._acted(seat, "f", auto=auto)
            case Checked(seat=seat, auto=auto):
                self._acted(seat, "cc", auto=auto)
            case Called(seat=seat):
                self._acted(seat, "cc")
            case BetPlaced(seat=seat, to=to) | Raised(seat=seat, to=to):
                self._acted(seat, f"cbr {to}")
            case BringInPosted(seat=seat, auto=auto):
                self._acted(seat, "pb", auto=auto)
            case CardsDrawn():
                self._draw(event)
            case _:
                # Other events follow from the actions by the rules, or do not concern the hand.
                pass

    def _blind(self, event: BlindPosted) -> int:
        """The amount of the full blind, even if the player could post only a part of it."""
        amount = event.amount
        if amount == stack_of(self.table, event.seat):
            whole = event.to_match
            if event.blind == "small" and min(self.blinds.values(), default=0) < 0:
                # The bet to match is an entry blind.
                small_blind = stakes_of(self.table.config, VARIANTS[self.variant]).small_blind
                whole = min(small_blind, whole)
            amount = max(amount, whole)
        return -amount if event.blind in ("entry", "sleeper") else amount

    def _deal_hole(self, event: HoleCardsDealt) -> None:
        for number in self.order:
            cards = event.cards[number]
            if number not in self.holes:
                cards = [UNKNOWN] * len(cards)
            elif not event.street:
                cards = list(self.holes[number])
            if event.up:
                part = self._part(number)
                if part.shown and VARIANTS[self.variant].streets[event.street].down:
                    self.to_show_again.append(number)
                cards = [*cards, *event.up[number]]
            if cards:
                self._deal_to(number, cards)

    def _deal_to(self, number: int, cards: Sequence[Card]) -> None:
        self.actions.append(f"d dh {self._player(number)} {''.join(cards)}")

    def _deal_board(self, event: BoardDealt) -> None:
        if event.board:
            self.boards.setdefault(event.board, self._first_cards(event.board)).extend(event.cards)
            return
        if not self.acted:
            self._check_around()
        self.actions.append(f"d db {''.join(event.cards)}")

    def _first_cards(self, board: int) -> list[Card]:
        """The cards that all boards share: those dealt before the board was run again."""
        hand = self.table.hand
        return list(hand.extra_boards[board - 1]) if hand is not None and hand.extra_boards else []

    def _check_around(self) -> None:
        """Add checks before the flop of a bomb pot, where the standard has a betting round."""
        able = [number for number in self.order if stack_of(self.table, number)]
        if len(able) > 1:
            for number in able:
                self._acted(number, "cc # bomb pot")

    def _draw(self, event: CardsDrawn) -> None:
        seat = event.seat
        discarded, drawn = event.discarded, event.drawn
        if seat not in self.holes:
            discarded, drawn = [UNKNOWN] * len(discarded), [UNKNOWN] * len(drawn)
        self._acted(seat, f"sd {''.join(discarded)}".strip(), auto=event.auto)
        if drawn:
            self.drawn.append(f"d dh {self._player(seat)} {''.join(drawn)}")

    def _in_order(self, seat: int, hidden: Sequence[Card]) -> list[Card]:
        """All cards of a hand in the order of the deal, with the face-up cards of stud."""
        first = VARIANTS[self.variant].streets[0]
        up = self._part(seat).up
        return [*hidden[: first.down], *up, *hidden[first.down :]]

    def _show_again(self) -> None:
        for seat in self.to_show_again:
            if seat in live_seats(self._hand):
                cards = self._in_order(seat, self._part(seat).cards)
                self._acted(seat, f"sm {''.join(cards)}")
        self.to_show_again = []

    @property
    def _hand(self) -> Hand:
        return hand_in_play(self.table)

    def _part(self, seat: int) -> HandSeat:
        return hand_seat(self._hand, seat)

    def _acted(self, seat: int, action: str, *, auto: bool = False) -> None:
        line = f"{self._player(seat)} {action}"
        if auto:
            line += " # time ran out" if seat == self.timed_out else " # absent"
        self.timed_out = None
        self.acted = True
        self.actions.append(line)

    def _player(self, seat: int) -> str:
        return f"p{self.order.index(seat) + 1}"

    def text(self, started_ms: int, money: Money) -> str:
        """The whole text: one line per field."""
        seated = [seat for number in self.order if (seat := self.table.seats[number]) is not None]
        bets = self._bets()
        fields: dict[str, Value] = {
            "variant": self.variant,
            "ante_trimming_status": self.trimmed,
            "antes": self._forced(self.antes),
            **bets,
            "starting_stacks": list(self.starting.values()),
            "actions": self.actions,
            **_moment(started_ms),
            "hand": self.hand_number,
            "seats": [number + 1 for number in self.order],
            "seat_count": len(self.table.seats),
            "table": self.table.name,
            "players": [seat.name for seat in seated],
        }
        own: dict[str, Value] = {
            "_rules": "rulebook",
            **self._own_rules(),
            "_game": self.table.id,
            "_id": hand_id(self.table.id, self.hand_number),
            "_player_ids": [seat.player for seat in seated],
        }
        if self.table.button is not None:
            own["_button"] = self.table.button + 1
        if any(seat.bot for seat in seated):
            own["_bots"] = [n for n, seat in enumerate(seated, start=1) if seat.bot]
        if self.boards:
            own["_boards"] = ["".join(cards) for cards in self.boards.values()]
        if self.refunds is not None:
            own["_cancelled"] = True
            own["_refunds"] = [self.refunds.get(number, 0) for number in self.order]
        elif self.ended:
            fields["finishing_stacks"] = self.finishing
        if self.rake:
            own["_rake"] = self.rake
        if self.midway or not self.ended:
            own["_incomplete"] = _MIDWAY if self.midway else _UNFINISHED
        elif self.refunds is None and (why := self._deviation(fields)):
            own["_not_replayable"] = why
        if money.code is not None:
            fields = in_currency(fields | own, money)
            own = {}
        lines = [f"{name} = {_toml(name, value)}" for name, value in (fields | own).items()]
        return "\n".join(lines) + "\n"

    def _deviation(self, fields: Mapping[str, Value]) -> str:
        if self.rake:
            return "the standard has no rake"
        return _deviation(fields, self.finishing)

    def _bets(self) -> dict[str, Value]:
        """The blind and bet fields that the standard has for the variant."""
        variant = VARIANTS[self.variant]
        stakes = stakes_of(self.table.config, variant)
        bets: dict[str, Value] = {}
        if variant.forced is Forced.BRING_IN:
            bets["bring_in"] = stakes.bring_in
        else:
            bets["blinds_or_straddles"] = self._forced(self.blinds)
        if variant.betting is Betting.FIXED_LIMIT:
            return bets | {"small_bet": self.min_bet, "big_bet": stakes.big_bet}
        return bets | {"min_bet": self.min_bet}

    def _own_rules(self) -> dict[str, Value]:
        """What a reader that plays by our rules could not know otherwise."""
        variant, house = VARIANTS[self.variant], self.table.config.house
        rules: dict[str, Value] = {}
        if house.odd_chips != "rulebook":
            rules["_odd_chips"] = house.odd_chips
        if house.whole_pot and variant.betting is Betting.POT_LIMIT:
            rules["_whole_pot"] = True
        if house.max_bets and variant.betting is Betting.FIXED_LIMIT:
            rules["_max_bets"] = house.max_bets
        kinds = [self.kinds.get(number, "") for number in self.order]
        # The one blind of a game with a button blind is like a big blind.
        kinds = ["big" if kind == "button" else kind for kind in kinds]
        if kinds != usual_kinds([self.blinds.get(number, 0) for number in self.order]):
            rules["_blinds"] = kinds
        if self.dead and self.dead != self.antes:
            rules["_dead"] = self._forced(self.dead)
        if variant.betting is Betting.POT_LIMIT and self.kinds and "small" not in kinds:
            rules["_small_blind"] = stakes_of(self.table.config, variant).small_blind
        return rules

    def _forced(self, amounts: Mapping[int, int]) -> list[int]:
        """One amount per player.  Heads-up, the standard has the button, p2, first."""
        listed = [amounts.get(number, 0) for number in self.order]
        return listed[::-1] if len(listed) == 2 else listed


def _deviation(fields: Mapping[str, Value], finishing: Sequence[int]) -> str:
    """Why PokerKit's rules do not give the same stacks from the fields; empty if they do."""
    known = {name: value for name, value in fields.items() if name in HandRecord.__struct_fields__}
    record = msgspec.convert(known, HandRecord)
    try:
        stacks, _, by_reference = replay(record)
    except Refused as refused:
        return str(refused)
    if stacks != list(finishing):
        return f"playing the actions gives the stacks {', '.join(map(str, stacks))}"
    if VARIANTS[record.variant].standard and not by_reference:
        return "the standard's reference implementation has other betting rules"
    return ""


def _moment(at_ms: int) -> dict[str, Value]:
    at = moment(at_ms)
    return {
        "time": f"{at.hour:02}:{at.minute:02}:{at.second:02}",
        "time_zone": "UTC",
        "day": at.day,
        "month": at.month,
        "year": at.year,
    }


def _toml(name: str, value: Value) -> str:
    if name == "time":
        # TOML has a type for times, written without quotes.
        return str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return str(value)
    if isinstance(value, str):
        # JSON escapes are valid in TOML, which also requires one for DEL.
        return _encode_text(value).decode().replace("\x7f", "\\u007f")
    return f"[{', '.join(_toml('', item) for item in value)}]"
