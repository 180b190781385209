"""Reconnecting, resuming, gaps in the events, rate limits, and a server without data."""

import msgspec
import pytest
from playwright.async_api import expect

from pokerws.game.events import RunItSet
from pokerws.game.state import PlayerId
from pokerws.messages import Events
from pokerws.messages.state_hash import state_hash
from tests.web.room import Room
from tests.web.visitor import NAME, Visitor, heads_up

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_lost_connection_is_shown_and_resumed_with_the_missed_events(
    visitor: Visitor, room: Room
) -> None:
    await heads_up(visitor)
    page = visitor.page
    await room.stop()
    await expect(page.locator("#status")).to_have_attribute("data-state", "reconnecting")
    await expect(page.locator("#reconnecting")).to_be_visible()
    await expect(page.locator("#action-fold")).to_be_disabled()
    room.clock.advance(60_000)
    await room.start()
    await expect(page.locator("#status")).to_have_attribute("data-state", "online")
    await expect(page.locator("#message")).to_have_text("Reconnected to the table")
    await expect(page.locator("#log li").last).to_have_text("Bob wins 100")
    assert room.received[-1]["after_seq"]
    assert room.received[-1]["epoch"] == 1


async def test_a_command_pending_when_the_connection_breaks_is_executed_once(
    visitor: Visitor, room: Room
) -> None:
    await heads_up(visitor)
    page = visitor.page
    async with room.deaf():
        await page.click("#action-call")
        await room.wait_for(lambda: len(visitor.acts_sent()) == 1)
        await room.stop()
    await room.start()
    await visitor.turn_of(1)
    first, second = visitor.acts_sent()
    assert first == second


async def test_a_new_epoch_leads_to_a_snapshot(visitor: Visitor, room: Room) -> None:
    await heads_up(visitor)
    page = visitor.page
    await room.stop()
    room.actor.epoch = room.actor.viewers._branch = 2
    await room.start()
    await expect(page.locator("#table")).to_have_attribute("data-epoch", "2")
    await visitor.own_turn()
    assert await visitor.shown_cards('[data-own="true"]') == ["As", "Ks"]


async def test_a_gap_in_the_events_leads_to_a_snapshot(visitor: Visitor, room: Room) -> None:
    await heads_up(visitor)
    seq = room.table.seq
    room.send(Events(room.table.id, 1, seq + 5, room.clock.now_ms(), []))
    await room.wait_for(lambda: room.received[-1] == {**room.received[-1], "type": "watch"})
    assert "after_seq" not in room.received[-1]
    await expect(visitor.page.locator("#table")).to_have_attribute("data-seq", str(seq))
    await visitor.own_turn()


async def test_an_unknown_event_leads_to_a_snapshot(visitor: Visitor, room: Room) -> None:
    await heads_up(visitor)
    seq = room.table.seq
    event = {"type": "confetti_thrown", "seat": 0}
    message = {"type": "events", "table": room.table.id, "epoch": 1, "seq": seq + 1, "now_ms": 1}
    room.send_raw(msgspec.json.encode({**message, "events": [event]}))
    await room.wait_for(lambda: len(room.sent_of("watch")) == 2)
    assert "after_seq" not in room.sent_of("watch")[-1]
    await expect(visitor.page.locator("#table")).to_have_attribute("data-seq", str(seq))
    assert "unknown event confetti_thrown" in visitor.problems.pop()


async def test_a_state_that_is_not_the_servers_leads_to_a_snapshot(
    visitor: Visitor, room: Room
) -> None:
    await heads_up(visitor)
    seq = room.table.seq
    right = state_hash(room.table, PlayerId("p_spectator"))
    wrong = Events(room.table.id, 1, seq + 1, room.clock.now_ms(), [RunItSet(1, 2)], right)
    room.send(wrong)
    await room.wait_for(lambda: len(room.sent_of("watch")) == 2)
    assert "after_seq" not in room.sent_of("watch")[-1]
    await expect(visitor.page.locator("#table")).to_have_attribute("data-seq", str(seq))
    assert f"the state after event {seq + 1} is not the server's" in visitor.problems.pop()


async def test_a_rate_limited_command_is_retried_once(visitor: Visitor, room: Room) -> None:
    await heads_up(visitor)
    room.too_fast = 1
    await visitor.page.click("#action-call")
    await visitor.turn_of(1)
    first, second = visitor.acts_sent()
    assert first == second


async def test_a_command_that_is_rate_limited_twice_fails_with_a_message(
    visitor: Visitor, room: Room
) -> None:
    await heads_up(visitor)
    room.too_fast = 2
    await visitor.page.click("#action-call")
    await expect(visitor.page.locator("#message")).to_contain_text("too fast")
    assert len(visitor.acts_sent()) == 2


async def test_a_reload_returns_to_the_same_seat(visitor: Visitor, room: Room) -> None:
    await heads_up(visitor)
    await visitor.page.reload()
    await visitor.own_turn()
    assert await visitor.shown_cards('[data-own="true"]') == ["As", "Ks"]


async def test_a_table_that_another_server_has_is_asked_for_until_it_is_free(
    visitor: Visitor, room: Room
) -> None:
    await heads_up(visitor)
    room.elsewhere = 1
    await visitor.page.reload()
    await expect(visitor.page.locator("#message")).to_contain_text("Another server")
    await visitor.own_turn()


async def test_a_server_without_the_session_creates_a_new_player(
    visitor: Visitor, room: Room
) -> None:
    await visitor.arrive()
    await room.forget_everything()
    row = visitor.page.locator(f'[data-table-id="{room.table.id}"]')
    await expect(row).to_be_visible()
    await expect(visitor.page.locator("#player-name")).to_have_text(NAME)
    await visitor.open_table()
    await visitor.sit(3)
