"""The rows of the list of tables, and which of them a filter lets through."""

from bisect import bisect_right
from collections.abc import Iterator
from itertools import islice
from operator import attrgetter
from typing import NamedTuple

from msgspec.structs import replace

from pokerws.game.config.stakes import stakes_of
from pokerws.game.config.table_config import TableConfig
from pokerws.game.next_hand import games_of
from pokerws.game.state import TableId
from pokerws.game.variants import VARIANTS
from pokerws.messages import TableChange, TableFilter, TableSummary

NO_FILTER = TableFilter()


class TableRow:
    """A listed table.

    `number` increases in the order in which tables were listed.  `changed` and `news` count the
    changes of the list: the last one of this row, and the last one besides its hands.
    `config_changed` is the last one of its config.
    """

    __slots__ = (
        *("changed", "config_changed", "is_open", "news", "number", "search_name", "stakes"),
        "summary",
    )

    def __init__(self, number: int, summary: TableSummary) -> None:
        self.number = number
        self.summary = summary
        self.changed = self.news = self.config_changed = 0
        self.is_open = True
        self.search_name = summary.name.casefold()
        self.stakes = _stakes(summary.config)

    def change(self, since: int) -> TableChange:
        """The fields of the table that may have changed after that change of the list."""
        now = self.summary
        config = now.config if self.config_changed > since else None
        return TableChange(
            *(now.table, now.status, now.players, now.hand_number),
            waiting=now.waiting,
            bots=now.bots,
            waiting_for=now.waiting_for,
            paused=now.paused,
            config=config,
            average_pot=now.average_pot,
            hands_an_hour=now.hands_an_hour,
            bots_waiting=now.bots_waiting,
        )


def _stakes(config: TableConfig) -> int:
    """The lowest of the smallest bets of a table's games."""
    try:
        bets = [stakes_of(config, VARIANTS[code]).min_bet for code in games_of(config)]
    except (KeyError, ZeroDivisionError):
        # A stored table that cannot be played is listed nevertheless.
        return config.big_blind
    return min(bets, default=config.big_blind)


def _with_hands_of(summary: TableSummary, other: TableSummary) -> TableSummary:
    """A summary with what the hands of `other` have changed."""
    return replace(
        summary,
        hand_number=other.hand_number,
        average_pot=other.average_pot,
        hands_an_hour=other.hands_an_hour,
    )


class Selection:
    """The tables that a filter lets through.  Equal filters make equal selections."""

    __slots__ = ("_filter", "_games", "_name")

    def __init__(self, wanted: TableFilter | None) -> None:
        wanted = wanted or NO_FILTER
        self._games = frozenset(wanted.games)
        self._name = "" if wanted.name is None else wanted.name.casefold()
        self._filter = replace(wanted, games=tuple(sorted(self._games)), name=self._name)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Selection) and self._filter == other._filter

    def __hash__(self) -> int:
        return hash(self._filter)

    def has(self, row: TableRow) -> bool:
        """Whether a row is open and meets the conditions."""
        wanted, summary = self._filter, row.summary
        config = summary.config
        return (
            row.is_open
            and (not self._games or config.variant in self._games)
            and wanted.min_stakes <= row.stakes
            and (wanted.max_stakes is None or row.stakes <= wanted.max_stakes)
            and wanted.free_seats <= config.seats - summary.players
            and self._name in row.search_name
        )


class Page(NamedTuple):
    """The oldest rows of a selection, and whether there are more behind them."""

    rows: list[TableRow]
    more: bool


class TableRows:
    """The open tables, oldest first."""

    def __init__(self) -> None:
        self._by_table: dict[TableId, TableRow] = {}
        # By number.
        self._rows: list[TableRow] = []
        self._last = 0
        # The number of changes so far.
        self.changes = 0

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[TableRow]:
        return iter(self._rows)

    def get(self, table: TableId) -> TableRow | None:
        """The row of an open table."""
        return self._by_table.get(table)

    def note(self, summary: TableSummary) -> TableRow | None:
        """Record a table's summary; returns its row, or None if nothing has changed."""
        row = self._by_table.get(summary.table)
        if row is None:
            if summary.status == "closed":
                return None
            row, is_news = self._add(summary), True
        elif row.summary == summary:
            return None
        else:
            is_news = _with_hands_of(row.summary, summary) != summary
            if row.summary.config != summary.config:
                row.config_changed = self.changes + 1
                row.stakes = _stakes(summary.config)
            row.summary = summary
        self.changes += 1
        row.changed = self.changes
        if is_news:
            row.news = self.changes
        if summary.status == "closed":
            self._remove(row)
        return row

    def _add(self, summary: TableSummary) -> TableRow:
        self._last += 1
        row = self._by_table[summary.table] = TableRow(self._last, summary)
        self._rows.append(row)
        return row

    def _remove(self, row: TableRow) -> None:
        row.is_open = False
        del self._by_table[row.summary.table]
        del self._rows[self._index_after(row.number) - 1]

    def page(self, selection: Selection, after: int, limit: int) -> Page:
        """The first rows of a selection behind number `after`."""
        behind = self._rows[self._index_after(after) :]
        found = list(islice(filter(selection.has, behind), limit + 1))
        return Page(found[:limit], len(found) > limit)

    def _index_after(self, number: int) -> int:
        return bisect_right(self._rows, number, key=attrgetter("number"))
