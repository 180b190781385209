"""`server.py repair` as tests run it, on games of `played.py`; and the kinds of damage."""

import io
import json
from pathlib import Path

import msgspec
import pytest

from pokerws.game.state import Table, TableId
from pokerws.maintenance.errors import RepairError
from pokerws.maintenance.repair import Action, repair
from pokerws.maintenance.verify import verify
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.connecting import Connection
from pokerws.storage.vault.vault import Vault
from tests.vaults import VAULT

NOW_MS = 5_000_000
ROWS = (
    """SELECT id, name, status, config, games.version, epoch, snapshot, chips, balance
    FROM games LEFT JOIN game_snapshots ON game_id = id""",
    "SELECT game_id, seq, type, payload FROM game_events ORDER BY seq",
    "SELECT id, balance FROM accounts ORDER BY id",
    "SELECT * FROM transfers ORDER BY id",
)
SET_ASIDE = "UPDATE games SET status = 'quarantined'"
SNAPSHOT = "UPDATE game_snapshots SET snapshot = "
NO_SNAPSHOT = "UPDATE game_snapshots SET snapshot = 'no JSON'"
# The last event that was an action of the hand in play's, and what came of it.
LAST = "(SELECT max(seq) FROM game_events)"


class Repairs:
    """The command on one database, and what is stored there."""

    def __init__(self, url: str, operator: Connection, backups: Path) -> None:
        self.url = url
        self.operator = operator
        self.backups = backups
        self._now_ms = NOW_MS

    async def __call__(
        self, action: Action = "show", *, game: str = "t1", vault: Vault = VAULT
    ) -> str:
        out = io.StringIO()
        self._now_ms += 1
        asked = repair(
            *(address_of(self.url), game, action, out),
            vault=vault,
            backups=self.backups,
            now_ms=self._now_ms,
        )
        assert await asked == 0
        return out.getvalue()

    async def damage(self, *statements: str) -> None:
        for statement in (*statements, SET_ASIDE):
            done = await self.operator.execute(statement)
            assert not done.endswith(" 0"), statement

    async def rows(self) -> list[list[tuple[object, ...]]]:
        """All that repairs could change."""
        return [[tuple(row) for row in await self.operator.fetch(rows)] for rows in ROWS]

    async def table(self) -> Table:
        """The stored table."""
        text = await self.operator.fetchval("SELECT snapshot FROM game_snapshots")
        return VAULT.open_snapshot(TableId("t1"), text).table

    async def balances(self) -> dict[str, int]:
        rows = await self.operator.fetch("SELECT account, balance FROM balances")
        return {row["account"]: row["balance"] for row in rows}

    async def status(self) -> str:
        status: str = await self.operator.fetchval("SELECT status FROM games")
        return status

    async def holds_together(self) -> None:
        out = io.StringIO()
        code = await verify(address_of(self.url), None, out, io.StringIO(), vault=VAULT)
        assert code == 0, out.getvalue()

    def kept(self) -> list[dict[str, object]]:
        """The files that were written, oldest first."""
        return [json.loads(path.read_bytes()) for path in sorted(self.backups.glob("*"))]

    async def refused(self, action: Action, words: str, *, vault: Vault = VAULT) -> None:
        """It is not done, and nothing is changed or written."""
        before = await self.rows()
        with pytest.raises(RepairError, match=words):
            await self(action, vault=vault)
        assert await self.rows() == before


def state(table: Table) -> object:
    """A table without what a time in quarantine changes: the count of events, and the clock."""
    known = msgspec.to_builtins(table)
    known.pop("seq")
    known.pop("next_hand_at_ms")
    if known["hand"] and known["hand"]["turn"]:
        known["hand"]["turn"].pop("deadline_ms")
        known["hand"]["turn"].pop("started_ms")
    return known


def owed(table: Table) -> dict[str, int]:
    """What each player is to get back: the stack, and what was put into the hand."""
    chips: dict[str, int] = {}
    for number, seat in enumerate(table.seats):
        if seat is not None:
            part = None if table.hand is None else table.hand.seats[number]
            chips[f"player:{seat.player}"] = seat.stack + (
                0 if part is None else part.bet + part.in_pots
            )
    return chips


async def expect_refund(repairs: Repairs, played: Table, *, vault: Vault = VAULT) -> None:
    before = await repairs.balances()
    await repairs("refund", vault=vault)
    after = await repairs.balances()
    for account, chips in owed(played).items():
        assert after[account] == before[account] + chips
    assert after["table:t1"] == 0
    assert sum(after.values()) == 0
    assert await repairs.status() == "closed"
    await repairs.holds_together()


BRING_IN = f'"limit":{{"bring_in":{10**30}}}'
# What a version did that had no bound there.
UNBOUNDED = [
    f"UPDATE games SET config = replace(config, '\"limit\":{{}}', '{BRING_IN}')",
    f"UPDATE game_snapshots SET snapshot = replace(snapshot, '\"limit\":{{}}', '{BRING_IN}')",
    (
        f"""UPDATE game_events SET payload = replace(payload, '"limit":{{}}', '{BRING_IN}') """
        "WHERE type = 'table_opened'"
    ),
]

# Each leaves a state with all that was there, in the snapshot or in the log.
DAMAGES: dict[str, list[str]] = {
    "only set aside": [SET_ASIDE],
    "snapshot not JSON": [NO_SNAPSHOT],
    "snapshot without an end": ["UPDATE game_snapshots SET snapshot = repeat('[', 100000)"],
    "snapshot no table": ["UPDATE game_snapshots SET snapshot = '{\"a\": 1}'"],
    "snapshot of another table": [
        "UPDATE game_snapshots SET snapshot = replace(snapshot, '\"t1\"', '\"t2\"')"
    ],
    "snapshot of another seq": [
        SNAPSHOT + """regexp_replace(snapshot, '"seq":\\d+', '"seq":40')"""
    ],
    "snapshot of no variant": [SNAPSHOT + """replace(snapshot, '"NT"', '"ZZ"')"""],
    "snapshot with a chip moved": [
        SNAPSHOT + """regexp_replace(snapshot, '"stack":\\d+', '"stack":1')"""
    ],
    "snapshot edited, chips as they were": [
        (
            SNAPSHOT + """regexp_replace(snapshot, '"min_raise":\\d+', """
            """'"min_raise":77')"""
        )
    ],
    "sealed text edited": [
        SNAPSHOT + """replace(snapshot, '"sealed":"test:', '"sealed":"test:AA')"""
    ],
    "version up": ["UPDATE games SET version = version + 7"],
    "version up beyond all counting": [f"UPDATE games SET version = {2**63 - 1}"],
    "version down": ["UPDATE games SET version = version - 7"],
    "name, variant, config": ["UPDATE games SET name = 'x', variant = 'y', config = 'no JSON'"],
    "other columns": [
        "UPDATE games SET players = 9, hand_number = 99, total_pot = 3, key_id = 'z'"
    ],
    "an event not JSON": ["UPDATE game_events SET payload = 'no JSON' WHERE seq = 20"],
    "an event missing": ["DELETE FROM game_events WHERE seq = 20"],
    "the first event missing": ["DELETE FROM game_events WHERE seq = 1"],
    "an event impossible": [
        (
            """UPDATE game_events SET type = 'folded', payload = '{"type":"folded","seat":99}' """
            "WHERE seq = 20"
        )
    ],
    "an event's columns": [
        "UPDATE game_events SET type = 'raised', hand_number = 50 WHERE seq = 20"
    ],
    "an event's columns, and no snapshot": [
        "UPDATE game_events SET type = 'raised', hand_number = 50 WHERE seq = 20",
        NO_SNAPSHOT,
    ],
    "an event's cards": [
        (
            """UPDATE game_events SET payload = replace(payload, '"sealed":"test:', """
            """'"sealed":"test:AA') WHERE type = 'hole_cards_dealt'"""
        )
    ],
    "an amount": [
        (
            """UPDATE game_events SET payload = regexp_replace(payload, '"stack":\\d+', """
            """'"stack":3') WHERE seq = 3"""
        )
    ],
    "the last event not JSON": [
        f"UPDATE game_events SET payload = 'no JSON' WHERE seq = {LAST}",
    ],
    "the last event missing": [f"DELETE FROM game_events WHERE seq = {LAST}"],
    "one event too many": [
        (
            "INSERT INTO game_events SELECT game_id, seq + 1, hand_number, 'x', 'no JSON', at "
            "FROM game_events ORDER BY seq DESC LIMIT 1"
        )
    ],
    "a transfer of another event": ["UPDATE transfers SET seq = 1 WHERE seq = 2"],
    "no log": ["DELETE FROM game_events"],
    "a config that an older version accepted": [*UNBOUNDED],
}
