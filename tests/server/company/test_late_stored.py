"""Late viewers of stored tables: behind the commit gate, and of tables that are not in memory."""

import pytest

from pokerws.game.config.company import Company
from pokerws.messages import Accepted, Events, ListHands, Notice, Snapshot, Watch
from pokerws.server.tables.hands.past_hands import PastHands
from tests.server import stored_house
from tests.server.fakes import ManualClock
from tests.server.slow_store import SlowStore
from tests.server.stored_house import StoredHouse, house_on


@pytest.fixture(autouse=True)
def delayed(monkeypatch: pytest.MonkeyPatch) -> None:
    config = stored_house.CONFIG
    late = type(config)(
        **{name: getattr(config, name) for name in config.__struct_fields__}
        | {"company": Company(delay_ms=5_000)}
    )
    monkeypatch.setattr(stored_house, "CONFIG", late)


async def test_a_table_that_is_not_in_memory_lists_no_hands_to_who_sees_it_late(
    house: StoredHouse,
) -> None:
    actor = await house.open_hand()
    while actor.table.hand_number < 2:
        house.act(actor)
        await house.written()
    table = actor.table.id
    ann = house.viewers["ann"].player
    hands = PastHands(house.lobby, house.store, house.journal)
    seated = await hands.list(ListHands("1", table), ann)
    assert [one.hand for one in seated.hands] == [1]
    other = type(ann)("somebody")
    assert (await hands.list(ListHands("2", table), other)).hands == []
    house.clock.advance(5_000)
    assert [one.hand for one in (await hands.list(ListHands("3", table), other)).hands] == [1]
    # Another server knows the table from the store alone.
    async with house_on(house.store, ManualClock()) as other_house:
        elsewhere = PastHands(other_house.lobby, house.store, other_house.journal)
        assert (await elsewhere.list(ListHands("4", table), other)).hands == []


async def test_with_durable_acks_nothing_is_shown_late_before_it_is_stored() -> None:
    store = SlowStore()
    house = StoredHouse(store, ManualClock(), durable=True)
    house.journal.start()
    await house.lobby.start()
    try:
        actor, late = await house.open_hand(), house.viewers["cleo"]
        actor.watch(late, Watch("w", actor.table.id))
        house.clock.advance(5_000)
        await house.written()
        assert [type(one) for one in late.take()][:3] == [Accepted, Notice, Snapshot]
        store.saves_go.clear()
        house.act(actor)
        house.clock.advance(5_000)
        assert not [one for one in late.take() if isinstance(one, Events | Snapshot)]
        store.saves_go.set()
        await house.written()
        assert Events in [type(one) for one in late.take()]
    finally:
        store.saves_go.set()
        await house.close()
