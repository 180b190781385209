"""Changes of a table's config during play: which fields may change, and when.

A change takes effect between hands.  The number of seats, the bank and the listing stay as they
are, since players rely on them.
"""

from pokerws.game.clocks.turn_clock import changed_clock
from pokerws.game.config.checks import check_config
from pokerws.game.config.clocks import Clocks
from pokerws.game.config.stakes import stakes_of
from pokerws.game.config.table_config import TableConfig
from pokerws.game.events import ChangePlanned, NextHandCancelled, TableChanged, TableEvent
from pokerws.game.illegal import Details, Illegal
from pokerws.game.lifecycle import chips_put_in
from pokerws.game.next_hand import games_of
from pokerws.game.state import SeatClock, Table
from pokerws.game.variants import VARIANTS


def change_table(table: Table, config: TableConfig) -> list[TableEvent]:
    """Change the config from the next hand on.  Raises Illegal."""
    planned = table.hosting.next_config
    if config == (table.config if planned is None else planned):
        raise Illegal("already_so", "no change: already set")
    if config == table.config:
        return [ChangePlanned()]
    _check_fixed(table.config, config)
    check_config(config)
    _check_stacks(table, config)
    if table.hand is not None:
        return [ChangePlanned(config)]
    # The next hand is scheduled again, by the new config.
    cancelled = [] if table.next_hand_at_ms is None else [NextHandCancelled()]
    return [*cancelled, changed(table, config)]


def changed(table: Table, config: TableConfig) -> TableChanged:
    """The change of config between hands, with the new clocks of seats and end of the session."""
    return TableChanged(config, _clocks(table, config.clocks), _end_of_session(table, config))


def _clocks(table: Table, after: Clocks) -> list[SeatClock | None] | None:
    """The clocks of the seats, if these change."""
    before = [None if seat is None else seat.clock for seat in table.seats]
    clocks = [
        None if seat is None else changed_clock(seat.clock, table.config.clocks, after)
        for seat in table.seats
    ]
    return None if clocks == before else clocks


def _end_of_session(table: Table, config: TableConfig) -> int | None:
    """The end of the session, if its limits change; 0 for none.

    The time counts from the start of the session.
    """
    before, after = table.config.house.session, config.house.session
    if before == after or table.extras is None:
        return None
    was_ms = 0 if before is None else before.ends_after_ms
    is_ms = 0 if after is None else after.ends_after_ms
    ends_at_ms = table.extras.ends_at_ms
    return ends_at_ms - was_ms + is_ms if ends_at_ms and was_ms and is_ms else 0


def _check_fixed(before: TableConfig, after: TableConfig) -> None:
    """Raise Illegal if a field changes that must stay."""
    for field, old, new in (
        ("seats", before.seats, after.seats),
        ("hosting.unlisted", before.hosting.unlisted, after.hosting.unlisted),
        ("hosting.bank", before.hosting.bank, after.hosting.bank),
    ):
        if old != new:
            details = Details(field=f"config.{field}")
            raise Illegal("cannot_change", f"`{field}` of a table cannot change", details)


def _check_stacks(table: Table, config: TableConfig) -> None:
    """Raise Illegal if fewer than two of the players could post the new big blind."""
    in_play = {} if table.hand is None else chips_put_in(table, table.hand)
    stacks = sorted(
        seat.stack + in_play.get(number, 0)
        for number, seat in enumerate(table.seats)
        if seat is not None and not seat.sitting_out
    )
    needed = max(stakes_of(config, VARIANTS[code]).min_bet for code in games_of(config))
    if len(stacks) >= 2 and needed > stacks[-2]:
        text = f"the second largest stack is {stacks[-2]}, less than one bet of {needed}"
        raise Illegal("stakes_too_high", text, Details(needed=needed, available=stacks[-2]))
