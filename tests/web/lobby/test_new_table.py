"""The form for a new table: every option that is set there is in the config of the table."""

import json
from typing import Any

import msgspec
import pytest
from playwright.async_api import Page, expect

from pokerws.game.config.table_config import TableConfig
from tests.node_programs import FOLDER, run
from tests.web.room import Room
from tests.web.visitor import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

# Values unlike the defaults, in the units of the form, where the next number would not do.
VALUES: dict[str, str] = {
    "mix.rotation": "hands",
    "max_buy_in": "40000",
    "min_buy_in": "4000",
    "limit.small_bet": "150",
    "limit.big_bet": "310",
    "limit.bring_in": "40",
    "limit.stud_ante": "30",
    "seats": "5",
    "clocks.street_ms": "15, 20.5 ;30",
    "clocks.bank.max_ms": "150",
    "clocks.protection.max_ms": "90",
    "house.bomb_pot_boards": "1",
}
# Of those above, what is in the config.
WRITTEN: dict[str, object] = {
    "clocks.street_ms": [15_000, 20_500, 30_000],
    "clocks.bank.max_ms": 150_000,
    "clocks.protection.max_ms": 90_000,
    "house.bomb_pot_boards": 1,
}
GAMES = ["NT", "FR", "F2L3D"]


def other(option: dict[str, Any]) -> tuple[str, object]:
    """Another value of an option than its default: as it is entered, and in the config."""
    path, scale = option["path"], option.get("scale", 1)
    if path in VALUES:
        entered = VALUES[path]
        if option["kind"] == "choice":
            return entered, WRITTEN.get(path, entered)
        return entered, WRITTEN.get(path) or round(float(entered) * scale)
    if option["kind"] == "choice":
        return str(option["choices"][-1]), option["choices"][-1]
    value = min(option["initial"] + scale, option["max"])
    return str(value / scale if scale > 1 else value), value


async def fill(page: Page, option: dict[str, Any]) -> object:
    """Set an option to another value than its default; returns that of the config."""
    field = page.locator(f'#new-table-form [name="{option["path"]}"]')
    match option["kind"]:
        case "part":
            await field.check()
            return {}
        case "switch":
            await field.set_checked(not option["initial"])
            return not option["initial"]
        case "choice":
            entered, value = other(option)
            await field.select_option(entered)
            return value
        case _:
            entered, value = other(option)
            await field.fill(entered)
            return value


def at(config: dict[str, Any], path: str) -> object:
    value: Any = config
    for name in path.split("."):
        value = value[name]
    return value


async def test_each_option_of_the_form_is_in_the_config_of_the_table(
    visitor: Visitor, room: Room
) -> None:
    made = json.loads(await run("node", FOLDER / "options.mjs"))
    # Parts before what is in them; a bank of chips last, since it changes nothing else.
    options = [one for one in made["options"] if one["kind"] != "games"]
    await visitor.enter()
    page = visitor.page
    await page.click("#new-table")
    await page.select_option("[name=variant]", "MIX")
    for code in GAMES:
        await page.check(f'.mix-games [value="{code}"]')
    await page.uncheck('.mix-games [value="PO"]')
    for section in await page.locator("#new-table-form summary").all():
        await section.click()
    expected: dict[str, object] = {}
    for option in options:
        if option["path"] == "mix.hands":
            await expect(page.locator('[name="mix.hands"]')).to_be_visible()
        expected[option["path"]] = await fill(page, option)
    await page.click("#new-table-confirm")
    await expect(page.locator("#table-view")).to_be_visible()
    config = room.lobby.actors()[-1].table.config
    # With all defaults, which the wire leaves out.
    written = whole(config)
    assert written["mix"]["games"] == GAMES
    wrong = {
        path: (at(written, path), value)
        for path, value in expected.items()
        if value != {} and at(written, path) != value
    }
    assert wrong == {}

    # The host changes it, and the form has what the table has.  Only a seat shows it at once.
    room.actor = room.lobby.actors()[-1]
    room.seat("Hanna", 0, 5_000, room.table.host)
    await page.click("#table-menu")
    await page.click('[data-host="change"]')
    await page.click("#change-table-confirm")
    await expect(page.locator("#change-table-dialog [role=alert]")).to_have_text(
        "That is already set."
    )


def whole(struct: object) -> dict[str, Any]:
    """The fields of a struct, those with their default value too."""
    assert isinstance(struct, msgspec.Struct)
    return {
        name: whole(value)
        if isinstance(value := getattr(struct, name), msgspec.Struct)
        else (list(value) if isinstance(value, tuple) else value)
        for name in struct.__struct_fields__
    }


async def test_presets_fill_the_form_and_a_refusal_stands_at_its_field(
    visitor: Visitor, room: Room
) -> None:
    await visitor.enter()
    page = visitor.page
    await page.focus("#new-table")
    await page.keyboard.press("Enter")
    await page.click("[data-preset-config=home]")
    await expect(page.locator("[data-preset-config=home]")).to_have_attribute(
        "aria-pressed", "true"
    )
    await expect(page.locator("[name=seats]")).to_have_value("9")
    await page.click("[data-preset-config=mixed]")
    await expect(page.locator("[name=variant]")).to_have_value("8-GAME")
    await expect(page.locator("[name=seats]")).to_have_value("6")
    await page.click("[data-preset-config=standard]")
    clocks = page.locator('[data-section="clocks"]')
    await clocks.locator("summary").click()
    await page.check('[name="clocks.bank"]')
    await page.fill('[name="clocks.bank.start_ms"]', "600")
    await clocks.locator("summary").click()
    await page.click("#new-table-confirm")
    start = page.locator('[name="clocks.bank.start_ms"]')
    await expect(start).to_be_focused()
    await expect(start).to_have_attribute("aria-invalid", "true")
    await expect(start).to_have_accessible_description(
        "The time bank must not start with more than its maximum."
    )
    # Bounds of a field alone are the browser's to show, in a section that is closed too.
    await page.fill('[name="clocks.bank.start_ms"]', "6000")
    await clocks.locator("summary").click()
    await page.click("#new-table-confirm")
    await expect(start).to_be_focused()
    assert not await start.evaluate("field => field.validity.valid")
    await page.keyboard.press("Escape")
    await expect(page.locator("#new-table")).to_be_focused()
    assert len(room.lobby.actors()) == 1
    assert room.lobby.actors()[0].table.config != TableConfig()
