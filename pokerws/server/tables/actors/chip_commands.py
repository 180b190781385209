"""The commands that move chips to a table or from it, and so need a database that answers."""

from pokerws.game.commands import (
    AddChips,
    BringChips,
    Close,
    CloseTable,
    GiveChips,
    HostBan,
    HostKick,
    RemoveBot,
    Sit,
    Stand,
    TakeChips,
)

MOVE_CHIPS = frozenset(
    {
        Sit,
        AddChips,
        BringChips,
        Stand,
        Close,
        HostKick,
        HostBan,
        RemoveBot,
        GiveChips,
        TakeChips,
        CloseTable,
    }
)
