"""A hand that is over, in a format that others read: for `get_hand` and for `server.py export`.

It joins the view to the writer: `views.py` takes out of the table and the events what a viewer may
not see, and the writers tell all that is left.  Only an operator gets a hand without a view.
"""

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from pokerws.game.cards import UNKNOWN, Card
from pokerws.game.events import HandStarted, HoleCardsDealt, OfSeat, TableEvent
from pokerws.game.hand_history import write_hand
from pokerws.game.hand_id import hand_id
from pokerws.game.illegal import Illegal
from pokerws.game.pokerstars import write_pokerstars
from pokerws.game.state import PlayerId, Seat, Table, TableConfig, TableId
from pokerws.messages import GetHand
from pokerws.server.views import redact, redact_table
from pokerws.storage.export import KeptHand

TextFormat = Literal["phh", "pokerstars"]
HandFormat = Literal["phh", "pokerstars", "json"]
FORMATS: tuple[HandFormat, ...] = ("phh", "pokerstars", "json")

_encode = msgspec.json.Encoder().encode


class _JsonEvent(Struct):
    seq: int
    at_ms: int
    event: TableEvent


class _JsonHand(Struct):
    """A hand as an object: its `id` is a number, written as a text because it has up to 19 digits.

    `starting` are the players by seat, before the first event.
    """

    id: str
    game: TableId
    table: str
    hand: int
    started_ms: int
    config: TableConfig
    starting: list[Seat | None]
    events: list[_JsonEvent]


def hand_of(
    table: TableId, name: str, config: TableConfig, events: Sequence[TableEvent]
) -> KeptHand | None:
    """A whole hand from its events alone; None where it began without a note of who was there.

    Of the table before it there is what concerns the players who were dealt in.
    """
    started = events[0]
    assert isinstance(started, HandStarted), "a hand begins with its start"
    if not started.names:
        return None
    dealt = next((event for event in events if isinstance(event, HoleCardsDealt)), None)
    players: Sequence[PlayerId | None] = () if dealt is None else dealt.players
    seats: list[Seat | None] = [None] * config.seats
    for seat, called, stack in zip(started.order, started.names, started.stacks, strict=True):
        player = players[seat] if players else None
        seats[seat] = Seat(player or PlayerId(""), called, stack)
    before = Table(
        *(table, name, config),
        seats=seats,
        hand_number=started.hand - 1,
        button=started.button,
    )
    alone: list[TableEvent] = [replace(started, missed=[], missed_small=[])]
    alone += [
        event
        for event in events[1:]
        if not isinstance(event, OfSeat) or seats[event.seat] is not None
    ]
    return KeptHand(before, started.hand, started.at_ms, alone, [], [])


def text_for(message: GetHand, table: Table, shown: Sequence[TableEvent]) -> str | None:
    """The text that `get_hand` asks for, of a hand's events as the player may see them.

    None where it asks for the events themselves.  Raises Illegal.
    """
    if message.format == "json":
        return None
    told = hand_of(table.id, table.name, table.config, shown)
    if told is None:
        raise Illegal(
            "unknown_hand",
            f"only the events of hand {message.hand} were kept: ask for them as json",
        )
    return as_text(told, message.format)


def seen_by(hand: KeptHand, viewer: PlayerId | None) -> KeptHand:
    """A hand as a player saw it, or for None a spectator."""
    return hand._replace(
        before=redact_table(hand.before, viewer),
        events=[redact(event, viewer) for event in hand.events],
    )


def as_text(hand: KeptHand, text_format: TextFormat) -> str:
    """A hand in a text format, with all the cards that its events tell."""
    match text_format:
        case "phh":
            return write_hand(
                hand.before,
                hand.events,
                started_ms=hand.started_ms,
                holes=_known_holes(hand.events),
            )
        case "pokerstars":
            return write_pokerstars(hand.before, hand.events, started_ms=hand.started_ms)


def as_json(hand: KeptHand) -> str:
    """A hand as one line of JSON, with all the cards that its events tell."""
    table = hand.before
    told = [
        _JsonEvent(seq, at_ms, event)
        for seq, at_ms, event in zip(hand.seqs, hand.times, hand.events, strict=True)
    ]
    number = str(hand_id(table.id, hand.number))
    return _encode(
        _JsonHand(
            *(number, table.id, table.name, hand.number, hand.started_ms, table.config),
            starting=table.seats,
            events=told,
        )
    ).decode()


class HandWriter:
    """Writes one hand after the other into a file, as `player` saw them, or all of them for None.

    With `sections`, hands of the standard are numbered in the order in which they are written, as
    it asks for where a file has several.  `dealt_in` says whether the player was, in any of them.
    """

    def __init__(self, hand_format: HandFormat, player: PlayerId | None, *, sections: bool) -> None:
        self.dealt_in = False
        self._format = hand_format
        self._player = player
        self._sections = count(1) if sections else None

    def __call__(self, hand: KeptHand) -> str:
        if self._player is not None:
            hand = seen_by(hand, self._player)
            self.dealt_in = self.dealt_in or any(
                isinstance(event, HoleCardsDealt) and self._player in event.players
                for event in hand.events
            )
        match self._format:
            case "json":
                return as_json(hand) + "\n"
            case "phh":
                text = as_text(hand, "phh")
                return text if self._sections is None else f"[{next(self._sections)}]\n{text}\n"
            case "pokerstars":
                # It is by empty lines that readers tell where the next hand begins.
                return as_text(hand, "pokerstars") + "\n\n\n"


def _known_holes(events: Sequence[TableEvent]) -> Mapping[int, Sequence[Card]]:
    """The cards of those whose first cards the events tell, by seat."""
    dealt = next((event for event in events if isinstance(event, HoleCardsDealt)), None)
    if dealt is None:
        return {}
    return {seat: cards for seat, cards in enumerate(dealt.cards) if cards and UNKNOWN not in cards}
