"""A random command about the host of a table, legal or not."""

from collections.abc import Callable, Sequence
from random import Random

from msgspec.structs import replace

from pokerws.game.commands import (
    ApproveSeat,
    ChangeTable,
    DenySeat,
    GiveChips,
    HandOver,
    HostBan,
    HostCommand,
    HostKick,
    HostMute,
    HostUnban,
    PauseTable,
    RenewLink,
    ResumeTable,
    TakeChips,
)
from pokerws.game.config.table_config import TableConfig
from pokerws.game.state import PlayerId, Table


def random_hosting(rng: Random, table: Table, players: Sequence[PlayerId]) -> HostCommand:
    """A command of an operator, about one of these players; what was decided is often undone."""
    player, hosting = rng.choice(players), table.hosting
    if hosting.paused and rng.random() < 0.6:
        return ResumeTable(None)
    if hosting.requests and rng.random() < 0.6:
        return ApproveSeat(None, hosting.requests[0].player)
    if hosting.banned and rng.random() < 0.5:
        return HostUnban(None, hosting.banned[0])
    commands: tuple[Callable[[], HostCommand], ...] = (
        lambda: HostKick(None, player),
        lambda: HostBan(None, player),
        lambda: HostUnban(None, player),
        lambda: HostMute(None, player, on=rng.random() < 0.6),
        lambda: PauseTable(None),
        lambda: ResumeTable(None),
        lambda: ChangeTable(None, other_config(rng, table)),
        lambda: ChangeTable(None, table.config),
        lambda: HandOver(None, player),
        lambda: RenewLink(None),
        lambda: ApproveSeat(None, player),
        lambda: DenySeat(None, player),
        lambda: GiveChips(None, player, rng.choice((1, 500))),
        lambda: TakeChips(None, player, rng.choice((1, 500))),
    )
    return rng.choice(commands)()


def other_config(rng: Random, table: Table) -> TableConfig:
    """Other stakes, options or games, with the same seats."""
    config = table.config
    hosting = replace(config.hosting, approval=rng.random() < 0.5)
    big_blind = rng.choice((20, 50, 100))
    return replace(
        config,
        small_blind=big_blind // 2,
        big_blind=big_blind,
        ante=rng.choice((0, 5)),
        min_buy_in=max(200, config.min_buy_in),
        max_buy_in=max(400, config.max_buy_in),
        turn_time_ms=rng.choice((10_000, 20_000)),
        hosting=hosting,
    )
