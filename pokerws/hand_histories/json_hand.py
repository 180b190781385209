"""A hand as one JSON object: the table before it and its events.  It is written and read here."""

import msgspec
from msgspec import Struct

from pokerws.game.config.table_config import TableConfig
from pokerws.game.events import TableEvent
from pokerws.game.state import Seat, Table, TableId
from pokerws.hand_histories.errors import Refused
from pokerws.hand_histories.hand_id import hand_id
from pokerws.hand_histories.kept_hand import KeptHand


class JsonEvent(Struct):
    seq: int
    at_ms: int
    event: TableEvent


class JsonHand(Struct):
    """A hand as a JSON object.

    `id` is a number of up to 19 digits.  It is written as a string, because many JSON readers round
    large numbers.  `starting` has the players by seat, before the first event.
    """

    id: str
    game: TableId
    table: str
    hand: int
    started_ms: int
    config: TableConfig
    starting: list[Seat | None]
    events: list[JsonEvent]


_encode = msgspec.json.Encoder().encode
_decoder = msgspec.json.Decoder(JsonHand)


def as_json(hand: KeptHand) -> str:
    """A hand as one line of JSON, with every card that its events contain."""
    table = hand.before
    events = [
        JsonEvent(seq, at_ms, event)
        for seq, at_ms, event in zip(hand.seqs, hand.times, hand.events, strict=True)
    ]
    number = str(hand_id(table.id, hand.number))
    return _encode(
        JsonHand(
            *(number, table.id, table.name, hand.number, hand.started_ms, table.config),
            starting=table.seats,
            events=events,
        )
    ).decode()


def read_json(line: bytes) -> KeptHand:
    """The hand of a line that `as_json` wrote.  Raises Refused.

    Of the table before it, only the players are known, which is all that a hand needs.
    """
    try:
        hand = _decoder.decode(line)
    except msgspec.ValidationError as error:
        raise Refused(f"malformed: {error}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused(f"not JSON: {error}") from None
    if len(hand.starting) != hand.config.seats:
        raise Refused(f"malformed: {len(hand.starting)} seats, expected {hand.config.seats}")
    before = Table(hand.game, hand.table, hand.config, seats=hand.starting)
    before.hand_number = hand.hand - 1
    return KeptHand(
        before,
        hand.hand,
        hand.started_ms,
        [each.event for each in hand.events],
        [each.seq for each in hand.events],
        [each.at_ms for each in hand.events],
    )
