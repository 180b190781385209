"""Writes hands in the format of PokerStars, for programs that read that format.

This module owns the text of each event, and the order of the sections.  It writes every card that
the events contain, so the caller redacts them first.  An incomplete or cancelled hand has a line of
its own before the summary that says so.
"""

from collections.abc import Iterable, Sequence
from copy import deepcopy

from msgspec import Struct

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
    DeckReshuffled,
    DrawStarted,
    Folded,
    HandCancelled,
    HandEnded,
    HandShown,
    HandStarted,
    HoleCardsDealt,
    PotAwarded,
    Raised,
    Share,
    TableEvent,
    TurnTimedOut,
    UncalledBetReturned,
)
from pokerws.game.illegal import Inconsistent
from pokerws.game.state import Hand, HandSeat, Table
from pokerws.game.variants import VARIANTS, Forced, Variant
from pokerws.hand_histories.pokerstars.words import (
    ORDINALS,
    cards_in,
    fold_place,
    hand_in_words,
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
_TIMES = {2: "twice", 3: "three times"}
_MIDWAY = "Hand is not complete: what happened before this was not kept"
_UNFINISHED = "Hand is not complete: what happened after this was not kept"


def write_pokerstars(before: Table, events: Iterable[TableEvent], *, started_ms: int) -> str:
    """A hand as the text that PokerStars would write.

    `before` is the table before the first of `events`.  The events run from HandStarted to
    HandEnded or HandCancelled, and may go on with cards shown later.  They may include other events
    of the table, and may begin or end in the middle of the hand.  `started_ms` is in milliseconds
    UTC.
    """
    writer = _PokerStarsWriter(before)
    for event in events:
        writer.add(event)
    return writer.text(started_ms)


class _Player(Struct):
    """What the text needs to know about a player.

    `place` is the position and `folded` when the player folded, both in the words of the summary.
    `won` has the chips won on each board.
    """

    name: str
    starting: int
    place: str = ""
    folded: str = ""
    won: dict[int, int] = {}


class _PokerStarsWriter:
    """Collects a hand event by event, in `lines`."""

    def __init__(self, before: Table) -> None:
        self.table = deepcopy(before)
        self.lines: list[str] = []
        self.players: dict[int, _Player] = {}
        self.posts: list[tuple[str, int, int, bool]] = []
        self.showing: list[int] = []
        self.awards: list[PotAwarded] = []
        self.shown_later: list[HandShown] = []
        self.split = self.over = False
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
            self.players[number] = _Player(name, stack_of(self.table, number) + paid, folded=folded)
            if part.shown or part.mucked:
                self.showing.append(number)
        self._place_button(self.table.button)
        self.lines.append(_MIDWAY)
        self._street(hand.street, hand.board)

    def _place_button(self, button: int | None) -> None:
        if button in self.players and self.variant.forced is not Forced.BRING_IN:
            self.players[button].place = " (button)"

    def add(self, event: TableEvent) -> None:
        """Write an event, and apply it to the table."""
        hand = self.hand
        if hand is not None and not self.over:
            self._write_action(event, hand)
            self._write_cards(event, hand)
        apply(self.table, event)
        match event:
            case HandStarted():
                self.hand, self.split = self.table.hand, event.boards > 1
                for number in event.order:
                    seat = taken_seat(self.table, number)
                    self.players[number] = _Player(plain_name(seat.name), seat.stack)
                self._place_button(event.button)
            case HandEnded():
                self.over = True
            case HandCancelled(refunds=refunds):
                self.over = True
                self._cancelled(refunds)
            case HandShown():
                self.shown_later.append(event)
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
                self._say(seat, f"brings in for {amount}", amount)
            case TurnTimedOut(seat=seat):
                self.lines.append(f"{self.players[seat].name} has timed out")
            case Folded(seat=seat):
                self._say(seat, "folds")
                # The format ignores antes here.
                idle = not hand.street and not hand_seat(hand, seat).bet
                place = fold_place(self.variant, hand.street)
                self.players[seat].folded = f"folded {place}" + (" (didn't bet)" if idle else "")
            case Checked(seat=seat):
                self._say(seat, "checks")
            case Called(seat=seat, amount=amount):
                self._say(seat, f"calls {amount}", amount)
            case BetPlaced(seat=seat, to=to) | Raised(seat=seat, to=to):
                # Completing a bring-in is a raise in this format.
                how = f"raises {to - hand.bet} to {to}" if hand.bet else f"bets {to}"
                self._say(seat, how, to - hand_seat(hand, seat).bet)
            case UncalledBetReturned(seat=seat, amount=amount):
                self._returned(seat, amount)
            case PotAwarded(shares=shares, board=board):
                self.awards.append(event)
                for share in shares:
                    won = self.players[share.seat].won
                    won[board] = won.get(board, 0) + share.amount
            case _:
                pass

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
        for index, (other, whose, posted, _) in enumerate(self.posts):
            if whose == seat and {kind, other} == {"dead", "entry"}:
                self.posts[index] = ("both", seat, posted + amount, all_in)
                return
        self.posts.append((kind, seat, amount, all_in))

    def _write_posts(self) -> None:
        order = [*_POSTS]
        for kind, seat, amount, all_in in sorted(self.posts, key=lambda post: order.index(post[0])):
            line = f"{self.players[seat].name}: posts {_POSTS[kind]} {amount}"
            self.lines.append(line + (" and is all-in" if all_in else ""))
        self.posts = []

    def _returned(self, seat: int, amount: int) -> None:
        self.lines.append(f"Uncalled bet ({amount}) returned to {self.players[seat].name}")

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
                self.showing.append(seat)
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
        hand = self._written_hand
        self._write_posts()
        first = header(self.table, self.variant, hand.number, 2 if self.split else 1, started_ms)
        seats = [
            f"Seat {number + 1}: {player.name} ({player.starting} in chips)"
            for number, player in sorted(self.players.items())
        ]
        if not self.over:
            self.lines.append(_UNFINISHED)
        lines = [*first, *seats, *self.lines, *self._showdown(hand), *self._summary(hand)]
        return "\n".join(lines) + "\n"

    def _showdown(self, hand: Hand) -> list[str]:
        lines: list[str] = []
        boards = [hand.board, *hand.extra_boards]
        contested = sum(not player.folded for player in self.players.values()) > 1
        for number, board in enumerate(boards):
            if contested and self.awards:
                which = f"{ORDINALS[number]} " if len(boards) > 1 else ""
                lines.append(f"*** {which}SHOW DOWN ***")
                lines += [self._shows(hand, seat, board) for seat in self.showing]
            for award in self.awards:
                if award.board == number:
                    lines += [
                        f"{self.players[share.seat].name} collected {share.amount} from "
                        f"{self._pot_name(award.pot)}"
                        for share in award.shares
                    ]
        later = [event.seat for event in self.shown_later]
        for event in self.shown_later:
            hand_seat(hand, event.seat).cards = event.cards
        lines += [self._shows(hand, seat, hand.board, later=True) for seat in later]
        if self.awards and not contested:
            (winner,) = {share.seat for award in self.awards for share in award.shares}
            if winner not in [*later, *self.showing]:
                lines.append(f"{self.players[winner].name}: doesn't show hand")
        return lines

    def _shows(self, hand: Hand, seat: int, board: list[Card], *, later: bool = False) -> str:
        part, player = hand_seat(hand, seat), self.players[seat]
        if not (part.shown or later):
            return f"{player.name}: mucks hand"
        held = _held(part)
        # A folded hand may have too many or too few cards to be ranked.
        words = "" if player.folded else hand_in_words(self.variant, held, board)
        return f"{player.name}: shows {cards_in(held)}" + (f" ({words})" if words else "")

    def _pot_name(self, index: int) -> str:
        pots = max(award.pot for award in self.awards)
        if not pots:
            return "pot"
        if not index:
            return "main pot"
        return "side pot" if pots == 1 else f"side pot-{index}"

    def _summary(self, hand: Hand) -> list[str]:
        lines = ["*** SUMMARY ***", f"Total pot {self._total(hand)} | Rake 0"]
        boards = [hand.board, *hand.extra_boards]
        if len(boards) > 1:
            if not self.split:
                lines.append(f"Hand was run {_TIMES[len(boards)]}")
            lines += [
                f"{ORDINALS[number]} Board {cards_in(board)}" for number, board in enumerate(boards)
            ]
        elif hand.board:
            lines.append(f"Board {cards_in(hand.board)}")
        return lines + [
            f"Seat {number + 1}: {player.name}{player.place}{self._fate(hand, number, player)}"
            for number, player in sorted(self.players.items())
        ]

    def _total(self, hand: Hand) -> str:
        pots: dict[int, int] = {}
        for award in self.awards:
            won = sum(share.amount for share in award.shares)
            pots[award.pot] = pots.get(award.pot, 0) + won
        total = str(sum(pots.values()) if self.over else self.table.total_pot)
        if len(pots) > 1:
            named = (f"{self._pot_name(pot).capitalize()} {pots[pot]}." for pot in sorted(pots))
            total += f" {' '.join(named)}"
        return total

    def _fate(self, hand: Hand, number: int, player: _Player) -> str:
        """The result of a player, in the words of the summary."""
        part = hand_seat(hand, number)
        if player.folded:
            return f" {player.folded}"
        if part.shown and self.awards:
            boards = [hand.board, *hand.extra_boards]
            results = [self._result(player, part, at, board) for at, board in enumerate(boards)]
            return f" showed {cards_in(_held(part))} and {', and '.join(results)}"
        won = sum(player.won.values())
        if part.mucked and not won:
            return f" mucked {cards_in(_held(part))}" if _known(part.cards) else " mucked"
        return f" collected ({won})" if self.over else ""

    def _result(self, player: _Player, part: HandSeat, number: int, board: list[Card]) -> str:
        won = player.won.get(number, 0)
        words = hand_in_words(self.variant, _held(part), board)
        return (f"won ({won})" if won else "lost") + (f" with {words}" if words else "")


def _known(cards: list[Card]) -> list[Card]:
    return [] if UNKNOWN in cards else cards


def _held(part: HandSeat) -> list[Card]:
    """The cards of a hand in the order of the deal; in stud the last card is face down again."""
    return part.cards[:2] + part.up + part.cards[2:] if part.up else part.cards
