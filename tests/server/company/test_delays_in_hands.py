"""A delay that counts hands, and one that the host sets while people watch."""

import pytest
from msgspec.structs import replace

from pokerws.game.config.company import Company
from pokerws.messages import JSON, ChangeTable, Chat
from tests.server.company.streams import DELAY_MS, Late, streamed
from tests.server.in_process import read


async def test_a_hand_is_shown_when_so_many_more_have_started() -> None:
    stream = await streamed(delay_ms=0, delay_hands=2)
    late = Late(stream.client("late"))
    await stream.watch(late.client)
    while stream.live.hand_number < 12:
        stream.step()
        late.take()
        shown = stream.live.hand_number - 2
        if shown < 0:
            assert late.view is None
            continue
        assert late.view is not None
        assert late.view.table.hand_number == shown
        # It is shown to its end, and what happened before the next hand too.
        assert late.view.table.hand is None
        assert late.seq < min(
            seq for seq, (_, state) in stream.states.items() if state.hand_number > shown
        )
        assert late.view.table == stream.states[late.seq][1]


async def test_with_both_delays_nothing_is_shown_before_either_has_come() -> None:
    stream = await streamed(delay_hands=1)
    late = Late(stream.client("late"))
    await stream.watch(late.client)
    for _ in range(200):
        stream.step()
        late.take()
        assert late.seq <= stream.due_seq()
        assert late.view is None or late.view.table.hand_number < stream.live.hand_number
    assert late.view is not None
    assert late.view.table.hand_number > 3


async def test_what_players_say_comes_as_many_hands_late() -> None:
    stream = await streamed(delay_ms=0, delay_hands=1)
    early = Late(stream.client("early"))
    await stream.watch(early.client)
    stream.play(4)
    number, late = stream.live.hand_number, stream.client("late")
    await stream.players["ann"].asks(Chat(stream.id(), stream.table, "I have a flush"))
    while stream.live.hand_number == number:
        early.take()
        assert "ChatSaid" not in early.kinds
        await stream.watch(late)
        assert "chat_history" not in [read(JSON, frame)["type"] for frame in late.take()]
        stream.step()
    early.take()
    assert "ChatSaid" in early.kinds
    await stream.watch(late)
    assert "chat_history" in [read(JSON, frame)["type"] for frame in late.take()]


@pytest.mark.parametrize("company", [Company(delay_ms=DELAY_MS), Company(delay_hands=1)])
async def test_a_delay_that_the_host_sets_later_is_kept_from_then_on(company: Company) -> None:
    stream = await streamed(delay_ms=0)
    late = Late(stream.client("late"))
    await stream.watch(late.client)
    stream.play(20)
    while stream.live.hand is not None:
        stream.step()
    ann = stream.players["ann"]
    await ann.asks(ChangeTable(stream.id(), stream.table, replace(stream.config, company=company)))
    stream.note()
    late.take()
    seen, number = stream.live.seq, stream.live.hand_number
    assert (late.seq, late.kinds[-1]) == (seen, "Notice")
    since_ms = stream.clock.table_ms()
    while stream.live.hand_number < number + (1 + company.delay_hands):
        assert late.seq == seen
        assert stream.clock.table_ms() < since_ms + DELAY_MS
        stream.step()
        if stream.live.hand_number == number + 1:
            late.take()
    for _ in range(100):
        stream.step()
        late.take()
        if company.delay_ms:
            assert late.seq <= max(seen, stream.due_seq())
        assert late.view is not None
        assert late.view.table == stream.states.get(late.seq, (0, late.view.table))[1]
    assert late.seq > seen
    assert late.kinds.count("Snapshot") == 1
