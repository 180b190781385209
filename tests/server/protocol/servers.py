"""The servers that the protocol document's examples are said to: real ones, on real sockets.

Each is started when the first example needs it.  Their databases are in memory, and can be away.
"""

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from pokerws.game.state import PlayerId, TableId
from pokerws.server.app import App
from pokerws.server.tables.interfaces import NoLease
from pokerws.storage.accounts import Account, Allowance
from pokerws.storage.ahead.notes import NO_NOTES
from pokerws.storage.connections import StoredConnection
from pokerws.storage.errors import OwnedElsewhere, StoreRejected, StoreUnavailable
from pokerws.storage.links import MemoryLinks, StoredLink
from pokerws.storage.memory_accounts import MemoryAccounts
from pokerws.storage.names import MemoryNames, SeatName
from pokerws.storage.player_notes import MemoryPlayerNotes, NoteChange, PlayerNote
from pokerws.storage.postgres.database import Database
from pokerws.storage.store import Change, Claimed, EventRow
from pokerws.storage.vault.vault import Vault
from tests.settings import settings_of
from tests.storage.faulty_store import FaultyStore
from tests.storage.memory_chat import MemoryChat
from tests.vaults import VAULT

OPERATOR_KEY = "a key that the operator of this server has"
SECRET = "a secret of the operator's own login service"
# Replaced by where it is.
JWKS = "jwks.json"
STORED = {"use_db_repository": True, "use_event_persistence": True, "player_seat_rate": "0"}
UNLIMITED: dict[str, Any] = dict.fromkeys(
    (
        "address_connection_rate",
        "address_command_rate",
        "address_table_rate",
        "address_newcomer_rate",
        "address_read_rate",
    ),
    "0",
) | {
    "free_chips_per_address": 0,
    "newcomer_chips": 0,
    "absence_grace_ms": 0,
    "max_tables_opened_per_address": 0,
}
# For tests that try all commands.
SEATS: dict[str, Any] = {"player_seat_rate": "60/12s"}
SETTINGS: dict[str, dict[str, Any]] = {
    "memory": {},
    "stopping": {"player_seat_rate": "0"},
    "tireless": {"player_seat_rate": "0"},
    "many seats": SEATS,
    "one table": {"max_tables": 1},
    "tight": {
        "player_chat_rate": "1/60s",
        "max_tables_per_player": 1,
        "max_watched_tables": 1,
        "max_watchers_per_table": 1,
    },
    "low": {"grant_chips": 4_000, "refill_interval_ms": 0},
    "used up": {"free_chips_per_address": 100_000},
    "new players": {"newcomer_chips": 20_000},
    "stored": STORED | SEATS,
    "behind": STORED | SEATS,
    "closing": STORED | SEATS | {"use_durable_acks": True},
    "durable": STORED | SEATS | {"use_durable_acks": True},
    "moderated": {},
    "one operator": {},
    "no room": {},
    "no notes": {},
    "one session": {"max_tables_opened_per_address": 20},
    "one lobby": {},
    "lively": {"heartbeat_interval_ms": 100},
    "tokens": {"use_auth_middleware": True, "auth_secret": SECRET, "auth_warning_ms": 0},
    "expiring": {"use_auth_middleware": True, "auth_secret": SECRET, "auth_warning_ms": 60_000},
    "lax": {"max_violations": 1_000, "connection_command_rate": "0", "frame_rate": "0"},
    "slow": {"connection_command_rate": "1/3600s", "refusal_rate": "0"},
    "one bot": {"max_bots_per_table": 1},
    "one opened": {"max_tables_opened_per_player": 1},
    "trusted": {"use_auth_middleware": True, "auth_secret": SECRET, "auth_names": "trusted"},
    "stored tokens": STORED | {"use_auth_middleware": True, "auth_secret": SECRET},
    "no keys": {"use_auth_middleware": True, "auth_jwks": JWKS},
}


class Away:
    """Whether a database is out of reach."""

    def __init__(self) -> None:
        self.is_away = False

    def check(self) -> None:
        if self.is_away:
            raise StoreUnavailable("connection refused")


class AwayAccounts(MemoryAccounts):
    def __init__(self, away: Away) -> None:
        super().__init__()
        self._away = away

    async def open(
        self, player: PlayerId, grant: int, at_ms: int, allowance: Allowance | None = None
    ) -> Account:
        self._away.check()
        return await super().open(player, grant, at_ms, allowance)

    async def has_moved(self, table: TableId, player: PlayerId) -> bool:
        self._away.check()
        return await super().has_moved(table, player)


class AwayNames(MemoryNames):
    def __init__(self, away: Away) -> None:
        super().__init__()
        self.away = away

    async def claim(
        self, skeleton: str, player: PlayerId, name: str, *, now_ms: int, until_ms: int
    ) -> bool:
        self.away.check()
        return await super().claim(skeleton, player, name, now_ms=now_ms, until_ms=until_ms)

    async def hold(
        self, skeleton: str, seat: SeatName, *, now_ms: int, until_ms: int, given: bool = False
    ) -> bool:
        self.away.check()
        return await super().hold(skeleton, seat, now_ms=now_ms, until_ms=until_ms, given=given)

    async def end_session(self, sid: str, *, now_ms: int, until_ms: int) -> None:
        self.away.check()
        await super().end_session(sid, now_ms=now_ms, until_ms=until_ms)


class AwayNotes(MemoryPlayerNotes):
    def __init__(self, away: Away) -> None:
        super().__init__()
        self._away = away

    async def change(
        self, owner: PlayerId, player: PlayerId, change: NoteChange, *, most: int
    ) -> bool:
        self._away.check()
        return await super().change(owner, player, change, most=most)

    async def of(self, owner: PlayerId) -> list[PlayerNote]:
        self._away.check()
        return await super().of(owner)


class AwayChat(MemoryChat):
    def __init__(self, away: Away) -> None:
        super().__init__()
        self._away = away

    def _check(self) -> None:
        self._away.check()
        super()._check()


class AwayLinks(MemoryLinks):
    def __init__(self, away: Away) -> None:
        super().__init__()
        self._away = away

    async def put(self, digest: str, link: StoredLink) -> None:
        self._away.check()
        await super().put(digest, link)

    async def take(self, digest: str, now_ms: int) -> StoredLink | None:
        self._away.check()
        return await super().take(digest, now_ms)


class AwayConnections:
    """`StoredConnections` that keeps nothing."""

    def __init__(self, away: Away) -> None:
        self._away = away

    async def put(self, connections: Sequence[StoredConnection]) -> None:
        self._away.check()

    async def sweep(self, before_ms: int, limit: int) -> int:
        self._away.check()
        return 0


class AwayStore(FaultyStore):
    """While it is `away`, nothing can be read; while `open` is clear, nothing is written.

    While it `rejects`, the data of every change breaks a rule.

    `elsewhere` has the tables of other servers, and these servers' names.
    """

    version = "in memory"
    is_readable = True

    def __init__(self) -> None:
        super().__init__()
        self.away = Away()
        self.elsewhere: dict[TableId, str] = {}
        self._accounts = AwayAccounts(self.away)
        self.away_names = AwayNames(self.away)
        self.player_notes = AwayNotes(self.away)
        self.links = AwayLinks(self.away)
        self.chat = AwayChat(self.away)
        self.connections = AwayConnections(self.away)
        self._names = self.away_names
        self.rejects = False

    async def save(self, changes: Sequence[Change]) -> set[TableId]:
        self.away.check()
        if self.rejects:
            raise StoreRejected("a rule is broken")
        return await super().save(changes)

    async def claim(
        self, table: TableId, above_epoch: int = 0, shown_seq: int = 0, seen_seq: int = 0
    ) -> Claimed | None:
        self.away.check()
        if table in self.elsewhere:
            raise OwnedElsewhere(self.elsewhere[table])
        return await super().claim(table, above_epoch, shown_seq, seen_seq)

    async def read(self) -> None:
        self.away.check()

    async def events(self, table: TableId, after_seq: int, limit: int) -> list[EventRow]:
        self.away.check()
        return await super().events(table, after_seq, limit)


class FakeLease(NoLease):
    """A lease that nobody else wants."""

    def start(self, *_: object) -> None:
        """It needs no renewal."""


class FakeDatabase:
    """What `App` needs of a database, around such a store."""

    def __init__(self) -> None:
        self.store = AwayStore()
        self.vault: Vault = VAULT
        self.version = "in memory"
        self.session_key = "k" * 32
        self.overtaken = None
        self.lease = FakeLease()
        self.notes = NO_NOTES

    async def settle(self) -> None:
        """Nothing was overtaken."""

    async def close(self, *, all_stored: bool = True, is_brief: bool = False) -> None:
        self.store.open.set()
        self.store.away.is_away = False


class Servers:
    """All of them, by the names above."""

    def __init__(self, place: Path, patch: pytest.MonkeyPatch) -> None:
        self._place = place
        self._patch = patch
        self._apps: dict[str, App] = {}
        self._databases: dict[str, FakeDatabase] = {}

    async def app(self, name: str) -> App:
        if name not in self._apps:
            self._apps[name] = await self._start(name)
        return self._apps[name]

    def store(self, name: str) -> AwayStore:
        """The store of a server that has been started."""
        return self._databases[name].store

    async def stop(self) -> None:
        for database in self._databases.values():
            await database.close()
        for app in self._apps.values():
            await app.stop()

    async def _start(self, name: str) -> App:
        database = self._databases[name] = FakeDatabase()

        async def opened(*arguments: object, **named: object) -> FakeDatabase:
            return database

        # A server in memory leaves a note at its database, if there is one.
        nowhere = f"embedded:{self._place / 'none'}"
        jwks = self._place / JWKS
        settings: dict[str, Any] = {
            "port": 0,
            "database_url": nowhere,
            "use_input_validation": True,
            "operator_key": OPERATOR_KEY,
        }
        settings |= UNLIMITED | SETTINGS[name]
        if "auth_jwks" in settings:
            settings["auth_jwks"] = str(jwks)
            jwks.write_text(json.dumps({"keys": [public_jwk()]}))
        app = App(settings_of(**settings))
        with self._patch.context() as patch:
            patch.setattr(Database, "open", opened)
            await app.start()
        jwks.unlink(missing_ok=True)
        return app


def public_jwk() -> dict[str, object]:
    """A key that some login service might have."""
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    jwk: dict[str, object] = ECAlgorithm.to_jwk(key, as_dict=True)
    return jwk | {"kid": "1", "alg": "ES256", "use": "sig"}


def token(player: str, name: str, *, expires_in_s: int = 3_600, **claims: object) -> str:
    """A token as the operator's login service signs it."""
    now_s = int(time.time())
    times = {"iat": now_s - 7_200, "exp": now_s + expires_in_s}
    said = {"sub": player, "name": name, **times, **claims}
    return jwt.encode(said, SECRET, algorithm="HS256", headers={"kid": "2"})
