"""Tables that were really played and then damaged are restored, or closed and refunded."""

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from pokerws.game.state import Table, TableId
from pokerws.maintenance.repair import Action
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.store import PostgresStore
from pokerws.storage.vault.vault import Vault, VaultKey
from tests.maintenance.archiving import Archiving, after_hand
from tests.maintenance.repairs import (
    DAMAGES,
    LAST,
    NO_SNAPSHOT,
    NOW_MS,
    SET_ASIDE,
    Repairs,
    expect_refund,
    state,
)
from tests.storage.played import PlayedGame, open_accounts, play_a_game, writing
from tests.vaults import VAULT


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
async def test_a_damaged_table_is_restored_to_the_same_cards_stacks_and_turn(
    repairs: Repairs, damage: list[str]
) -> None:
    played = await play_a_game(repairs.url, hands=2)
    was = played.actor.table
    await repairs.damage(*damage)
    rows = await repairs.rows()

    assert "  --restore  play goes on, from" in await repairs()
    assert await repairs.rows() == rows
    assert not repairs.backups.exists()
    told = await repairs("restore")

    table = await repairs.table()
    assert state(table) == state(was)
    assert table.seq >= was.seq
    assert await repairs.status() == "active"
    assert "game t1 is active again" in told
    await repairs.holds_together()
    # What was there is in the file, and the rest still in its place.
    (kept,) = repairs.kept()
    game, events = kept["game"], kept["events"]
    assert isinstance(game, dict)
    assert isinstance(events, list)
    assert (game["snapshot"], game["version"]) == (rows[0][0][6], rows[0][0][4])
    stay = {row["seq"] for row in await repairs.operator.fetch("SELECT seq FROM game_events")}
    gone = {row[1]: row[3] for row in rows[1] if row[1] not in stay}
    assert gone.items() <= dict(payload for row in events for payload in _payloads(row)).items()


def _payloads(row: dict[str, Any]) -> Iterator[tuple[int, str]]:
    """The seqs and payloads of a row of the log."""
    if row["type"] is not None:
        yield row["seq"], row["payload"]
        return
    parts = msgspec.json.decode(row["payload"], type=list[msgspec.Raw])
    assert len(parts) == row["events"]
    for seq, part in enumerate(parts, start=row["seq"] - len(parts) + 1):
        yield seq, bytes(part).decode()


# Which state to go on from is decided as for a restoration.
@pytest.mark.parametrize("kind", ["only set aside", "snapshot not JSON", "no log"])
async def test_a_damaged_table_is_closed_and_everybody_gets_stack_and_bets_back(
    repairs: Repairs, kind: str
) -> None:
    played = await play_a_game(repairs.url, hands=2)
    await repairs.damage(*DAMAGES[kind])
    assert "  --refund   the table is closed, from" in await repairs()
    await expect_refund(repairs, played.actor.table)
    assert len(repairs.kept()) == 1
    store = await PostgresStore.open(address_of(repairs.url))
    assert await store.games() == []
    await store.close()


async def test_what_the_last_event_led_to_is_told_once_more_when_it_and_the_snapshot_are_lost(
    repairs: Repairs,
) -> None:
    played = await play_a_game(repairs.url, hands=2)
    last = await repairs.operator.fetchval(f"SELECT type FROM game_events WHERE seq = {LAST}")
    assert last == "turn_started"
    await repairs.damage(
        NO_SNAPSHOT, f"UPDATE game_events SET payload = 'no JSON' WHERE seq = {LAST}"
    )
    await repairs("restore")
    # Whoever had acted before that has still acted, unless cards were dealt meanwhile.
    table = await repairs.table()
    assert table.hand is not None
    assert table.hand.turn is not None
    assert table.chips == played.actor.table.chips
    await repairs.holds_together()


@pytest.mark.parametrize("back", range(1, 40, 3))
async def test_wherever_a_log_ends_the_state_to_go_on_from_is_one_where_somebody_is_to_act(
    repairs: Repairs, back: int
) -> None:
    await play_a_game(repairs.url, hands=2)
    await repairs.damage(NO_SNAPSHOT, f"DELETE FROM game_events WHERE seq > {LAST} - {back}")
    await repairs("restore")
    table = await repairs.table()
    assert table.deadline_ms is not None or table.status == "waiting"
    if table.hand is not None:
        # Never amid a deal: all have two cards, and the street has its board.
        assert table.hand.turn is not None
        assert all(seat is None or len(seat.cards) == 2 for seat in table.hand.seats)
        assert len(table.hand.board) == (0, 3, 4, 5)[table.hand.street]
    await repairs.holds_together()
    await repairs.damage(SET_ASIDE)
    await expect_refund(repairs, table)


@pytest.mark.parametrize(
    "keep_events", [[False], [True, False], [False, True], [True, False, True]]
)
async def test_a_log_that_is_not_whole_goes_on_with_the_table(
    repairs: Repairs, keep_events: list[bool]
) -> None:
    played = await play_a_game(repairs.url, hands=1, keep_events=keep_events)
    await repairs.damage("UPDATE games SET version = version + 3")
    await repairs("restore")
    assert state(await repairs.table()) == state(played.actor.table)
    await repairs.holds_together()


async def test_where_log_and_snapshot_differ_and_the_ledger_doubts_the_log_it_goes_by_the_snapshot(
    repairs: Repairs,
) -> None:
    await play_a_game(repairs.url, hands=1)
    for damage in ("a transfer of another event", "snapshot edited, chips as they were"):
        await repairs.damage(*DAMAGES[damage])
    edited = await repairs.table()
    assert edited.hand is not None
    assert edited.hand.min_raise == 77
    told = await repairs()
    assert "event 2: the ledger has nothing, the log 10000 from player:ada" in told
    await repairs("restore")
    assert state(await repairs.table()) == state(edited)
    await repairs.holds_together()


async def test_a_log_that_was_begun_anew_is_read_from_there_when_the_part_before_it_is_damaged(
    repairs: Repairs,
) -> None:
    played = await play_a_game(repairs.url, hands=1, keep_events=[True, False, True])
    await repairs.damage(NO_SNAPSHOT, "UPDATE game_events SET payload = 'no JSON' WHERE seq = 9")
    await repairs("restore")
    assert state(await repairs.table()) == state(played.actor.table)
    await repairs.holds_together()


@pytest.mark.parametrize("damage", ["only set aside", "snapshot not JSON", "no log"])
async def test_the_time_in_quarantine_is_not_the_players(repairs: Repairs, damage: str) -> None:
    played = await play_a_game(repairs.url, hands=1)
    left_ms = played.actor.table.deadline_ms
    assert left_ms is not None
    left_ms -= played.clock.now_ms()
    await repairs.damage(*DAMAGES[damage])
    await repairs("restore")
    deadline_ms = (await repairs.table()).deadline_ms
    saved_ms = await repairs.operator.fetchval(
        "SELECT (extract(epoch FROM updated_at) * 1000)::bigint FROM games"
    )
    assert saved_ms > NOW_MS
    assert deadline_ms == saved_ms + left_ms


@pytest.mark.parametrize("damage", ["only set aside", "an event missing", "version down"])
async def test_a_command_that_was_answered_is_still_known_after_the_repair(
    repairs: Repairs, damage: str
) -> None:
    await play_a_game(repairs.url, hands=1)
    text = await repairs.operator.fetchval("SELECT snapshot FROM game_snapshots")
    receipts = VAULT.open_snapshot(TableId("t1"), text).receipts
    assert receipts
    await repairs.damage(*DAMAGES[damage])
    await repairs("restore")
    text = await repairs.operator.fetchval("SELECT snapshot FROM game_snapshots")
    assert VAULT.open_snapshot(TableId("t1"), text).receipts == receipts


@pytest.mark.parametrize(
    ("action", "vault"), [("restore", VAULT), ("refund", VAULT), ("refund", Vault([]))]
)
async def test_a_repair_leaves_no_receipt_without_a_key(
    repairs: Repairs, action: Action, vault: Vault
) -> None:
    await play_a_game(repairs.url, hands=1)
    text = await repairs.operator.fetchval("SELECT snapshot FROM game_snapshots")
    older = json.dumps(json.loads(text) | {"receipts": {"ada": [["DH98t/X1gv1V", 5]]}})
    await repairs.operator.execute("UPDATE game_snapshots SET snapshot = $1", older)
    await repairs.damage()
    await repairs(action, vault=vault)
    text = await repairs.operator.fetchval("SELECT snapshot FROM game_snapshots")
    assert "DH98t/X1gv1V" not in text
    assert bool(VAULT.open_snapshot(TableId("t1"), text).receipts) == (action == "restore")


async def test_the_newest_state_is_chosen(repairs: Repairs) -> None:
    """A row from an older backup has fewer events than the log."""
    played = await play_a_game(repairs.url, hands=1)
    older = await repairs.operator.fetchrow("SELECT version, snapshot FROM game_snapshots")
    assert older is not None
    store = await PostgresStore.open(address_of(repairs.url))
    async with writing(store) as journal:
        await played.load_again(store, journal, keep_events=True)
        played.play_hands(1)
        played.actor.stop()
    await store.close()
    await repairs.damage()
    newer = "UPDATE games SET version = $1"
    await repairs.operator.execute(newer, older["version"])
    for newer in ("version = $1", "snapshot = $1"):
        column = newer.partition(" ")[0]
        await repairs.operator.execute(f"UPDATE game_snapshots SET {newer}", older[column])
    await repairs("restore")
    assert state(await repairs.table()) == state(played.actor.table)
    await repairs.holds_together()


async def test_an_archived_log_is_enough(repairs: Repairs, archiving: Archiving) -> None:
    played = await play_a_game(repairs.url, hands=4)
    await archiving(after_hand(3))
    await repairs.damage(NO_SNAPSHOT)
    await repairs("restore")
    assert state(await repairs.table()) == state(played.actor.table)
    await repairs.holds_together()


# ---- what could still be shown of a hand that is over stands in no table's way

KEYLESS = [Vault([]), Vault([VaultKey("other", bytes(range(1, 33)))])]


async def play_to_the_end_of_a_hand(url: str) -> Table:
    """A stored table, between hands, at which somebody has cards to show."""
    store = await PostgresStore.open(address_of(url))
    await open_accounts(store)
    try:
        async with writing(store) as journal:
            played = PlayedGame(journal)
            played.sit()
            played.play_hands(1)
            while not played.actor.table.last_hand:
                played.play_hands(1)
            played.actor.stop()
    finally:
        await store.close()
    return played.actor.table


async def test_what_can_be_shown_is_kept_where_its_key_is_at_hand(repairs: Repairs) -> None:
    was = await play_to_the_end_of_a_hand(repairs.url)
    await repairs.damage(SET_ASIDE)
    await repairs("restore", vault=VAULT)
    assert state(await repairs.table()) == state(was)
    await repairs.holds_together()


@pytest.mark.parametrize("vault", KEYLESS, ids=["without a key", "with another key"])
async def test_a_table_is_restored_without_the_key_of_what_could_still_be_shown(
    repairs: Repairs, vault: Vault
) -> None:
    was = await play_to_the_end_of_a_hand(repairs.url)
    await repairs.damage(SET_ASIDE)
    await repairs("restore", vault=vault)
    table = await repairs.table()
    assert table.last_hand is None
    was.last_hand = None
    assert state(table) == state(was)
    assert await repairs.status() == "active"
    await repairs.holds_together()


@pytest.mark.parametrize("vault", KEYLESS, ids=["without a key", "with another key"])
async def test_a_table_is_refunded_without_that_key(repairs: Repairs, vault: Vault) -> None:
    was = await play_to_the_end_of_a_hand(repairs.url)
    await repairs.damage(SET_ASIDE)
    await repairs("refund", vault=vault)
    assert sum((await repairs.balances()).values()) == 0
    assert was.chips > 0
    assert await repairs.status() == "closed"
    await repairs.holds_together()
