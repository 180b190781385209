"""Changes of random play: they have the sums of the table, and all of its events."""

import json
from random import Random

import msgspec
import pytest

from pokerws.game.commands import Command
from pokerws.game.events import TableEvent
from pokerws.game.variants import VARIANTS
from pokerws.storage.journal.change_builder import ChangeBuilder
from pokerws.storage.store import Change, Sums, TableSnapshot
from tests.game.random_tables import RandomTable
from tests.vaults import VAULT


class RecordedTable(RandomTable):
    """A random table of which every change is built, as an actor does."""

    builder: ChangeBuilder | None = None

    def play(self, command: Command) -> list[TableEvent]:
        if self.builder is None:
            self.builder = ChangeBuilder(TableSnapshot(self.table), 1, VAULT, tail=0)
        events = super().play(command)
        change = self.builder.next(events, (), self.now_ms)
        assert sums_in(change) == Sums.of(self.table)
        if events:
            (row,) = change.log
            assert list(map(self.opened, json.loads(row.payload))) == events
        return events

    def opened(self, event: object) -> TableEvent:
        hand = self.table.hand_number
        return VAULT.open_event(self.table.id, hand, msgspec.json.encode(event))


def sums_in(change: Change) -> Sums:
    return Sums(change.players, change.hand_number, change.total_pot, change.chips)


@pytest.mark.parametrize("code", VARIANTS)
def test_each_change_has_the_sums_of_its_table_and_all_of_its_events(code: str) -> None:
    room = RecordedTable(Random(code), code)
    room.play_hands(10)
    room.close_within_a_hand()


def test_a_snapshot_counts_again() -> None:
    room = RecordedTable(Random(1), next(iter(VARIANTS)))
    room.between_hands()
    assert room.builder is not None
    seat = room.table.seats[0]
    assert seat is not None
    seat.stack += 7
    change = room.builder.snapshot(0)
    assert change is not None
    assert sums_in(change) == Sums.of(room.table)
