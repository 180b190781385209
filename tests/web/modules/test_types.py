"""TypeScript checks the page's modules against the types that are generated from the structs."""

import asyncio
import re
from pathlib import Path

from pokerws.client.bots import BotSeat, calling_station, run_bots
from pokerws.messages import CLOSE_CODES, CloseCode
from pokerws.schema.typescript import COMMAND, declarations
from pokerws.schema.variants import COMMAND as VARIANTS_COMMAND
from pokerws.schema.variants import variants_js
from pokerws.server.app import App
from tests.node_programs import FOLDER, run
from tests.settings import settings_of
from tests.web.room import WEB_ROOT

# Node.js 20 needs this option for its WebSocket; newer versions still accept it.
WITH_WEBSOCKET = ("--experimental-websocket",)
EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "watch.mjs"


def test_the_message_types_are_those_of_the_structs() -> None:
    made = (WEB_ROOT / "client" / "messages.d.ts").read_text(encoding="utf-8")
    assert made == declarations(), f"generate it again: {COMMAND}"


def test_the_games_are_those_of_the_server() -> None:
    made = (WEB_ROOT / "client" / "variants.js").read_text(encoding="utf-8")
    assert made == variants_js(), f"generate it again: {VARIANTS_COMMAND}"


def test_the_types_of_a_variant_are_those_of_the_generated_module() -> None:
    types = (WEB_ROOT / "client" / "variants.d.ts").read_text(encoding="utf-8")
    generated = variants_js().partition('"NT": {')[2].partition("}")[0]
    assert re.findall(r"^  (\w+): ", types, re.MULTILINE) == re.findall(r'"(\w+)":', generated)


async def test_every_module_passes_the_type_checker() -> None:
    assert not await run("tsc", "--project", FOLDER)


async def test_the_example_watches_a_table_from_node() -> None:
    app = App(settings_of(port=0, bots=2, session_key="k" * 32, next_hand_delay_ms=0))
    await app.start()
    (table, *_) = await app.open_bot_tables()
    seats = [
        BotSeat(calling_station, table.id, name, app.bot_token(name), delay_ms=(0, 0))
        for name in ("Ada", "Blaise")
    ]
    playing = asyncio.create_task(run_bots(app.socket_url, seats))
    try:
        output = await run("node", *WITH_WEBSOCKET, EXAMPLE, app.socket_url, "Wanda", "2")
    finally:
        playing.cancel()
        await asyncio.wait([playing])
        await app.stop()
    assert re.search(r"^hand \d+$", output, re.MULTILINE)
    assert re.search(r"seat \d wins \d+", output)


def test_the_page_reconnects_after_the_documented_close_codes() -> None:
    source = (WEB_ROOT / "client" / "protocol.js").read_text(encoding="utf-8")
    names = dict(re.findall(r"^const (\w+) = (44\d\d);$", source, re.MULTILINE))
    listed = re.search(r"FINAL_CLOSES = new Set\(\[(.*?)\]\)", source, re.DOTALL)
    assert listed is not None
    final = {int(names.get(code, code)) for code in listed[1].replace(" ", "").split(",")}
    said = {int(code) for code, closing in CLOSE_CODES.items() if not closing.reconnect}
    # The page does not use code 1000, and may have a newer token after TOKEN_EXPIRED.
    assert final == said - {1000, CloseCode.TOKEN_EXPIRED}
