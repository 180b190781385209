"""Situations with a database that is away, slow, damaged or owned elsewhere."""

from pokerws.game.state import TableId
from pokerws.schema import examples
from pokerws.schema.examples import TABLE
from pokerws.storage.journal.journal import Journal
from tests.server.protocol.situations import BUY_IN, act, hand_of_two, open_table, situation
from tests.server.protocol.transcript_player import Scene


@situation(examples.DATABASE_AWAY, "stored")
async def database_away(scene: Scene) -> None:
    scene.client = await scene.greeted("Ann")
    cut_off(scene)


@situation("a new connection, and an unavailable database", "stored")
async def new_and_database_away(scene: Scene) -> None:
    scene.client = await scene.open()
    cut_off(scene)


def cut_off(scene: Scene) -> None:
    away = scene.servers.store(scene.server).away
    away.is_away = True
    scene.ends.callback(setattr, away, "is_away", False)


async def stored_table(scene: Scene) -> TableId:
    """A table that is stored, and in memory no more."""
    scene.client = await scene.greeted("Ann")
    table = TableId(await open_table(scene, scene.client))
    await out_of_memory(scene, table)
    return table


async def out_of_memory(scene: Scene, table: TableId) -> None:
    lobby = (await scene.app()).lobby
    await lobby.flush()
    lobby.evict(2**53)
    assert not lobby.in_memory(table)


@situation("a stored table, and an unavailable database", "stored")
async def stored_and_away(scene: Scene) -> None:
    await stored_table(scene)
    cut_off(scene)


@situation("a stored table that is damaged", "stored")
async def damaged(scene: Scene) -> None:
    table = await stored_table(scene)
    row = scene.servers.store("stored")._rows[table]
    row.snapshot = b"{}"


@situation("a stored table that another server plays", "stored")
async def owned_elsewhere(scene: Scene) -> None:
    table = await stored_table(scene)
    scene.servers.store("stored").elsewhere[table] = "poker-2"


@situation(examples.BEHIND, "behind")
async def behind(scene: Scene) -> None:
    scene.client = await scene.greeted("Ann")
    table = await open_table(scene, scene.client)
    await scene.client.do("sit", table=table, buy_in=BUY_IN)
    app = await scene.app()
    assert isinstance(app.persistence.journal, Journal)
    await app.lobby.flush()
    store = scene.servers.store("behind")
    store.open.clear()
    scene.ends.callback(store.open.set)
    app.persistence.journal._high_water_events = 1
    await scene.client.do("sit_out", table=table)


@situation(examples.PAUSED, "durable")
async def paused(scene: Scene) -> None:
    scene.client = await scene.greeted("Ann")
    table = await open_table(scene, scene.client)
    watcher = await scene.greeted("Ben")
    await watcher.do("watch", table=table)
    await scene.client.do("sit", table=table, buy_in=BUY_IN)
    store = scene.servers.store("durable")
    store.open.clear()
    scene.ends.callback(store.open.set)
    await watcher.say(f'{{"type":"sit_out","id":"held","table":"{table}"}}')
    await watcher.say(f'{{"type":"sit","id":"sit","table":"{table}","buy_in":{BUY_IN}}}')
    while (await watcher.hear()).get("code") != "paused":
        pass


@situation("a table that is being closed for good", "closing")
async def closing(scene: Scene) -> None:
    scene.client = await scene.greeted("Ann")
    table = TableId(await open_table(scene, scene.client))
    store, lobby = scene.servers.store("closing"), (await scene.app()).lobby
    await lobby.flush()
    store.open.clear()
    scene.ends.callback(store.open.set)
    await lobby.close(table, "operator")

    async def let_it_be_stored() -> None:
        """Once what was said has been taken, of which the answer to a later ping tells."""
        await scene.client.say('{"type":"ping","id":"taken"}')
        heard = await scene.client.hear()
        assert heard["type"] == "pong", heard
        store.open.set()

    scene.after_saying = let_it_be_stored


@situation("a hand that is only in the event log, and an unavailable database", "stored")
async def hand_in_log(scene: Scene) -> None:
    first, second, turn = await hand_of_two(scene)
    table = TableId(scene.stands_for[TABLE])
    await second.do("stand", table=table)
    await act(scene, first, turn["number"], "fold")
    await first.event("player_stood")
    scene.client = await scene.again(first)
    for player in (first, second):
        await player.do("unwatch", table=table)
    await out_of_memory(scene, table)
    # The table comes back into memory, but not what happened there.
    await first.do("watch", table=table)
    cut_off(scene)
