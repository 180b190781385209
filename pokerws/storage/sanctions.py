"""Sanctions of the operator, such as bans: the contract of their store, and one in memory.

A sanction says what its target may not do, and until when.  Times are milliseconds UTC.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple, Protocol

from pokerws.storage.admin_log import AdminEntry

# What is forbidden: to enter, for a player or from an address; to chat; to sit at a table; to use a
# token issued before the sanction; and to play at a table at all.
SanctionKind = Literal["ban", "address_ban", "mute", "kick", "end_session", "freeze"]
# A sanction is replaced by a newer one with the same key: kind, target and table.
SanctionKey = tuple[SanctionKind, str, str]

# One costs about 500 bytes.
MAX_SANCTIONS = 10_000


class Sanction(NamedTuple):
    """A sanction in force from `at_ms` to `until_ms`.

    `target` is the id of a player, a network such as `203.0.113.7/32` for an address ban, or the
    table of a freeze.
    `table` is set for a kick alone.  `by` is the operator's id.
    """

    kind: SanctionKind
    target: str
    until_ms: int
    at_ms: int
    by: str
    reason: str = ""
    table: str = ""

    @property
    def key(self) -> SanctionKey:
        """What a newer sanction replaces."""
        return self.kind, self.target, self.table


class Sanctions(Protocol):
    """Keeps sanctions.  Every method raises StoreUnavailable if the store is out of reach.

    Expired ones do not count.  They are removed a few at a time, as new ones come.
    """

    async def impose(
        self, sanction: Sanction, *, now_ms: int, entries: Sequence[AdminEntry] = ()
    ) -> None:
        """Record a sanction, in place of one with the same key, and `entries` in the admin log."""

    async def lift(self, key: SanctionKey, *, entries: Sequence[AdminEntry] = ()) -> None:
        """Remove a sanction, if there is one, and record `entries` in the admin log."""

    async def in_force(self, now_ms: int) -> list[Sanction]:
        """All sanctions that have not expired, at most MAX_SANCTIONS: the newest."""


class MemorySanctions:
    """`Sanctions` in a dict, without the admin log."""

    def __init__(self) -> None:
        self._sanctions: dict[SanctionKey, Sanction] = {}

    async def impose(
        self, sanction: Sanction, *, now_ms: int, entries: Sequence[AdminEntry] = ()
    ) -> None:
        """Part of `Sanctions`."""
        self._sanctions = {
            key: one for key, one in self._sanctions.items() if one.until_ms > now_ms
        }
        self._sanctions[sanction.key] = sanction

    async def lift(self, key: SanctionKey, *, entries: Sequence[AdminEntry] = ()) -> None:
        """Part of `Sanctions`."""
        self._sanctions.pop(key, None)

    async def in_force(self, now_ms: int) -> list[Sanction]:
        """Part of `Sanctions`."""
        held = [one for one in self._sanctions.values() if one.until_ms > now_ms]
        return sorted(held, key=lambda one: -one.at_ms)[:MAX_SANCTIONS]
