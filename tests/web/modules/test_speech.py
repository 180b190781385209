"""What is spoken to a player who does not see the table, in whole sessions.

The scripts in `spoken` are what a viewer hears of sessions of the conformance kit, so that a change
of what is said shows in them.  They are made by `node tests/node/speech.mjs SESSION`.
"""

from pathlib import Path

import pytest

from tests.node_programs import FOLDER, run

SCRIPTS = Path(__file__).parent / "spoken"
SESSIONS = (
    "holdem/nt",
    "table/side-pots",  # A viewer without a seat.
    "table/bomb-pot",
    "table/hosted",
    "stud/f7s-8",
    "draw/f2l3d",
)


@pytest.mark.parametrize("session", SESSIONS)
async def test_what_is_spoken_is_the_script(session: str) -> None:
    script = SCRIPTS / f"{session.partition('/')[2]}.txt"
    spoken = await run("node", FOLDER / "speech.mjs", f"{session}.jsonl")
    assert spoken == script.read_text("utf-8")


async def test_many_fast_actions_are_said_in_few_words() -> None:
    assert await run("node", FOLDER / "speech-gathered.mjs") == "gathering holds\n"
