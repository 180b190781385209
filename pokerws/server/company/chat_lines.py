"""The latest lines of chat at each table, in memory.

They are not stored, since chat is of use for a short time only.
"""

from collections import OrderedDict, deque
from collections.abc import Callable
from typing import NamedTuple

from pokerws.game.state import PlayerId, TableId
from pokerws.messages import ChatHistory, ChatLine, ChatSaid
from pokerws.server.tables.actors.delayed_viewers import Public

# A table's lines that are kept, and those of all tables: about 20 MB at most.
MAX_TABLE_LINES = 200
MAX_LINES = 40_000


class _Kept(NamedTuple):
    line: ChatLine
    public: Public


class ChatLines:
    """The lines of all tables.  If there are too many, lines of the tables with the oldest chat are
    dropped.
    """

    def __init__(self) -> None:
        self._lines: OrderedDict[TableId, deque[_Kept]] = OrderedDict()
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, said: ChatSaid, public: Public) -> None:
        """Keep a line, which late viewers may see when it is `public`."""
        lines = self._lines.get(said.table)
        if lines is None:
            lines = self._lines[said.table] = deque(maxlen=MAX_TABLE_LINES)
        self._lines.move_to_end(said.table)
        self._count += len(lines) < MAX_TABLE_LINES
        lines.append(_Kept(ChatLine(said.player, said.name, said.text, said.at_ms), public))
        while self._count > MAX_LINES:
            self._count -= len(self._lines.popitem(last=False)[1])

    def history(
        self, table: TableId, hears: Callable[[PlayerId], bool], until: Public | None = None
    ) -> ChatHistory | None:
        """The lines of players whom a viewer `hears`, if there are any.

        With `until`, only those that everybody may see by then.
        """
        lines = [
            kept.line
            for kept in self._lines.get(table, ())
            if hears(kept.line.player) and (until is None or kept.public.is_by(until))
        ]
        return ChatHistory(table, lines) if lines else None
