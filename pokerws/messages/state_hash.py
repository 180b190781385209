"""A short hash of a table as a viewer sees it: a client with another one has a wrong state.

It is the CRC-32 of two JSON texts, the second after the first: what everybody sees of the table,
and the cards that only the viewer sees.  So the long first text is made once for all viewers.  It
detects mistakes and protects nothing.  Clients in any language compute it, so the texts are a part
of the protocol: `docs/protocol.md` defines them ("Checking the state").
"""

from zlib import crc32

import msgspec
from msgspec import Struct

from pokerws.game.cards import Card
from pokerws.game.redaction import redact_table
from pokerws.game.state import (
    Departure,
    Extras,
    Game,
    Hand,
    Hosting,
    LastHand,
    PlayerId,
    Seat,
    Table,
    Waiter,
    WantedBot,
)

_encode = msgspec.json.Encoder(order="sorted").encode


class _Seen(Struct):
    """The fields of a table that events can change."""

    seq: int
    seats: list[Seat | None]
    hand_number: int
    turns: int
    button: int | None
    small_blind: int | None
    big_blind: int | None
    hand: Hand | None
    next_hand_at_ms: int | None
    closed: bool
    last_hand: LastHand | None
    game: Game | None
    departed: list[Departure]
    host: PlayerId | None
    bots: list[WantedBot]
    extras: Extras | None
    hosting: Hosting
    waiting: list[Waiter]


def state_hash(table: Table, viewer: PlayerId | None) -> str:
    """The hash of a table as `viewer` sees it.  Other players' cards may be missing in `table`."""
    own = [] if viewer is None else _own_cards(table).get(viewer, [])
    return _hash(own, _of_all(table))


def state_hashes(table: Table) -> dict[PlayerId | None, str]:
    """The hash for each player with cards that the others do not see; under None, for the rest."""
    of_all = _of_all(table)
    hashes: dict[PlayerId | None, str] = {None: _hash([], of_all)}
    for player, cards in _own_cards(table).items():
        hashes[player] = _hash(cards, of_all)
    return hashes


def _of_all(table: Table) -> int:
    """The CRC-32 of the first text."""
    shown = redact_table(table, None)
    seen = _Seen(
        shown.seq,
        shown.seats,
        shown.hand_number,
        shown.turns,
        shown.button,
        shown.small_blind,
        shown.big_blind,
        shown.hand,
        shown.next_hand_at_ms,
        shown.closed,
        shown.last_hand,
        shown.game,
        shown.departed,
        shown.host,
        shown.bots,
        shown.extras,
        shown.hosting,
        shown.waiting,
    )
    return crc32(_encode(seen))


def _own_cards(table: Table) -> dict[PlayerId, list[Card]]:
    """The cards of each player that the others do not see."""
    hand, last = table.hand, table.last_hand
    if hand is not None:
        cards = [[] if part is None or part.shown else part.cards for part in hand.seats]
    elif last is not None:
        cards = [[] if seat in last.shown else own for seat, own in enumerate(last.cards)]
    else:
        return {}
    held = zip(table.seats, cards, strict=True)
    return {seat.player: own for seat, own in held if seat is not None and own}


def _hash(own_cards: list[Card], of_all: int) -> str:
    # Of one length, which tells nothing, and without letters: hexadecimal digits look like cards.
    return f"{crc32(_encode(own_cards), of_all):010d}"
