"""The commands on a game whose snapshot is older than its row: the log after it completes it."""

import json
from pathlib import Path
from unittest.mock import patch

import msgspec
import pytest

from pokerws.game.state import TableId
from pokerws.maintenance import archive as archive_module
from pokerws.server.tables.lobby.hydration import replay_log
from pokerws.storage.journal import change_builder
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.connecting import Connection
from pokerws.storage.postgres.store import PostgresStore
from pokerws.storage.store import TableSnapshot
from pokerws.storage.vault.replayed import ReplayedTable
from tests.maintenance.archiving import Archiving, after_hand, log_of
from tests.maintenance.repairs import NO_SNAPSHOT, Repairs, state
from tests.maintenance.test_verify import verified
from tests.storage.played import PlayedGame, play_a_game
from tests.vaults import VAULT

T1 = TableId("t1")
encode = msgspec.json.encode


async def killed(url: str, hands: int = 3) -> PlayedGame:
    """A game in a hand, whose server was killed before it stored a second snapshot."""
    with patch.object(change_builder, "SNAPSHOT_EVENTS", change_builder.MOST_TAIL_EVENTS):
        played = await play_a_game(url, hands=hands, killed=True)
    assert (await versions(url))[0] == 1
    return played


async def versions(url: str) -> tuple[int, int]:
    """The versions of the snapshot and of the row."""
    store = await PostgresStore.open(address_of(url))
    stored = await store.look(T1)
    await store.close()
    assert stored is not None
    return stored.snapshot_version, stored.version


async def loaded(url: str) -> TableSnapshot:
    """What a server would have in memory."""
    store = await PostgresStore.open(address_of(url))
    try:
        stored = await store.look(T1)
        assert stored is not None
        replayed = ReplayedTable.of(VAULT, T1, stored.snapshot, stored.snapshot_version)
        await replay_log(store, replayed, stored.version)
        return replayed.snapshot
    finally:
        await store.close()


# ---- verify


async def test_a_game_with_an_older_snapshot_holds_together(database_url: str) -> None:
    await killed(database_url)
    assert await verified(database_url) == (0, ["1 game verified, 0 mismatches"])


LAST = "(SELECT max(seq) FROM game_events)"
INSIDE_A_ROW = """
INSERT INTO game_log (game_id, seq, hand_number, type, payload, at)
SELECT game_id, seq - 1, hand_number, 'folded', '{"type":"folded","seat":0}', at
FROM game_log
WHERE events > 1
ORDER BY seq DESC
LIMIT 1
"""
OTHER_BOARD = """
UPDATE game_events
SET payload = jsonb_set(payload::jsonb, '{cards,0}', payload::jsonb #> '{cards,1}')
WHERE seq = (SELECT min(seq) FROM game_events WHERE type = 'board_dealt')
"""


@pytest.mark.parametrize(
    ("tampering", "told"),
    [
        ("UPDATE games SET players = 1", "the column players says 1, the log 3"),
        ("UPDATE games SET total_pot = 7", "the column total_pot says 7, the log "),
        ("UPDATE games SET hand_number = 77", "the column hand_number says 77, the log "),
        ("UPDATE games SET status = 'waiting'", "the column status says 'waiting', the log "),
        ("UPDATE games SET version = version + 1", ", and the row is of event "),
        ("UPDATE games SET version = version - 1", "the log goes on to event "),
        ("UPDATE games SET key_id = 'x'", "key_id says 'x', the snapshot and the log after it"),
        ("UPDATE games SET key_id = NULL", "key_id says None, the snapshot and the log after it"),
        (f"DELETE FROM game_events WHERE seq = {LAST}", "the log ends with event "),
        ("DELETE FROM game_log", " are missing from the log"),
        ("DELETE FROM game_snapshots", "the snapshot cannot be read: "),
        ("UPDATE game_snapshots SET version = 2", "event 1, and the column beside it says 2"),
        ("UPDATE game_snapshots SET snapshot = '{}'", "the snapshot cannot be read: "),
        (
            """UPDATE game_snapshots SET snapshot = replace(snapshot, '"seats":4', '"seats":5')""",
            "the snapshot differs from the log at event 1: config.seats is 5 in the snapshot",
        ),
        (
            "UPDATE game_log SET receipt = '[1]' WHERE receipt <> ''",
            "event 2: its receipt cannot be read: ",
        ),
        (INSIDE_A_ROW, " is in two rows of the log, and the later one counts"),
        (
            OTHER_BOARD,
            "(board_dealt) cannot have happened: its cards are others",
        ),
        (
            "UPDATE game_log SET payload = '[]' WHERE type IS NULL AND seq > 20",
            " cannot be read: ",
        ),
    ],
)
async def test_tampering_with_an_older_snapshot_row_or_log_is_told(
    database_url: str, operator: Connection, tampering: str, told: str
) -> None:
    await killed(database_url)
    assert not (await operator.execute(tampering)).endswith(" 0")
    code, lines = await verified(database_url)
    assert code == 1
    assert any(told in line for line in lines), lines


# ---- archive


async def test_a_snapshot_of_the_event_at_which_the_log_is_cut_holds_together_with_it(
    database_url: str, operator: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server stores it at the end of a hand, whose cards may still be shown."""
    monkeypatch.setattr(change_builder, "SNAPSHOT_EVENTS", 1)
    await play_a_game(database_url, hands=3, killed=True)
    snapshot_version, _ = await versions(database_url)
    archiving = Archiving(database_url, tmp_path)

    assert (await archiving())[0] == 0

    first, type_, _ = (await log_of(operator))[0]
    assert (first, type_) == (snapshot_version, "log_restarted")
    await archiving.holds_together()


@pytest.mark.parametrize("hands", [2, 3])
async def test_the_archive_brings_an_older_snapshot_up_to_where_it_cuts(
    archiving: Archiving, operator: Connection, hands: int
) -> None:
    played = await killed(archiving.url)
    in_memory = encode(played.actor.recorder.state)

    await archiving(after_hand(hands), dry_run=True)
    assert (await versions(archiving.url))[0] == 1
    code, lines = await archiving(after_hand(hands))

    assert (code, len(lines)) == (0, 2)
    cut = await operator.fetchval("SELECT min(seq) FROM game_events")
    assert await versions(archiving.url) == (cut, played.actor.table.seq)
    assert cut > 20
    text = await operator.fetchval("SELECT snapshot FROM game_snapshots")
    stored = json.loads(text)
    assert stored["sealed"] == ""
    assert stored["receipts"]
    assert "hand" not in stored["table"] or stored["table"]["hand"] is None
    assert encode(await loaded(archiving.url)) == in_memory
    await archiving.holds_together()


async def test_a_snapshot_that_a_server_writes_meanwhile_stays(
    archiving: Archiving, operator: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    played = await killed(archiving.url)
    take_away = archive_module._take_away
    newest, _ = VAULT.seal_snapshot(played.actor.recorder.state)

    async def after_a_save(*given: object) -> None:
        await operator.execute(
            "UPDATE game_snapshots SET version = $1, snapshot = $2",
            *(played.actor.table.seq, newest.decode()),
        )
        await take_away(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(archive_module, "_take_away", after_a_save)
    assert (await archiving())[0] == 0
    assert await operator.fetchval("SELECT snapshot FROM game_snapshots") == newest.decode()
    assert encode(await loaded(archiving.url)) == encode(played.actor.recorder.state)
    await archiving.holds_together()


async def test_an_older_snapshot_that_changes_meanwhile_leaves_the_log_alone(
    archiving: Archiving, operator: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    await killed(archiving.url)
    take_away = archive_module._take_away

    async def after_an_edit(*given: object) -> None:
        await operator.execute("UPDATE game_snapshots SET version = 2")
        await take_away(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(archive_module, "_take_away", after_an_edit)
    count = await operator.fetchval("SELECT count(*) FROM game_events")
    code, lines = await archiving()
    assert code == 1
    assert "changed meanwhile" in lines[0]
    assert await operator.fetchval("SELECT count(*) FROM game_events") == count


@pytest.mark.parametrize(
    ("harm", "why"),
    [
        (NO_SNAPSHOT, "its snapshot cannot be read"),
        ("DELETE FROM game_snapshots", "its snapshot cannot be read"),
    ],
)
async def test_a_log_without_a_readable_snapshot_is_left_alone(
    archiving: Archiving, operator: Connection, harm: str, why: str
) -> None:
    await killed(archiving.url)
    await operator.execute(harm)
    count = await operator.fetchval("SELECT count(*) FROM game_events")
    code, lines = await archiving()
    assert code == 1
    assert why in lines[0]
    assert await operator.fetchval("SELECT count(*) FROM game_events") == count


# ---- repair


# Each leaves the log after the snapshot, or the whole log.
HARMS = {
    "only set aside": [],
    "no snapshot": ["DELETE FROM game_snapshots"],
    "snapshot not JSON": [NO_SNAPSHOT],
    "snapshot of a later event": ["UPDATE game_snapshots SET version = version + 9"],
    "version down": ["UPDATE games SET version = version - 9"],
    "version up": ["UPDATE games SET version = version + 9"],
}


@pytest.mark.parametrize("harm", HARMS.values(), ids=HARMS)
async def test_a_table_with_an_older_snapshot_is_restored_with_its_cards_and_receipts(
    repairs: Repairs, harm: list[str]
) -> None:
    played = await killed(repairs.url)
    await repairs.damage(*harm)
    await repairs("restore")
    found = await loaded(repairs.url)
    assert state(found.table) == state(played.actor.table)
    assert found.receipts == played.actor.recorder.state.receipts
    snapshot_version, version = await versions(repairs.url)
    assert snapshot_version == version
    await repairs.holds_together()


async def test_a_log_that_is_damaged_before_the_snapshot_is_read_on_from_there(
    repairs: Repairs,
) -> None:
    played = await killed(repairs.url)
    store = await PostgresStore.open(address_of(repairs.url))
    stored = await store.look(T1)
    assert stored is not None
    older = ReplayedTable.of(VAULT, T1, stored.snapshot, stored.snapshot_version)
    middle = await repairs.operator.fetchval("SELECT seq FROM game_log WHERE seq > 60 LIMIT 1")
    await replay_log(store, older, middle)
    await store.close()
    text, _ = VAULT.seal_snapshot(older.snapshot)
    put = "UPDATE game_snapshots SET version = $1, snapshot = $2"
    await repairs.operator.execute(put, middle, text.decode())
    await repairs.damage("DELETE FROM game_log WHERE seq < 30")

    told = await repairs()
    assert "the log begins with event" in told
    assert f"the log up to event {played.actor.table.seq}, with" in told
    await repairs("restore")

    found = await loaded(repairs.url)
    assert state(found.table) == state(played.actor.table)
    assert found.receipts == played.actor.recorder.state.receipts
    await repairs.holds_together()


async def test_events_after_a_damaged_one_are_lost_and_it_says_so(repairs: Repairs) -> None:
    played = await killed(repairs.url)
    seq = played.actor.table.seq
    rows = await repairs.operator.fetch("SELECT seq FROM game_log ORDER BY seq DESC LIMIT 1")
    damaged = rows[-1]["seq"]
    await repairs.damage(f"UPDATE game_log SET payload = 'no JSON' WHERE seq = {damaged}")
    told = await repairs()
    assert "cannot be read" in told or "missing" in told
    assert "what happened after that is undone: " in told
    assert "its hand is cancelled: players may have seen more of its cards" in told
    await repairs("restore")
    table = (await loaded(repairs.url)).table
    assert table.chips == played.actor.table.chips
    assert table.seq >= seq
    await repairs.holds_together()
    (kept,) = repairs.kept()
    assert [row["seq"] for row in kept["events"]] == [row["seq"] for row in rows[::-1]]  # type: ignore[attr-defined]
    assert isinstance(repairs.backups, Path)
