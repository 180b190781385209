"""Another config for a table that is played at: what may change, and when.

A change takes effect between hands.  Seats are numbered for as long as the table lives, and whose
chips are played for, and who may know of the table, is what players have relied on.
"""

from pokerws.game.config.checks import check_config
from pokerws.game.config.stakes import stakes_of
from pokerws.game.config.table_config import TableConfig
from pokerws.game.events import ChangePlanned, NextHandCancelled, TableChanged, TableEvent
from pokerws.game.illegal import Details, Illegal
from pokerws.game.lifecycle import chips_put_in
from pokerws.game.next_hand import games_of
from pokerws.game.state import Table
from pokerws.game.variants import VARIANTS


def change_table(table: Table, config: TableConfig) -> list[TableEvent]:
    """Play by another config from the next hand on.  Raises Illegal."""
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
    return [*cancelled, TableChanged(config)]


def _check_fixed(before: TableConfig, after: TableConfig) -> None:
    """Raise Illegal if a field changes that cannot."""
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
