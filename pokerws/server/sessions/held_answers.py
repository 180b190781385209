"""Which tables hold answers to a connection, so that later answers do not overtake them.

The answers themselves wait in the commit gates of the tables.
"""

from pokerws.game.state import TableId
from pokerws.server.tables.commit_gate import CommitGate, Receiver

# Answers about one table that may be held for one connection.
MAX_HELD_ANSWERS = 256
# Tables that are remembered before those without held answers are dropped.
_FEW_TABLES = 16


class HeldAnswers:
    """The gates that hold answers to one connection, by table."""

    __slots__ = ("_gates",)

    def __init__(self) -> None:
        # Created when needed, since most connections never have any.
        self._gates: dict[TableId, CommitGate] | None = None

    def __bool__(self) -> bool:
        """Whether there may be any."""
        return bool(self._gates)

    def add(self, viewer: Receiver, gate: CommitGate, table: TableId) -> None:
        """The gate holds an answer about a table."""
        gates = self._gates
        if gates is None:
            gates = self._gates = {}
        elif len(gates) >= _FEW_TABLES and table not in gates:
            gates = self._gates = _holding(viewer, gates)
        gates[table] = gate

    def gate_before(
        self, viewer: Receiver, table: TableId | None, leaving: CommitGate | None = None
    ) -> CommitGate | None:
        """The gate behind which an answer about a table has to wait, if there is one.

        The answer to `unwatch` also waits for frames in the gate of the table that it is `leaving`.
        """
        gate = self._gates.get(table) if self._gates and table is not None else None
        if gate is not None and gate.answers_to(viewer):
            return gate
        return leaving if leaving is not None and leaving.has_frames(viewer) else None

    def forget(self, viewer: Receiver) -> None:
        """Drop all held answers: the connection has ended."""
        gates, self._gates = self._gates or {}, None
        for gate in gates.values():
            gate.forget(viewer)


def _holding(viewer: Receiver, gates: dict[TableId, CommitGate]) -> dict[TableId, CommitGate]:
    """Those of some gates that hold an answer to a viewer."""
    return {table: gate for table, gate in gates.items() if gate.answers_to(viewer)}
