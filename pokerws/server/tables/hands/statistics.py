"""Sums up finished hands for `get_stats`.

It keeps nothing between two requests: the hands are read again, as for `list_hands`.
"""

from collections.abc import Collection

from pokerws.game.events import HandStarted
from pokerws.game.state import PlayerId, TableId
from pokerws.hand_histories.statistics import Counts, counts_of
from pokerws.messages import MAX_SESSIONS, PlayerStats, PlaySession, TableStats
from pokerws.server.tables.hands.summaries import Finished

# A longer pause between two hands ends a session.
SESSION_GAP_MS = 30 * 60_000
_HOUR_MS = 3_600_000


class _Session:
    """A session while earlier hands are added to it."""

    def __init__(self, table: TableId, ended_ms: int) -> None:
        self.table = table
        self.started_ms = self.ended_ms = ended_ms
        self.hands = self.net = 0

    def as_message(self) -> PlaySession:
        """The session as a message."""
        return PlaySession(self.table, self.started_ms, self.ended_ms, self.hands, self.net)


class Tally:
    """The sums of hands, which are added the latest first; `of` is the player whose sessions are
    kept.
    """

    def __init__(self, of: PlayerId) -> None:
        self.players: dict[PlayerId, Counts] = {}
        self._of = of
        self._sessions: list[_Session] = []
        # The earliest session at each table so far.
        self._earliest: dict[TableId, _Session] = {}
        self._hands = self._pots = 0
        # The pauses between the starts of hands, without the long ones.
        self._intervals = self._played_ms = 0
        self._next_ms: int | None = None

    def add(self, hand: Finished) -> None:
        """Count a hand that ended before those that were added."""
        counts = counts_of(hand.events)
        if counts is None:
            return
        for player, more in counts.players.items():
            self.players[player] = self.players.get(player, Counts()).plus(more)
        started_ms = _started_ms(hand)
        own = counts.players.get(self._of)
        if own is not None:
            self._add_to_session(hand, started_ms, own.net)
        self._hands += 1
        self._pots += counts.pot
        if self._next_ms is not None and self._next_ms - started_ms <= SESSION_GAP_MS:
            self._intervals += 1
            self._played_ms += self._next_ms - started_ms
        self._next_ms = started_ms

    def _add_to_session(self, hand: Finished, started_ms: int, net: int) -> None:
        session = self._earliest.get(hand.table)
        if session is None or session.started_ms - hand.ended_ms > SESSION_GAP_MS:
            session = self._earliest[hand.table] = _Session(hand.table, hand.ended_ms)
            self._sessions.append(session)
        session.started_ms = started_ms
        session.hands += 1
        session.net += net

    def of_players(self, players: Collection[PlayerId]) -> list[PlayerStats]:
        """The sums of these players."""
        return [PlayerStats(player, *self.players.get(player, Counts())) for player in players]

    def sessions(self) -> list[PlaySession]:
        """The latest sessions, the one that ended last first."""
        return [session.as_message() for session in self._sessions[:MAX_SESSIONS]]

    def of_table(self, table: TableId) -> TableStats:
        """The sums of a table whose hands these are."""
        pace = None
        if self._intervals:
            pace = self._intervals * _HOUR_MS // max(1, self._played_ms)
        average = self._pots // self._hands if self._hands else 0
        return TableStats(table, self._hands, average, pace)


def _started_ms(hand: Finished) -> int:
    started = hand.events[0]
    at_ms = started.at_ms if isinstance(started, HandStarted) else 0
    return at_ms or hand.started_ms
