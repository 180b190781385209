"""The chips that players get back if a table is lost that lives in memory only."""

from pokerws.game.state import Table
from pokerws.storage.accounts import Transfer, refunds_of


class Refunds:
    """The players' chips before the latest command, as `transfers` to their accounts."""

    __slots__ = ("_hand", "transfers")

    def __init__(self) -> None:
        self.transfers: tuple[Transfer, ...] = ()
        self._hand: int | None = None

    def note(self, table: Table, now_ms: int) -> None:
        """Record the chips once a hand, since a bug may leave the next command half done.

        What is recorded before a hand is right until its end, unless a transfer renews it.
        """
        hand = table.hand_number if table.hand is not None else table.hand_number + 1
        if hand != self._hand:
            self.transfers = refunds_of(table, now_ms)
            self._hand = hand

    def renew(self) -> None:
        """Record them before the next command, since chips have moved."""
        self._hand = None

    def clear(self) -> None:
        """Forget them; the next command records them again."""
        self.transfers, self._hand = (), None
