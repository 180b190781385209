"""Parses the actions of a recorded hand: what the players did, and which cards came when.

It reads the notation of the Poker Hand History standard, and knows nothing of chips.  Cards that
are unknown when they are dealt are filled in from later actions.  A mucked hand becomes unknown.
No card may be in two places at a time.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Literal, NamedTuple

from pokerws.game.cards import UNKNOWN, Card, parse_cards
from pokerws.game.variants import Variant
from pokerws.hand_histories.errors import Refused

Amount = int | Decimal
Verb = Literal["f", "cc", "cbr", "pb", "sd"]

_PLAYER = re.compile(r"p([1-9][0-9]?)")
_NUMBER = re.compile(r"[0-9]{1,16}(\.[0-9]{1,16})?")


class Move(NamedTuple):
    """What a player did; `text` is the action as the record has it.

    `to` is the total of a bet or raise, `cards` are the discards of a draw.
    """

    seat: int
    verb: Verb
    text: str
    to: Amount = 0
    cards: list[Card] = []  # noqa: RUF012 -- The default is never changed.


class _Dealt(NamedTuple):
    """One deal, to a seat after `draws` of its draws, or to the board if `seat` is None.

    Its cards are those from `first` up to `last` in the list of all cards dealt there.
    """

    seat: int | None
    draws: int
    first: int
    last: int


class Script:
    """The parsed actions of a record.

    `moves` are what the players did.  `hole` has lists of cards for each seat: those dealt before
    its first draw, then one list for each draw.  `board` has the community cards.  In a draw game,
    a hand with any unknown card is treated as unknown.  If its final cards are known all the same,
    they are in `tabled`, by seat.
    """

    def __init__(self, variant: Variant, count: int) -> None:
        self.variant = variant
        self.moves: list[Move] = []
        self.hole: list[list[list[Card]]] = [[[]] for _ in range(count)]
        self.board: list[Card] = []
        self.tabled: dict[int, list[Card]] = {}
        self._steps: list[_Dealt | Move] = []
        self._shown: list[list[Card]] = [[] for _ in range(count)]
        self._mucked: set[int] = set()

    def take(self, text: str) -> None:
        """Read one action.  Raises Refused."""
        words = text.partition("#")[0].split()
        match words:
            case []:
                pass
            case ["d", "db", cards]:
                self._deal(None, 0, self.board, _cards(cards, text))
            case ["d", "dh", player, cards]:
                groups = self.hole[seat := self._seat(player, text)]
                self._deal(seat, len(groups) - 1, groups[-1], _cards(cards, text))
            case [player, "f" | "cc" | "pb" as verb]:
                self._move(Move(self._seat(player, text), verb, text))
            case [player, "cbr", number] if _NUMBER.fullmatch(number):
                to = Decimal(number) if "." in number else int(number)
                self._move(Move(self._seat(player, text), "cbr", text, to))
            case [player, "sd", *cards] if len(cards) < 2:
                move = Move(self._seat(player, text), "sd", text, 0, _cards("".join(cards), text))
                self._move(move)
                self.hole[move.seat].append([])
            case [player, "sm"]:
                self._mucked.add(self._seat(player, text))
            case [player, "sm", "-"]:
                self._seat(player, text)
            case [player, "sm", cards]:
                self._shown[self._seat(player, text)] += _cards(cards, text)
            case _:
                raise Refused(f"unknown action: {text!r}")

    def _deal(self, seat: int | None, draws: int, pile: list[Card], cards: list[Card]) -> None:
        self._steps.append(_Dealt(seat, draws, len(pile), len(pile) + len(cards)))
        pile += cards

    def _move(self, move: Move) -> None:
        if not self.moves:
            first = self.variant.streets[0]
            self._complete_first_deal(first.down + first.up)
        self.moves.append(move)
        self._steps.append(move)

    def _complete_first_deal(self, count: int) -> None:
        """First cards that the record does not mention are unknown."""
        for seat, groups in enumerate(self.hole):
            _check_count(seat, groups[0], count)
            self._deal(seat, 0, groups[0], [UNKNOWN] * (count - len(groups[0])))

    def _seat(self, player: str, text: str) -> int:
        found = _PLAYER.fullmatch(player)
        if found is None or int(found[1]) > len(self.hole):
            raise Refused(f"{text!r}: expected a player from p1 to p{len(self.hole)}")
        return int(found[1]) - 1

    def finish(self) -> None:
        """Fill in unknown cards where possible, and check that all cards are from one deck."""
        streets = self.variant.streets
        most = sum(street.down + street.up for street in streets)
        if not self.moves:
            self._complete_first_deal(most)
        held: list[list[tuple[int, int]]] = []
        for seat, groups in enumerate(self.hole):
            _check_count(seat, groups[0], most)
            held.append(self._follow(seat))
            self._reveal(seat, held[seat])
        # When seven card stud runs out of cards, it deals one community card.
        if len(self.board) > (sum(street.board for street in streets) or 1):
            raise Refused(f"the board has {len(self.board)} cards")
        self._check_deck()
        for seat, where in enumerate(held):
            if seat in self._mucked:
                self._hide(seat)
            elif self._is_known_in_part(seat):
                cards = [self.hole[seat][group][index] for group, index in where]
                self._hide(seat)
                if UNKNOWN not in cards:
                    self.tabled[seat] = cards

    def _draws_of(self, seat: int) -> Iterator[Move]:
        return (move for move in self.moves if move.seat == seat and move.verb == "sd")

    def _follow(self, seat: int) -> list[tuple[int, int]]:
        """The places in `hole` of the cards that the seat has after its draws.

        A discarded card must be in the hand.  If it is not, it is taken to be one of the unknown
        cards, which becomes known by that.
        """
        groups = self.hole[seat]
        held = [(0, index) for index in range(len(groups[0]))]
        draws = any(street.draw for street in self.variant.streets)
        for number, move in enumerate(self._draws_of(seat), start=1):
            for place, card in enumerate(move.cards):
                where = self._find(groups, held, card)
                if where is None:
                    raise Refused(f"{move.text!r}: p{seat + 1} does not hold {card}")
                group, index = where
                if card != UNKNOWN:
                    groups[group][index] = card
                move.cards[place] = groups[group][index]
                held.remove(where)
            came = len(move.cards) if draws else 0
            _check_count(seat, groups[number], came)
            groups[number] += [UNKNOWN] * (came - len(groups[number]))
            held += [(number, index) for index in range(came)]
        return held

    @staticmethod
    def _find(
        groups: list[list[Card]], held: list[tuple[int, int]], card: Card
    ) -> tuple[int, int] | None:
        for wanted in (card, UNKNOWN):
            for group, index in held:
                if groups[group][index] == wanted:
                    return group, index
        return None

    def _reveal(self, seat: int, held: list[tuple[int, int]]) -> None:
        """Fill in unknown cards from those that are shown at the end."""
        groups, shown = self.hole[seat], self._shown[seat]
        known = [groups[group][index] for group, index in held]
        in_order = len(shown) == len(known) and all(
            card in (UNKNOWN, also) for card, also in zip(known, shown, strict=True)
        )
        if in_order:
            for (group, index), card in zip(held, shown, strict=True):
                groups[group][index] = card
            return
        for card in shown:
            if card == UNKNOWN or card in known:
                continue
            if UNKNOWN not in known:
                raise Refused(f"p{seat + 1} shows {card}, which p{seat + 1} was not dealt")
            place = known.index(UNKNOWN)
            group, index = held[place]
            known[place] = groups[group][index] = card

    def _is_known_in_part(self, seat: int) -> bool:
        """Whether some cards of a hand are unknown, in a game with draws or discards."""
        if not any(street.draw or street.discard for street in self.variant.streets):
            return False
        came = [card for group in self.hole[seat] for card in group]
        return UNKNOWN in came

    def _hide(self, seat: int) -> None:
        """Make a mucked hand unknown, except for its face-up cards."""
        is_up: list[bool] = []
        for street in self.variant.streets:
            is_up += [False] * street.down + [True] * street.up
        groups = self.hole[seat]
        groups[0][:] = [card if up else UNKNOWN for card, up in zip(groups[0], is_up, strict=False)]
        for group in groups[1:]:
            group[:] = [UNKNOWN] * len(group)
        for move in self._draws_of(seat):
            move.cards[:] = [UNKNOWN] * len(move.cards)

    def _check_deck(self) -> None:
        """Check that no card is in two places.

        When the deck of a draw or stud game runs out, discarded and folded cards are dealt again.
        """
        variant = self.variant
        in_play: dict[int | None, list[Card]] = {None: []}
        seen: set[Card] = set()
        deck, left = set(variant.deck), len(variant.deck)
        may_run_out = not variant.has_board
        if may_run_out:
            # One card may be burnt before each later deal.
            left -= len(variant.streets) - 1
        for step, needed in _with_needs(self._steps):
            if isinstance(step, Move):
                self._leave(in_play, step)
                continue
            pile = self.board if step.seat is None else self.hole[step.seat][step.draws]
            is_out = may_run_out and left < needed
            left -= step.last - step.first
            for card in pile[step.first : step.last]:
                if card == UNKNOWN:
                    continue
                if card not in deck:
                    raise Refused(f"{card} is not in the deck of {variant.name}")
                if card in seen and (not is_out or any(card in held for held in in_play.values())):
                    raise Refused(f"a card was dealt twice: {card}")
                seen.add(card)
                in_play.setdefault(step.seat, []).append(card)

    @staticmethod
    def _leave(in_play: dict[int | None, list[Card]], move: Move) -> None:
        if move.verb == "f":
            in_play.pop(move.seat, None)
        held = in_play.get(move.seat, [])
        held[:] = [card for card in held if card not in move.cards]


def read_actions(variant: Variant, count: int, actions: Iterable[str]) -> Script:
    """Parse the actions of a hand with `count` players.  Raises Refused."""
    script = Script(variant, count)
    for text in actions:
        script.take(text)
    script.finish()
    return script


def _cards(cards: str, text: str) -> list[Card]:
    try:
        return parse_cards(cards)
    except ValueError as error:
        raise Refused(f"{text!r}: {error}") from None


def _check_count(seat: int, cards: Sequence[Card], most: int) -> None:
    if len(cards) > most:
        raise Refused(f"p{seat + 1} was dealt {len(cards)} cards, expected at most {most}")


def _with_needs(steps: Sequence[_Dealt | Move]) -> Iterator[tuple[_Dealt | Move, int]]:
    """Each step, with how many cards are dealt by it and the deals right after it."""
    needed: list[int] = []
    total = 0
    for step in reversed(steps):
        total = 0 if isinstance(step, Move) else total + step.last - step.first
        needed.append(total)
    yield from zip(steps, reversed(needed), strict=True)
