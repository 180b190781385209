"""The commands that the client sends again by itself after its connection broke."""

import json

from pokerws.messages import CloseTable, CreateTable, Kick, PreAct
from pokerws.schema.answers import answer_to
from pokerws.schema.schemas import CLIENT_MESSAGES, tag_of
from tests.node_programs import FOLDER, run

# They have numbered events too, but say what to do only once: a second time is refused, or is new.
ONCE = {CloseTable, CreateTable, Kick}


async def test_commands_that_the_server_deduplicates_are_sent_again() -> None:
    numbered = {one for one in CLIENT_MESSAGES if "seq" in answer_to(one).fields}
    repeated = (numbered | {PreAct}) - ONCE
    given = {
        "repeated": sorted(map(tag_of, repeated)),
        "once": sorted(tag_of(one) for one in {*CLIENT_MESSAGES} - repeated),
    }
    program = FOLDER / "commands.mjs"
    assert not await run("node", "--no-warnings", program, given=json.dumps(given))
