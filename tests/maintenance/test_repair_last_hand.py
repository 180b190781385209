"""What could still be shown of a hand that is over stands in no table's way when it is repaired."""

import pytest

from pokerws.game.state import Table
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.store import PostgresStore
from pokerws.storage.vault.vault import Vault, VaultKey
from tests.maintenance.repairs import SET_ASIDE, Repairs, state
from tests.storage.played import PlayedGame, open_accounts, writing
from tests.vaults import VAULT

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
