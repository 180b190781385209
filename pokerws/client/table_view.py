"""A player's view of a table: a snapshot, and all events since, applied to it.

Only `pokerws.game.apply` changes the local table.  Hidden cards are `??`.  This module does no I/O.
"""

import asyncio
from collections.abc import Callable
from typing import Literal, TypeVar

from pokerws.game.apply import apply
from pokerws.game.blinds.departures import least_buy_in
from pokerws.game.cards import Card
from pokerws.game.events import PlayerStood, TableClosed, TableEvent
from pokerws.game.illegal import Inconsistent
from pokerws.game.ranks import hand_name
from pokerws.game.state import HandSeat, PlayerId, Seat, Table, TableId, Turn
from pokerws.game.variants import VARIANTS, Variant
from pokerws.messages import (
    Events,
    PlayerDisconnected,
    PlayerReconnected,
    PreActionHeld,
    PresenceState,
    Snapshot,
    TableWaiting,
)
from pokerws.messages.state_hash import state_hash

T = TypeVar("T")

# Called with each event after it was applied, and its number.
OnEvent = Callable[[int, TableEvent], None]


class Gap(Exception):
    """The view cannot apply the events and needs a snapshot."""


class Mismatch(Gap):
    """After all events were applied, the state is not the server's."""


class TableView:
    """A table as `player` sees it.

    `table` is the local state, which must not be changed.  `epoch` is the epoch of the server's
    table: event numbers can be compared only within one epoch.
    """

    def __init__(
        self,
        player: PlayerId,
        table: Table,
        epoch: int = 0,
        on_event: OnEvent | None = None,
    ) -> None:
        self.player = player
        self.table = table
        self.epoch = epoch
        self._on_event = on_event
        self._absent: frozenset[PlayerId] = frozenset()
        self._waiting_for: str | None = None
        self._pre_action: PreActionHeld | None = None
        self._is_checked = False
        self._changed = asyncio.Event()
        self._error: Exception | None = None

    # ---- properties

    @property
    def id(self) -> TableId:
        """The table's id."""
        return self.table.id

    @property
    def seq(self) -> int:
        """The number of the last event seen."""
        return self.table.seq

    @property
    def seat(self) -> int | None:
        """The number of the player's own seat, or None."""
        return self.table.seat_of(self.player)

    @property
    def is_checked(self) -> bool:
        """Whether the state is compared with hashes of the server.

        They differ from the first if the server is newer and its state has unknown fields.
        """
        return self._is_checked

    @property
    def own(self) -> Seat | None:
        """The player's own seat, or None."""
        return None if self.seat is None else self.table.seats[self.seat]

    @property
    def least_buy_in(self) -> int:
        """The smallest buy-in: the table's, or what the player left with lately."""
        gone = (departure for departure in self.table.departed if departure.player == self.player)
        return least_buy_in(self.table, next(gone, None))

    @property
    def own_hand(self) -> HandSeat | None:
        """The player's part in the hand in play; None when not dealt in."""
        hand = self.table.hand
        return None if hand is None or self.seat is None else hand.seats[self.seat]

    @property
    def cards(self) -> list[Card]:
        """The player's own hidden cards; none when not in a hand."""
        return [] if self.own_hand is None else self.own_hand.cards

    @property
    def up(self) -> list[Card]:
        """The player's own cards that lie face up, as in stud."""
        return [] if self.own_hand is None else self.own_hand.up

    @property
    def board(self) -> list[Card]:
        """The cards of the board, or of the first one if there are several."""
        return [] if self.table.hand is None else self.table.hand.board

    @property
    def boards(self) -> list[list[Card]]:
        """All boards: several in a bomb pot, or if the board is run more than once."""
        hand = self.table.hand
        return [] if hand is None else [hand.board, *hand.extra_boards]

    @property
    def variant(self) -> Variant | None:
        """The variant of the hand in play; None if there is none, or it is unknown."""
        hand = self.table.hand
        return None if hand is None else VARIANTS.get(hand.variant)

    @property
    def hand_names(self) -> list[str]:
        """The player's hand on the first board in words: one name, or the high and the low.

        A name is empty if there is no such hand yet, or the low does not qualify.
        """
        variant = self.variant
        if variant is None or self.own_hand is None:
            return []
        held = self.cards + self.up
        return [hand_name(r, variant.from_hole, held, self.board) for r in variant.rankings]

    @property
    def turn(self) -> Turn | None:
        """The current turn with its legal actions if it is the player's own, otherwise None."""
        hand = self.table.hand
        if hand is None or hand.turn is None or hand.turn.seat != self.seat:
            return None
        return hand.turn

    @property
    def draws_left(self) -> int:
        """How many draws the player still has in this hand, including the current one."""
        hand, variant = self.table.hand, self.variant
        if hand is None or variant is None or self.own_hand is None:
            return 0
        first = hand.street if self.seat in hand.drawing else hand.street + 1
        return sum(street.draw > 0 for street in variant.streets[first:])

    @property
    def rivals(self) -> dict[int, HandSeat]:
        """The others who are dealt in and have not folded, by seat.

        `up` has their face-up cards, and `drew` the number of cards of the last draw.
        """
        hand = self.table.hand
        if hand is None:
            return {}
        return {
            number: part
            for number, part in enumerate(hand.seats)
            if part is not None and not part.folded and number != self.seat
        }

    @property
    def opponents(self) -> int:
        """How many others are dealt in and have not folded."""
        return len(self.rivals)

    @property
    def absent(self) -> frozenset[PlayerId]:
        """The players who sit at the table and are not connected to the server."""
        return self._absent

    @property
    def waiting_for(self) -> str | None:
        """Why no hand is dealt, such as "needs_players"; None while one is in play or scheduled."""
        return self._waiting_for

    @property
    def pre_action(self) -> PreActionHeld | None:
        """What the server holds for this player's next turn; None if it holds nothing."""
        return self._pre_action

    # ---- waiting

    async def wait_for(self, predicate: "Callable[[TableView], T | Literal[False] | None]") -> T:
        """Wait until `predicate(self)` returns something other than None and False; return that.

        The predicate is called at once, and after each change.  Events of one message are one
        change, so a state between two of them is not seen.  Raises TableLost or ConnectionEnded
        when the view has ended.
        """
        while True:
            if self._error is not None:
                raise self._error
            found = predicate(self)
            if found is not None and found is not False:
                return found
            await self._changed.wait()

    async def reached(self, seq: int) -> None:
        """Wait until event `seq` has been seen, or a new epoch has begun.  Raises like wait_for."""
        epoch = self.epoch
        await self.wait_for(lambda view: view.seq >= seq or view.epoch != epoch)

    # ---- input from the client

    def take_snapshot(self, message: Snapshot) -> None:
        """Start over from a snapshot."""
        self.table = message.state
        self.epoch = message.epoch
        expected = message.state_hash
        self._is_checked = expected is not None and expected == state_hash(self.table, self.player)
        self.forget_passing()
        self._waiting_for = message.waiting_for

    def take_pre_action(self, message: PreActionHeld) -> None:
        """Learn what is held for the next turn."""
        self._pre_action = None if message.action is None else message
        self._notify()

    def take_presence(
        self, message: PresenceState | PlayerDisconnected | PlayerReconnected | TableWaiting
    ) -> None:
        """Learn who is connected, or why no hand is dealt."""
        match message:
            case PresenceState(absent=absent):
                self._absent = frozenset(absent)
            case PlayerDisconnected(player=player):
                self._absent |= {player}
            case PlayerReconnected(player=player):
                self._absent -= {player}
            case TableWaiting(waiting_for=why):
                self._waiting_for = why
        self._notify()

    def forget_passing(self) -> None:
        """Nobody is absent, and nothing waited for or held, unless the server says so next."""
        self._absent, self._waiting_for = frozenset(), None
        self._pre_action = None
        self._notify()

    def take_events(self, message: Events) -> None:
        """Apply events, except those that were applied before.  Raises Gap.

        Raises Mismatch if the state is not the server's then.
        """
        seen = self.seq + 1 - message.seq
        if message.epoch != self.epoch or seen < 0:
            raise Gap(f"event {message.seq} of epoch {message.epoch} after event {self.seq}")
        for event in message.events[seen:]:
            self._apply(event)
        self._check(message)
        self._notify()

    def end(self, error: Exception) -> None:
        """End the view: all waiting calls raise `error`."""
        self._error = error
        self._notify()

    def _apply(self, event: TableEvent) -> None:
        try:
            apply(self.table, event)
        except Inconsistent as error:
            raise Gap(f"{type(event).__name__} does not fit the table: {error}") from error
        if isinstance(event, PlayerStood | TableClosed):
            seat_of = self.table.seat_of
            self._absent = frozenset(one for one in self._absent if seat_of(one) is not None)
        if self._on_event is not None:
            self._on_event(self.seq, event)

    def _check(self, message: Events) -> None:
        """Compare the hash of the state with the server's, if there is one."""
        is_last = self.seq == message.seq + len(message.events) - 1
        if message.state_hash is None or not self._is_checked or not is_last:
            return
        if message.state_hash != state_hash(self.table, self.player):
            raise Mismatch(f"the state after event {self.seq} is not the server's")

    def _notify(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()
