"""Writes hands as Open Hand History (https://hh-specs.handhistory.org).

It writes every card that the events contain, so the caller redacts them first.  The specification
knows the streets of hold'em and Omaha alone, and neither cancelled nor incomplete hands: others are
refused with `NotExpressible`.  It has no action for an uncalled bet: a bet has its full amount, and
the pots lack what was returned.  A board that is run again has its rounds again.
"""

from collections.abc import Iterable
from copy import deepcopy

import msgspec
from msgspec import UNSET

from pokerws import __version__
from pokerws.game.apply import apply
from pokerws.game.betting.actions import hand_seat, stack_of, taken_seat
from pokerws.game.cards import UNKNOWN, Card
from pokerws.game.config.stakes import stakes_of
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
    HandShown,
    HandStarted,
    HoleCardsDealt,
    PartShown,
    PotAwarded,
    Raised,
    RakeTaken,
    TableEvent,
)
from pokerws.game.state import Hand, PlayerId, Table
from pokerws.game.variants import VARIANTS, Betting, Variant
from pokerws.hand_histories.currency import CHIPS, Money
from pokerws.hand_histories.dates import moment
from pokerws.hand_histories.errors import NotExpressible
from pokerws.hand_histories.hand_id import hand_id
from pokerws.hand_histories.ohh import objects as ohh

_GAME_TYPES: dict[str, ohh.GameType] = {
    "Hold'em": "Holdem",
    "Omaha": "Omaha",
    "Omaha Hi/Lo": "OmahaHiLo",
}
_BET_TYPES: dict[Betting, ohh.BetType] = {
    Betting.NO_LIMIT: "NL",
    Betting.POT_LIMIT: "PL",
    Betting.FIXED_LIMIT: "FL",
}
_STREETS: tuple[ohh.StreetName, ...] = ("Preflop", "Flop", "Turn", "River")
_BLINDS: dict[str, ohh.ActionName] = {
    "small": "Post SB",
    "big": "Post BB",
    "straddle": "Straddle",
    "sleeper": "Straddle",
    "entry": "Post Extra Blind",
    "dead": "Post Dead",
}

_encode = msgspec.json.Encoder(decimal_format="number").encode


def write_ohh(
    before: Table,
    events: Iterable[TableEvent],
    *,
    started_ms: int,
    hero: PlayerId | None = None,
    money: Money = CHIPS,
) -> str:
    """A hand as one line of JSON, in play money or as `money`.

    `before` is the table before the first of `events`.  The events run from HandStarted to
    HandEnded, and may go on with cards shown later.  `hero` is the player whose view it is.
    Raises NotExpressible.
    """
    writer = _OhhWriter(before, money)
    for event in events:
        writer.add(event)
    return _encode(ohh.Document(writer.hand_of(started_ms, hero))).decode()


def game_type(variant: Variant) -> ohh.GameType:
    """The specification's type of a game.  Raises NotExpressible."""
    known = _GAME_TYPES.get(variant.history_name)
    if known is None:
        raise NotExpressible(f"Open Hand History does not have {variant.name}")
    return known


class _OhhWriter:
    """Collects a hand event by event.  `ids` has the players' numbers by seat."""

    def __init__(self, before: Table, money: Money) -> None:
        if before.hand is not None:
            raise NotExpressible("Open Hand History has no incomplete hands")
        self.table = deepcopy(before)
        self.money = money
        self.hand: Hand | None = None
        self.over = False
        self.bomb_pot = False
        self.players: list[ohh.Player] = []
        self.ids: dict[int, int] = {}
        self.heroes: dict[PlayerId, int] = {}
        self.rounds: list[ohh.Round] = []
        self.shown: dict[int, list[Card]] = {}
        self.mucked: dict[int, list[Card]] = {}
        self.pots: dict[int, dict[int, int]] = {}
        self.rake: dict[int, int] = {}

    def add(self, event: TableEvent) -> None:
        """Write an event, and apply it to the table."""
        if self.hand is not None and not self.over:
            self._write(event, self.hand)
        apply(self.table, event)
        match event:
            case HandStarted():
                self._start(event)
            case HandEnded():
                self.over = True
            case HandCancelled():
                raise NotExpressible("Open Hand History has no cancelled hands")
            case HandShown(seat=seat, cards=cards):
                self.shown[seat] = cards
            case PartShown(seat=seat, cards=cards):
                self.shown[seat] = self.shown.get(seat, []) + cards
            case _:
                pass

    def _start(self, event: HandStarted) -> None:
        game_type(VARIANTS[event.variant])
        self.hand, self.bomb_pot = self.table.hand, event.bomb_pot
        for number, seat in enumerate(sorted(event.order)):
            taken = taken_seat(self.table, seat)
            self.ids[seat] = number
            self.heroes[taken.player] = number
            stack = self.money.value(taken.stack)
            self.players.append(ohh.Player(number, seat + 1, taken.name, stack))
        self._round("Preflop", [])

    def _write(self, event: TableEvent, hand: Hand) -> None:
        match event:
            case AntePosted(seat=seat, amount=amount):
                self._put(seat, "Post Ante", amount)
            case BlindPosted(seat=seat, blind=blind, amount=amount):
                self._put(seat, _BLINDS[blind], amount)
            case HoleCardsDealt(cards=cards):
                for seat in hand.order:
                    self._act(seat, "Dealt Cards", cards=cards[seat])
            case Folded(seat=seat):
                self._act(seat, "Fold")
            case Checked(seat=seat):
                self._act(seat, "Check")
            case Called(seat=seat, amount=amount):
                self._put(seat, "Call", amount)
            case BetPlaced(seat=seat, to=to) | Raised(seat=seat, to=to):
                # Before the flop there are blinds, so that each is a raise, as is specified.
                self._put(seat, "Raise" if hand.bet else "Bet", to - hand_seat(hand, seat).bet)
            case BoardDealt(street=street, cards=cards):
                self._round(_STREETS[street], cards)
            case CardsShown(seat=seat, cards=cards):
                self.shown[seat] = cards
            case CardsMucked(seat=seat):
                self.mucked[seat] = hand_seat(hand, seat).cards
            case RakeTaken(pots=parts):
                self.rake = dict(enumerate(parts))
            case PotAwarded(pot=pot, shares=shares):
                wins = self.pots.setdefault(pot, {})
                for share in shares:
                    wins[share.seat] = wins.get(share.seat, 0) + share.amount
            case _:
                # Other events follow from these, or do not concern the hand.
                pass

    def _round(self, street: ohh.StreetName, cards: list[Card]) -> None:
        self.rounds.append(ohh.Round(len(self.rounds), street, cards or UNSET, []))

    def _put(self, seat: int, action: ohh.ActionName, amount: int) -> None:
        """Write an action that adds chips to the pot."""
        if amount:
            self._act(seat, action, amount=amount, all_in=amount == stack_of(self.table, seat))

    def _act(
        self,
        seat: int,
        action: ohh.ActionName,
        *,
        amount: int | None = None,
        all_in: bool = False,
        cards: list[Card] | None = None,
    ) -> None:
        actions = self.rounds[-1].actions
        actions.append(
            ohh.Action(
                action_number=len(actions),
                player_id=self.ids[seat],
                action=action,
                amount=UNSET if amount is None else self.money.value(amount),
                is_allin=UNSET if amount is None else all_in,
                cards=UNSET if not cards or UNKNOWN in cards else cards,
            )
        )

    def _showdown(self) -> None:
        """Write the cards that were shown, and those that were mucked if they are known."""
        mucked = {
            seat: cards
            for seat, cards in self.mucked.items()
            if UNKNOWN not in cards and seat not in self.shown
        }
        if self.shown or mucked:
            self._round("Showdown", [])
        for seat, cards in self.shown.items():
            self._act(seat, "Shows Cards", cards=cards)
        for seat, cards in mucked.items():
            self._act(seat, "Mucks Cards", cards=cards)

    def hand_of(self, started_ms: int, hero: PlayerId | None) -> ohh.Hand:
        """The whole hand.  Raises NotExpressible."""
        hand = self.hand
        if hand is None or not self.over:
            raise NotExpressible("Open Hand History has no incomplete hands")
        self._showdown()
        table, value = self.table, self.money.value
        variant = VARIANTS[hand.variant]
        stakes = stakes_of(table.config, variant)
        hero_id = None if hero is None else self.heroes.get(hero)
        return ohh.Hand(
            internal_version=__version__,
            game_number=str(hand_id(table.id, hand.number)),
            start_date_utc=_written(started_ms),
            table_name=table.name,
            table_size=len(table.seats),
            game_type=game_type(variant),
            bet_limit=ohh.BetLimit(_BET_TYPES[variant.betting]),
            currency=self.money.code or ohh.PLAY_MONEY,
            dealer_seat=(table.button or 0) + 1,
            small_blind_amount=value(stakes.small_blind),
            big_blind_amount=value(stakes.big_blind),
            ante_amount=value(stakes.ante),
            hero_player_id=hero_id,
            flags=self._flags(hand, hero_id),
            players=self.players,
            rounds=self.rounds,
            pots=[self._pot(number, wins) for number, wins in sorted(self.pots.items())],
        )

    def _flags(self, hand: Hand, hero_id: int | None) -> list[ohh.Flag]:
        flags: dict[ohh.Flag, bool] = {
            "Run_It_Twice": bool(hand.extra_boards),
            "Bomb_Pot": self.bomb_pot,
            "Observed": hero_id is None,
        }
        return [flag for flag, holds in flags.items() if holds]

    def _pot(self, number: int, wins: dict[int, int]) -> ohh.Pot:
        value = self.money.value
        player_wins = [ohh.PlayerWin(self.ids[seat], value(won)) for seat, won in wins.items()]
        rake = self.rake.get(number, 0)
        return ohh.Pot(number, value(sum(wins.values()) + rake), value(rake), player_wins)


def _written(at_ms: int) -> str:
    at = moment(at_ms)
    date = f"{at.year}-{at.month:02}-{at.day:02}"
    return f"{date}T{at.hour:02}:{at.minute:02}:{at.second:02}Z"
