"""The bots that a host wants come back after `kill -9`."""

from pokerws.client import connect
from pokerws.game.config.table_config import TableConfig
from tests.e2e.database import check_database
from tests.e2e.process import ServerProcess
from tests.simulation.crash import BACKOFF

CONFIG = TableConfig(seats=4, next_hand_delay_ms=0, turn_time_ms=5_000)


async def test_bots_come_back_to_their_seats_and_play_on_after_kill_9(
    server: ServerProcess, database_url: str
) -> None:
    server.settings["BOTS"] = "0"
    await server.start()
    async with connect(server.socket_url, name="Hanna", backoff=BACKOFF) as hanna:
        view = await hanna.watch(await hanna.create_table("Hanna's", CONFIG))
        await hanna.bots.add(view.id, "calling_station")
        await hanna.bots.add(view.id, "tight_aggressive")
        await view.wait_for(lambda view: view.table.seated_bots == 2)
        await hanna.sit(view.id, 10_000)
        await view.wait_for(lambda view: view.turn)
        wanted, hand, epoch = view.table.bots, view.table.hand_number, view.epoch
        await server.all_written(view.seq)
        await server.kill()
        await server.start()
        await view.wait_for(lambda view: view.epoch > epoch)
        assert view.table.bots == wanted
        assert view.table.host == hanna.player
        turn = await view.wait_for(lambda view: view.turn)
        assert view.table.hand_number == hand
        # They act in this hand and the next one, as the same players.
        await hanna.act(view.id, turn.number, "check" if "check" in turn.actions else "call")
        while view.table.hand_number == hand:
            seen = view.seq
            if view.turn is not None:
                legal = view.turn.actions
                await hanna.act(view.id, view.turn.number, "check" if "check" in legal else "fold")
            else:
                await view.wait_for(lambda view, seen=seen: view.seq > seen)  # type: ignore[misc]
        players = {seat.player for seat in view.table.seats if seat is not None and seat.bot}
        assert players == {bot.player for bot in wanted}
    assert await server.stop() == 0
    await check_database(database_url)
