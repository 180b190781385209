import asyncio
import socket

import pytest

from pokerws.client import (
    Client,
    CommandRejected,
    ConnectionEnded,
    OnMessage,
    TableLost,
    connect,
)
from pokerws.game.events import PlayerSat, PlayerSatOut, PlayerStood
from pokerws.game.state import PlayerId, TableConfig, TableId
from pokerws.messages import (
    Accepted,
    Act,
    Chat,
    ChatSaid,
    CreateTable,
    Hello,
    ListTables,
    Lobby,
    Notice,
    Ping,
    Pong,
    Rejected,
    Sit,
    Tables,
    TableSummary,
    Unwatch,
    Watch,
    WatchLobby,
)
from tests.client.fake_server import (
    ANN,
    AT_ONCE,
    TABLE,
    Peer,
    empty_table,
    events,
    fake_server,
    snapshot,
)

SAT = PlayerSat(2, ANN, "Ann", 5_000)


def ann(url: str, on_message: OnMessage | None = None) -> Client:
    return connect(url, name="Ann", backoff=AT_ONCE, on_message=on_message)


def summary(name: str, players: int = 0) -> TableSummary:
    return TableSummary(TABLE, name, "waiting", players, 0, TableConfig())


# ---- commands


async def test_a_client_says_hello_with_its_name_and_is_welcomed() -> None:
    async def script(peer: Peer) -> None:
        hello = await peer.welcome()
        assert (hello.name, hello.token) == ("Ann", None)

    async with fake_server(script) as url, ann(url) as client:
        assert client.player == ANN
        assert client.session == "secret"


async def test_queries_give_what_the_server_answers() -> None:
    async def script(peer: Peer) -> None:
        await peer.welcome()
        await peer.send(Pong((await peer.receive(Ping)).id, 77))
        await peer.send(Tables((await peer.receive(ListTables)).id, [summary("Main")]))
        created = await peer.receive(CreateTable)
        assert (created.name, created.config.seats) == ("Mine", 2)
        await peer.send(Accepted(created.id, 1, TableId("t2")))
        await peer.stays()

    async with fake_server(script) as url, ann(url) as client:
        assert await client.ping() == 77
        assert await client.list_tables() == [summary("Main")]
        assert await client.create_table("Mine", TableConfig(seats=2)) == "t2"
        await client.close()


async def test_answers_find_their_commands_in_any_order() -> None:
    async def script(peer: Peer) -> None:
        await peer.welcome()
        first, second = await peer.receive(Ping), await peer.receive(Ping)
        assert first.id != second.id
        await peer.send(Pong(second.id, 2), Pong(first.id, 1))

    async with fake_server(script) as url, ann(url) as client:
        first, second = await asyncio.gather(client.ping(), client.ping())
        assert (first, second) == (1, 2)


async def test_a_refusal_is_raised_with_its_code() -> None:
    async def script(peer: Peer) -> None:
        await peer.welcome()
        sit = await peer.receive(Sit)
        await peer.send(Rejected(sit.id, "overloaded", "come back later", retryable=True))

    async with fake_server(script) as url, ann(url) as client:
        with pytest.raises(CommandRejected, match="overloaded: come back later") as caught:
            await client.sit(TABLE, 5_000)
        assert caught.value.code == "overloaded"
        assert caught.value.retryable


async def test_a_command_returns_when_the_view_shows_its_effect() -> None:
    checked = asyncio.Event()

    async def script(peer: Peer) -> None:
        await peer.welcome()
        await peer.show(empty_table())
        sit = await peer.receive(Sit)
        assert (sit.buy_in, sit.seat) == (5_000, 2)
        await peer.send(Accepted(sit.id, 2), Pong((await peer.receive(Ping)).id, 1))
        await checked.wait()
        await peer.send(events(2, SAT))

    async with fake_server(script) as url, ann(url) as client:
        view = await client.watch(TABLE)
        sitting = asyncio.create_task(client.sit(TABLE, 5_000, seat=2))
        await asyncio.sleep(0)  # Lets it send.
        await client.ping()
        assert not sitting.done()
        checked.set()
        await sitting
        assert view.seat == 2


async def test_a_message_that_is_not_known_is_passed_over() -> None:
    async def script(peer: Peer) -> None:
        await peer.welcome()
        await peer.send_raw('{"type":"fireworks","colour":"red"}')
        await peer.send(Pong((await peer.receive(Ping)).id, 5))

    async with fake_server(script) as url, ann(url) as client:
        assert await client.ping() == 5


async def test_chat_notices_and_the_lobby_are_heard() -> None:
    said = ChatSaid(TABLE, PlayerId("p_bob"), "Bob", "hello", 5)
    heard: list[ChatSaid | Notice | Lobby] = []

    async def script(peer: Peer) -> None:
        await peer.welcome()
        await peer.send(Accepted((await peer.receive(WatchLobby)).id))
        await peer.send(Lobby([summary("Main")]), Lobby([summary("Main", players=1)]))
        await peer.send(Accepted((await peer.receive(Chat)).id), said)
        await peer.send(Pong((await peer.receive(Ping)).id, 1))

    async with fake_server(script) as url, ann(url, heard.append) as client:
        await client.watch_lobby()
        await client.chat(TABLE, "hi")
        await client.ping()
        assert client.lobby == {TABLE: summary("Main", players=1)}
        assert heard[-1] == said


async def test_whoever_waits_when_the_client_closes_is_told() -> None:
    async def script(peer: Peer) -> None:
        await peer.welcome()
        await peer.show(empty_table())
        await peer.receive(Ping)
        await peer.stays()

    async with fake_server(script) as url, ann(url) as client:
        view = await client.watch(TABLE)
        pinging = asyncio.create_task(client.ping())
        seated = asyncio.create_task(view.wait_for(lambda view: view.seat))
        await asyncio.sleep(0)  # Lets both begin.
        await client.close()
        for task in (pinging, seated):
            with pytest.raises(ConnectionEnded, match="1000"):
                await task
        with pytest.raises(ConnectionEnded):
            await client.watch(TableId("t9"))


# ---- connecting again


@pytest.mark.parametrize("code", [1001, 1011, 1012, 1013, 4408, 4409, 4413])
async def test_after_these_closes_the_same_player_comes_back(code: int) -> None:
    async def first(peer: Peer) -> None:
        await peer.welcome("secret")
        await peer.close(code)

    async def second(peer: Peer) -> None:
        hello = await peer.welcome("newer")
        assert hello.token == "secret"
        await peer.send(Pong((await peer.receive(Ping)).id, 2))

    async with fake_server(first, second) as url, ann(url) as client:
        assert await client.ping() == 2
        assert client.session == "newer"


@pytest.mark.parametrize("code", [1000, 1002, 1009, 4400, 4401, 4403])
async def test_other_closes_are_final_and_whoever_waits_is_told(code: int) -> None:
    async def script(peer: Peer) -> None:
        await peer.welcome()
        await peer.show(empty_table())
        await peer.receive(Ping)
        await peer.close(code, "go away")

    async with fake_server(script) as url, ann(url) as client:
        view = await client.watch(TABLE)
        with pytest.raises(ConnectionEnded, match="go away") as caught:
            await client.ping()
        assert caught.value.code == code
        with pytest.raises(ConnectionEnded):
            await view.wait_for(lambda view: view.seat)
        with pytest.raises(ConnectionEnded):
            await client.ping()


async def test_a_connection_that_breaks_off_is_made_again() -> None:
    async def first(peer: Peer) -> None:
        await peer.welcome()
        peer.breaks()

    async def second(peer: Peer) -> None:
        await peer.welcome()
        await peer.send(Pong((await peer.receive(Ping)).id, 2))

    async with fake_server(first, second) as url, ann(url) as client:
        assert await client.ping() == 2


async def test_a_command_in_flight_is_sent_again_with_the_same_id() -> None:
    sent: list[Act | Sit] = []

    async def first(peer: Peer) -> None:
        await peer.welcome()
        sent.append(await peer.receive(Sit))
        sent.append(await peer.receive(Act))
        peer.breaks()

    async def second(peer: Peer) -> None:
        await peer.welcome()
        assert [await peer.receive(Sit), await peer.receive(Act)] == sent
        await peer.send(Accepted(sent[0].id), Rejected(sent[1].id, "wrong_turn", "late"))

    async with fake_server(first, second) as url, ann(url) as client:
        sit, act = await asyncio.gather(
            client.sit(TABLE, 5_000), client.act(TABLE, 7, "raise", 300), return_exceptions=True
        )
        assert isinstance(sit, Accepted)
        assert isinstance(act, CommandRejected)


async def test_a_command_given_up_by_its_caller_is_not_sent_again() -> None:
    broken = asyncio.Event()

    async def first(peer: Peer) -> None:
        await peer.welcome()
        await peer.receive(Sit)
        await broken.wait()
        peer.breaks()

    async def second(peer: Peer) -> None:
        await peer.welcome()
        await peer.send(Pong((await peer.receive(Ping)).id, 1))

    async with fake_server(first, second) as url, ann(url) as client:
        sitting = asyncio.create_task(client.sit(TABLE, 5_000))
        await asyncio.sleep(0)  # Lets it send.
        sitting.cancel()
        await asyncio.wait([sitting])
        broken.set()
        assert await client.ping() == 1


async def test_watched_tables_go_on_where_they_were_before_commands_are_repeated() -> None:
    table = empty_table()

    async def first(peer: Peer) -> None:
        await peer.welcome()
        assert (await peer.show(table, epoch=3)).after_seq is None
        await peer.send(events(2, SAT, epoch=3))
        await peer.receive(Chat)
        peer.breaks()

    async def second(peer: Peer) -> None:
        await peer.welcome()
        watch = await peer.receive(Watch)
        assert (watch.table, watch.after_seq, watch.epoch) == (TABLE, 2, 3)
        chat = await peer.receive(Chat)
        await peer.send(Accepted(watch.id), events(3, PlayerSatOut(2, "asked"), epoch=3))
        await peer.send(Accepted(chat.id))

    async with fake_server(first, second) as url, ann(url) as client:
        view = await client.watch(TABLE)
        assert await view.wait_for(lambda view: view.seat) == 2
        await client.chat(TABLE, "hi")
        assert view.own is not None
        assert view.own.sitting_out
        assert view.seq == 3


async def test_a_watch_in_flight_is_asked_anew() -> None:
    async def first(peer: Peer) -> None:
        await peer.welcome()
        watch = await peer.receive(Watch)
        await peer.send(Accepted(watch.id))
        peer.breaks()

    async def second(peer: Peer) -> None:
        await peer.welcome()
        assert (await peer.show(empty_table())).after_seq is None

    async with fake_server(first, second) as url, ann(url) as client:
        assert (await client.watch(TABLE)).seq == 1


async def test_the_lobby_is_watched_again() -> None:
    async def first(peer: Peer) -> None:
        await peer.welcome()
        await peer.send(Accepted((await peer.receive(WatchLobby)).id))
        await peer.receive(Ping)
        await peer.close(1012)

    async def second(peer: Peer) -> None:
        await peer.welcome()
        await peer.receive(WatchLobby)
        await peer.send(Pong((await peer.receive(Ping)).id, 1))

    async with fake_server(first, second) as url, ann(url) as client:
        await client.watch_lobby()
        await client.ping()


async def test_a_client_waits_for_a_server_that_is_not_up_yet() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    opening = asyncio.create_task(ann(f"ws://127.0.0.1:{port}/ws").__aenter__())

    async def script(peer: Peer) -> None:
        await peer.welcome()

    async with fake_server(script, port=port):
        client = await opening
    assert client.player == ANN
    await client.close()


async def test_entering_can_be_cancelled_while_there_is_no_server() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05), ann(f"ws://127.0.0.1:{port}/ws"):
            pytest.fail("there is no server")
    assert len(asyncio.all_tasks()) == 1


# ---- the door


async def test_a_player_who_is_refused_is_told_at_the_door() -> None:
    async def script(peer: Peer) -> None:
        hello = await peer.receive(Hello)
        assert hello.token == "forged"
        await peer.send(Rejected(hello.id, "bad_token", "not one of ours"))

    async with fake_server(script) as url:
        with pytest.raises(CommandRejected, match="bad_token"):
            async with connect(url, token="forged", backoff=AT_ONCE):
                pytest.fail("the door is shut")


async def test_a_server_that_is_about_to_stop_is_tried_again() -> None:
    async def first(peer: Peer) -> None:
        hello = await peer.receive(Hello)
        await peer.send(Rejected(hello.id, "restarting", "soon", retryable=True))

    async def second(peer: Peer) -> None:
        await peer.welcome()

    async with fake_server(first, second) as url, ann(url) as client:
        assert client.player == ANN


async def test_an_address_that_makes_no_sense_is_not_tried_for_ever() -> None:
    with pytest.raises(ConnectionEnded, match="cannot connect"):
        async with ann("http://127.0.0.1/ws"):
            pytest.fail("that is no WebSocket address")


async def test_a_server_that_speaks_something_else_is_not_tried_again() -> None:
    async def script(peer: Peer) -> None:
        await peer.send_raw("220 smtp.example ESMTP")
        await peer.stays()

    async with fake_server(script) as url:
        with pytest.raises(ConnectionEnded, match="no poker server"):
            async with ann(url):
                pytest.fail("that is no poker server")


# ---- tables


async def test_a_gap_is_filled_by_a_snapshot_that_is_asked_for_once() -> None:
    table = empty_table()
    applied: list[int] = []

    async def script(peer: Peer) -> None:
        await peer.welcome()
        await peer.show(table)
        await peer.send(
            events(3, PlayerStood(2, ANN, 5_000)),
            events(4, PlayerSat(1, ANN, "Ann", 9_000)),
        )
        watch = await peer.receive(Watch)
        assert watch.after_seq is None
        table.seq = 4
        await peer.send(Accepted(watch.id), snapshot(table), events(5, SAT))
        await peer.send(Pong((await peer.receive(Ping)).id, 1))

    async with fake_server(script) as url, ann(url) as client:
        view = await client.watch(TABLE, lambda seq, _: applied.append(seq))
        await view.reached(5)
        assert view.seat == 2
        assert applied == [5]
        await client.ping()


async def test_an_event_that_does_not_fit_is_answered_like_a_gap() -> None:
    async def script(peer: Peer) -> None:
        await peer.welcome()
        await peer.show(empty_table())
        await peer.send(events(2, PlayerSatOut(2, "asked")))
        assert (await peer.show(empty_table(), epoch=2)).after_seq is None

    async with fake_server(script) as url, ann(url) as client:
        view = await client.watch(TABLE)
        await view.wait_for(lambda view: view.epoch == 2)


async def test_an_unknown_table_is_refused_and_may_be_asked_for_again() -> None:
    async def script(peer: Peer) -> None:
        await peer.welcome()
        watch = await peer.receive(Watch)
        await peer.send(Rejected(watch.id, "unknown_table", "no"))
        await peer.show(empty_table())

    async with fake_server(script) as url, ann(url) as client:
        with pytest.raises(CommandRejected, match="unknown_table"):
            await client.watch(TABLE)
        await client.watch(TABLE)


async def test_a_table_that_is_gone_after_a_restart_ends_its_view_alone() -> None:
    async def first(peer: Peer) -> None:
        await peer.welcome()
        await peer.show(empty_table())
        await peer.close(1012)

    async def second(peer: Peer) -> None:
        await peer.welcome()
        watch = await peer.receive(Watch)
        await peer.send(Rejected(watch.id, "unknown_table", "no"))
        await peer.send(Pong((await peer.receive(Ping)).id, 1))

    async with fake_server(first, second) as url, ann(url) as client:
        view = await client.watch(TABLE)
        with pytest.raises(TableLost, match="unknown_table"):
            await view.wait_for(lambda view: view.seat)
        assert TABLE not in client.views
        assert await client.ping() == 1


async def test_a_table_that_cannot_be_loaded_yet_is_asked_for_until_it_can() -> None:
    async def first(peer: Peer) -> None:
        await peer.welcome()
        await peer.show(empty_table())
        await peer.close(1012)

    async def second(peer: Peer) -> None:
        await peer.welcome()
        for _ in range(3):
            watch = await peer.receive(Watch)
            await peer.send(Rejected(watch.id, "table_unavailable", "wait", retryable=True))
        await peer.show(empty_table(), epoch=2)

    async with fake_server(first, second) as url, ann(url) as client:
        view = await client.watch(TABLE)
        await view.wait_for(lambda view: view.epoch == 2)


async def test_a_table_that_is_restored_after_a_fault_is_watched_again() -> None:
    async def script(peer: Peer) -> None:
        await peer.welcome()
        await peer.show(empty_table())
        await peer.send(Notice("table_failed", "being restored", TABLE))
        assert (await peer.show(empty_table(), epoch=2)).epoch == 1

    async with fake_server(script) as url, ann(url) as client:
        view = await client.watch(TABLE)
        await view.wait_for(lambda view: view.epoch == 2)


async def test_watching_twice_gives_one_view_and_unwatching_ends_it() -> None:
    async def script(peer: Peer) -> None:
        await peer.welcome()
        await peer.show(empty_table())
        await peer.send(Accepted((await peer.receive(Unwatch)).id))

    async with fake_server(script) as url, ann(url) as client:
        view, same = await asyncio.gather(client.watch(TABLE), client.watch(TABLE))
        assert view is same
        assert await client.watch(TABLE) is view
        seated = asyncio.create_task(view.wait_for(lambda view: view.seat))
        await client.unwatch(TABLE)
        with pytest.raises(TableLost, match="unwatched"):
            await seated
