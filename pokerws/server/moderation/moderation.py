"""Imposes and lifts sanctions, carries them out, and stores them.

A sanction is in force at once, in memory.  Then it is stored, so that it survives a restart; while
the database is away it waits for that.  What other servers have stored is read again and again.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress

import structlog

from pokerws.game.commands import Stand
from pokerws.game.illegal import Details
from pokerws.game.state import BOT_PREFIX, PlayerId, TableId
from pokerws.messages import Refused
from pokerws.server.auth.identity import OPERATOR_PREFIX, Identity
from pokerws.server.clock import Clock
from pokerws.server.isolation import each
from pokerws.server.moderation.in_force import InForce, notice_of, refusal_of
from pokerws.server.moderation.networks import client_network, overlaps
from pokerws.server.moderation.roster import Connected, Roster
from pokerws.server.net.client_address import Network
from pokerws.server.tables.actor import TableActor
from pokerws.server.tables.lobby import Lobby
from pokerws.storage.admin_log import AdminEntry
from pokerws.storage.errors import StoreUnavailable
from pokerws.storage.sanctions import (
    MAX_SANCTIONS,
    MemorySanctions,
    Sanction,
    SanctionKey,
    Sanctions,
)

# How often what is not stored yet is stored, and what others have stored is read.
REFRESH_S = 30.0
# Entries of the admin log that wait with one sanction.
MOST_ENTRIES = 20
# Tables checked before other tasks get a turn.
SLICE = 100

log = structlog.get_logger("pokerws.moderation")


class Moderation:
    """The sanctions of a server, at most `most`.

    `protected` are networks that nobody may ban.
    """

    def __init__(
        self,
        sanctions: Sanctions | None = None,
        clock: Clock | None = None,
        protected: Sequence[Network] = (),
        most: int = MAX_SANCTIONS,
    ) -> None:
        self._store = sanctions or MemorySanctions()
        self._clock = clock or Clock()
        self.protected = protected
        self.most = most
        self.roster = Roster(self._clock)
        self._in_force = InForce()
        # What is not stored yet: a sanction, or None for one that was lifted.  It is bounded, since
        # `impose` refuses more than `most`.
        self._unstored: dict[SanctionKey, Sanction | None] = {}
        # The latest entries of the admin log about each of them.
        self._entries: dict[SanctionKey, list[AdminEntry]] = {}
        self._changes = 0
        self._storing = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        # Called when something is stored that other servers have to read.
        self.on_stored: Callable[[], None] = lambda: None

    async def load(self) -> None:
        """Load the stored sanctions.  Raises StoreUnavailable."""
        for sanction in await self._store.in_force(self._clock.wall_ms()):
            self._in_force.put(sanction)

    def start(self, lobby: Lobby, watch: Callable[[asyncio.Task[None]], None]) -> None:
        """Freeze tables, and refresh again and again, until `stop`."""
        lobby.outage.is_frozen = self.is_frozen
        for one in self.frozen():
            self._carry_out(one, lobby)
        self._task = asyncio.create_task(self._keep_fresh(lobby))
        watch(self._task)

    async def stop(self) -> None:
        """Stop refreshing, after a last attempt to store what is not stored yet."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        await self._store_waiting()

    # ---- checks

    def check_admitted(self, identity: Identity, address: str) -> None:
        """Raise Refused for a banned player or address, or a token of an ended session.

        Operators and the server's own bots are never refused.
        """
        self.check_player(identity.player, identity.issued_ms)
        if not is_exempt(identity.player):
            self.check_address(address)

    def check_player(self, player: PlayerId, issued_ms: int | None) -> None:
        """The same without the address; the player's token was issued at `issued_ms`."""
        if is_exempt(player):
            return
        now_ms = self._clock.wall_ms()
        self._check(self._in_force.on_player("ban", player, now_ms))
        ended = self._in_force.on_player("end_session", player, now_ms)
        if ended and issued_ms is not None and issued_ms <= ended.at_ms:
            self._check(ended)

    def check_address(self, address: str) -> None:
        """Raise Refused("banned") for a banned address."""
        network = client_network(address)
        self._check(self._in_force.on_address(network, self._clock.wall_ms()))

    def check_chat(self, player: PlayerId) -> None:
        """Raise Refused("muted") for a player who may not chat."""
        self._check(self._in_force.on_player("mute", player, self._clock.wall_ms()))

    def check_seat(self, player: PlayerId, table: str) -> None:
        """Raise Refused for a player who may not sit down at a table."""
        now_ms = self._clock.wall_ms()
        self._check(self._in_force.on_player("ban", player, now_ms))
        self._check(self._in_force.on_player("kick", player, now_ms, table))

    def may_sit(self, player: PlayerId, table: str) -> bool:
        """Whether a player may sit down at a table."""
        try:
            self.check_seat(player, table)
        except Refused:
            return False
        return True

    def _check(self, sanction: Sanction | None) -> None:
        if sanction is not None:
            raise refusal_of(sanction)

    def muted_until_ms(self, player: PlayerId) -> int | None:
        """Until when a player may not chat; None for one who may."""
        mute = self._in_force.on_player("mute", player, self._clock.wall_ms())
        return None if mute is None else mute.until_ms

    def all(self) -> list[tuple[Sanction, bool]]:
        """The sanctions in force, newest first, and whether each is stored."""
        held = self._in_force.all(self._clock.wall_ms())
        return [(one, one.key not in self._unstored) for one in held]

    def is_frozen(self, table: TableId) -> bool:
        """Whether an operator has frozen a table."""
        return self._in_force.on_player("freeze", table, self._clock.wall_ms()) is not None

    def frozen(self) -> list[Sanction]:
        """The tables that operators have frozen."""
        return [one for one in self._in_force.all(self._clock.wall_ms()) if one.kind == "freeze"]

    def concerns(self, player: PlayerId) -> bool:
        """Whether a sanction on a player is in force."""
        held = self._in_force.all(self._clock.wall_ms())
        return any(one.target == player for one in held)

    # ---- changes

    async def impose(
        self, sanction: Sanction, lobby: Lobby, entry: AdminEntry | None = None
    ) -> bool:
        """Put a sanction in force, carry it out and store it; returns whether it is stored.

        `entry` is stored with it, in the admin log.  Raises Refused("sanction_limit").
        """
        self.check_room(sanction.key)
        self._changes += 1
        self._in_force.put(sanction)
        self._keep_unstored(sanction.key, sanction, entry)
        self._carry_out(sanction, lobby)
        return await self._store_one(sanction.key)

    async def lift(self, key: SanctionKey, lobby: Lobby, entry: AdminEntry | None = None) -> bool:
        """End a sanction, if there is one; returns whether that is stored.

        `entry` is stored with it, in the admin log.  Raises Refused("sanction_limit").
        """
        if key not in self._unstored and len(self._unstored) >= self.most:
            raise self._no_room()
        self._changes += 1
        self._in_force.remove(key)
        self._keep_unstored(key, None, entry)
        if key[0] == "freeze":
            freeze(lobby, key[1], on=False)
        return await self._store_one(key)

    def _keep_unstored(
        self, key: SanctionKey, sanction: Sanction | None, entry: AdminEntry | None
    ) -> None:
        """Note what is to be stored for a key, with the entries of what it replaces."""
        self._unstored[key] = sanction
        if entry is not None:
            kept = self._entries.setdefault(key, [])
            kept.append(entry)
            del kept[:-MOST_ENTRIES]

    def check_room(self, key: SanctionKey) -> None:
        """Raise Refused("sanction_limit") where no sanction with this key can be imposed."""
        if key not in self._in_force and len(self._in_force) >= self.most:
            self._in_force.drop_expired(self._clock.wall_ms())
            if len(self._in_force) >= self.most:
                raise self._no_room()

    def _no_room(self) -> Refused:
        return Refused("sanction_limit", details=Details(limit=self.most, scope="server"))

    async def _store_one(self, key: SanctionKey) -> bool:
        # One at a time, so that the last word about a key is what is stored last.
        async with self._storing:
            if key not in self._unstored:
                return True
            sanction = self._unstored[key]
            entries = tuple(self._entries.get(key, ()))
            try:
                if sanction is None:
                    await self._store.lift(key, entries=entries)
                else:
                    now_ms = self._clock.wall_ms()
                    await self._store.impose(sanction, now_ms=now_ms, entries=entries)
            except StoreUnavailable as error:
                log.warning("sanction_not_stored", kind=key[0], target=key[1], error=str(error))
                return False
            if left := [one for one in self._entries.pop(key, ()) if one not in entries]:
                self._entries[key] = left
            if self._unstored[key] is sanction:
                del self._unstored[key]
            self.on_stored()
            return True

    # ---- carrying out

    def _carry_out(self, sanction: Sanction, lobby: Lobby) -> None:
        """Close connections and free seats, as a new sanction asks for."""
        player = PlayerId(sanction.target)
        match sanction.kind:
            case "ban":
                close_banned(self.roster.of(player), sanction)
                stand_up(lobby, {player})
            case "address_ban":
                self._close_address(sanction, lobby)
            case "end_session":
                each(self.roster.of(player), lambda connection: connection.log_out())
            case "mute" | "kick":
                self.tell(sanction)
            case "freeze":
                freeze(lobby, sanction.target, on=True)

    def tell(self, sanction: Sanction) -> None:
        """Send a player's connections the notice of a sanction."""
        notice = notice_of(sanction)
        each(self.roster.of(PlayerId(sanction.target)), lambda one: one.warn(notice))

    def _close_address(self, sanction: Sanction, lobby: Lobby) -> None:
        """Close all connections from a network, and free the seats of players without others."""
        network = client_network(sanction.target)
        gone: set[PlayerId] = set()
        for player, connections in self.roster.connections():
            inside = [one for one in connections if _is_from(one, network)]
            if inside and not is_exempt(player):
                close_banned(inside, sanction)
                if len(inside) == len(connections):
                    gone.add(player)
        if gone:
            stand_up(lobby, gone)

    # ---- the other servers

    async def _keep_fresh(self, lobby: Lobby) -> None:
        while True:
            await asyncio.sleep(REFRESH_S)
            await self.refresh(lobby)

    async def refresh(self, lobby: Lobby) -> None:
        """Store what waits, read what others have stored, and free seats of the banned."""
        await self._store_waiting()
        await self._read_others(lobby)
        self._in_force.drop_expired(self._clock.wall_ms())
        for actor in lobby.actors():
            if actor.standstill.is_frozen and not self.is_frozen(actor.table.id):
                freeze(lobby, actor.table.id, on=False)
        await self._free_seats(lobby)

    async def _store_waiting(self) -> None:
        for key in list(self._unstored):
            if not await self._store_one(key):
                return

    async def _read_others(self, lobby: Lobby) -> None:
        changes, now_ms = self._changes, self._clock.wall_ms()
        with suppress(StoreUnavailable):
            stored = {one.key: one for one in await self._store.in_force(now_ms)}
            if changes != self._changes or self._unstored:
                # Something has changed here meanwhile: the next time will do.
                return
            before = {one.key: one for one in self._in_force.all(now_ms)}
            for key in before.keys() - stored.keys():
                self._in_force.remove(key)
            for key, sanction in stored.items():
                if before.get(key) != sanction:
                    self._in_force.put(sanction)
                    self._carry_out(sanction, lobby)

    async def _free_seats(self, lobby: Lobby) -> None:
        """Stand up banned players whose table could take no commands, or was not in memory."""
        now_ms = self._clock.wall_ms()
        banned = {PlayerId(one.target) for one in self._in_force.all(now_ms) if one.kind == "ban"}
        actors = lobby.actors() if banned else []
        for start in range(0, len(actors), SLICE):
            if start:
                await asyncio.sleep(0)
            each(actors[start : start + SLICE], lambda actor: free_seats(actor, banned))

    def check_unprotected(self, network: Network, own: str) -> None:
        """Raise Refused("protected") for a network with `own`, this machine or a trusted proxy."""
        mine = client_network(own)
        if mine is not None and overlaps(network, mine):
            text = f"{network} contains your own address"
            raise Refused("protected", text, Details(field="address"))
        for other in self.protected:
            if overlaps(network, other):
                text = f"{network} contains {other}: this machine or a trusted proxy"
                raise Refused("protected", text, Details(field="address"))


def freeze(lobby: Lobby, table: str, *, on: bool) -> None:
    """Freeze a table that is in memory, or let it go on."""
    actor = lobby.live(TableId(table))
    if actor is not None:
        each([actor], lambda one: one.freeze(on=on))


def is_exempt(player: PlayerId) -> bool:
    """Whether a player is an operator or one of the server's own bots."""
    return player.startswith((OPERATOR_PREFIX, BOT_PREFIX))


def close_banned(connections: Sequence[Connected], sanction: Sanction) -> None:
    """Tell why, and close."""
    notice = notice_of(sanction)
    each(connections, lambda connection: connection.warn(notice))
    each(connections, lambda connection: connection.close_banned())


def stand_up(lobby: Lobby, players: set[PlayerId]) -> None:
    """Free the seats of players at all tables in memory; during a hand, at its end."""
    each(lobby.actors(), lambda actor: free_seats(actor, players))


def free_seats(actor: TableActor, players: set[PlayerId]) -> None:
    """Free the seats of players at a table, if it can take commands now."""
    seated = [seat.player for seat in actor.table.seats if seat is not None]
    for player in players.intersection(seated):
        # To free a seat may end the hand, and so free others.
        number = actor.table.seat_of(player)
        seat = None if number is None else actor.table.seats[number]
        if seat is not None and not seat.leaving:
            actor.carry_out(Stand(player))


def _is_from(connection: Connected, network: Network | None) -> bool:
    address = client_network(connection.address)
    return network is not None and address is not None and overlaps(network, address)
