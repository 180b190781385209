"""Parts of the list of tables, kept up to date; and statistics."""

import pytest
from msgspec.structs import replace

from pokerws.client import NotUnderstood
from pokerws.game.state import PlayerId, TableId
from pokerws.messages import (
    Accepted,
    GetStats,
    ListTables,
    Lobby,
    Ping,
    PlayerStats,
    Pong,
    Stats,
    TableChange,
    TableFilter,
    Tables,
    UnwatchLobby,
    WatchLobby,
)
from tests.client.fake_server import ANN, TABLE, Peer, ann, fake_server, summary

OTHER = TableId("t0")
FREE = TableFilter(free_seats=1)


async def pinged(peer: Peer) -> None:
    await peer.send(Pong((await peer.receive(Ping)).id, 1))


async def test_a_list_is_read_page_by_page() -> None:
    async def script(peer: Peer) -> None:
        await peer.welcome("secret", ANN, "lists")
        first = await peer.receive(ListTables)
        assert (first.filter, first.after) == (FREE, 0)
        await peer.send(Tables(first.id, [summary("Main")], next=7))
        second = await peer.receive(ListTables)
        assert (second.filter, second.after) == (FREE, 7)
        await peer.send(Tables(second.id, [summary("Last")]))

    async with fake_server(script) as url, ann(url) as client:
        assert await client.list_tables(FREE) == [summary("Main"), summary("Last")]


async def test_a_watched_part_is_kept_up_to_date_and_asked_for_again() -> None:
    async def first(peer: Peer) -> None:
        await peer.welcome("secret", ANN, "lists")
        asked = await peer.receive(WatchLobby)
        assert (asked.filter, asked.limit) == (FREE, 2)
        other = replace(summary("Other"), table=OTHER)
        change = TableChange(TABLE, "active", 3, 9)
        await peer.send(Accepted(asked.id), Lobby([summary("Main"), other], reset=True))
        await peer.send(Lobby([], [change, replace(change, table=TableId("?"))], [OTHER]))
        await pinged(peer)
        await peer.close(1012)

    async def second(peer: Peer) -> None:
        await peer.welcome("secret", ANN, "lists")
        asked = await peer.receive(WatchLobby)
        assert (asked.filter, asked.limit) == (FREE, 2)
        await peer.send(Accepted(asked.id), Lobby([summary("Main")], reset=True))
        await pinged(peer)
        await peer.send(Accepted((await peer.receive(UnwatchLobby)).id), Lobby([summary("Main")]))
        await pinged(peer)

    async with fake_server(first, second) as url, ann(url) as client:
        await client.watch_lobby(FREE, limit=2)
        await client.ping()
        now = replace(summary("Main"), status="active", players=3, hand_number=9)
        assert client.lobby == {TABLE: now}
        await client.ping()
        assert client.lobby == {TABLE: summary("Main")}
        await client.unwatch_lobby()
        await client.ping()
        assert client.lobby == {}


async def test_statistics_are_asked_for_where_the_server_has_them() -> None:
    sums = [PlayerStats(PlayerId("ben"), hands=7, vpip=3, net=-50)]

    async def old(peer: Peer) -> None:
        await peer.welcome()
        await peer.stays()

    async def script(peer: Peer) -> None:
        await peer.welcome("secret", ANN, "stats")
        asked = await peer.receive(GetStats)
        assert (asked.table, asked.player, asked.hands) == (TABLE, "ben", 50)
        await peer.send(Stats(asked.id, sums, []))
        await peer.stays()

    async with fake_server(old) as url, ann(url) as client:
        with pytest.raises(NotUnderstood):
            await client.stats()
        await client.close()
    async with fake_server(script) as url, ann(url) as client:
        stats = await client.stats(TABLE, player=PlayerId("ben"), hands=50)
        assert stats.players == sums
        await client.close()


async def test_a_server_without_parts_of_lists_is_not_asked_for_them() -> None:
    async def script(peer: Peer) -> None:
        await peer.welcome()
        await peer.stays()

    async with fake_server(script) as url, ann(url) as client:
        with pytest.raises(NotUnderstood):
            await client.list_tables(FREE)
        with pytest.raises(NotUnderstood):
            await client.watch_lobby(limit=5)
        await client.close()
