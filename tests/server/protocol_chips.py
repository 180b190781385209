"""Situations of the protocol document that are about free chips."""

from tests.server.protocol_situations import alone_at, open_seat, situation
from tests.server.transcript_player import Scene


@situation("a player with 2000 chips at a table, and a balance low enough for a refill", "low")
async def low_with_chips_at_a_table(scene: Scene) -> None:
    await alone_at(scene)


@situation("a new guest of an address that has used up its free chips", "used up")
async def used_up(scene: Scene) -> None:
    await (await scene.greeted("Ben")).do("get_account")
    scene.client = await scene.greeted("Ann")


@situation(
    "a table with a free seat, and a new player who may bring 20000 of 100000 chips to tables",
    "new players",
)
async def new_player(scene: Scene) -> None:
    await open_seat(scene)
