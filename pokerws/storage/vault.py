"""Secrets at rest: cards that nobody may see yet are stored in a sealed text only.

This module owns which parts of a snapshot or an event are secret, and how they are sealed: with
AES-GCM, bound to the table, the hand and the kind of row.  What is public stays readable JSON.  It
must not know where keys come from (`vault_keys.py`) or who may see what (`server/views.py`).
"""

import os
from base64 import b64decode, b64encode
from collections.abc import Sequence
from typing import Literal, NamedTuple, assert_never

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct
from msgspec.structs import replace

from pokerws.game.cards import UNKNOWN, Card, parse_cards
from pokerws.game.events import (
    AntePosted,
    BetPlaced,
    BetsCollected,
    BlindPosted,
    BoardDealt,
    Called,
    CardsMucked,
    CardsShown,
    Checked,
    ChipsAdded,
    ClockResumed,
    Folded,
    HandCancelled,
    HandEnded,
    HandShown,
    HandStarted,
    HoleCardsDealt,
    LogRestarted,
    NextHandCancelled,
    NextHandScheduled,
    PlayerLeaving,
    PlayerSat,
    PlayerSatIn,
    PlayerSatOut,
    PlayerStood,
    PotAwarded,
    Raised,
    TableClosed,
    TableEvent,
    TableOpened,
    TurnStarted,
    TurnTimedOut,
    UncalledBetReturned,
)
from pokerws.game.state import Hand, HandSeat, LastHand, Table, TableId
from pokerws.storage.store import TableSnapshot

KEY_BYTES = 32
NONCE_BYTES = 12
Kind = Literal["snapshot", "hand_started", "hole_cards_dealt", "log_restarted"]


class Key(NamedTuple):
    """A key of 32 bytes; its id stands before every text that it has sealed."""

    id: str
    secret: bytes

    def __repr__(self) -> str:
        return f"Key({self.id!r})"


class SealedByUnknownKey(Exception):
    """The cards were sealed by a key that this vault has not got."""

    def __init__(self, key_id: str) -> None:
        super().__init__(f"its cards are sealed by the key {key_id!r}, which is not at hand")
        self.key_id = key_id


class SealBroken(Exception):
    """A sealed text is not what was sealed here: edited, moved from another row, or another key."""


class _Secrets(NamedTuple):
    """What a sealed text holds; `cards` has a list a seat, empty where there is nothing secret."""

    deck: list[Card]
    cards: list[list[Card]]

    @property
    def none(self) -> bool:
        """Whether there is nothing to seal."""
        return not self.deck and not any(self.cards)


_NO_SECRETS = _Secrets([], [])


class HandSeal:
    """A table's newest sealed text, to be used again while its secrets are the same.

    They change a few times a hand, and a snapshot is stored after every action.  The text is kept
    with what it was sealed from, so that it cannot be given for anything else.
    """

    __slots__ = ("_of", "_text")

    def __init__(self) -> None:
        self._of: tuple[TableId, int, list[Card], list[list[Card]]] | None = None
        self._text = ""

    def text_of(self, table: TableId, hand: int, secrets: _Secrets) -> str | None:
        """The text, if it was sealed from just this."""
        return self._text if self._of == (table, hand, secrets.deck, secrets.cards) else None

    def keep(self, table: TableId, hand: int, secrets: _Secrets, text: str) -> None:
        """Remember a text.  The lists are copied, since the table goes on changing its own."""
        self._of = table, hand, secrets.deck.copy(), [cards.copy() for cards in secrets.cards]
        self._text = text


_encode = msgspec.json.Encoder().encode
_decode_event = msgspec.json.Decoder(TableEvent).decode
_decode_snapshot = msgspec.json.Decoder(TableSnapshot).decode
_decode_secrets = msgspec.json.Decoder(tuple[str, list[str]]).decode


class _Sealed(Struct):
    """The member that an event's JSON has more than the event."""

    sealed: str = ""


_decode_sealed = msgspec.json.Decoder(_Sealed).decode


class Vault:
    """Seals with the first key, and opens with any.  Without keys it can only read what is open."""

    def __init__(self, keys: Sequence[Key]) -> None:
        self._first = keys[0].id if keys else None
        self._ciphers = {key.id: AESGCM(key.secret) for key in keys}
        assert len(self._ciphers) == len(keys), "two keys have the same id"

    def __contains__(self, key_id: str) -> bool:
        return key_id in self._ciphers

    @property
    def can_seal(self) -> bool:
        """Whether there is a key to seal with."""
        return self._first is not None

    def seal_snapshot(
        self, snapshot: TableSnapshot, seal: HandSeal | None = None
    ) -> tuple[bytes, str | None]:
        """A snapshot as JSON, and the id of the key that sealed it; None where nothing is secret.

        `seal` is the table's own, and saves sealing the same secrets again.
        """
        table = snapshot.table
        number, secrets = _secrets_of(table)
        if secrets.none:
            return _encode(snapshot), None
        text = None if seal is None else seal.text_of(table.id, number, secrets)
        if text is None:
            text = self._seal(_place("snapshot", table.id, number), secrets)
            if seal is not None:
                seal.keep(table.id, number, secrets, text)
        public = replace(snapshot, table=public_table(table), sealed=text)
        return _encode(public), self._first

    def open_snapshot(self, table: TableId, data: bytes | str) -> TableSnapshot:
        """What was sealed in the row of `table`.

        Raises SealedByUnknownKey, SealBroken, and what msgspec raises for what does not decode.
        """
        snapshot = _decode_snapshot(data)
        self._open_table("snapshot", table, snapshot.table, snapshot.sealed)
        snapshot.sealed = ""
        return snapshot

    def seal_event(self, table: TableId, hand: int, event: TableEvent) -> bytes:
        """An event of a table's hand as JSON; `hand` is the number that its row has."""
        match event:
            case (
                TurnStarted()
                | Folded()
                | Called()
                | Checked()
                | Raised()
                | BetPlaced()
                | BetsCollected()
                | BoardDealt()
                | BlindPosted()
                | UncalledBetReturned()
                | PotAwarded()
                | CardsShown()
                | CardsMucked()
                | TurnTimedOut()
                | AntePosted()
                | HandEnded()
                | HandCancelled()
                | HandShown()
                | NextHandScheduled()
                | NextHandCancelled()
                | PlayerSat()
                | PlayerStood()
                | PlayerLeaving()
                | ChipsAdded()
                | PlayerSatOut()
                | PlayerSatIn()
                | ClockResumed()
                | TableOpened()
                | TableClosed()
            ):
                return _encode(event)
            case HandStarted(deck=deck):
                secrets, public = _Secrets(deck, []), _encode(replace(event, deck=[]))
                return self._with_seal(public, _place("hand_started", table, hand), secrets)
            case HoleCardsDealt(cards=cards):
                secrets, hidden = _Secrets([], cards), [_hidden(own) for own in cards]
                public = _encode(replace(event, cards=hidden))
                return self._with_seal(public, _place_of_deal(table, hand, event), secrets)
            case LogRestarted(table=whole):
                secrets = _NO_SECRETS if whole is None else _secrets_of(whole)[1]
                public = _encode(LogRestarted(None if whole is None else public_table(whole)))
                return self._with_seal(public, _place("log_restarted", table, hand), secrets)
            case _:
                assert_never(event)

    def open_event(self, table: TableId, hand: int, payload: bytes | str) -> TableEvent:
        """The event that was sealed as one of a table's hand.

        Raises SealedByUnknownKey, SealBroken, and what msgspec raises for what does not decode.
        """
        event: TableEvent = _decode_event(payload)
        if not isinstance(event, HandStarted | HoleCardsDealt | LogRestarted):
            return event
        text = _decode_sealed(payload).sealed
        match event:
            case HandStarted() if text:
                place = _place("hand_started", table, hand)
                return replace(event, deck=self._open(text, place).deck)
            case HoleCardsDealt(cards=public) if text:
                dealt = self._open(text, _place_of_deal(table, hand, event)).cards
                if public != [_hidden(own) for own in dealt]:
                    raise SealBroken("the sealed cards are not of the seats that were dealt to")
                return replace(event, cards=dealt)
            case HoleCardsDealt(cards=public) if any(UNKNOWN in own for own in public):
                raise SealBroken("the sealed text with the cards is missing")
            case LogRestarted(table=Table() as whole):
                self._open_table("log_restarted", table, whole, text, hand)
                return event
            case _:
                return event

    def _with_seal(self, public: bytes, place: bytes, secrets: _Secrets) -> bytes:
        """An event's JSON with the sealed text as its last member."""
        if secrets.none:
            return public
        text = self._seal(place, secrets)
        return b'%b,"sealed":"%b"}' % (public[:-1], text.encode())

    def _open_table(
        self, kind: Kind, table: TableId, state: Table, text: str, number: int | None = None
    ) -> None:
        """Put what is sealed back into a table's hand, in play or the last one."""
        hand = state.hand or state.last_hand
        if not text:
            if _has_hidden(state):
                raise SealBroken("the sealed text with the cards is missing")
            return
        if hand is None:
            raise SealBroken("cards are sealed, and there is no hand that they are of")
        place = _place(kind, table, hand.number if number is None else number)
        secrets = self._open(text, place)
        if not (_fill(hand, secrets) if isinstance(hand, Hand) else _fill_last(hand, secrets)):
            raise SealBroken("the sealed cards do not go with the public part of the hand")

    def _seal(self, place: bytes, secrets: _Secrets) -> str:
        assert self._first is not None, "a vault without keys seals nothing"
        nonce = os.urandom(NONCE_BYTES)
        cipher = self._ciphers[self._first]
        # The cards of a list as one word: half as long to store, each time.
        plain = _encode(("".join(secrets.deck), ["".join(own) for own in secrets.cards]))
        sealed = nonce + cipher.encrypt(nonce, plain, place)
        return f"{self._first}:{b64encode(sealed).decode()}"

    def _open(self, text: str, place: bytes) -> _Secrets:
        key_id, colon, sealed = text.partition(":")
        if not colon:
            raise SealBroken("the sealed text does not name its key")
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise SealedByUnknownKey(key_id)
        try:
            raw = b64decode(sealed, validate=True)
            nonce, encrypted = raw[:NONCE_BYTES], raw[NONCE_BYTES:]
            deck, cards = _decode_secrets(cipher.decrypt(nonce, encrypted, place))
            return _Secrets(parse_cards(deck), [parse_cards(own) for own in cards])
        except (InvalidTag, ValueError, msgspec.MsgspecError):
            # The cause is left out: it may have a piece of what was sealed in it.
            raise SealBroken(
                f"the key {key_id!r} does not open its cards: they were edited or moved from "
                f"another row, or another key has that id"
            ) from None


def public_table(table: Table) -> Table:
    """A table without its secrets, as it stands in a sealed snapshot."""
    hand, last = table.hand, table.last_hand
    if hand is not None:
        return replace(table, hand=_public(hand))
    if last is not None:
        return replace(table, last_hand=_public_last(last))
    return table


def _place(kind: Kind, table: TableId, hand: int) -> bytes:
    """Where a sealed text belongs: it opens nowhere else."""
    return f"pokerws 1 {kind} {hand} {table}".encode()


def _place_of_deal(table: TableId, hand: int, event: HoleCardsDealt) -> bytes:
    """With who was dealt to, as that says who may see the cards; older logs do not tell."""
    place = _place("hole_cards_dealt", table, hand)
    return place + _encode(event.players) if event.players else place


def _secrets_of(table: Table) -> tuple[int, _Secrets]:
    """What is secret at a table, and the number of the hand that it is of.

    While a hand is in play nothing is kept of the one before it.
    """
    hand, last = table.hand, table.last_hand
    if hand is not None:
        cards = [[] if seat is None or seat.shown else seat.cards for seat in hand.seats]
        return hand.number, _Secrets(hand.deck, cards)
    if last is not None:
        unseen = [[] if n in last.shown else cards for n, cards in enumerate(last.cards)]
        return last.number, _Secrets([], unseen)
    return table.hand_number, _NO_SECRETS


def _public(hand: Hand) -> Hand:
    seats = [
        seat
        if seat is None or seat.shown or not seat.cards
        else replace(seat, cards=_hidden(seat.cards))
        for seat in hand.seats
    ]
    return replace(hand, seats=seats, deck=[])


def _public_last(last: LastHand) -> LastHand:
    cards = [own if n in last.shown else _hidden(own) for n, own in enumerate(last.cards)]
    return replace(last, cards=cards)


def _hidden(cards: list[Card]) -> list[Card]:
    return [UNKNOWN] * len(cards)


def _has_hidden(table: Table) -> bool:
    if table.hand is not None:
        return any(_is_hidden(seat) for seat in table.hand.seats)
    return table.last_hand is not None and any(UNKNOWN in own for own in table.last_hand.cards)


def _is_hidden(seat: HandSeat | None) -> bool:
    return seat is not None and not seat.shown and UNKNOWN in seat.cards


def _fill(hand: Hand, secrets: _Secrets) -> bool:
    """Put a hand's secrets back; False where they do not go with what is public.

    An older text of the same hand opens too; it has cards that have been dealt or shown since.
    """
    fits = not hand.deck and len(secrets.cards) == len(hand.seats)
    known = hand.board + secrets.deck
    for seat, cards in zip(hand.seats, secrets.cards, strict=False):
        if seat is None or seat.shown:
            fits = fits and not cards
        else:
            fits = fits and seat.cards == _hidden(cards)
            seat.cards = cards
        known = known + ([] if seat is None else seat.cards)
    hand.deck = secrets.deck
    return fits and len(set(known)) == len(known)


def _fill_last(last: LastHand, secrets: _Secrets) -> bool:
    """The same for what is kept of the last hand; a text of when it was played has a deck too."""
    if secrets.deck or len(secrets.cards) != len(last.cards):
        return False
    for number, cards in enumerate(secrets.cards):
        if number not in last.shown:
            if last.cards[number] != _hidden(cards):
                return False
            last.cards[number] = cards
        elif cards:
            return False
    known = [card for own in last.cards for card in own]
    return len(set(known)) == len(known)
