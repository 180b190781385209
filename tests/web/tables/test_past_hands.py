"""After a hand: the list, the replayer, links and files, statistics, notes about players."""

import re
from typing import Any

import msgspec
import pytest
from playwright.async_api import Browser, Page, expect

from pokerws.game.config.hosting import HostingRules
from pokerws.game.config.table_config import TableConfig
from pokerws.game.redaction import redact_table
from pokerws.game.state import PlayerId
from pokerws.messages import GetHand
from pokerws.server.tables.hands.hand_answer import hand_answer
from tests.web.room import Room
from tests.web.visitor import NAME, Visitor, at_table, visiting

pytestmark = pytest.mark.asyncio(loop_scope="session")

# A long name that is no HTML.
RIVAL = "<b>Bartholomew the Great</b>"
CONFIG = TableConfig(
    next_hand_delay_ms=4_000,
    turn_time_ms=60_000,
    statistics="all",
    hosting=HostingRules(unlisted=True),
)
BOARD = ["Qd", "Jh", "9c", "4s", "2d"]


def play(room: Room) -> list[dict[str, Any]]:
    """Three hands; returns what the visitor may see of the table at the end of each."""
    seen = []
    room.next_hand("Ac As Kc Ks Qd Jh 9c 4s 2d")
    room.act(NAME, "call")
    room.act(RIVAL, "check")
    for _ in range(3):
        room.act(RIVAL, "check")
        room.act(NAME, "check")
    seen.append(view(room))
    room.next_hand()
    room.act(RIVAL, "raise", 300)
    room.act(NAME, "fold")
    seen.append(view(room))
    room.next_hand()
    room.act(NAME, "raise", 400)
    room.act(RIVAL, "call")
    room.act(RIVAL, "bet", 500)
    room.act(NAME, "fold")
    seen.append(view(room))
    return seen


def view(room: Room) -> dict[str, Any]:
    state: dict[str, Any] = msgspec.to_builtins(redact_table(room.table, PlayerId("p_ann")))
    return state


async def stacks(page: Page) -> list[int]:
    """The stacks on the stage, by seat."""
    shown = page.locator("#replay-stage .seat:visible .stack")
    return [int(str(await stack.get_attribute("data-stack"))) for stack in await shown.all()]


async def press(page: Page, key: str, place: str) -> None:
    await page.keyboard.press(key)
    await expect(page.locator(".replay-scrub span")).to_have_text(place)


async def test_past_hands_are_listed_replayed_shared_saved_and_counted(
    shared_browser: Browser,
) -> None:
    async with at_table(shared_browser, CONFIG, RIVAL) as visitor:
        page, room = visitor.page, visitor.room
        key = room.lobby.link_keys.secret_of(room.table.id, 0)
        seen = play(room)
        await page.goto(f"{room.address}#table={room.table.id}&key={key}")
        await page.reload()
        await page.wait_for_selector('[data-seat="0"][data-own="true"]')
        await page.click("#open-hands")
        rows = page.locator("#hands-list button")
        await expect(rows).to_have_count(3)
        await expect(rows.first).to_contain_text("Hand 3")
        nets = page.locator("#hands-list [data-net]")
        assert [await net.get_attribute("data-net") for net in await nets.all()] == [
            "-400",
            "-100",
            "0",
        ]
        await check_replay(visitor, seen)
        link = await check_files(visitor)
        assert link == f"{room.address}#hand=1&table={room.table.id}&key={key}"
        await page.keyboard.press("Escape")
        await expect(page.locator("#replay")).to_be_hidden()
        # The focus is back at the hand, and the stage at the table.
        await expect(page.locator('[data-hand="1"]:focus')).to_have_count(1)
        await expect(page.locator("#stage > #table")).to_have_attribute(
            "data-seq", str(room.table.seq)
        )
        await check_statistics(visitor)
        await check_notes(visitor)
        await check_stranger(shared_browser, room, link)
        await check_long_list(visitor)


async def check_replay(visitor: Visitor, seen: list[dict[str, Any]]) -> None:
    page = visitor.page
    await page.click('#hands-list [data-hand="1"]')
    await expect(page.get_by_role("dialog", name="Hand 1 – Test table")).to_be_visible()
    steps = page.locator("#replay-log li")
    count = await steps.count()
    place = f"of {count}"
    await expect(page.locator('[data-step="play"]:focus')).to_have_count(1)
    await expect(page.locator(".replay-scrub span")).to_have_text(f"1 {place}")
    assert await stacks(page) == [9_950, 9_900]
    assert await visitor.shown_cards('#replay-stage [data-own="true"]') == ["As", "Ks"]
    assert await visitor.shown_cards('#replay-stage [data-seat="1"]') == ["??", "??"]
    await press(page, "ArrowRight", f"2 {place}")
    await expect(page.locator("#replay-line")).to_have_text("Hanna calls 50")
    assert await stacks(page) == [9_900, 9_900]
    # The bets lie there until the next card.
    await press(page, "ArrowRight", f"3 {place}")
    await expect(page.locator("#replay-stage .bet:visible")).to_have_count(2)
    await press(page, "ArrowDown", f"4 {place}")
    await expect(page.locator("#replay-stage .bet:visible")).to_have_count(0)
    await expect(page.locator("#replay-line")).to_contain_text("Flop")
    assert await visitor.shown_cards("#board") == BOARD[:3]
    await press(page, "ArrowUp", f"1 {place}")
    # It plays by itself from here on.
    await page.keyboard.press(" ")
    await expect(page.locator('[data-step="pause"]')).to_be_visible()
    await expect(page.locator(".replay-scrub span")).to_have_text(f"2 {place}")
    await press(page, "End", f"{count} {place}")
    await expect(page.locator('[data-step="play"]')).to_be_visible()
    final = seen[0]
    assert await stacks(page) == [seat["stack"] for seat in final["seats"] if seat]
    assert await visitor.shown_cards("#board") == BOARD
    assert await visitor.shown_cards('#replay-stage [data-seat="1"]') == ["Ac", "Kc"]
    await page.locator("#replay-step").fill("1")
    await expect(page.locator("#replay-line")).to_have_text("Hanna calls 50")
    await page.get_by_role("group", name="Betting rounds").get_by_text("Turn").click()
    assert await visitor.shown_cards("#board") == BOARD[:4]


async def check_files(visitor: Visitor) -> str:
    """Downloads and copies have the server's text; returns the copied link."""
    page, room = visitor.page, visitor.room
    await visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.click("#hand-export summary")
    for kind, end in (("phh", "phh"), ("pokerstars", "txt"), ("ohh", "ohh")):
        await page.select_option("#hand-format", kind)
        async with page.expect_download() as begun:
            await page.click("#hand-download")
        download = await begun.value
        assert download.suggested_filename == f"{room.table.id}-1.{end}"
        saved = (await download.path()).read_text("utf-8")
        assert saved == text_of(room, kind)
        await page.click("#hand-copy")
        await expect(page.locator("#hand-said")).to_have_text("Copied.")
        assert await page.evaluate("navigator.clipboard.readText()") == saved
    await page.click("#hand-share")
    await expect(page.locator("#hand-said")).to_have_text("Copied.")
    return str(await page.evaluate("navigator.clipboard.readText()"))


def text_of(room: Room, kind: Any) -> str | None:
    """What the server makes of the first hand for the visitor."""
    actor = room.actor
    found = actor.history.hand(1)
    assert found is not None
    asked = GetHand("1", room.table.id, 1, format=kind)
    return hand_answer(asked, room.table, actor.epoch, found, PlayerId("p_ann")).text


async def check_statistics(visitor: Visitor) -> None:
    page = visitor.page
    await page.get_by_role("tab", name="Statistics").click()
    facts = page.locator("#panel-stats [data-fact='hands'] dd")
    await expect(facts).to_have_text("3")
    own = page.locator('#panel-stats [data-player="p_ann"]')
    await expect(own.locator("th")).to_have_text(NAME)
    # A call and a raise in three hands.
    await expect(own.locator('[data-rate="vpip"]')).to_have_text("67%")
    await expect(own.locator('[data-rate="pfr"]')).to_have_text("33%")
    await expect(page.locator("#panel-stats tbody tr")).to_have_count(2)
    await expect(page.locator("#panel-stats th", has_text=RIVAL)).to_be_visible()
    await page.select_option("#hands-scope", "all")
    await expect(page.locator("#panel-stats tbody tr")).to_have_count(1)
    await page.keyboard.press("Escape")
    await expect(page.locator("#hands-dialog")).to_be_hidden()
    await expect(page.locator("#open-hands:focus")).to_have_count(1)


async def check_notes(visitor: Visitor) -> None:
    page, room = visitor.page, visitor.room
    about = page.locator('[data-seat="1"] .about-player')
    await about.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog", name=RIVAL)).to_be_visible()
    await page.fill("#note-text", "<i>Calls</i> too much")
    await page.get_by_role("radio", name="Green").check()
    await page.locator("#mute-player").check()
    await room.wait_for(lambda: bool(room.sent_of("mute_player")))
    await page.click("#note-save")
    await expect(page.locator("#player-menu")).to_be_hidden()
    await expect(page.locator('[data-seat="1"] .about-player:focus')).to_have_count(1)
    await page.reload()
    mark = about.locator(".note-mark")
    await expect(mark).to_be_visible()
    await expect(mark).to_have_attribute("data-colour", "green")
    await expect(about).to_have_attribute(
        "aria-label", re.compile(r"Your note: <i>Calls</i> too much\. Muted$")
    )
    await about.click()
    await expect(page.locator("#note-text")).to_have_value("<i>Calls</i> too much")
    await expect(page.locator("#mute-player")).to_be_checked()
    await page.keyboard.press("Escape")


async def check_long_list(visitor: Visitor) -> None:
    """The list grows where it is scrolled to; the table calls whoever replays a hand."""
    page, room = visitor.page, visitor.room
    for _ in range(32):
        room.next_hand()
        acting = room.table.seats[room.table.hand.turn.seat]  # type: ignore[union-attr]
        assert acting is not None
        room.act(acting.name, "fold")
    await page.click("#open-hands")
    rows = page.locator("#hands-list button")
    await expect(rows).to_have_count(30)
    await page.locator("#hands-more").scroll_into_view_if_needed()
    await expect(rows).to_have_count(35)
    await expect(page.locator("#hands-more")).to_be_hidden()
    await rows.last.click()
    await expect(page.locator('#replay[data-hand="1"]')).to_be_visible()
    assert [message.get("before") for message in room.sent_of("list_hands")][-2:] != [None, None]
    room.next_hand()
    if room.table.hand.turn.seat:  # type: ignore[union-attr]
        room.act(RIVAL, "call")
    await expect(page.locator("#replay-turn")).to_be_visible()
    await expect(page.locator("#replay-log li").nth(1)).to_have_text("Hanna calls 50")
    await page.get_by_role("button", name="Back to the table").click()
    await expect(page.locator("#hands-dialog")).to_be_hidden()
    await visitor.own_turn()
    assert await visitor.shown_cards('#stage [data-own="true"]') != []


async def check_stranger(browser: Browser, room: Room, link: str) -> None:
    """Who comes by the link sees the hand, and no cards that were not shown."""
    async with visiting(browser, room) as stranger:
        page = stranger.page
        await page.goto(link.replace("hand=1", "hand=2"))
        await page.fill("#name", "Gus")
        await page.click("#enter")
        await expect(page.get_by_role("dialog", name="Hand 2 – Test table")).to_be_visible()
        await page.keyboard.press("End")
        assert set(await stranger.shown_cards("#replay-stage .seat")) <= {"??"}
        await page.keyboard.press("Home")
        assert await stranger.shown_cards("#replay-stage .seat") == ["??"] * 4
        # Without the key the table is unknown.
        await page.goto(f"{room.address}#hand=1&table={room.table.id}")
        await expect(page.locator("#replay-line")).to_have_text("This table no longer exists.")
        await page.keyboard.press("Escape")
        await expect(page.locator("#lobby-view")).to_be_visible()
        await page.wait_for_function("location.hash === ''")
