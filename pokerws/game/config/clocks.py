"""The clocks of a table: time by street, time bank, disconnect protection and lag allowance.

By default there is only the time of a turn, the table's `turn_time_ms`.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from pokerws.game.illegal import Details

MAX_CLOCK_MS = 600_000
MIN_TURN_MS = 100
MAX_LAG_MS = 5_000
# No variant has more streets.
MAX_STREETS = 8

Ms = Annotated[int, Meta(ge=0, le=MAX_CLOCK_MS)]
StreetMs = Annotated[tuple[Ms, ...], Meta(max_length=MAX_STREETS)]
Hands = Annotated[int, Meta(ge=1, le=1_000)]


class TimeBank(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A reserve of time for hard decisions, for connected players only.

    A player sits down with `start_ms`, and gets `refill_ms` more after every `refill_hands` hands,
    up to `max_ms`.  It begins by itself when the time of a turn is over (`auto`), or when the
    player asks for it (`on_demand`).
    """

    start_ms: Ms = 30_000
    refill_ms: Ms = 5_000
    refill_hands: Hands = 10
    max_ms: Ms = 120_000
    use: Literal["auto", "on_demand"] = "auto"


class DisconnectProtection(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Time for a player whose connection is lost, up to `times` times while seated.

    It is `base_ms`, and `big_blind_ms` more for each big blind in the pot, but at most `max_ms`.
    A player who is back has at least `back_ms` to act.
    """

    times: Annotated[int, Meta(ge=1, le=100)] = 3
    base_ms: Ms = 20_000
    big_blind_ms: Ms = 500
    max_ms: Ms = 60_000
    back_ms: Ms = 5_000


class LagAllowance(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How late an action may be: by the delay that the server measures on the connection.

    The allowance is at most `turn_ms` in one turn, and `seated_ms` in all while the player is
    seated.
    """

    turn_ms: Annotated[int, Meta(ge=1, le=MAX_LAG_MS)] = 500
    seated_ms: Ms = 10_000


class Clocks(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The clocks of a table.

    `street_ms` has the time of a turn by street: before the flop, on the flop, and so on.  0 stands
    for the table's `turn_time_ms`, and so does a street without an entry.  There is no `bank`, no
    `protection` and no `lag` allowance if it is null.  After `timeouts_to_sit_out` time-outs in a
    row a player sits out.
    """

    street_ms: StreetMs = ()
    bank: TimeBank | None = None
    protection: DisconnectProtection | None = None
    lag: LagAllowance | None = None
    timeouts_to_sit_out: Annotated[int, Meta(ge=1, le=100)] = 2


def clock_rules(clocks: Clocks) -> list[tuple[str, bool, Details]]:
    """Checks of how the fields fit together, as in `checks.py`."""
    bank, protection = clocks.bank, clocks.protection
    most_ms = MAX_CLOCK_MS if bank is None else bank.max_ms
    longest_ms = MAX_CLOCK_MS if protection is None else protection.max_ms
    return [
        (
            "a time bank must not start with more than its maximum",
            bank is None or bank.start_ms <= most_ms,
            Details(field="config.clocks.bank.start_ms", max=most_ms),
        ),
        (
            "disconnect protection must not begin above its maximum",
            protection is None or protection.base_ms <= longest_ms,
            Details(field="config.clocks.protection.base_ms", max=longest_ms),
        ),
        (
            f"the time of a street must be 0 or at least {MIN_TURN_MS} ms",
            all(not time_ms or time_ms >= MIN_TURN_MS for time_ms in clocks.street_ms),
            Details(field="config.clocks.street_ms"),
        ),
    ]
