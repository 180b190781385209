"""The situations of the protocol document with an operator."""

import time

from pokerws.schema import examples
from pokerws.schema.examples import TABLE
from pokerws.server.auth.operator_tokens import issue_operator_token
from tests.server.protocol.servers import OPERATOR_KEY
from tests.server.protocol.situations import open_table, seat, situation
from tests.server.protocol.transcript_player import Scene, Speaker


def operator_token(key: str = OPERATOR_KEY, *, minutes: int = 5) -> str:
    now_ms = time.time_ns() // 1_000_000
    return issue_operator_token(key, "alice", now_ms=now_ms, lifetime_ms=60_000 * minutes)


async def operator(scene: Scene) -> Speaker:
    speaker = await scene.open()
    await speaker.do("hello", token=operator_token())
    return speaker


@situation(examples.OPERATOR, "moderated")
async def an_operator(scene: Scene) -> None:
    scene.client = await operator(scene)


@situation("an operator after `hello`, and Ann alone at a table", "one operator")
async def ann_alone(scene: Scene) -> None:
    ann = await scene.greeted("Ann")
    table = await open_table(scene, ann)
    await ann.do("sit", table=table, seat=0, buy_in=2_000)
    scene.client = await operator(scene)


@situation("an operator after `hello`, and as many sanctions as can be kept", "no room")
async def no_room(scene: Scene) -> None:
    scene.client = await operator(scene)
    (await scene.app()).moderation.most = 0


@situation("a new connection, and a player whom an operator has banned for spam", "moderated")
async def banned(scene: Scene) -> None:
    ann = await scene.greeted("Ann")
    scene.stands_for[examples.BANNED] = ann.welcome["session"]
    player = ann.welcome["player"]
    await (await operator(scene)).do("ban", player=player, minutes=60, reason="spam")
    scene.client = await scene.open()


@situation("a player who watches a table, and whom an operator has muted", "moderated")
async def muted(scene: Scene) -> None:
    ann = await scene.greeted("Ann")
    await open_table(scene, ann)
    await (await operator(scene)).do("mute", player=ann.welcome["player"], minutes=60)
    scene.client = await scene.again(ann)
    await scene.client.do("watch", table=scene.stands_for[TABLE])
    while (await scene.client.hear())["type"] != "snapshot":
        pass


@situation("a player whom an operator has removed from the table", "moderated")
async def kicked(scene: Scene) -> None:
    table = await open_table(scene, await scene.greeted("Cleo"))
    (ann,) = await seat(scene, table, "Ann")
    await (await operator(scene)).do("kick", table=table, player=ann.welcome["player"])
    scene.client = await scene.again(ann)
