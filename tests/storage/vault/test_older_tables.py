"""Tables as they were stored when no-limit hold'em was all there was: they are read, and play on.

`older_tables.json` has two, written by the server of those days in the middle of a hand: the
snapshot, sealed with the key of tests, and the log.
"""

import json
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest

from pokerws.game.commands import Act, TimeUp
from pokerws.game.deal import shuffler
from pokerws.game.events import TableEvent
from pokerws.game.lifecycle import chips_put_in
from pokerws.game.state import PlayerId, Table, TableId
from pokerws.game.table import play, replay
from pokerws.server.tables.receipts import Receipts
from pokerws.storage.errors import SealedByUnknownKey
from pokerws.storage.store import TableSnapshot
from pokerws.storage.vault.vault import Vault
from tests.server.random_action import random_action
from tests.vaults import VAULT

FILE = Path(__file__).with_name("older_tables.json")
OLDER: dict[str, dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))
T1 = TableId("t1")
encode = msgspec.json.encode


def snapshot_of(kind: str) -> TableSnapshot:
    return VAULT.open_snapshot(T1, OLDER[kind]["snapshot"])


def events_of(kind: str) -> list[TableEvent]:
    return [VAULT.open_event(T1, row["hand"], row["payload"]) for row in OLDER[kind]["events"]]


@pytest.mark.parametrize("kind", OLDER)
def test_the_log_leads_to_the_snapshot_and_its_cards_are_opened(kind: str) -> None:
    table = snapshot_of(kind).table
    assert encode(replay(events_of(kind))) == encode(table)
    assert table.hand is not None
    assert len(table.hand.board) == 3
    assert len(table.hand.deck) == 52 - 3 - 6
    with pytest.raises(SealedByUnknownKey):
        Vault([]).open_snapshot(T1, OLDER[kind]["snapshot"])


@pytest.mark.parametrize("kind", OLDER)
def test_the_hand_is_played_to_its_end_and_the_next_one_too(kind: str) -> None:
    table, rng, now_ms = snapshot_of(kind).table, Random(1), 10_000_000
    events = events_of(kind)
    while table.hand_number < 4 or table.hand is not None:
        command = TimeUp() if table.hand is None else random_action(rng, table)
        events += play(table, command, now_ms, shuffler(rng.randbytes))
        now_ms = table.deadline_ms or now_ms
        assert table.chips == 30_000
        if table.hand is not None:
            chips_put_in(table, table.hand)
    assert encode(replay(events)) == encode(table)


def test_the_ante_of_the_big_blind_is_noted_at_its_seat() -> None:
    stored = json.loads(OLDER["big_blind"]["snapshot"])["table"]
    table = snapshot_of("big_blind").table
    hand, big_blind = table.hand, table.big_blind
    assert hand is not None
    assert big_blind is not None
    assert stored["hand"]["dead"] == hand.dead == 100
    assert "dead" not in stored["hand"]["seats"][big_blind]
    assert [part.dead for part in hand.seats if part is not None] == [
        100 * (number == big_blind) for number in range(3)
    ]


@pytest.mark.parametrize("kind", OLDER)
def test_an_action_that_was_accepted_then_is_known_when_it_is_sent_again(kind: str) -> None:
    snapshot = snapshot_of(kind)
    player, seq = acted_last(snapshot.table)
    receipts = Receipts(T1, snapshot.receipts, VAULT.receipt_digests)
    again = Act(player, snapshot.table.turns, "check")
    receipt = receipts.find(player, "7", again)
    assert receipt is not None
    assert receipt.seq == seq
    assert receipts.find(player, "8", again) is None


def acted_last(table: Table) -> tuple[PlayerId, int]:
    """Whose command the snapshots say was the last, and its number."""
    assert table.hand is not None
    assert table.hand.turn is not None
    seat = table.seats[table.hand.turn.seat]
    assert seat is not None
    return seat.player, table.seq
