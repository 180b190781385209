"""Who may know which card from when on, as the raw events tell it, and what a frame tells.

It knows nothing of `views.py`, and is what that is tested against.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

import msgspec

from pokerws.game.cards import Card
from pokerws.game.events import (
    BoardDealt,
    CardsDrawn,
    CardsMucked,
    CardsShown,
    DeckReshuffled,
    Folded,
    HandEnded,
    HandShown,
    HandStarted,
    HoleCardsDealt,
    LogRestarted,
    PartShown,
    PlayerSat,
    PlayerStood,
    RabbitShown,
    TableEvent,
)
from pokerws.game.state import PlayerId
from pokerws.messages import Wire
from tests.server.in_process import read

# No rank is a suit, so that two cards never share a character: this finds all of them, wherever.
_CARD = re.compile(rb"[2-9TJQKA][cdhs]")

# The events with cards in them, each of which the oracle has decided about.
WITH_CARDS: frozenset[type[TableEvent]] = frozenset(
    {
        HandStarted,
        HoleCardsDealt,
        BoardDealt,
        CardsDrawn,
        DeckReshuffled,
        CardsShown,
        HandShown,
        LogRestarted,
        PartShown,
        RabbitShown,
    }
)


def cards_in(text: str | bytes) -> set[str]:
    """All cards that a text has in it."""
    raw = text.encode(errors="surrogatepass") if isinstance(text, str) else text
    return {card.decode() for card in _CARD.findall(raw)}


class Oracle:
    """Learns from the raw events of one table, one after another."""

    def __init__(self) -> None:
        # By seq; what happens after a hand belongs to it until the next one.
        self.hand_of = [0]
        self.ended_hands = 0
        self._players: dict[int, PlayerId] = {}
        self._out: set[int] = set()
        # By hand, and by hand and player: the seq of the event by which a card became known.
        self._open: defaultdict[int, dict[str, int]] = defaultdict(dict)
        self._own: defaultdict[tuple[int, PlayerId], dict[str, int]] = defaultdict(dict)

    @property
    def seq(self) -> int:
        return len(self.hand_of) - 1

    def learn(self, events: Iterable[TableEvent]) -> None:
        """Something has happened."""
        for event in events:
            hand = event.hand if isinstance(event, HandStarted) else self.hand_of[-1]
            self.hand_of.append(hand)
            self._learn(hand, event)

    def _learn(self, hand: int, event: TableEvent) -> None:
        match event:
            case PlayerSat(seat=seat, player=player):
                self._players[seat] = player
            case PlayerStood(seat=seat):
                del self._players[seat]
            case HandStarted():
                self._out.clear()
            case Folded(seat=seat) | CardsMucked(seat=seat):
                self._out.add(seat)
            case HandEnded():
                self.ended_hands += 1
            case HoleCardsDealt(cards=dealt, up=up):
                for seat, cards in enumerate(dealt):
                    if cards:
                        self._own[hand, self._players[seat]] |= self._since_now(cards)
                for cards in up:
                    self._open[hand] |= self._since_now(cards)
            case CardsDrawn(seat=seat, discarded=discarded, drawn=drawn):
                own = self._own[hand, self._players[seat]]
                assert set(discarded) <= own.keys(), "others' cards"
                own |= self._since_now(card for card in drawn if card not in own)
            case BoardDealt(cards=cards):
                self._open[hand] |= self._since_now(cards)
            case CardsShown(seat=seat, cards=cards):
                assert seat not in self._out, f"hand {hand}: folded or mucked cards were shown"
                self._open[hand] |= self._since_now(cards)
            case RabbitShown(hand=ended, boards=boards):
                owned = set[str]().union(
                    *(own.keys() for (number, _), own in self._own.items() if number == ended)
                )
                for cards in boards:
                    assert not owned & set(cards), "hidden hole cards"
                    self._open[ended] |= self._since_now(cards)
            case (
                HandShown(hand=shown, seat=seat, cards=cards)
                | PartShown(hand=shown, seat=seat, cards=cards)
            ):
                assert set(cards) <= self._own[shown, self._players[seat]].keys(), "others' cards"
                # A card may have been shown before the rest of its hand.
                self._open[shown] = self._since_now(cards) | self._open[shown]
            case _:
                pass

    def _since_now(self, cards: Iterable[Card]) -> dict[str, int]:
        return dict.fromkeys(cards, self.seq)

    def may_know(self, player: PlayerId, hand: int, seq: int) -> set[str]:
        """The cards of a hand that a player may know after event `seq`."""
        known = (self._open[hand], self._own.get((hand, player), {}))
        return {card for cards in known for card, since in cards.items() if since <= seq}

    def was_dealt_to(self, player: PlayerId) -> bool:
        """Whether a player has cards in the latest hand."""
        return (self.hand_of[-1], player) in self._own

    def check(self, wire: Wire, frame: bytes, player: PlayerId) -> Counter[str]:
        """Fail if a frame tells the player anything too early.

        Returns how many cards it tells, under its type.
        """
        kind, parts = told_by(wire, frame)
        count = 0
        for part in parts:
            allowed = set()
            if part.seq is not None:
                until = self.seq if part.is_later else part.seq
                allowed = self.may_know(player, self.hand_of[part.seq], until)
            assert part.cards <= allowed, (
                f"{player} may not know {part.cards - allowed}: {frame.decode(errors='replace')}"
            )
            count += len(part.cards)
        return Counter({kind: count})


# The events behind the end of a hand that tell of its cards.
LATER = frozenset({"hand_shown", "part_shown", "rabbit_shown"})


class Part(NamedTuple):
    """What a frame tells of the time after event `seq`; of none where that is None.

    What `is_later` happened at some time after it, in the same hand.
    """

    seq: int | None
    cards: frozenset[str]
    is_later: bool = False


@lru_cache(maxsize=256)
def told_by(wire: Wire, frame: bytes) -> tuple[str, list[Part]]:
    """The type of a frame, and its parts with all cards that its bytes have."""
    message = read(wire, frame)
    if wire.is_text:
        raw = frame
    else:
        # A number's bytes may look like a card.  Written again it is the same frame, so that
        # nothing is in it but what was read, and as text it has no such numbers.
        assert _shortened(msgspec.msgpack.encode(message)) == _shortened(frame)
        raw = msgspec.json.encode(message)
    match message:
        case {"seq": int(seq), "events": [*events]}:
            parts = [Part(number, _cards_of(event)) for number, event in enumerate(events, seq)]
            if message["type"] == "hand":
                # Behind its end stand the cards that were turned up later.
                parts = [
                    part._replace(seq=seq, is_later=True) if event["type"] in LATER else part
                    for part, event in zip(parts, events, strict=True)
                ]
        case {"seq": int(seq), "state": state}:
            parts = [Part(seq, _cards_of(state))]
        case _:
            parts = []
    told = frozenset[str]().union(*(part.cards for part in parts))
    return message["type"], [*parts, Part(None, frozenset(cards_in(raw) - told))]


def _shortened(frame: bytes) -> bytes:
    """A frame with the shortest headers of maps, which a writer need not use."""
    return re.sub(rb"\xde\x00([\x00-\x0f])", lambda head: bytes([0x80 | head[1][0]]), frame)


def _cards_of(data: object) -> frozenset[str]:
    return frozenset(cards_in(msgspec.json.encode(data)))
