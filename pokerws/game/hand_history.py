"""Hands written in the Poker Hand History standard (https://phh.readthedocs.io), version 0.

It owns what a finished hand looks like to others: fields, action notation, TOML.  It tells no hole
cards but those that were shown, unless the caller gives them.  What the standard has no field for
is in fields of our own, whose names begin with an underscore as the standard asks:

* `_game`, `_player_ids`, `_button`: the table's id, the players' ids, the seat of the button.
* `_cancelled = true` and `_refunds`: the hand was broken off, and each player got so much back.
  The actions then end where it was broken off, and there are no `finishing_stacks`.
* `_incomplete`: why not all of the hand is told; forced bets may then be missing too.
* `_not_replayable`: why playing the actions does not come to the `finishing_stacks`, for a hand of
  which the standard cannot tell everything that mattered.

Seats are counted from 1 there, and the players p1, p2, … from the left of the button.  A blind that
was posted to be dealt in is negative, as in PokerKit.
"""

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from typing import TypeAlias

import msgspec

from pokerws.game.apply import apply
from pokerws.game.betting import stack_of
from pokerws.game.cards import UNKNOWN, Card
from pokerws.game.events import (
    AntePosted,
    BetPlaced,
    BlindPosted,
    BoardDealt,
    Called,
    CardsMucked,
    CardsShown,
    Checked,
    Folded,
    HandCancelled,
    HandEnded,
    HandStarted,
    HoleCardsDealt,
    Raised,
    TableEvent,
    TurnTimedOut,
)
from pokerws.game.phh import Amount, HandRecord, Refused, final_stacks
from pokerws.game.state import Hand, Table

_Value: TypeAlias = str | int | Sequence[str] | Sequence[int]

_DAY_MS = 86_400_000
# Days from 0000-03-01, where the years of `_date` begin, to 1970-01-01.
_EPOCH_DAYS = 719_468
_DAYS_OF_ERA = 146_097  # 400 years

_MIDWAY = "the events before these were not kept"
_UNFINISHED = "the events after these were not kept"

_encode_text = msgspec.json.Encoder().encode


def write_hand(
    before: Table,
    events: Iterable[TableEvent],
    *,
    started_ms: int,
    holes: Mapping[int, Sequence[Card]] | None = None,
) -> str:
    """A hand as the text of a PHH file.

    `before` is the table before the first of `events`, which run from the hand's HandStarted to its
    HandEnded or HandCancelled; what else happened at the table may be among them.  They may also
    begin or end in the middle of the hand, where others were lost.  `holes` are hole cards to be
    told by seat, shown or not.  `started_ms` is in milliseconds UTC.
    """
    telling = _Telling(before, holes or {})
    for event in events:
        telling.take(event)
    return telling.text(started_ms)


class _Telling:
    """A hand as it is told, event by event.  Amounts are by seat; `actions` are the standard's."""

    def __init__(self, before: Table, holes: Mapping[int, Sequence[Card]]) -> None:
        self.table = deepcopy(before)
        self.holes = holes
        self.hand_number = before.hand_number
        self.order: list[int] = []
        self.starting: dict[int, int] = {}
        self.antes: dict[int, int] = {}
        self.trimmed = False
        self.blinds: dict[int, int] = {}
        self.min_bet = before.config.big_blind
        self.actions: list[str] = []
        self.refunds: dict[int, int] | None = None
        self.ended = False
        self.midway = before.hand is not None
        self.timed_out: int | None = None
        if before.hand is not None:
            self._begin_midway(before.hand)

    def _begin_midway(self, hand: Hand) -> None:
        self.order, self.min_bet = hand.order, hand.min_bet
        for number in hand.order:
            seat = hand.seats[number]
            paid = 0 if seat is None else seat.bet + seat.in_pots
            self.starting[number] = stack_of(self.table, number) + paid
        self._deal_hole()
        if hand.board:
            self.actions.append(f"d db {''.join(hand.board)}")

    def take(self, event: TableEvent) -> None:
        """Tell what happened, and let it happen."""
        match event:
            case HandStarted():
                self.hand_number, self.order = event.hand, event.order
                self.min_bet = event.min_bet
                self.starting = {number: stack_of(self.table, number) for number in event.order}
            case AntePosted(seat=seat, amount=amount, dead=dead):
                self.antes[seat] = amount
                self.trimmed = not dead
            case BlindPosted():
                self.blinds[event.seat] = self._blind(event)
            case HoleCardsDealt():
                self._deal_hole()
            case BoardDealt(cards=cards):
                self.actions.append(f"d db {''.join(cards)}")
            case Folded(seat=seat, auto=auto):
                self._acted(seat, "f", auto=auto)
            case Checked(seat=seat, auto=auto):
                self._acted(seat, "cc", auto=auto)
            case Called(seat=seat):
                self._acted(seat, "cc")
            case BetPlaced(seat=seat, to=to) | Raised(seat=seat, to=to):
                self._acted(seat, f"cbr {to}")
            case CardsShown(seat=seat, cards=cards):
                self._acted(seat, f"sm {''.join(cards)}")
            case CardsMucked(seat=seat):
                self._acted(seat, "sm")
            case TurnTimedOut(seat=seat):
                self.timed_out = seat
            case HandEnded():
                self.ended = True
            case HandCancelled(refunds=refunds):
                self.ended = True
                self.refunds = {share.seat: share.amount for share in refunds}
            case _:
                # What follows from the actions by the rules, or has nothing to do with the hand.
                pass
        apply(self.table, event)

    def _blind(self, event: BlindPosted) -> int:
        """The whole blind, of which its poster may have had a part only."""
        amount = event.amount
        if amount == stack_of(self.table, event.seat):
            whole = event.to_match
            if event.blind == "small" and min(self.blinds.values(), default=0) < 0:
                # What there is to match is an entry blind.
                whole = min(self.table.config.small_blind, whole)
            amount = max(amount, whole)
        return -amount if event.blind == "entry" else amount

    def _deal_hole(self) -> None:
        for number in self.order:
            cards = "".join(self.holes.get(number, ())) or UNKNOWN * 2
            self.actions.append(f"d dh {self._player(number)} {cards}")

    def _acted(self, seat: int, action: str, *, auto: bool = False) -> None:
        said = f"{self._player(seat)} {action}"
        if auto:
            said += " # time ran out" if seat == self.timed_out else " # absent"
        self.timed_out = None
        self.actions.append(said)

    def _player(self, seat: int) -> str:
        return f"p{self.order.index(seat) + 1}"

    def text(self, started_ms: int) -> str:
        """The fields, a line each."""
        seated = [seat for number in self.order if (seat := self.table.seats[number]) is not None]
        finishing = [seat.stack for seat in seated]
        record = self._record()
        fields: dict[str, _Value] = {
            "variant": record.variant,
            "ante_trimming_status": self.trimmed,
            "antes": self._forced(self.antes),
            "blinds_or_straddles": self._forced(self.blinds),
            "min_bet": self.min_bet,
            "starting_stacks": list(self.starting.values()),
            "actions": self.actions,
            **_moment(started_ms),
            "hand": self.hand_number,
            "seats": [number + 1 for number in self.order],
            "seat_count": len(self.table.seats),
            "table": self.table.name,
            "players": [seat.name for seat in seated],
        }
        own: dict[str, _Value] = {
            "_game": self.table.id,
            "_player_ids": [seat.player for seat in seated],
        }
        if self.table.button is not None:
            own["_button"] = self.table.button + 1
        if self.refunds is not None:
            own["_cancelled"] = True
            own["_refunds"] = [self.refunds.get(number, 0) for number in self.order]
        elif self.ended:
            fields["finishing_stacks"] = finishing
        if self.midway or not self.ended:
            own["_incomplete"] = _MIDWAY if self.midway else _UNFINISHED
        elif self.refunds is None and (why := _deviation(record, finishing)):
            own["_not_replayable"] = why
        lines = [f"{name} = {_toml(name, value)}" for name, value in (fields | own).items()]
        return "\n".join(lines) + "\n"

    def _forced(self, amounts: Mapping[int, int]) -> list[int]:
        """One amount a player.  Heads-up the standard names the button first, who is p2."""
        listed = [amounts.get(number, 0) for number in self.order]
        return listed[::-1] if len(listed) == 2 else listed

    def _record(self) -> HandRecord:
        starting: list[Amount] = list(self.starting.values())
        return HandRecord(
            variant=self.table.config.variant,
            starting_stacks=starting,
            actions=self.actions,
            antes=list(self._forced(self.antes)),
            blinds_or_straddles=list(self._forced(self.blinds)),
            min_bet=self.min_bet,
            ante_trimming_status=self.trimmed,
        )


def _deviation(record: HandRecord, finishing: Sequence[int]) -> str:
    """Why a reader does not come to the same stacks; nothing if it does."""
    try:
        stacks = final_stacks(record)
    except Refused as refused:
        return str(refused)
    if stacks != list(finishing):
        return f"the actions come to the stacks {', '.join(map(str, stacks))}"
    return ""


def _moment(at_ms: int) -> dict[str, _Value]:
    days, of_day_ms = divmod(at_ms, _DAY_MS)
    minutes, seconds = divmod(of_day_ms // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    year, month, day = _date(days)
    return {
        "time": f"{hours:02}:{minutes:02}:{seconds:02}",
        "time_zone": "UTC",
        "day": day,
        "month": month,
        "year": year,
    }


def _date(days: int) -> tuple[int, int, int]:
    """Year, month and day of a count of days since 1970, as in H. Hinnant's `civil_from_days`."""
    era, of_era = divmod(days + _EPOCH_DAYS, _DAYS_OF_ERA)
    year = (of_era - of_era // 1_460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    month = (5 * of_year + 2) // 153
    day = of_year - (153 * month + 2) // 5 + 1
    month += 3 if month < 10 else -9
    return year + 400 * era + (month <= 2), month, day


def _toml(name: str, value: _Value) -> str:
    if name == "time":
        # A type of its own, which is written bare.
        return str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        # JSON's escapes are TOML's as well, but that TOML also wants one for DEL.
        return _encode_text(value).decode().replace("\x7f", "\\u007f")
    return f"[{', '.join(_toml('', item) for item in value)}]"
