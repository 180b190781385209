"""Viewers come back after their server was killed: to what they missed, or to a snapshot."""

import pytest
from websockets.asyncio.client import connect as connect_raw

from pokerws.client.table_view import TableView
from pokerws.game.state import TableId
from pokerws.messages import (
    Accepted,
    Events,
    Hello,
    ServerMessage,
    Snapshot,
    Unwatch,
    Watch,
    Welcome,
    encode,
    server_decoder,
)
from tests.e2e.database import check_database
from tests.e2e.faults import Cluster, a_cluster, guest, serving
from tests.e2e.ownership.test_two_servers import all_stored, hand_of_two
from tests.e2e.process import ServerProcess

cluster = pytest.fixture(scope="module")(a_cluster)


class Ben:
    """A player who looks at a table from time to time, each time on another connection."""

    def __init__(self, server: ServerProcess, table: TableId, token: str) -> None:
        self.server = server
        self.table = table
        self._token = token
        self.view: TableView | None = None

    async def looks(self) -> Snapshot | list[Events]:
        """Ask for what was missed since the last look; returns what came, and applies it."""
        view = self.view
        after_seq, epoch = (None, None) if view is None else (view.seq, view.epoch)
        sent = await self._ask(Watch("w", self.table, after_seq, epoch))
        (player,) = {message.player for message in sent if isinstance(message, Welcome)}
        snapshots = [message for message in sent if isinstance(message, Snapshot)]
        events = [message for message in sent if isinstance(message, Events)]
        if snapshots:
            (snapshot,) = snapshots
            assert events == []
            self.view = TableView(player, snapshot.state, snapshot.epoch)
            return snapshot
        assert view is not None
        assert [message.seq for message in events[:1]] in ([], [view.seq + 1])
        for message in events:
            # It compares the hash of the state with the server's.
            view.take_events(message)
        return events

    async def _ask(self, watch: Watch) -> list[ServerMessage]:
        """What the server sends until the table is unwatched, which is answered last."""
        decode, sent = server_decoder().decode, list[ServerMessage]()
        async with connect_raw(self.server.socket_url, compression=None, proxy=None) as connection:
            for message in (Hello("h", token=self._token), watch):
                await connection.send(encode(message), text=True)
            while (answer := _answer_in(sent)) != "u":
                if answer == "w":
                    await connection.send(encode(Unwatch("u", self.table)), text=True)
                sent.append(decode(await connection.recv()))
        return sent


def _answer_in(sent: list[ServerMessage]) -> str | None:
    """The id that the latest message accepts."""
    return sent[-1].id if sent and isinstance(sent[-1], Accepted) else None


async def something_happens(server: ServerProcess, table: TableId, anns: str) -> int:
    """Ann changes her mind a few times, and all of it is stored; the seq of the last event."""
    async with guest(server, "Ann", table, token=anns) as ann:
        for _ in range(3):
            await ann.client.sit_out(table)
            await ann.client.sit_in(table)
        seq = ann.view.seq
    await all_stored(server)
    return seq


async def test_who_comes_back_after_kill_9_gets_what_was_missed_and_no_snapshot(
    cluster: Cluster,
) -> None:
    """With durable acks, also after a second kill, and in a client that comes back by itself."""
    dsn = await cluster.database()
    async with serving(dsn, durable=True) as server:
        table, anns, bens = await hand_of_two(server)
        ben = Ben(server, table, bens)
        assert isinstance(await ben.looks(), Snapshot)
        async with guest(server, "Gus", table) as gus:
            for _ in range(2):
                seq = await something_happens(server, table, anns)
                await server.kill()
                await server.start()
                missed = await ben.looks()
                assert isinstance(missed, list)
                assert ben.view is not None
                assert missed
                assert ben.view.seq >= seq
                await something_happens(server, table, anns)
                assert isinstance(await ben.looks(), list)
                await gus.view.reached(ben.view.seq)
                assert gus.view.epoch == ben.view.epoch == 1
        assert await server.stop() == 0
    await check_database(dsn)


async def test_in_dual_write_a_stop_loses_nothing_and_after_kill_9_there_is_a_snapshot(
    cluster: Cluster,
) -> None:
    dsn = await cluster.database()
    async with serving(dsn, durable=False) as server:
        table, anns, bens = await hand_of_two(server)
        ben = Ben(server, table, bens)
        await ben.looks()
        await something_happens(server, table, anns)
        assert await server.stop() == 0
        await server.start()
        assert isinstance(await ben.looks(), list)
        await something_happens(server, table, anns)
        await server.kill()
        await server.start()
        assert isinstance(await ben.looks(), Snapshot)
        assert await server.stop() == 0
    await check_database(dsn)


async def test_after_durable_acks_were_off_there_is_one_snapshot(cluster: Cluster) -> None:
    dsn = await cluster.database()
    async with serving(dsn, durable=True) as server:
        table, anns, bens = await hand_of_two(server)
        ben = Ben(server, table, bens)
        await ben.looks()
        await server.kill()
        for durable, goes_on in ((False, True), (True, False), (True, True)):
            server.settings["USE_DURABLE_ACKS"] = str(durable)
            await server.start()
            # What the last server has shown decides, not how this one shows it.
            assert isinstance(await ben.looks(), list) is goes_on
            await something_happens(server, table, anns)
            await server.kill()
    await check_database(dsn)


@pytest.mark.parametrize("more", [0, 2])
async def test_an_older_copy_that_a_restart_finds_is_another_branch(
    cluster: Cluster, more: int
) -> None:
    """Also once the table has come to the same numbers again, by what happened since."""
    dsn = await cluster.database()
    async with serving(dsn, durable=True) as server:
        table, anns, bens = await hand_of_two(server)
        copy = await cluster.copy(dsn)
        await something_happens(server, table, anns)
        ben = Ben(server, table, bens)
        await ben.looks()
        assert ben.view is not None
        seen, before = ben.view.seq, ben.view.epoch
        await server.kill()
        await cluster.put_in_place(copy, dsn)
        await server.start()
        for _ in range(more):
            assert await something_happens(server, table, anns) > 0
        async with guest(server, "Gus", table) as gus:
            assert (gus.view.seq > seen) is bool(more)
        snapshot = await ben.looks()
        assert isinstance(snapshot, Snapshot)
        assert snapshot.epoch != before
        await something_happens(server, table, anns)
        assert isinstance(await ben.looks(), list)
        assert await server.stop() == 0
    await check_database(dsn)
