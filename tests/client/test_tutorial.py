"""The programs of docs/tutorial.md, each run as its reader would, against a server with bots."""

import asyncio
import re
import sys
from pathlib import Path

from pokerws.client import connect
from tests.e2e.guide import agrees
from tests.e2e.process import REPOSITORY, ServerProcess

DOCUMENT = (REPOSITORY / "docs" / "tutorial.md").read_text(encoding="utf-8")
STEP = re.compile(r"^```python\n(.*?)^```$.*?^```text\n(.*?)^```$", re.MULTILINE | re.DOTALL)
URL = "ws://127.0.0.1:8765/ws"
# Only the pace is another than that of `make run`.
SETTINGS = {"bots": 4, "bot_min_delay_ms": 0, "bot_max_delay_ms": 10, "next_hand_delay_ms": 0}


def programs() -> list[tuple[str, str]]:
    """Each program with what it prints; the last step is a change of the one before."""
    (first, *_), (second, *_), (change, *_) = steps = STEP.findall(DOCUMENT)
    imports, _, new_choose = change.partition("RNG =")
    before, _, rest = second.partition("def choose")
    after = rest[rest.index("\n\n\n") :]
    third = f"{imports}{before}RNG ={new_choose.rstrip()}{after}"
    return list(zip((first, second, third), (printed for _, printed in steps), strict=True))


async def run(program: str, place: Path) -> str:
    """What a program prints that is run in a directory of its own."""
    (place / "mybot.py").write_text(program, encoding="utf-8")
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "mybot.py"),
        cwd=place,
        env={"PYTHONPATH": str(REPOSITORY)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    printed, _ = await running.communicate()
    assert running.returncode == 0, printed.decode()
    return printed.decode()


async def bots_have_sat(server: ServerProcess) -> None:
    await server.logged("create_game")
    async with connect(server.socket_url, name="Early") as client:
        (table,) = await client.list_tables()
        view = await client.watch(table.table)
        await view.wait_for(lambda view: sum(seat is not None for seat in view.table.seats) == 4)


async def test_the_programs_of_the_tutorial_do_what_it_says(tmp_path: Path) -> None:
    server = ServerProcess(**SETTINGS)
    await server.start()
    try:
        await bots_have_sat(server)
        printed = []
        for program, expected in programs():
            assert URL in program
            printed.append(await run(program.replace(URL, server.socket_url), tmp_path))
            assert agrees(printed[-1], expected), printed[-1]
        assert "hand" in printed[1]
        assert "hand" in printed[2]
    finally:
        await server.stop()
