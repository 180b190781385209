"""Events of coming to a table and going: owed blinds, plans, automatic chips, the waiting list."""

from typing import Literal

from pokerws.game.events.base import Event
from pokerws.game.state import AutoBuy, Plan, PlayerId


class EntryChosen(Event, frozen=True, tag="entry_chosen"):
    """The player will post the owed blind in the next hand, or waits for the big blind.

    The seat's `posts` becomes as here.
    """

    seat: int
    posts: bool


class PlanMade(Event, frozen=True, tag="plan_made"):
    """The player will sit out or leave later, or changed that; empty for neither.

    The seat's `plan` becomes as here.
    """

    seat: int
    plan: Plan


class AutoChipsSet(Event, frozen=True, tag="auto_chips_set"):
    """The player set which chips are added automatically between hands; null for none.

    The seat's `auto` becomes as here.
    """

    seat: int
    auto: AutoBuy | None


class WaiterJoined(Event, frozen=True, tag="waiter_joined"):
    """A player joined the waiting list.

    The `player` and `name` are added at the end of `waiting`.
    """

    player: PlayerId
    name: str


class WaiterLeft(Event, frozen=True, tag="waiter_left"):
    """A player left the waiting list: as `asked`, absent, late for the reserved seat, banned,
    or denied a seat by the host.

    The player is removed from `waiting`.
    """

    player: PlayerId
    reason: Literal["asked", "absent", "expired", "banned", "denied"]


class SeatReserved(Event, frozen=True, tag="seat_reserved"):
    """A seat is reserved for a player on the waiting list, until `until_ms`.

    The player's entry of `waiting` gets this `seat` and `until_ms`.
    """

    seat: int
    player: PlayerId
    until_ms: int
