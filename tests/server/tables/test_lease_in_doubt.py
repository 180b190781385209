"""Tables pause while another server may have taken them over, and not for the rest of an outage."""

import pytest

from pokerws.server.tables.lobby.outage_pause import CHECK_LAG_MS, PAUSE_AFTER_MS
from tests.server.fakes import ManualClock
from tests.server.notebook import Notebook
from tests.server.stored_house import Ledger, StoredHouse


class ManualLease:
    """A lease that a test ends."""

    is_over = False
    is_away = False


@pytest.mark.parametrize("durable", [False, True])
async def test_in_an_outage_tables_go_on_that_were_paused_while_the_lease_was_in_doubt(
    *, durable: bool
) -> None:
    store, clock, lease = Ledger(), ManualClock(), ManualLease()
    notes = Notebook("first")
    house = StoredHouse(store, clock, durable=durable, notes=notes, lease=lease)
    house.journal.start()
    await house.lobby.start()
    actor = await house.open_hand()
    store.open.clear()
    house.act(actor)

    lease.is_over = True
    clock.advance(PAUSE_AFTER_MS + CHECK_LAG_MS)
    assert actor.is_paused
    lease.is_away = True
    clock.advance(CHECK_LAG_MS)

    assert actor.is_paused == durable
    store.open.set()
    lease.is_over = lease.is_away = False
    await house.written()
    clock.advance(CHECK_LAG_MS)
    assert not actor.is_paused
    await house.close()
