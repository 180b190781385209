"""A player's session in Firefox and in WebKitGTK, the engine of Safari."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from tests.web.engines.engine import Engine
from tests.web.engines.firefox import firefox
from tests.web.engines.webkit import webkit
from tests.web.room import Room, open_room

# The page tries again after 4.5 seconds at most, and a loaded machine is late.
BACK_WITHIN_S = 30
SIZES = ((1280, 800), (390, 760))
OWN_TURN = "document.querySelector('#action-fold:enabled')?.offsetParent != null"
STATE = "document.querySelector('#status').dataset.state"
# Shown buttons of the viewer's turn that are covered, and those that meet a card of one's own.
FAULTS = """(() => {
  const shown = (all) => [...document.querySelectorAll(all)].filter((one) => one.offsetParent);
  const boxOf = (one) => one.getBoundingClientRect();
  const meets = (a, b) => a.left < b.right - 1 && b.left < a.right - 1
    && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  const buttons = shown('#actions button');
  const cards = shown('[data-own="true"] [data-card]');
  const faults = buttons.filter((button) => {
    const { left, top, width, height } = boxOf(button);
    return !button.contains(document.elementFromPoint(left + width / 2, top + height / 2));
  }).map((button) => `${button.id} is covered`);
  for (const button of buttons) {
    for (const card of cards) {
      if (meets(boxOf(button), boxOf(card))) faults.push(`${button.id} meets a card`);
    }
    for (const other of buttons) {
      if (button !== other && meets(boxOf(button), boxOf(other))) faults.push(`${button.id} meets`);
    }
  }
  if (buttons.length < 3 || cards.length !== 2) faults.push('buttons or cards are missing');
  if (document.documentElement.scrollWidth > innerWidth) faults.push('it is too wide');
  return faults;
})()"""
# A window that has changed its size needs a moment.
SETTLED_FAULTS = f"""new Promise((done) => {{
  const look = (tries) => {{
    const faults = {FAULTS};
    if (!faults.length || !tries) done(faults);
    else setTimeout(look, 50, tries - 1);
  }};
  look(40);
}})"""


@pytest.fixture
async def room() -> AsyncIterator[Room]:
    async with open_room() as room:
        yield room


@pytest.mark.parametrize("engine", ["firefox", "webkit"])
async def test_a_session(engine: str, room: Room, tmp_path: Path, unused_tcp_port: int) -> None:
    opened: AbstractAsyncContextManager[Engine] = (
        firefox(tmp_path) if engine == "firefox" else webkit(tmp_path, unused_tcp_port)
    )
    async with opened as browser:
        await sit_down(browser, room)
        await play(browser, room)
        await survive_a_restart(browser, room)
        await reload(browser, room)
        assert await browser.problems() == []


async def sit_down(browser: Engine, room: Room) -> None:
    """Enter a name, and take a seat at the table in the lobby."""
    await browser.resize(*SIZES[0])
    await browser.open(room.address)
    await browser.until("document.activeElement.id === 'name'")
    await browser.run("void (document.querySelector('#name').value = 'Hanna')")
    await browser.click("#enter")
    await browser.click('[data-table-id] [data-action="open"]')
    await browser.click('[data-seat="0"] [data-action="sit"]')
    await browser.click("#buy-in-confirm")
    await browser.until('document.querySelector(\'[data-seat="0"][data-own="true"]\')')


async def play(browser: Engine, room: Room) -> None:
    """Play a hand to its end, and fold in the next one.  No control may cover another."""
    room.seat("Bob", 1)
    room.next_hand("Ac As Kc Ks")
    await browser.until(OWN_TURN)
    for size in SIZES[::-1]:
        await browser.resize(*size)
        await browser.until(f"Math.abs(innerWidth - {size[0]}) < 80")
        assert await browser.run(SETTLED_FAULTS) == []
    await browser.click("#action-call")
    for _ in range(4):
        await browser.until("document.querySelector('#table').dataset.turnSeat === '1'")
        room.act("Bob", "check")
        hand = room.table.hand
        if hand is not None and hand.turn is not None and hand.turn.seat == 0:
            await browser.click("#action-check")
    await browser.until("document.querySelector('#log').textContent.includes(' split 200')")
    room.next_hand()
    room.act("Bob", "call")
    await browser.click("#action-fold")
    await browser.click("#fold-guard [value=fold]")
    await browser.until("document.querySelector('#log').textContent.includes('Bob wins')")
    room.next_hand()
    await browser.until(OWN_TURN)


async def survive_a_restart(browser: Engine, room: Room) -> None:
    """The server goes, and comes back when the page has failed to reach it a few times."""
    await room.stop()
    await browser.until(f"{STATE} === 'reconnecting'")
    await browser.until("document.querySelector('#status').textContent.includes('not answer')")
    await room.start()
    async with asyncio.timeout(BACK_WITHIN_S):
        await browser.until(f"{STATE} === 'online'")
    await browser.click("#action-call")
    await browser.until("document.querySelector('#table').dataset.turnSeat === '1'")


async def reload(browser: Engine, room: Room) -> None:
    """The log of before is there again."""
    await browser.open(f"{room.address}?again#table={room.table.id}")
    await browser.until("document.querySelector('#log').textContent.includes(' split 200')")
