"""Limits on connections, seats, watchers and tables, and the refusals above them."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus
from websockets.http11 import Response

from pokerws.game.state import TableId
from pokerws.messages import CloseCode
from pokerws.schema.schemas import CLIENT_MESSAGES, tag_of
from pokerws.schema.transcripts import examples
from pokerws.server.app import App
from pokerws.server.sessions.handlers import COUNTED_AS
from pokerws.settings import variables
from tests.server.conftest import Connect, Message, Raw
from tests.unlimited import NO_LIMITS

SOON_S = 60
BY_TAG = {tag_of(one): one for one in CLIENT_MESSAGES}


async def open_table(raw: Raw, name: str = "One") -> str:
    answer = await raw.ask("create_table", name=name, config={"next_hand_delay_ms": 60_000})
    assert answer["type"] == "accepted", answer
    return str(answer["table"])


async def refusal(url: str, **options: Any) -> Response:
    """The response to a handshake that is refused."""
    with pytest.raises(InvalidStatus) as caught:
        await connect(url, compression=None, **options)
    return caught.value.response


async def until(condition: Callable[[], bool]) -> None:
    """Wait until the server has come to know of something."""
    async with asyncio.timeout(SOON_S):
        while not condition():  # noqa: ASYNC110  The server has no event for it.
            await asyncio.sleep(0.001)


def counted(app: App, line: str) -> int:
    """The value of a counter, by its name and labels as they are shown."""
    text = app._metrics.text().decode()
    return next((int(float(x.split()[-1])) for x in text.splitlines() if x.startswith(line)), 0)


def refused(app: App, reason: str) -> int:
    return counted(app, f'pokerws_connections_refused_total{{reason="{reason}"}}')


def answered(app: App, command: str, answer: str) -> int:
    return counted(app, f'pokerws_commands_total{{answer="{answer}",command="{command}"}}')


async def closed_with(connection: ClientConnection) -> int | None:
    """The code that a connection is closed with."""
    async with asyncio.timeout(SOON_S):
        await connection.wait_closed()
    return connection.close_code


@pytest.mark.settings(max_connections_per_address=2)
async def test_an_address_has_so_many_connections_and_one_more_when_one_has_ended(
    app: App,
) -> None:
    first, second = [await connect(app.socket_url, compression=None) for _ in range(2)]
    response = await refusal(app.socket_url)
    assert response.status_code == 429
    assert int(response.headers["Retry-After"]) > 0
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert refused(app, "address") == 1
    elsewhere = await connect(app.socket_url, compression=None, local_addr=("127.0.0.2", 0))
    await first.close()
    await until(lambda: app.connections == 2)
    third = await connect(app.socket_url, compression=None)
    for connection in (second, third, elsewhere):
        await connection.close()


@pytest.mark.settings(max_connections_per_address=1)
async def test_a_handshake_that_fails_later_does_not_count_for_ever(app: App) -> None:
    for _ in range(5):
        response = await refusal(app.socket_url, additional_headers={"Sec-WebSocket-Version": "12"})
        assert response.status_code == 400
        await until(lambda: not app.listener._counts._connections)
    await (await connect(app.socket_url, compression=None)).close()


@pytest.mark.settings(max_connections=1)
async def test_a_server_that_is_full_says_so(app: App) -> None:
    connection = await connect(app.socket_url, compression=None)
    elsewhere: dict[str, Any] = {"local_addr": ("127.0.0.2", 0)}
    response = await refusal(app.socket_url, **elsewhere)
    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) > 0
    assert refused(app, "full") == 1
    await connection.close()
    await until(lambda: app.connections == 0)
    await (await connect(app.socket_url, compression=None, **elsewhere)).close()


@pytest.mark.settings(address_connection_rate="2/3600s")
async def test_an_address_that_connects_too_often_is_told_when_to_come_back(app: App) -> None:
    for _ in range(2):
        await (await connect(app.socket_url, compression=None)).close()
    response = await refusal(app.socket_url)
    assert response.status_code == 429
    assert 1790 <= int(response.headers["Retry-After"]) <= 1800
    assert refused(app, "too_fast") == 1
    elsewhere = await connect(app.socket_url, compression=None, local_addr=("127.0.0.2", 0))
    await elsewhere.close()


@pytest.mark.settings(address_newcomer_rate="2/3600s")
async def test_nobody_takes_all_names_and_the_chips_that_come_with_them(
    open_connection: Connect,
) -> None:
    ann = await open_connection("Ann")
    await open_connection("Ben")
    raw = await open_connection()
    refused = await raw.ask("hello", name="Cleo")
    assert (refused["code"], refused["retryable"]) == ("too_fast", True)
    assert 1_790_000 <= refused["retry_after_ms"] <= 1_800_000
    # Who has been here before is not held up by the others.
    again = await raw.ask("hello", token=ann.welcome["session"])
    assert again["player"] == ann.welcome["player"]


@pytest.mark.settings(max_connections_per_address=3)
async def test_sockets_that_ask_for_nothing_are_as_many_as_connections_may_be(app: App) -> None:
    silent = [await asyncio.open_connection("127.0.0.1", app.port) for _ in range(3)]
    one_more, writer = await asyncio.open_connection("127.0.0.1", app.port)
    assert await one_more.read() == b""
    writer.close()
    assert refused(app, "opening") == 1
    silent[0][1].close()
    await until(lambda: app.listener._counts._opening == 2)
    await (await connect(app.socket_url, compression=None)).close()
    for _, other in silent:
        other.close()


@pytest.mark.settings(trusted_proxies=("127.0.0.1",), max_connections_per_address=1)
async def test_clients_of_a_proxy_are_counted_one_by_one(app: App) -> None:
    def through(address: str) -> dict[str, Any]:
        return {"compression": None, "additional_headers": {"X-Forwarded-For": address}}

    ann = await connect(app.socket_url, **through("198.51.100.1"))
    ben = await connect(app.socket_url, **through("198.51.100.2"))
    with pytest.raises(InvalidStatus, match="429"):
        await connect(app.socket_url, **through("198.51.100.1"))
    with pytest.raises(InvalidStatus, match="429"):
        await connect(app.socket_url, **through("203.0.113.1, 198.51.100.1"))
    for connection in (ann, ben):
        await connection.close()


@pytest.mark.settings(max_connections_per_player=2)
async def test_a_player_with_too_many_connections_keeps_the_older_ones(
    app: App, open_connection: Connect
) -> None:
    ann = await open_connection("Ann")
    token = ann.welcome["session"]
    assert ann.welcome["limits"]["max_connections_per_player"] == 2
    tab, third, ben = [await open_connection() for _ in range(3)]
    assert (await tab.ask("hello", token=token))["type"] == "welcome"
    await third.send({"type": "hello", "token": token})
    assert await closed_with(third.connection) == CloseCode.TOO_MANY_CONNECTIONS
    assert refused(app, "player") == 1
    assert (await ann.ask("ping"))["type"] == "pong"
    assert (await ben.ask("hello", name="Ben"))["type"] == "welcome"
    await tab.connection.close()
    await until(lambda: app.connections == 2)
    again = await open_connection()
    assert (await again.ask("hello", token=token))["type"] == "welcome"


@pytest.mark.settings(max_tables_per_player=2)
async def test_a_player_sits_at_so_many_tables(app: App, open_connection: Connect) -> None:
    ann, ben = await open_connection("Ann"), await open_connection("Ben")
    tables = [await open_table(ann, str(number)) for number in range(3)]
    for table in tables[:2]:
        assert (await ann.ask("sit", table=table, buy_in=5000))["type"] == "accepted"
    answer = await ann.ask("sit", table=tables[2], buy_in=5000)
    assert answer["code"] == "too_many_tables"
    assert "retryable" not in answer
    assert answered(app, "sit", "too_many_tables") == 1
    assert (await ann.ask("sit", table=tables[1], buy_in=5000))["code"] == "already_seated"
    assert (await ben.ask("sit", table=tables[2], buy_in=5000))["type"] == "accepted"
    assert (await ann.ask("stand", table=tables[0]))["type"] == "accepted"
    assert (await ann.ask("sit", table=tables[2], buy_in=5000))["type"] == "accepted"


@pytest.mark.settings(max_tables_per_player=1)
async def test_a_seat_that_is_asked_for_again_is_answered_as_the_first_time(
    open_connection: Connect,
) -> None:
    ann = await open_connection("Ann")
    one, two = await open_table(ann), await open_table(ann, "Two")
    first = await ann.ask("sit", table=one, buy_in=5000, id="seat")
    assert await ann.ask("sit", table=one, buy_in=5000, id="seat") == first
    assert (await ann.ask("sit", table=two, buy_in=5000))["code"] == "too_many_tables"


@pytest.mark.settings(max_watched_tables=2)
async def test_a_connection_watches_so_many_tables(app: App, open_connection: Connect) -> None:
    ann = await open_connection("Ann")
    tables = [await open_table(ann, str(number)) for number in range(3)]
    for table in tables[:2]:
        assert (await ann.ask("watch", table=table))["type"] == "accepted"
    assert (await ann.ask("watch", table=tables[2]))["code"] == "too_many_watched"
    assert (await ann.ask("watch", table=tables[1]))["type"] == "accepted", "it does already"
    assert answered(app, "watch", "too_many_watched") == 1
    await ann.ask("unwatch", table=tables[0])
    assert (await ann.ask("watch", table=tables[2]))["type"] == "accepted"


@pytest.mark.settings(max_watchers_per_table=1)
async def test_a_table_has_so_many_watchers_besides_its_players(
    app: App, open_connection: Connect
) -> None:
    ann, ben, cleo = [await open_connection(name) for name in ("Ann", "Ben", "Cleo")]
    table = await open_table(ann)
    assert (await ann.ask("watch", table=table))["type"] == "accepted"
    answer = await ben.ask("watch", table=table)
    assert (answer["code"], answer["retryable"]) == ("too_many_watchers", True)
    assert answered(app, "watch", "too_many_watchers") == 1
    assert (await ann.ask("watch", table=table))["type"] == "accepted", "it does already"
    assert (await cleo.ask("sit", table=table, buy_in=5000))["type"] == "accepted"
    assert (await cleo.ask("watch", table=table))["type"] == "accepted", "a player always may"
    await ann.ask("unwatch", table=table)
    await cleo.ask("unwatch", table=table)
    assert (await ben.ask("watch", table=table))["type"] == "accepted"


@pytest.mark.settings(connection_command_rate="5/3600s", refusal_rate="3/3600s")
async def test_messages_that_come_too_fast_are_refused_and_a_flood_is_closed(
    app: App, open_connection: Connect
) -> None:
    ann, ben = await open_connection("Ann"), await open_connection("Ben")
    assert ann.welcome["limits"]["connection_commands"] == {"burst": 5, "over_ms": 3_600_000}
    for _ in range(4):
        assert (await ann.ask("ping"))["type"] == "pong"
    for _ in range(3):
        answer = await ann.ask("create_table", name="No", config={})
        assert (answer["code"], answer["retryable"]) == ("too_fast", True)
        assert 700_000 < answer["retry_after_ms"] <= 720_000
    assert len(app.lobby.summaries()) == 0, "nothing was carried out"
    await ann.send({"type": "ping"})
    assert await closed_with(ann.connection) == CloseCode.TOO_FAST
    assert answered(app, "unreadable", "too_fast") == 4
    assert (await ben.ask("ping"))["type"] == "pong"


@pytest.mark.settings(player_command_rate="4/3600s")
async def test_a_second_connection_does_not_make_a_player_faster(open_connection: Connect) -> None:
    ann, tab = await open_connection("Ann"), await open_connection()
    assert (await tab.ask("hello", token=ann.welcome["session"]))["type"] == "welcome"
    answers = [await one.ask("ping") for one in (ann, tab, ann, tab, ann)]
    assert [answer["type"] for answer in answers] == ["pong"] * 4 + ["rejected"]


@pytest.mark.settings(address_command_rate="4/3600s")
async def test_all_players_of_an_address_are_slowed_together(open_connection: Connect) -> None:
    ann, ben = await open_connection("Ann"), await open_connection("Ben")
    answers = [await one.ask("ping") for one in (ann, ben, ann)]
    assert [answer["type"] for answer in answers] == ["pong", "pong", "rejected"]


@pytest.mark.settings(player_chat_rate="2/3600s")
async def test_chat_has_a_limit_of_its_own(app: App, open_connection: Connect) -> None:
    ann, ben = await open_connection("Ann"), await open_connection("Ben")
    table = await open_table(ann)
    for one in (ann, ben):
        await one.ask("watch", table=table)
    for text in ("one", "two"):
        assert (await ann.ask("chat", table=table, text=text))["type"] == "accepted"
    answer = await ann.ask("chat", table=table, text="three")
    assert (answer["code"], answer["retryable"]) == ("too_fast", True)
    assert 0 < answer["retry_after_ms"] <= 1_800_000
    assert answered(app, "chat", "too_fast") == 1
    assert (await ben.ask("chat", table=table, text="four"))["type"] == "accepted"
    assert (await ben.until("chat"))["text"] == "four", "and three never came"
    assert (await ann.ask("ping"))["type"] == "pong"


@pytest.mark.settings(player_table_rate="1/3600s")
async def test_a_player_opens_so_many_tables(open_connection: Connect) -> None:
    ann, ben = await open_connection("Ann"), await open_connection("Ben")
    await open_table(ann)
    answer = await ann.ask("create_table", name="Two", config={})
    assert answer["code"] == "too_fast"
    assert answer["retry_after_ms"] > 3_500_000
    await open_table(ben)


# All messages that are counted as a read or as a change of seats, as the document writes them.
READS, SEATS = (
    [json.loads(examples(BY_TAG[tag])[0]) for tag in tags.split()]
    for tags in (
        """get_account get_hand get_ledger get_link get_notes get_stats create_link list_bans
        list_hands list_players list_tables list_watchers mute_player refill set_note watch
        watch_lobby""",
        """sit sit_in sit_out stand stay add_bot add_chips approve_seat auto_chips auto_muck
        change_table choose_game deny_seat give_chips hand_over host_ban host_kick host_mute
        host_unban join_waiting_list leave_waiting_list pause_table post_blind quick_seat
        remove_bot renew_link resume_table run_it straddle take_chips vote_bomb_pot""",
    )
)
OF_MODERATORS = ("list_bans", "list_players")
ONCE = [
    pytest.param(*one, marks=pytest.mark.settings(**{setting: "1/3600s"}), id=setting)
    for *one, setting in [
        (READS, SEATS, "player_read_rate"),
        (READS, SEATS, "address_read_rate"),
        (SEATS, READS, "player_seat_rate"),
    ]
]


@pytest.mark.parametrize(("limited", "others"), ONCE)
async def test_what_costs_more_than_other_messages_has_a_limit_of_its_own(
    app: App, open_connection: Connect, limited: list[Message], others: list[Message]
) -> None:
    ann = await open_connection("Ann")
    first = await ann.ask(**limited[0])
    assert first.get("code") != "too_fast"
    for message in limited:
        answer = await ann.ask(**message)
        if message["type"] in OF_MODERATORS:
            assert answer["code"] == "forbidden"
            continue
        assert (answer["code"], answer.get("retryable")) == ("too_fast", True), message
        assert 3_500_000 < answer["retry_after_ms"] <= 3_600_000
        assert answered(app, message["type"], "too_fast") == 1
    for message in [*others, {"type": "ping"}]:
        assert (await ann.ask(**message)).get("code") != "too_fast"


def test_the_lists_above_are_complete() -> None:
    for kind, messages in (("reads", READS), ("seats", SEATS)):
        counted_so = {tag_of(one) for one, counted_as in COUNTED_AS.items() if counted_as == kind}
        assert counted_so == {message["type"] for message in messages}


AS_BY_DEFAULT = pytest.mark.settings.with_args(
    **{name: variables()[name.upper()].default for name in NO_LIMITS}
)


@AS_BY_DEFAULT
async def test_who_follows_twenty_tables_may_reconnect(open_connection: Connect) -> None:
    ann, makers = await open_connection("Ann"), [await open_connection(f"B{n}") for n in range(4)]
    tables = [await open_table(maker, str(n)) for maker in makers for n in range(5)]
    again = await open_connection()
    assert (await again.ask("hello", token=ann.welcome["session"]))["type"] == "welcome"
    for connection in (ann, again):
        for message in ("watch_lobby", "get_account"):
            assert (await connection.ask(message))["type"] != "rejected"
        for table in tables:
            assert (await connection.ask("watch", table=table))["type"] == "accepted"


@pytest.mark.settings(max_tables_opened_per_player=2)
async def test_a_player_has_so_many_open_tables(app: App, open_connection: Connect) -> None:
    ann, ben = await open_connection("Ann"), await open_connection("Ben")
    assert ann.welcome["limits"]["max_tables_opened_per_player"] == 2
    first = await open_table(ann)
    await open_table(ann)
    answer = await ann.ask("create_table", name="Three", config={})
    assert answer["code"] == "too_many_tables"
    assert answer["message"] == "a player may have opened 2 tables at a time"
    assert answered(app, "create_table", "too_many_tables") == 1
    await open_table(ben)
    assert await app.open_bot_tables(), "nor is the server's own held up"
    await app.lobby.close(TableId(first), "abandoned")
    await open_table(ann)


@pytest.mark.settings(max_tables_opened_per_address=3, trusted_proxies=("127.0.0.1",))
async def test_an_address_has_so_many_open_tables_whoever_opens_them(
    app: App, open_connection: Connect
) -> None:
    def behind(address: str) -> dict[str, str]:
        return {"X-Forwarded-For": address}

    guests = [
        await open_connection(name, headers=behind(f"2001:db8:7:7::{number}"))
        for number, name in enumerate(("Ann", "Ben", "Cleo", "Dan"), start=1)
    ]
    assert guests[0].welcome["limits"]["max_tables_opened_per_address"] == 3
    first = await open_table(guests[0])
    for guest in guests[1:3]:
        await open_table(guest)
    answer = await guests[3].ask("create_table", name="Four", config={})
    assert answer["code"] == "too_many_tables"
    assert answer["message"] == "an address may have opened 3 tables at a time"
    await open_table(await open_connection("Eva", headers=behind("2001:db8:7:8::1")))
    assert await app.open_bot_tables(), "nor is the server's own held up"
    await app.lobby.close(TableId(first), "abandoned")
    await open_table(guests[3])


async def test_the_limits_are_in_the_welcome(open_connection: Connect) -> None:
    limits = (await open_connection("Ann")).welcome["limits"]
    assert limits["max_message_bytes"] == 4096
    assert limits["max_tables_per_player"] == 24
    assert limits["connection_commands"] is None, "the server of the tests has it off"


async def test_a_message_over_the_limit_ends_the_connection(
    app: App, open_connection: Connect
) -> None:
    ann = await open_connection("Ann")
    await ann.connection.send(json.dumps({"type": "ping", "id": "x" * 5000}))
    assert await closed_with(ann.connection) == 1009
