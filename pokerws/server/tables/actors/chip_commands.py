"""The commands that move chips to a table or from it, and so need a database that answers."""

from pokerws.game.commands import (
    AddChips,
    Close,
    CloseTable,
    GiveChips,
    HostBan,
    HostKick,
    Sit,
    Stand,
    TakeChips,
)

MOVE_CHIPS = frozenset(
    {Sit, AddChips, Stand, Close, HostKick, HostBan, GiveChips, TakeChips, CloseTable}
)
