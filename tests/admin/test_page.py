"""The admin page in a browser, with the token of a moderator."""

import asyncio
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, expect

from pokerws.game.config.table_config import TableConfig
from tests.admin.console import console
from tests.web.access.looks import axe_findings


async def row_action(page: Page, row: str, action: str, **fields: str) -> None:
    """Choose an action of the row with that text, and fill in what it asks for."""
    line = page.get_by_role("row").filter(has_text=row)
    await line.get_by_role("button", name=action, exact=True).click()
    for name, value in fields.items():
        await page.locator(f"dialog input[name={name}]").fill(value)
    await page.get_by_role("button", name="Do it").click()


async def test_a_moderator_looks_acts_and_finds_it_in_the_log(
    browser: Browser, tmp_path: Path, free_port: int
) -> None:
    async with (
        console(tmp_path, admin_port=free_port) as operator,
        operator.player("<b>Ann</b>") as ann,
    ):
        table = await ann.create_table("One", TableConfig())
        view = await ann.watch(table)
        await ann.sit(table, 5_000)
        page = await browser.new_page(viewport={"width": 1280, "height": 720})
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
        await page.goto(f"http://127.0.0.1:{free_port}/admin")
        await page.get_by_label("Operator's token").fill("wrong")
        await page.get_by_role("button", name="Sign in").click()
        await expect(page.get_by_role("status")).to_have_text("the token is not valid")
        await page.get_by_label("Operator's token").fill(operator.token("moderator"))
        await page.get_by_role("button", name="Sign in").click()
        await expect(page.locator("#who")).to_contain_text("operator:bob (moderator)")
        await expect(page.get_by_role("row").filter(has_text=table)).to_be_visible()
        assert await page.get_by_role("button", name="close-table").count() == 0

        await row_action(page, table, "freeze", reason="a dispute")
        await view.wait_for(lambda view: view.waiting_for == "frozen")
        await expect(page.get_by_role("status")).to_contain_text(f"table {table} is frozen")
        assert await axe_findings(page) == []
        await page.screenshot(path=tmp_path / "tables.png")
        await row_action(page, table, "resume")
        await view.wait_for(lambda view: view.waiting_for != "frozen")

        await page.get_by_role("button", name="Players").click()
        # What a player is called is text, whatever it looks like.
        await expect(page.get_by_role("cell", name="<b>Ann</b>")).to_be_visible()
        await row_action(page, ann.player, "mute", minutes="5", reason="spam")
        await expect(page.get_by_role("status")).to_contain_text("is muted for 5 minutes")
        assert await axe_findings(page) == []
        await page.screenshot(path=tmp_path / "players.png")
        await page.get_by_role("button", name="Sanctions").click()
        await row_action(page, ann.player, "unmute")
        await expect(page.get_by_role("status")).to_contain_text("may chat again")
        await page.get_by_role("button", name="Log").click()
        await expect(page.get_by_role("row").filter(has_text="a dispute")).to_be_visible()
        await page.set_viewport_size({"width": 390, "height": 844})
        assert await axe_findings(page) == []
        await page.screenshot(path=tmp_path / "log.png")
        assert faults == []
        await page.close()


async def test_a_moderator_audits_a_player_on_the_page(
    browser: Browser, tmp_path: Path, free_port: int, database_url: str
) -> None:
    settings: dict[str, Any] = {"database_url": database_url, "use_db_repository": True}
    async with (
        console(tmp_path, admin_port=free_port, **settings) as operator,
        operator.player("Ann") as ann,
    ):
        await ann.account()
        page = await browser.new_page(viewport={"width": 1280, "height": 720})
        await page.goto(f"http://127.0.0.1:{free_port}/admin")
        await page.get_by_label("Operator's token").fill(operator.token("moderator"))
        await page.get_by_role("button", name="Sign in").click()
        await page.get_by_role("button", name="Players").click()
        await row_action(page, ann.player, "audit")
        await expect(page.get_by_role("status")).to_have_text("0 hands at 0 tables; 0 signs")
        row = page.get_by_role("row").filter(has_text="0 timed decisions")
        await expect(row).to_contain_text(ann.player)
        assert await axe_findings(page) == []
        await page.screenshot(path=tmp_path / "audit.png")
        await page.set_viewport_size({"width": 390, "height": 844})
        await page.screenshot(path=tmp_path / "audit-phone.png")
        await page.close()


async def test_an_operator_drains_the_server_at_the_page(
    browser: Browser, tmp_path: Path, free_port: int
) -> None:
    ended = asyncio.Event()
    async with console(tmp_path, ended.set, admin_port=free_port) as operator:
        page = await browser.new_page()
        await page.goto(f"http://127.0.0.1:{free_port}/admin")
        await page.get_by_label("Operator's token").fill(operator.token("operator"))
        await page.get_by_role("button", name="Sign in").click()
        await page.get_by_role("button", name="drain: this server").click()
        await expect(page.locator("#asked")).to_have_text("drain: this server")
        await page.locator("dialog input[name=reason]").fill("a new release")
        await page.get_by_role("button", name="Do it").click()
        await expect(page.get_by_role("status")).to_contain_text("drains, and ends when")
        await ended.wait()
        await page.close()
