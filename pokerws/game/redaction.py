"""Decides which viewer may see which cards of an event or a table.

Hidden is the default.  `secret_cards` lists the events with secrets; if one of them is not handled
here, the code does not type-check.  A viewer is a player's id, or None for a spectator.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from pokerws.game.cards import Card
from pokerws.game.events import (
    CardsDrawn,
    DeckReshuffled,
    HandStarted,
    HoleCardsDealt,
    LogRestarted,
    TableEvent,
)
from pokerws.game.secret_cards import PUBLIC_TYPES, masked, public_rabbit, without_secrets
from pokerws.game.state import Hand, HandSeat, LastHand, PlayerId, Table

# The player in each seat, None for an empty one.
Owners = Sequence[PlayerId | None]


def owners(table: Table) -> Owners:
    """The player in each seat now."""
    return [None if seat is None else seat.player for seat in table.seats]


def are_public(events: Iterable[TableEvent]) -> bool:
    """Whether everybody may see all of these events as they are."""
    for event in events:  # noqa: SIM110  `all` is slower, and every change passes here.
        if type(event) not in PUBLIC_TYPES:
            return False
    return True


def insiders(events: Iterable[TableEvent]) -> set[PlayerId]:
    """The players who see more of these events than a spectator."""
    players: set[PlayerId] = set()
    for event in events:
        if isinstance(event, HoleCardsDealt):
            players.update(player for player in event.players if player is not None)
        elif isinstance(event, CardsDrawn):
            players.add(event.player)
    return players


def redact_all(events: Sequence[TableEvent], viewer: PlayerId | None) -> list[TableEvent]:
    """The events as `viewer` may see them, at any time."""
    return [redact(event, viewer) for event in events]


class Deal(NamedTuple):
    """Some events of which only the `cards` of one deal differ between viewers.

    `events` and `dealt`, which is one of them, are as a spectator may see them; `own` has the cards
    of the deal as each player may see them who sees more.
    """

    events: list[TableEvent]
    dealt: HoleCardsDealt
    own: Mapping[PlayerId, list[list[Card]]]

    def seen_by(self, player: PlayerId) -> list[TableEvent]:
        """The events as a player of `own` may see them."""
        seen = replace(self.dealt, cards=self.own[player])
        return [seen if event is self.dealt else event for event in self.events]


def deal_in(events: Sequence[TableEvent]) -> Deal | None:
    """The one deal among events in which nothing else is for some players alone."""
    dealt: HoleCardsDealt | None = None
    for event in events:
        if type(event) is CardsDrawn or (type(event) is HoleCardsDealt and dealt is not None):
            return None
        if type(event) is HoleCardsDealt:
            dealt = event
    if dealt is None:
        return None
    hidden = replace(dealt, cards=[masked(cards) for cards in dealt.cards])
    seen = [hidden if event is dealt else redact(event, None) for event in events]
    own: dict[PlayerId, list[list[Card]]] = {}
    # Older logs do not name the players, so all cards stay hidden.
    for number, player in enumerate(dealt.players):
        if player is not None and dealt.cards[number]:
            own[player] = hidden.cards.copy()
            own[player][number] = dealt.cards[number]
    return Deal(seen, hidden, own)


def redact_for_each(
    events: Sequence[TableEvent], viewers: Iterable[PlayerId]
) -> dict[PlayerId | None, list[TableEvent]]:
    """The events as each viewer may see them; under None, as spectators may."""
    hidden = redact_all(events, None)
    shown: dict[PlayerId | None, list[TableEvent]] = {None: hidden}
    for viewer in viewers:
        shown[viewer] = own = hidden.copy()
        for place, event in enumerate(events):
            public = hidden[place]
            if isinstance(event, HoleCardsDealt) and isinstance(public, HoleCardsDealt):
                own[place] = replace(event, cards=_with_own(event, public, viewer))
            elif isinstance(event, CardsDrawn):
                own[place] = redact(event, viewer)
    return shown


def _with_own(dealt: HoleCardsDealt, hidden: HoleCardsDealt, viewer: PlayerId) -> list[list[Card]]:
    """The cards as the viewer may see them: those a spectator sees, and the viewer's own."""
    cards = hidden.cards.copy()
    for number, player in enumerate(dealt.players):
        if player == viewer:
            cards[number] = dealt.cards[number]
    return cards


def redact(event: TableEvent, viewer: PlayerId | None) -> TableEvent:
    """The event as `viewer` may see it, at any time."""
    if type(event) in PUBLIC_TYPES:
        # Most are; below, each would be compared with all kinds of secret events.
        return event
    match event:
        case HoleCardsDealt(cards=dealt, players=players):
            # Older logs do not name the players, so all cards stay hidden.
            return replace(event, cards=_only_own(dealt, players or [None] * len(dealt), viewer))
        case CardsDrawn(player=player) if viewer is None or player != viewer:
            hidden = masked(event.discarded), masked(event.drawn)
            return replace(event, discarded=hidden[0], drawn=hidden[1])
        case HandStarted() | DeckReshuffled():
            return replace(event, deck=[])
        case LogRestarted():
            return LogRestarted(None)
        case CardsDrawn():
            return event
        case _:
            return without_secrets(event)


def redact_later(event: TableEvent) -> TableEvent:
    """The event of a hand that is over, where late viewers see all hole cards: without the deck."""
    match event:
        case HoleCardsDealt() | CardsDrawn():
            return event
        case _:
            return redact(event, None)


def redact_table_later(table: Table) -> Table:
    """A table of the past whose hand is over by now, likewise: without deck and discards."""
    if table.hand is not None:
        return replace(table, hand=replace(table.hand, deck=[], discards=[]))
    return table


def redact_table(table: Table, viewer: PlayerId | None) -> Table:
    """The table as `viewer` may see it: with the viewer's own cards and those shown or face up.

    Nobody sees the deck or discards, not even the player who discarded them.
    """
    if table.hand is not None:
        return replace(table, hand=_redact_hand(table, table.hand, viewer))
    if table.last_hand is not None:
        return replace(table, last_hand=_redact_last_hand(table, table.last_hand, viewer))
    return table


def _redact_hand(table: Table, hand: Hand, viewer: PlayerId | None) -> Hand:
    seats: list[HandSeat | None] = []
    for hand_seat, owner in zip(hand.seats, owners(table), strict=True):
        if hand_seat is None or hand_seat.shown or (viewer is not None and owner == viewer):
            seats.append(hand_seat)
        else:
            seats.append(replace(hand_seat, cards=masked(hand_seat.cards)))
    return replace(hand, seats=seats, deck=[], discards=[])


def _redact_last_hand(table: Table, last: LastHand, viewer: PlayerId | None) -> LastHand:
    cards = _only_own(last.cards, owners(table), viewer)
    for number in last.shown:
        cards[number] = last.cards[number]
    return replace(last, cards=cards, rabbit=public_rabbit(last))


def _only_own(
    dealt: Sequence[list[Card]], players: Owners, viewer: PlayerId | None
) -> list[list[Card]]:
    return [
        cards if viewer is not None and player == viewer else masked(cards)
        for cards, player in zip(dealt, players, strict=True)
    ]
