"""What the page shows to a player whom an operator has muted or banned."""

import re
import time

import pytest
from playwright.async_api import expect

from pokerws.game.state import PlayerId
from pokerws.storage.sanctions import Sanction, SanctionKind
from tests.web.room import Room
from tests.web.visitor import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def impose(room: Room, kind: SanctionKind, player: str, reason: str) -> None:
    now_ms = time.time_ns() // 1_000_000
    sanction = Sanction(kind, player, now_ms + 60_000, now_ms, "operator:alice", reason)
    await room.moderation.impose(sanction, room.lobby)


async def test_a_muted_and_a_banned_player_read_why_and_until_when(
    visitor: Visitor, room: Room
) -> None:
    await visitor.arrive()
    page = visitor.page
    seat = room.table.seats[0]
    assert seat is not None
    player = PlayerId(seat.player)

    await impose(room, "mute", player, "spam")
    toast = page.locator("#message")
    await expect(toast).to_have_text(re.compile(r"^You may not chat: spam \(until \d+.*\)$"))
    await page.fill("#chat-input", "hi")
    await page.click("#chat-send")
    await expect(toast).to_have_text(re.compile(r"^You may not chat: spam \(until \d+.*\)\.$"))

    await impose(room, "ban", player, "threats")
    error = page.locator("#name-error")
    await expect(error).to_have_text(
        re.compile(r"^You are banned from this server: threats \(until \d+.*\)$")
    )
    assert room.table.seats[0] is None
