"""Which hands are listed: all that `get_hand` can return, once each, and no others."""

import random

import pytest

from pokerws.game.illegal import Illegal
from pokerws.game.state import TableId
from pokerws.messages import GetHand, HandEvents
from pokerws.server.tables.hands import log_hands, visits
from pokerws.server.tables.hands.past_hands import PastHands
from tests.server.fakes import FakeViewer
from tests.server.resumed import VIEWERS, Playing
from tests.server.stored_house import StoredHouse
from tests.server.tables.hands.listed import Played, check, pages_of, played_at


def past_hands_of(house: StoredHouse) -> PastHands:
    return PastHands(house.lobby, house.store, house.journal)


async def fetched(house: StoredHouse, table: TableId, number: int) -> HandEvents:
    """A hand as a client gets it, whether or not its table is open."""
    message, viewer = GetHand("g", table, number), FakeViewer("p0")
    try:
        actor = await house.lobby.find(table)
    except Illegal:
        return await past_hands_of(house).closed_hand(message, viewer.player)
    await actor.send_hand(viewer, message)
    (told,) = viewer.take()
    assert isinstance(told, HandEvents)
    return told


async def play(house: StoredHouse, seed: int, tables: int, steps: int) -> list[Playing]:
    """Tables at which the same players come and go."""
    playing = [await Playing.begin(house, seed + number) for number in range(tables)]
    rng = random.Random(seed)
    for _ in range(steps):
        rng.choice(playing).step()
        await house.written()
    return playing


async def check_lists(house: StoredHouse, tables: list[TableId]) -> list[Played]:
    """Each viewer's lists are what the logs say; returns all hands."""
    past_hands = past_hands_of(house)
    played = {table: await played_at(house.store, table) for table in tables}
    everything = sorted(
        (hand for hands in played.values() for hand in hands),
        key=lambda hand: hand.place,
        reverse=True,
    )
    for viewer in VIEWERS:
        for table, hands in played.items():
            listed = await pages_of(past_hands, viewer, table=table)
            for summary, hand in zip(listed, reversed(hands), strict=True):
                check(summary, hand, viewer)
        own = [hand for hand in everything if viewer in hand.nets]
        mine = await pages_of(past_hands, viewer, mine=True)
        for summary, hand in zip(mine, own, strict=True):
            check(summary, hand, viewer)
            assert summary.net is not None
        here = await pages_of(past_hands, viewer, mine=True, table=tables[0])
        assert here == [hand for hand in mine if hand.table == tables[0]]
    for hand in everything:
        told = await fetched(house, hand.table, hand.hand)
        assert (told.seq, told.hand) == (hand.seq, hand.hand)
    return everything


@pytest.fixture
def small_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few events a read, so that hands are cut apart, searches go on, and pages are cut short."""
    monkeypatch.setattr(log_hands, "PAGE", 7)
    monkeypatch.setattr(visits, "SEARCH_EVENTS", 11)
    monkeypatch.setattr(visits, "READS", 5)


@pytest.mark.usefixtures("small_reads")
async def test_lists_have_all_finished_hands_once_and_each_can_be_fetched(
    house: StoredHouse,
) -> None:
    playing = await play(house, 1, tables=3, steps=500)
    assert len(await check_lists(house, [one.actor.table.id for one in playing])) > 20
