"""Writes hands in the format of PokerStars, for programs that read that format.

This module owns the text of each event, and the order of the sections; `ending` owns the lines
after the last action.  It writes every card that the events contain, so the caller redacts them
first.  An incomplete or cancelled hand has a line of its own before the summary that says so.
"""

from collections.abc import Iterable, Sequence
from copy import deepcopy

from pokerws.game.apply import apply
from pokerws.game.betting.actions import hand_seat, stack_of, taken_seat
from pokerws.game.cards import UNKNOWN, Card
from pokerws.game.events import (
    AntePosted,
    BetPlaced,
    BlindPosted,
    BoardDealt,
    BringInPosted,
    Called,
    CardsDrawn,
    CardsMucked,
    CardsShown,
    Checked,
    ConnectionProtected,
    ConnectionRestored,
    DeckReshuffled,
    DrawStarted,
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
    Share,
    TableEvent,
    TurnTimedOut,
    UncalledBetReturned,
)
from pokerws.game.illegal import Inconsistent
from pokerws.game.state import Hand, Table
from pokerws.game.variants import VARIANTS, Forced, Variant
from pokerws.hand_histories.currency import CHIPS, Money
from pokerws.hand_histories.pokerstars.ending import Outcome, Player, showdown, summary
from pokerws.hand_histories.pokerstars.words import (
    ORDINALS,
    cards_in,
    fold_place,
    header,
    plain_name,
    street_title,
)

# The wording of the forced bets, in the order in which they are written.
_POSTS = {
    "ante": "the ante",
    "small": "small blind",
    "big": "big blind",
    "button": "button blind",
    "entry": "big blind",
    "both": "small & big blinds",
    "dead": "small blind",
    "straddle": "straddle",
    "sleeper": "straddle",
}
_PLACES = {"small": " (small blind)", "big": " (big blind)", "button": " (button blind)"}
_MIDWAY = "Hand is not complete: what happened before this was not kept"
_UNFINISHED = "Hand is not complete: what happened after this was not kept"


def write_pokerstars(
    before: Table,
    events: Iterable[TableEvent],
    *,
    started_ms: int,
    money: Money = CHIPS,
) -> str:
    """A hand as the text that PokerStars would write, in play money or as `money`.

    `before` is the table before the first of `events`.  The events run from HandStarted to
    HandEnded or HandCancelled, and may go on with cards shown later.  They may include other events
    of the table, and may begin or end in the middle of the hand.  `started_ms` is in milliseconds
    UTC.
    """
    writer = _PokerStarsWriter(before, money)
    for event in events:
        writer.add(event)
    return writer.text(started_ms)


class _PokerStarsWriter:
    """Collects a hand event by event, in `lines`."""

    def __init__(self, before: Table, money: Money) -> None:
        self.table = deepcopy(before)
        self.money = money
        self.outcome = Outcome(money)
        self.players = self.outcome.players
        self.lines: list[str] = []
        self.posts: list[tuple[str, int, int, bool]] = []
        self.hand: Hand | None = before.hand and self.table.hand
        if self.hand is not None:
            self._begin_midway(self.hand)

    @property
    def variant(self) -> Variant:
        return VARIANTS[self._written_hand.variant]

    @property
    def _written_hand(self) -> Hand:
        """The hand.  Raises Inconsistent if no event has started one."""
        if self.hand is None:
            raise Inconsistent("there is no hand to write")
        return self.hand

    def _begin_midway(self, hand: Hand) -> None:
        for number in hand.order:
            part = hand_seat(hand, number)
            paid = part.bet + part.in_pots + part.dead
            name = plain_name(taken_seat(self.table, number).name)
            folded = f"folded {fold_place(self.variant, 0)}" if part.folded else ""
            self.players[number] = Player(name, stack_of(self.table, number) + paid, folded=folded)
            if part.shown or part.mucked:
                self.outcome.showing.append(number)
        self._place_button(self.table.button)
        self.lines.append(_MIDWAY)
        self._street(hand.street, hand.board)

    def _place_button(self, button: int | None) -> None:
        if button in self.players and self.variant.forced is not Forced.BRING_IN:
            self.players[button].place = " (button)"

    def add(self, event: TableEvent) -> None:
        """Write an event, and apply it to the table."""
        hand = self.hand
        if hand is not None and not self.outcome.over:
            self._write_action(event, hand)
            self._write_cards(event, hand)
        apply(self.table, event)
        match event:
            case HandStarted():
                self.hand, self.outcome.split = self.table.hand, event.boards > 1
                for number in event.order:
                    seat = taken_seat(self.table, number)
                    self.players[number] = Player(plain_name(seat.name), seat.stack)
                self._place_button(event.button)
            case HandEnded():
                self.outcome.over = True
            case HandCancelled(refunds=refunds):
                self.outcome.over = True
                self._cancelled(refunds)
            case HandShown():
                self.outcome.shown_later.append(event)
            case PartShown():
                self.outcome.shown_parts.append(event)
            case _:
                # Other events are written before they are applied.
                pass

    # ---- actions

    def _write_action(self, event: TableEvent, hand: Hand) -> None:
        match event:
            case AntePosted(seat=seat, amount=amount):
                self._post("ante", seat, amount)
            case BlindPosted(seat=seat, blind=blind, amount=amount):
                self._post(blind, seat, amount)
            case BringInPosted(seat=seat, amount=amount):
                self._say(seat, f"brings in for {self.money.written(amount)}", amount)
            case TurnTimedOut(seat=seat):
                is_away = hand.turn is not None and hand.turn.time == "protection"
                away = " while disconnected" if is_away else ""
                self.lines.append(f"{self.players[seat].name} has timed out{away}")
            case ConnectionProtected(seat=seat):
                self.lines.append(f"{self.players[seat].name} is disconnected")
            case ConnectionRestored(seat=seat):
                self.lines.append(f"{self.players[seat].name} is connected")
            case Folded(seat=seat):
                self._say(seat, "folds")
                # The format ignores antes here.
                idle = not hand.street and not hand_seat(hand, seat).bet
                place = fold_place(self.variant, hand.street)
                self.players[seat].folded = f"folded {place}" + (" (didn't bet)" if idle else "")
            case Checked(seat=seat):
                self._say(seat, "checks")
            case Called(seat=seat, amount=amount):
                self._say(seat, f"calls {self.money.written(amount)}", amount)
            case BetPlaced() | Raised():
                self._bets(event, hand)
            case UncalledBetReturned(seat=seat, amount=amount):
                self._returned(seat, amount)
            case RakeTaken(pots=parts):
                self.outcome.rake = parts
            case PotAwarded():
                self.outcome.award(event)
            case _:
                pass

    def _bets(self, event: BetPlaced | Raised, hand: Hand) -> None:
        """Write a bet or raise.  Completing a bring-in is a raise in this format."""
        seat, to, written = event.seat, event.to, self.money.written
        how = f"raises {written(to - hand.bet)} to {written(to)}" if hand.bet else None
        self._say(seat, how or f"bets {written(to)}", to - hand_seat(hand, seat).bet)
        if event.limit is not None and not event.limit.size:
            self.lines.append("Betting is capped")

    def _say(self, seat: int, what: str, chips: int = 0) -> None:
        """Write an action that adds `chips` to the pot."""
        all_in = chips > 0 and chips == stack_of(self.table, seat)
        self.lines.append(f"{self.players[seat].name}: {what}{' and is all-in' if all_in else ''}")

    def _post(self, kind: str, seat: int, amount: int) -> None:
        all_in = amount == stack_of(self.table, seat)
        player = self.players[seat]
        player.place += _PLACES.get(kind, "")
        if kind == "button":
            player.place = _PLACES[kind]
        if not amount:
            # The ante took all the player's chips.
            return
        for index, (other, whose, posted, _) in enumerate(self.posts):
            if whose == seat and {kind, other} == {"dead", "entry"}:
                self.posts[index] = ("both", seat, posted + amount, all_in)
                return
        self.posts.append((kind, seat, amount, all_in))

    def _write_posts(self) -> None:
        order = [*_POSTS]
        for kind, seat, amount, all_in in sorted(self.posts, key=lambda post: order.index(post[0])):
            written = self.money.written(amount)
            line = f"{self.players[seat].name}: posts {_POSTS[kind]} {written}"
            self.lines.append(line + (" and is all-in" if all_in else ""))
        self.posts = []

    def _returned(self, seat: int, amount: int) -> None:
        written = self.money.written(amount)
        self.lines.append(f"Uncalled bet ({written}) returned to {self.players[seat].name}")

    def _cancelled(self, refunds: list[Share]) -> None:
        self._write_posts()
        self.lines.append("Hand cancelled")
        for share in refunds:
            self._returned(share.seat, share.amount)

    # ---- cards

    def _write_cards(self, event: TableEvent, hand: Hand) -> None:
        match event:
            case HoleCardsDealt():
                self._dealt(event, hand)
            case BoardDealt(street=street, cards=cards, board=board):
                old = [hand.board, *hand.extra_boards][board]
                which = f"{ORDINALS[board]} " if hand.extra_boards else ""
                self._street(street, old, cards, which=which)
            case DrawStarted(street=street) if street != hand.street:
                self._street(street)
            case CardsDrawn():
                self._drawn(event, hand)
            case DeckReshuffled():
                self.lines.append("The deck is reshuffled")
            case CardsShown(seat=seat) | CardsMucked(seat=seat):
                self.outcome.showing.append(seat)
            case _:
                pass

    def _street(self, street: int, *cards: Sequence[Card], which: str = "") -> None:
        title = street_title(self.variant, street)
        if title:
            brackets = [cards_in(group) for group in cards if group]
            self.lines.append(" ".join([f"*** {which}{title} ***", *brackets]))

    def _dealt(self, event: HoleCardsDealt, hand: Hand) -> None:
        self._write_posts()
        self._street(event.street)
        for number in hand.order:
            part = hand_seat(hand, number)
            up = event.up[number] if event.up else []
            new = [*_known(event.cards[number]), *up]
            if new:
                self._dealt_to(number, [*_known(part.cards), *part.up], new)
        if self.variant.streets[event.street].open_pair and any(
            _has_pair([*hand_seat(hand, number).up, *event.up[number]])
            for number in hand.order
            if not hand_seat(hand, number).folded
        ):
            self.lines.append("Pair on board - a double bet is allowed")

    def _dealt_to(self, number: int, old: Sequence[Card], new: Sequence[Card]) -> None:
        groups = [cards_in(group) for group in (old, new) if group]
        self.lines.append(" ".join([f"Dealt to {self.players[number].name}", *groups]))

    def _drawn(self, event: CardsDrawn, hand: Hand) -> None:
        number, gone = event.seat, event.discarded
        cards = _known(hand_seat(hand, number).cards)
        if not gone:
            self._say(number, f"stands pat on {cards_in(cards)}" if cards else "stands pat")
            return
        count = f"{len(gone)} card{'s' if len(gone) > 1 else ''}"
        if not cards or UNKNOWN in gone:
            self._say(number, f"discards {count}")
            return
        self._say(number, f"discards {count} {cards_in(gone)}")
        if event.drawn:
            self._dealt_to(number, [card for card in cards if card not in gone], event.drawn)

    # ---- the end

    def text(self, started_ms: int) -> str:
        """The whole text."""
        hand, outcome, variant = self._written_hand, self.outcome, self.variant
        self._write_posts()
        first = header(
            *(self.table, variant, hand.number),
            boards=2 if outcome.split else 1,
            started_ms=started_ms,
            money=self.money,
        )
        seats = [
            f"Seat {number + 1}: {player.name} ({self.money.written(player.starting)} in chips)"
            for number, player in sorted(self.players.items())
        ]
        if not outcome.over:
            self.lines.append(_UNFINISHED)
        ending = showdown(outcome, variant, hand)
        ending += summary(outcome, variant, hand, self.table.total_pot)
        return "\n".join([*first, *seats, *self.lines, *ending]) + "\n"


def _has_pair(cards: Sequence[Card]) -> bool:
    return len({card[0] for card in cards}) < len(cards)


def _known(cards: list[Card]) -> list[Card]:
    return [] if UNKNOWN in cards else cards
