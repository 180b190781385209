import asyncio
import gc
from typing import Any

import pytest

from pokerws.client import CommandRejected, ConnectionEnded, NotUnderstood, connect
from pokerws.client.client import News
from pokerws.game.cards import parse_cards
from pokerws.game.config.table_config import TableConfig
from pokerws.game.events import ChipsAdded, PlayerSat
from pokerws.game.state import PlayerId, TableId
from pokerws.messages import (
    Accepted,
    Account,
    AccountTransfer,
    Act,
    AddChips,
    AutoMuck,
    Chat,
    ChatSaid,
    ChooseGame,
    CloseCode,
    CloseTable,
    CreateTable,
    GetAccount,
    GetHand,
    HandEvents,
    Hello,
    ListTables,
    Lobby,
    Logout,
    Ping,
    Pong,
    RabbitHunt,
    Refill,
    Rejected,
    RunIt,
    Show,
    Sit,
    Straddle,
    Tables,
    VoteBombPot,
    Waiting,
    Watch,
    WatchLobby,
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
    summary,
)

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


async def test_the_account_is_read_page_by_page() -> None:
    newest = [AccountTransfer(9, 5_000, "buy_in", -4_000, TABLE)]
    older = [AccountTransfer(3, 1_000, "grant", 10_000)]

    async def script(peer: Peer) -> None:
        await peer.welcome()
        asked = await peer.receive(GetAccount)
        assert asked.before is None
        await peer.send(Account(asked.id, 6_000, newest, refill_at_ms=9_000))
        asked = await peer.receive(GetAccount)
        assert asked.before == 9
        await peer.send(Account(asked.id, 6_000, older))
        await peer.stays()

    async with fake_server(script) as url, ann(url) as client:
        account = await client.account()
        assert (account.balance, account.refill_at_ms) == (6_000, 9_000)
        assert account.transfers == newest
        assert (await client.account(before=newest[-1].id)).transfers == older
        await client.close()


async def test_a_refill_is_given_or_refused() -> None:
    async def script(peer: Peer) -> None:
        await peer.welcome()
        await peer.send(Accepted((await peer.receive(Refill)).id))
        await peer.send(Rejected((await peer.receive(Refill)).id, "refill_not_due", "too early"))
        await peer.stays()

    async with fake_server(script) as url, ann(url) as client:
        await client.refill()
        with pytest.raises(CommandRejected, match="refill_not_due"):
            await client.refill()
        await client.close()


async def test_a_hand_that_is_over_is_read() -> None:
    async def script(peer: Peer) -> None:
        await peer.welcome()
        asked = await peer.receive(GetHand)
        assert (asked.table, asked.hand) == (TABLE, 4)
        await peer.send(HandEvents(asked.id, TABLE, 4, 1, 2, [SAT]))
        asked = await peer.receive(GetHand)
        assert (asked.hand, asked.format) == (4, "pokerstars")
        await peer.send(HandEvents(asked.id, TABLE, 4, 1, 2, [], "PokerStars Hand #1:"))
        await peer.stays()

    async with fake_server(script) as url, ann(url) as client:
        told = await client.get_hand(TABLE, 4)
        written = await client.get_hand(TABLE, 4, format="pokerstars")
        assert written.text == "PokerStars Hand #1:"
        assert (told.seq, told.events) == (2, [SAT])
        await client.close()


async def test_cards_are_shown_and_tables_are_closed() -> None:
    async def script(peer: Peer) -> None:
        await peer.welcome()
        show = await peer.receive(Show)
        assert (show.table, show.hand) == (TABLE, 4)
        await peer.send(Accepted(show.id, 9))
        close = await peer.receive(CloseTable)
        assert close.table == TABLE
        await peer.send(Rejected(close.id, "forbidden", "admins only"))
        await peer.stays()

    async with fake_server(script) as url, ann(url) as client:
        assert (await client.show(TABLE, 4)).seq == 9
        with pytest.raises(CommandRejected, match="forbidden"):
            await client.close_table(TABLE)
        await client.close()


async def test_cards_are_thrown_away_and_wishes_for_the_next_hands_are_told() -> None:
    async def script(peer: Peer) -> None:
        await peer.welcome()
        discard = await peer.receive(Act)
        assert (discard.turn, discard.action, discard.amount) == (9, "discard", None)
        assert discard.cards == parse_cards("AsKd")
        await peer.send(Accepted(discard.id))
        pat = await peer.receive(Act)
        assert (pat.turn, pat.action, pat.cards) == (10, "stand_pat", None)
        await peer.send(Accepted(pat.id))
        straddle = await peer.receive(Straddle)
        assert (straddle.table, straddle.on) == (TABLE, True)
        await peer.send(Accepted(straddle.id))
        run_it = await peer.receive(RunIt)
        assert (run_it.table, run_it.times) == (TABLE, 2)
        await peer.send(Accepted(run_it.id))
        vote = await peer.receive(VoteBombPot)
        assert (vote.table, vote.on) == (TABLE, True)
        await peer.send(Accepted(vote.id))
        hunt = await peer.receive(RabbitHunt)
        assert (hunt.table, hunt.hand) == (TABLE, 7)
        await peer.send(Accepted(hunt.id))
        muck = await peer.receive(AutoMuck)
        assert (muck.table, muck.on) == (TABLE, False)
        await peer.send(Accepted(muck.id))
        show = await peer.receive(Show)
        assert (show.hand, show.cards) == (7, ["As"])
        await peer.send(Accepted(show.id))
        choice = await peer.receive(ChooseGame)
        assert (choice.table, choice.variant) == (TABLE, "FB")
        await peer.send(Rejected(choice.id, "not_your_choice", "no"))

    async with fake_server(script) as url, ann(url) as client:
        await client.act(TABLE, 9, "discard", cards=tuple(parse_cards("AsKd")))
        await client.act(TABLE, 10, "stand_pat")
        await client.straddle(TABLE, on=True)
        await client.run_it(TABLE, 2)
        await client.extras.vote_bomb_pot(TABLE)
        await client.extras.rabbit_hunt(TABLE, 7)
        await client.extras.auto_muck(TABLE, on=False)
        await client.show(TABLE, 7, parse_cards("As"))
        with pytest.raises(CommandRejected, match="not_your_choice"):
            await client.choose_game(TABLE, "FB")


async def test_whoever_logs_out_is_not_connected_again() -> None:
    async def script(peer: Peer) -> None:
        await peer.welcome()
        await peer.send(Accepted((await peer.receive(Logout)).id))
        await peer.close(CloseCode.LOGGED_OUT, "logged out")

    async with fake_server(script) as url, ann(url) as client:
        await client.logout()
        with pytest.raises(ConnectionEnded):
            await client.ping()


@pytest.mark.parametrize("amount", [None, 500])
async def test_chips_are_added_by_an_amount_or_up_to_the_maximum(amount: int | None) -> None:
    async def script(peer: Peer) -> None:
        await peer.welcome()
        await peer.show(empty_table())
        await peer.send(events(2, PlayerSat(2, ANN, "Ann", 5_000)))
        add = await peer.receive(AddChips)
        assert add.amount == amount
        await peer.send(Accepted(add.id, 3), events(3, ChipsAdded(2, ANN, amount or 15_000)))
        await peer.stays()

    async with fake_server(script) as url, ann(url) as client:
        view = await client.watch(TABLE)
        await client.add_chips(TABLE, amount)
        assert view.own is not None
        assert view.own.stack == 5_000 + (amount or 15_000)
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


async def test_an_answer_that_is_not_understood_is_raised() -> None:
    async def script(peer: Peer) -> None:
        await peer.welcome()
        asked = await peer.receive(ListTables)
        await peer.send_raw(f'{{"type":"tables","id":"{asked.id}","tables":"many"}}')

    async with fake_server(script) as url, ann(url) as client:
        with pytest.raises(NotUnderstood, match="tables"):
            await client.list_tables()


async def test_a_client_speaks_messagepack_where_it_is_asked_to() -> None:
    async def script(peer: Peer) -> None:
        assert peer.subprotocol == "poker.v1.msgpack"
        hello = await peer.welcome()
        assert hello.capabilities == []
        await peer.show(empty_table())
        await peer.send(events(2, SAT))
        await peer.send(Pong((await peer.receive(Ping)).id, 5))

    async with (
        fake_server(script) as url,
        connect(url, name="Ann", wire="msgpack", capabilities=[], backoff=AT_ONCE) as client,
    ):
        view = await client.watch(TABLE)
        assert await client.ping() == 5
        assert view.seat == 2


async def test_a_server_without_messagepack_is_not_spoken_to() -> None:
    async def script(peer: Peer) -> None:
        await peer.stays()

    async with fake_server(script, subprotocols=()) as url:
        with pytest.raises(ConnectionEnded, match="msgpack"):
            async with connect(url, name="Ann", wire="msgpack", backoff=AT_ONCE):
                pytest.fail("it does not know that")


async def test_chat_notices_and_the_lobby_are_heard() -> None:
    said = ChatSaid(TABLE, PlayerId("p_bob"), "Bob", "hello", 5)
    heard: list[News | Waiting] = []

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


async def test_a_watch_that_nobody_waits_for_any_more_ends_without_a_word() -> None:
    async def script(peer: Peer) -> None:
        await peer.welcome()
        await peer.receive(Watch)
        await peer.stays()

    said: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: said.append(context))
    async with fake_server(script) as url, ann(url) as client:
        watching = asyncio.create_task(client.watch(TABLE))
        await asyncio.sleep(0)  # Lets it begin.
        watching.cancel()
        await asyncio.wait([watching])
    del client, watching
    gc.collect()
    assert said == []


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
        with pytest.raises(ConnectionEnded, match="not a poker server"):
            async with ann(url):
                pytest.fail("the client connected")
