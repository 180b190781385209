"""What `ledger` prints of a table: its rows add up, whatever is stored."""

import csv
import io

import pytest
from msgspec.structs import replace

from pokerws.game.config.hosting import HostingRules
from pokerws.game.config.table_config import HouseRules, Rake
from pokerws.maintenance.errors import NotStored
from pokerws.maintenance.ledger import print_ledger
from pokerws.storage.journal.journal import Journal
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.connecting import Connection
from pokerws.storage.postgres.store import PostgresStore
from tests.storage.changes import START_MS
from tests.storage.played import CONFIG, PlayedGame, play_a_game
from tests.vaults import VAULT


async def printed(url: str, game: str = "t1") -> dict[str, list[str]]:
    """The name and the amounts of each player; their nets and the rake add up to zero."""
    out = io.StringIO()
    assert await print_ledger(address_of(url), game, out, vault=VAULT) == 0
    rows = list(csv.reader(io.StringIO(out.getvalue())))
    players = {row[0]: row[1:] for row in rows[1:] if len(row) == 6}
    rake = sum(int(row[1]) for row in rows if len(row) == 2)
    assert not sum(int(amounts[-1]) for amounts in players.values()) + rake
    assert "house" not in players
    return players


@pytest.mark.parametrize("keep_events", [True, False])
async def test_a_hand_in_play_counts_for_those_who_put_the_chips_in(
    database_url: str, *, keep_events: bool
) -> None:
    store = await PostgresStore.open(address_of(database_url))
    journal = Journal(store)
    journal.start()
    game = PlayedGame(journal, keep_events=keep_events)
    for viewer in game.viewers.values():
        await store.accounts.open(viewer.player, 100_000, START_MS)
    game.sit()
    game.play_until(lambda actor: actor.table.hand_number == 2 and actor.table.total_pot > 0)
    await journal.flush(10)
    players = await printed(database_url)
    assert {name: row[:3] for name, row in players.items()} == {
        player: [name, "10000", "0"]
        for player, name in (("ada", "Ada"), ("bob", "Bob"), ("cleo", "Cleo"))
    }
    game.actor.close("operator")
    await journal.flush(10)
    assert {row[3] for row in (await printed(database_url)).values()} == {"0"}
    await journal.stop(5)
    await store.close()


@pytest.mark.parametrize("bank", [False, True])
async def test_rake_and_a_bank_are_no_players(database_url: str, *, bank: bool) -> None:
    house = HouseRules(rake=Rake(percent=1_000, no_flop_no_drop=False))
    config = replace(CONFIG, house=house, hosting=HostingRules(bank=bank))
    store = await PostgresStore.open(address_of(database_url))
    journal = Journal(store)
    journal.start()
    game = PlayedGame(journal, config=config)
    for viewer in game.viewers.values():
        await store.accounts.open(viewer.player, 100_000, START_MS)
    game.sit()
    game.play_hands(5)
    assert game.actor.table.chips < 30_000
    await journal.flush(10)
    assert [*await printed(database_url)] == ["ada", "bob", "cleo"]
    game.actor.close("operator")
    await journal.flush(10)
    rows = await printed(database_url)
    assert [(*row[:2], row[3]) for row in rows.values()] == [
        (name, "10000", "0") for name in ("Ada", "Bob", "Cleo")
    ]
    await journal.stop(5)
    await store.close()


async def test_a_game_that_is_not_there_is_said_to_be_so(database_url: str) -> None:
    await play_a_game(database_url, "t1")
    with pytest.raises(NotStored, match="there is no game"):
        await printed(database_url, "t2")


async def test_a_game_whose_log_has_lost_its_end_has_no_ledger(
    database_url: str, operator: Connection
) -> None:
    await play_a_game(database_url, "t1")
    await operator.execute("UPDATE games SET version = version + 1")
    with pytest.raises(NotStored, match="ends before its row"):
        await printed(database_url)
