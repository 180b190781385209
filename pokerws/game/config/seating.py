"""Options of a table about coming and going: button, stays, reserved seats, waiting list."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

# The most players that a table's waiting list has room for.
MAX_WAITING = 20


class Seating(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How players take and leave the seats of a table.

    With a `dead` button nobody skips the big blind; small blind and button follow it, and may be at
    free seats.  A `moving` button goes to the next player each hand, and the blinds follow it.  A
    player who comes back within `stay_ms` must bring the same chips; 0 turns that off.  A seat is
    reserved for `reserve_ms`.  The waiting list has `waiting_list` places; 0 is no list.
    `auto_chips` allows players to have chips added automatically.
    """

    button: Literal["dead", "moving"] = "dead"
    stay_ms: Annotated[int, Meta(ge=0, le=86_400_000)] = 3_600_000
    reserve_ms: Annotated[int, Meta(ge=1_000, le=600_000)] = 60_000
    waiting_list: Annotated[int, Meta(ge=0, le=MAX_WAITING)] = 10
    auto_chips: bool = True
