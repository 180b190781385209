"""Brings a server into the situations of the protocol document's worked sessions."""

import asyncio

from pokerws.schema.examples import TABLE
from tests.server.protocol.servers import token
from tests.server.protocol.situations import (
    SESSION,
    SITUATIONS,
    open_table,
    seat,
    seated,
    sitting_out,
    situation,
)
from tests.server.protocol.transcript_player import Scene, Speaker

__all__ = ["SITUATIONS"]


async def fold_to_raises(ben: Speaker, table: str) -> None:
    """Call what is small, and fold to every raise."""
    while True:
        turn = (await ben.event("turn_started"))["turn"]
        if turn["seat"] == 1:
            action = "fold" if "check" not in turn["actions"] else "check"
            await ben.do("act", table=table, turn=turn["number"], action=action)


@situation("Ben, who sits alone at a table and folds to every raise", "one session")
async def ben_folds(scene: Scene) -> None:
    ben = await scene.greeted("Ben")
    config = {"seats": 3, "next_hand_delay_ms": 1_000}
    table = str((await ben.do("create_table", name="Main table", config=config))["table"])
    scene.stands_for[TABLE] = table
    await ben.do("watch", table=table)
    await ben.do("sit", table=table, seat=1, buy_in=10_000)
    play = asyncio.create_task(fold_to_raises(ben, table))

    async def stop() -> None:
        play.cancel()
        await asyncio.wait([play])

    scene.ends.push_async_callback(stop)
    scene.client = await scene.open()


@situation("a player alone at a table, who sits out and loses the connection")
async def resender(scene: Scene) -> None:
    await seated(scene)
    scene.stands_for[SESSION] = scene.client.welcome["session"]


@situation("a player who lost the connection after two events of a table")
async def comes_back(scene: Scene) -> None:
    await sitting_out(scene)
    scene.stands_for[SESSION] = scene.client.welcome["session"]
    scene.client = await scene.open()


@situation("a player at a table with Ben, in seat 1, whose connection will be lost")
async def loses_ben(scene: Scene) -> None:
    # No hand starts meanwhile.
    table = await open_table(scene, await scene.greeted("Cleo"), next_hand_delay_ms=60_000)
    ann, ben = await seat(scene, table, "Ann", "Ben")
    scene.client = ann

    async def leave() -> None:
        await ben.connection.close()

    async def come_back() -> None:
        await scene.again(ben)

    scene.directions["Ben's last connection ends."] = leave
    scene.directions["Ben connects again."] = come_back


@situation("a new connection, at which nothing happens for a while", "lively")
async def silent(scene: Scene) -> None:
    scene.client = await scene.open()


@situation("a player after `hello`, on a server without tables", "one lobby")
async def lobby(scene: Scene) -> None:
    scene.client = await scene.greeted("Ann")


@situation("a player with a newer token, whose current token is about to expire", "expiring")
async def expiring(scene: Scene) -> None:
    scene.client = await scene.open()
    scene.stands_for["a-token-of-ann"] = token("ann", scene.stands_for["Ann"], expires_in_s=30)
    scene.stands_for["a-newer-token-of-ann"] = token(
        "ann", scene.stands_for["Ann"], expires_in_s=3_600
    )


@situation("a player after `hello`, whose other device is not signed in")
async def one_device(scene: Scene) -> None:
    scene.client = await scene.greeted("Ann")


@situation("Ann and Ben, who watch a table where Ben has just said something")
async def company(scene: Scene) -> None:
    ann, ben = await scene.greeted("Ann"), await scene.greeted("Ben")
    table = await open_table(scene, ann)
    for player in (ann, ben):
        await player.do("watch", table=table)
    await ben.do("chat", table=table, text="Good luck!")
    await ann.ask("ping")
    scene.client = ann
