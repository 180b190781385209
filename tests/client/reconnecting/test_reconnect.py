import asyncio
import socket
import ssl
from types import SimpleNamespace
from typing import cast

import pytest
from msgspec.structs import replace
from websockets.datastructures import Headers
from websockets.exceptions import InvalidMessage, InvalidStatus, InvalidURI
from websockets.http11 import Response

from pokerws.client import (
    RECONNECT_CODES,
    Backoff,
    CommandRejected,
    ConnectionEnded,
    TableLost,
    TableView,
)
from pokerws.client.link import Link
from pokerws.client.reconnect import Retries, may_pass
from pokerws.client.watches import Watches
from pokerws.game.events import PlayerSatOut
from pokerws.game.state import TableId
from pokerws.messages import (
    JSON,
    Accepted,
    Act,
    Chat,
    CloseCode,
    Hello,
    Limits,
    Lobby,
    Ping,
    Pong,
    Rejected,
    Sit,
    TableWatch,
    VariantSummary,
    Watch,
    WatchLobby,
    WatchOutcome,
    Welcome,
)
from tests.client.fake_server import (
    ANN,
    AT_ONCE,
    SAT,
    TABLE,
    Peer,
    ann,
    empty_table,
    events,
    fake_server,
    snapshot,
    summary,
)


def refused_with(status: int) -> InvalidStatus:
    return InvalidStatus(Response(status, "", Headers()))


def test_pauses_double_up_to_the_longest_with_half_of_each_by_chance() -> None:
    backoff = Backoff(shortest_ms=100, longest_ms=1_000)
    for failures, most_ms in enumerate([100, 200, 400, 800, 1_000, 1_000]):
        pauses = [backoff.delay_ms(failures) for _ in range(200)]
        assert min(pauses) >= most_ms / 2
        assert max(pauses) <= most_ms
        assert len(set(pauses)) > 20
    assert backoff.delay_ms(10**9) <= 1_000


def test_the_first_answer_shortens_a_pause_that_has_grown_and_later_ones_do_not() -> None:
    retries = Retries(Backoff())
    for _ in range(8):
        retries.delay_ms(5, 5, answered=False)
    for most_ms in [250, 500, 1_000, 2_000]:
        assert most_ms / 2 <= retries.delay_ms(5, 5, answered=True) <= most_ms


def test_the_server_closes_with_codes_that_are_decided_about() -> None:
    final = {
        CloseCode.BAD_MESSAGES,
        CloseCode.TOKEN_EXPIRED,  # Unless there is a newer one: see test_tokens.py.
        CloseCode.LOGGED_OUT,
        CloseCode.BANNED,
        CloseCode.TOO_FAST,
    }
    assert set(CloseCode) - RECONNECT_CODES == final


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        (ConnectionRefusedError(), True),
        (TimeoutError(), True),
        (refused_with(503), True),
        (refused_with(429), True),
        (refused_with(404), False),
        (refused_with(403), False),
        (InvalidURI("x", "no"), False),
        (InvalidMessage("not HTTP"), False),
        (ssl.SSLCertVerificationError(), False),
        (ValueError(), False),
    ],
)
def test_only_what_may_pass_is_tried_again(error: Exception, passes: bool) -> None:  # noqa: FBT001
    assert may_pass(error) is passes


def test_a_handshake_that_breaks_off_is_tried_again() -> None:
    error = InvalidMessage("no answer")
    error.__cause__ = EOFError()
    assert may_pass(error)


@pytest.mark.parametrize("code", [1001, 1011, 1012, 1013, 4408, 4409, 4413, 4430])
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


@pytest.mark.parametrize("code", [1000, 1002, 1009, 4400, 4403, 4429])
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


async def test_several_tables_are_watched_again_with_one_message_that_may_refuse_some() -> None:
    other = replace(empty_table(), id=TableId("t2"))

    async def first(peer: Peer) -> None:
        await peer.welcome("secret", ANN, "watch_several")
        watch = await peer.receive(Watch)
        assert watch.tables == [TableWatch(TABLE), TableWatch(other.id)]
        await peer.send(Accepted(watch.id, tables=[WatchOutcome(TABLE), WatchOutcome(other.id)]))
        await peer.send(snapshot(empty_table()), snapshot(other))
        await peer.receive(Ping)
        peer.breaks()

    async def second(peer: Peer) -> None:
        await peer.welcome("secret", ANN, "watch_several")
        watch = await peer.receive(Watch)
        assert watch.table is None
        assert watch.tables == [TableWatch(TABLE, 1, 1), TableWatch(other.id, 1, 1)]
        gone = WatchOutcome(other.id, "unknown_table", "there is no table t2")
        later = WatchOutcome(TABLE, "table_unavailable", "later", retryable=True)
        await peer.send(Accepted(watch.id, tables=[later, gone]))
        await peer.send(Pong((await peer.receive(Ping)).id, 1))
        again = await peer.receive(Watch)
        assert (again.table, again.after_seq, again.tables) == (TABLE, 1, None)
        await peer.send(Accepted(again.id, table=TABLE), events(2, SAT))

    async with fake_server(first, second) as url, ann(url) as client:
        view, lost = await client.watch_all([TABLE, other.id, TABLE])
        await client.ping()
        assert await view.wait_for(lambda view: view.seat) == 2
        with pytest.raises(TableLost, match="unknown_table"):
            await lost.wait_for(lambda view: view.seat)


async def test_without_the_capability_each_table_has_a_watch_of_its_own() -> None:
    async def script(peer: Peer) -> None:
        await peer.welcome()
        for table in ("t1", "t2"):
            watch = await peer.receive(Watch)
            assert (watch.table, watch.tables) == (table, None)
            await peer.send(Rejected(watch.id, "unknown_table", "no"))

    async with fake_server(script) as url, ann(url) as client:
        with pytest.raises(CommandRejected, match="unknown_table"):
            await client.watch_all([TABLE, TableId("t2")])


def test_a_watch_of_many_tables_with_long_ids_is_no_longer_than_a_message_may_be() -> None:
    sent: list[Watch] = []
    link = cast("Link", SimpleNamespace(new_id=lambda: "w" * 64, tell=sent.append))
    watches = Watches(link, AT_ONCE)
    limits = Limits(max_message_bytes=4096)
    welcome = Welcome("1", ANN, "Ann", "player", 1, 1, {}, limits, ["watch_several"])
    for number in range(40):
        table = replace(empty_table(), id=TableId(f"{number:064}"))
        view = TableView(ANN, table, 2**53)
        view.table.seq = 2**53
        watches.views[table.id] = view
    watches.connected(welcome)
    assert len(sent) > 1
    assert sum(len(watch.tables or ()) for watch in sent) == 40
    assert max(len(JSON.encode(watch)) for watch in sent) <= 4096


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


async def test_the_lobby_is_watched_again_and_what_is_gone_is_forgotten() -> None:
    gone = replace(summary("Gone"), table=TableId("t0"))

    async def first(peer: Peer) -> None:
        await peer.welcome()
        await peer.send(Accepted((await peer.receive(WatchLobby)).id))
        await peer.send(Lobby([gone]), Lobby([summary("Main")]))
        await peer.send(Pong((await peer.receive(Ping)).id, 1))
        await peer.close(1012)

    async def second(peer: Peer) -> None:
        await peer.welcome()
        await peer.receive(WatchLobby)
        await peer.send(Lobby([summary("Main", players=3)]))
        await peer.send(Pong((await peer.receive(Ping)).id, 1))

    async with fake_server(first, second) as url, ann(url) as client:
        await client.watch_lobby()
        await client.ping()
        assert client.lobby == {"t0": gone, TABLE: summary("Main")}
        await client.ping()
        assert client.lobby == {TABLE: summary("Main", players=3)}


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


GAMES = {"NT": VariantSummary("hold'em", "no_limit", "blinds", 10)}


async def test_games_of_the_welcome_before_stand_for_those_that_are_left_out() -> None:
    asked: list[str | None] = []

    async def first(peer: Peer) -> None:
        asked.append((await peer.welcome(games=GAMES, games_etag="one")).games_etag)
        peer.breaks()

    async def second(peer: Peer) -> None:
        asked.append((await peer.welcome(games_etag="one")).games_etag)
        ping = await peer.receive(Ping)
        await peer.send(Pong(ping.id, 1_000))
        await peer.stays()

    async with fake_server(first, second) as url, ann(url) as client:
        await client.ping()
        assert client.welcome.variants == GAMES
    assert asked == [None, "one"]


async def test_a_server_that_does_not_know_the_etag_is_greeted_without_it() -> None:
    """An older server has taken the place of a newer one."""

    async def newer(peer: Peer) -> None:
        await peer.welcome(games=GAMES, games_etag="one")
        peer.breaks()

    async def older(peer: Peer) -> None:
        hello = await peer.receive(Hello)
        assert hello.games_etag == "one"
        await peer.send(Rejected(hello.id, "unknown_field", "no such field", retryable=False))
        assert (await peer.welcome(games=GAMES)).games_etag is None
        ping = await peer.receive(Ping)
        await peer.send(Pong(ping.id, 1_000))
        await peer.stays()

    async with fake_server(newer, older) as url, ann(url) as client:
        await client.ping()
        assert client.welcome.variants == GAMES
