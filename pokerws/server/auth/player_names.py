"""Reservation of players' names.

The same rules hold for guests and for players with tokens.  No other name has the same skeleton
(`confusables`).  A name is free again when it was not used for `KEPT_MS`, or was changed and no
seat shows it (`seat_names`).  The text of names is validated before, by `text_rules`.
"""

from collections import OrderedDict
from contextlib import AbstractAsyncContextManager
from typing import Any, NamedTuple

import structlog

from pokerws.game.state import PlayerId, TableId
from pokerws.messages import Refused
from pokerws.server.auth.confusables import skeleton
from pokerws.server.auth.seat_names import SeatNames, SeatsAt
from pokerws.server.clock import Clock
from pokerws.server.limits.rate_limits import Bucket, Rate, too_fast
from pokerws.server.player_locks import PlayerLocks
from pokerws.storage.errors import StoreUnavailable
from pokerws.storage.names import Names

# How long a name stays reserved after it was last used: as long as a guest's session.
KEPT_MS = 30 * 24 * 3_600_000
# A reservation is renewed only if it is older than this, so that most hellos need no database.  It
# is also renewed after a restart, and for an older token with a name that the player has changed
# since: that name may be another player's now.
RENEW_MS = 24 * 3_600_000
# How often a player may rename; returning to the name of an older token counts too.
RENAMES = Rate(10, 600_000)
# The latest names and renames of this many players are cached.  A name that was evicted is reserved
# again at the next hello.
MAX_REMEMBERED = 50_000
# Marks a claim whose outcome is unknown; not the skeleton of any name.
UNKNOWN = ""
# Names that could be mistaken for the operator's.
RESERVED_NAMES = frozenset(
    map(
        skeleton,
        "admin administrator bank dealer house moderator mod operator owner pokerws root server "
        "staff support system".split(),
    )
)
# The ids of operators begin with this, as in operator:alice.
OPERATOR = skeleton("operator")
# Signs and digits that are read as letters, in these names only: "Anna!" is "Anna" elsewhere.
READ_AS = str.maketrans("!@$3457", "iaseast")

log = structlog.get_logger("pokerws.names")


def is_reserved(name: str) -> bool:
    """Whether a name looks like one of the operator's."""
    alike = {skeleton(name), skeleton(name.translate(READ_AS))}
    return any(one in RESERVED_NAMES or one.startswith(OPERATOR) for one in alike)


class _Held(NamedTuple):
    """The skeleton of a player's latest name, and when it was reserved."""

    alike: str
    since_ms: int


class PlayerNames:
    """Reserves names in `names`.

    A reservation older than `renew_ms` is renewed; use 0 if `names` does not survive a restart.
    With `trusted`, names from the login service are taken as they are.
    """

    def __init__(
        self,
        names: Names,
        clock: Clock,
        *,
        renew_ms: int = RENEW_MS,
        trusted: bool = False,
        seats_at: SeatsAt = lambda table: None,
    ) -> None:
        self._names = names
        self._clock = clock
        self._renew_ms = renew_ms
        self.trusted = trusted
        self.seats = SeatNames(names, clock, seats_at)
        # `_held` caches the reservations since this time, oldest first; earlier ones are looked up
        # in the store.  An OrderedDict, since finding the first key of a dict is slow after
        # deletions.
        self._known_since_ms = self._clock.wall_ms()
        self._held: OrderedDict[PlayerId, _Held] = OrderedDict()
        self._renames: OrderedDict[PlayerId, Bucket] = OrderedDict()
        # The latest names of players who have renamed here, for their other connections.
        self._latest: OrderedDict[PlayerId, str] = OrderedDict()
        # Names that a trusted login service gave, by skeleton.
        self._given: OrderedDict[str, PlayerId] = OrderedDict()
        # A player's claims are serialised, so that the cache matches the latest answer.
        self._locks = PlayerLocks(lambda: StoreUnavailable("an earlier claim is not answered yet"))
        # Names of the server's own players, by skeleton.
        self._own: dict[str, PlayerId] = {}

    def add_own(self, player: PlayerId, name: str) -> None:
        """Reserve the name of one of the server's own players; it is not stored."""
        self._own[skeleton(name)] = player

    # ---- reserving

    async def reserve(self, player: PlayerId, name: str) -> int:
        """Reserve the name of a new player; returns when, in ms UTC.  Raises Refused."""
        self._check_reserved(player, name)
        return await self._reserve(player, name)

    async def rename(self, player: PlayerId, name: str) -> int:
        """Reserve another name for a player; returns when, in ms UTC.  Raises Refused."""
        self._count_rename(player)
        reserved_ms = await self.reserve(player, name)
        self._note_latest(player, name)
        return reserved_ms

    async def renew(self, player: PlayerId, name: str, reserved_ms: int) -> int:
        """Renew a reservation of `reserved_ms` if necessary; returns when it was made.

        Without the store, the old one is accepted.  Raises Refused.
        """
        self._check_reserved(player, name)
        if self._is_reserved(player, name, reserved_ms):
            return reserved_ms
        if is_renamed := self._is_rename(player, name):
            self._count_rename(player)
        try:
            async with self._locks.of(player):
                reserved_ms = await self._claim(player, name)
        except StoreUnavailable as error:
            log.info("name_not_renewed", player=player, error=str(error))
            return reserved_ms
        if is_renamed:
            self._note_latest(player, name)
        return reserved_ms

    async def keep(
        self, player: PlayerId, name: str, *, is_staff: bool = False, is_counted: bool = True
    ) -> None:
        """Reserve a player's name, unless it is known to be the player's.  Raises Refused.

        The operator's names are for the staff.  A rename is counted only if `is_counted`.
        """
        self._check_reserved(player, name, is_staff=is_staff)
        if self.holds(player, name):
            return
        if (is_renamed := self._is_rename(player, name)) and is_counted:
            self._count_rename(player)
        await self._reserve(player, name)
        if is_renamed:
            self._note_latest(player, name)

    async def give(self, player: PlayerId, name: str) -> None:
        """Reserve a name that a trusted login service gave, whoever has chosen it before."""
        alike, now_ms = skeleton(name), self._clock.wall_ms()
        self._given[alike] = player
        _keep_newest(self._given, alike)
        if self.holds(player, name):
            return
        is_renamed = self._is_rename(player, name)
        try:
            async with self._locks.of(player):
                await self._names.give(alike, player, name, until_ms=now_ms + KEPT_MS + RENEW_MS)
                self._note_held(player, _Held(alike, now_ms))
        except StoreUnavailable as error:
            # The login service vouches for the name.
            log.info("name_not_renewed", player=player, error=str(error))
        if is_renamed:
            self._note_latest(player, name)

    async def current(self, player: PlayerId) -> str | None:
        """The name that is reserved for a player, or None.  Raises Refused."""
        try:
            return await self._names.name_of(player, self._clock.wall_ms())
        except StoreUnavailable as error:
            raise Refused("names_unavailable") from error

    def holds(self, player: PlayerId, name: str) -> bool:
        """Whether the name is known to be the player's, and needs no renewal yet."""
        held = self._held.get(player)
        if held is None or held.alike != skeleton(name):
            return False
        return max(0, self._clock.wall_ms() - held.since_ms) < self._renew_ms

    # ---- showing

    def shown(self, player: PlayerId, name: str) -> str:
        """The name to show of a player who was admitted with `name`, and may have renamed since."""
        return self._latest.get(player, name)

    def sitting(
        self, table: TableId, player: PlayerId, name: str
    ) -> AbstractAsyncContextManager[None]:
        """Keep a name from others from before a player sits until no seat shows it.

        Raises Refused if it is another player's by now.
        """
        given = self.trusted or self._own.get(skeleton(name)) == player
        return self.seats.sitting(table, player, name, given=given)

    # ---- one player at a time

    async def _reserve(self, player: PlayerId, name: str) -> int:
        try:
            async with self._locks.of(player):
                return await self._claim(player, name)
        except StoreUnavailable as error:
            raise Refused("names_unavailable") from error

    def _is_reserved(self, player: PlayerId, name: str, reserved_ms: int) -> bool:
        """Whether a reservation of that time is known to be valid, without asking the store."""
        # At least 0, even if the clock was ahead before a restart.
        if max(0, self._clock.wall_ms() - reserved_ms) >= self._renew_ms:
            return False
        held = self._held.get(player)
        return reserved_ms >= self._known_since_ms if held is None else held.alike == skeleton(name)

    def _is_rename(self, player: PlayerId, name: str) -> bool:
        held = self._held.get(player)
        return held is not None and held.alike not in (UNKNOWN, skeleton(name))

    async def _claim(self, player: PlayerId, name: str) -> int:
        """Reserve a name; returns the time.  Raises Refused and StoreUnavailable."""
        now_ms, alike = self._clock.wall_ms(), skeleton(name)
        if self._own.get(alike) == player:
            return now_ms
        before = self._held.get(player)
        # The outcome is unknown until there is an answer.
        self._note_held(player, _Held(UNKNOWN, now_ms))
        if not await self._ask(player, name, now_ms):
            if before is None:
                self._held.pop(player, None)
            else:
                self._note_held(player, before)
            raise Refused("name_taken", "another player has this name, or one that looks like it")
        self._note_held(player, _Held(alike, now_ms))
        return now_ms

    async def _ask(self, player: PlayerId, name: str, now_ms: int) -> bool:
        """Ask the store for a name.  Raises StoreUnavailable."""
        alike = skeleton(name)
        # Tokens with this name are issued for another `RENEW_MS` before it is claimed again.
        until_ms = now_ms + KEPT_MS + RENEW_MS
        if await self._names.claim(alike, player, name, now_ms=now_ms, until_ms=until_ms):
            return True
        if not await self.seats.settle(alike):
            return False
        return await self._names.claim(alike, player, name, now_ms=now_ms, until_ms=until_ms)

    def _note_held(self, player: PlayerId, held: _Held) -> None:
        self._held[player] = held
        self._held.move_to_end(player)
        oldest = next(iter(self._held.values()))
        if held.since_ms - oldest.since_ms > self._renew_ms:
            # A reservation that old is looked up in the store anyway.
            self._held.popitem(last=False)
        elif len(self._held) > MAX_REMEMBERED:
            self._held.popitem(last=False)
            self._known_since_ms = max(self._known_since_ms, oldest.since_ms + 1)

    def _note_latest(self, player: PlayerId, name: str) -> None:
        self._latest[player] = name
        _keep_newest(self._latest, player)

    def _count_rename(self, player: PlayerId) -> None:
        """Count a rename.  Raises Refused if the player renames too often."""
        now_ms = self._clock.now_ms()
        bucket = self._renames.setdefault(player, Bucket(RENAMES))
        self._renames.move_to_end(player)
        wait_ms = bucket.take(now_ms)
        oldest = next(iter(self._renames.values()))
        if len(self._renames) > MAX_REMEMBERED or oldest.is_full(now_ms):
            self._renames.popitem(last=False)
        if wait_ms:
            raise too_fast(wait_ms, RENAMES, "renames", "player")

    def _check_reserved(self, player: PlayerId, name: str, *, is_staff: bool = False) -> None:
        alike = skeleton(name)
        is_operators = is_reserved(name) and not is_staff
        if is_operators or self._own.get(alike, player) != player:
            raise Refused("name_taken", "this name is reserved")
        if self._given.get(alike, player) != player:
            raise Refused("name_taken", "another player has this name, or one that looks like it")


def _keep_newest(entries: OrderedDict[Any, Any], newest: str) -> None:
    """Make an entry the newest one, and drop the oldest one if there are too many."""
    entries.move_to_end(newest)
    if len(entries) > MAX_REMEMBERED:
        entries.popitem(last=False)
