"""Connections to a real server over real sockets: greeting, bad input, seats, turns."""

import json
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosedError

from pokerws.game.illegal import Illegal
from pokerws.messages import Refused, reject
from pokerws.server.app import App
from tests.server.conftest import Connect, Raw

CONFIG = {"seats": 3, "next_hand_delay_ms": 0, "min_buy_in": 1_000, "max_buy_in": 5_000}


async def open_table(raw: Raw, **config: Any) -> str:
    answer = await raw.ask("create_table", name="One", config={**CONFIG, **config})
    assert answer["type"] == "accepted", answer
    return str(answer["table"])


async def start_hand(connect: Connect) -> tuple[str, list[Raw], dict[str, Any]]:
    """A table with two seated players that watch it, and the turn that is open."""
    players = [await connect("Ann"), await connect("Ben")]
    table = await open_table(players[0])
    for seat, player in enumerate(players):
        await player.ask("watch", table=table)
        await player.until("snapshot")
        answer = await player.ask("sit", table=table, seat=seat, buy_in=2_000)
        assert answer["type"] == "accepted", answer
    return table, players, await next_turn(players[0])


async def next_turn(raw: Raw) -> dict[str, Any]:
    while True:
        for event in (await raw.until("events"))["events"]:
            if event["type"] == "turn_started":
                turn: dict[str, Any] = event["turn"]
                return turn


# ---- hello


async def test_hello_is_answered_with_who_the_player_is_and_what_the_server_does(
    open_connection: Connect,
) -> None:
    raw = await open_connection()
    welcome = await raw.ask("hello", name="Ann")
    assert welcome["type"] == "welcome"
    assert welcome["name"] == "Ann"
    assert welcome["protocol"] == 1
    assert welcome["flags"]["use_db_repository"] is False
    assert welcome["limits"]["max_message_bytes"] == 4096


async def test_the_session_secret_brings_the_same_player_back(open_connection: Connect) -> None:
    first = await (await open_connection()).ask("hello", name="Ann")
    second = await (await open_connection()).ask("hello", token=first["session"])
    assert (second["player"], second["name"]) == (first["player"], "Ann")


@pytest.mark.parametrize(
    ("hello", "code"),
    [
        ({"token": "forged"}, "bad_token"),
        ({}, "name_missing"),
        ({"name": "a\u202eb"}, "bad_name"),
        ({"name": " "}, "bad_name"),
        ({"name": " Ann"}, "bad_name"),
        ({"name": ""}, "out_of_range"),
        ({"name": "x" * 25}, "out_of_range"),
        ({"name": 5}, "wrong_type"),
    ],
)
async def test_a_hello_that_names_nobody_is_refused_and_may_be_tried_again(
    open_connection: Connect, hello: dict[str, Any], code: str
) -> None:
    raw = await open_connection()
    refused = await raw.ask("hello", **hello)
    assert (refused["type"], refused["code"]) == ("rejected", code)
    assert (await raw.ask("hello", name="Ann"))["type"] == "welcome"


async def test_nothing_is_done_before_hello(open_connection: Connect) -> None:
    raw = await open_connection()
    assert (await raw.ask("list_tables"))["code"] == "hello_first"


async def test_hello_is_said_once(open_connection: Connect) -> None:
    raw = await open_connection("Ann")
    assert (await raw.ask("hello", name="Ben"))["code"] == "already_greeted"


@pytest.mark.settings(hello_timeout_ms=50)
async def test_a_connection_that_does_not_say_hello_is_closed(open_connection: Connect) -> None:
    raw = await open_connection()
    with pytest.raises(ConnectionClosedError) as closed:
        await raw.receive()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4408


# ---- messages that make no sense


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("nonsense", "not_json"),
        ('{"x":' + "[" * 4_000, "not_json"),
        ('{"type":"ping","id":"1","x":' + "[" * 1_900 + "]" * 1_900 + "}", "unknown_field"),
        ('{"id":"a\\u0000b","type":"ping"}', "invalid_value"),
        ("", "not_json"),
        ('{"type":"ping"', "not_json"),
        (b"\x00\xff\xfe", "not_text"),
        ("[]", "not_an_object"),
        ("7", "not_an_object"),
        ("{}", "unknown_type"),
        ('{"id":"x","type":"frobnicate"}', "unknown_type"),
        ('{"id":"x","type":3}', "unknown_type"),
        ('{"type":"ping"}', "missing_field"),
        ('{"id":"x","type":"watch"}', "missing_field"),
        ('{"id":5,"type":"ping"}', "wrong_type"),
        ('{"id":"","type":"ping"}', "out_of_range"),
        ('{"id":"' + "x" * 65 + '","type":"ping"}', "out_of_range"),
        ('{"id":"x","type":"sit","table":"t","buy_in":"2000"}', "wrong_type"),
        ('{"id":"x","type":"sit","table":"t","buy_in":1.5}', "wrong_type"),
        ('{"id":"x","type":"sit","table":"t","buy_in":-1}', "out_of_range"),
        ('{"id":"x","type":"sit","table":"t","buy_in":1e400}', "out_of_range"),
        ('{"id":"x","type":"sit","table":"t","buy_in":99999999999999999999}', "out_of_range"),
        ('{"id":"x","type":"sit","table":"t","buy_in":1,"seat":10}', "out_of_range"),
        ('{"id":"x","type":"act","table":"t","turn":1,"action":"cheat"}', "invalid_value"),
        ('{"id":"x","type":"ping","extra":1}', "unknown_field"),
    ],
)
@pytest.mark.settings(use_input_validation=True)
async def test_a_frame_that_is_no_message_is_refused_with_its_code(
    open_connection: Connect, frame: str | bytes, code: str
) -> None:
    raw = await open_connection("Ann")
    await raw.connection.send(frame)
    refused = await raw.receive()
    assert (refused["type"], refused["code"]) == ("rejected", code), refused
    assert refused["retryable"] is False if "retryable" in refused else True
    assert (await raw.ask("ping"))["type"] == "pong"


@pytest.mark.settings(use_input_validation=True)
async def test_a_refusal_names_the_message_that_it_is_about(open_connection: Connect) -> None:
    raw = await open_connection("Ann")
    sent = await raw.send({"type": "ping", "extra": 1})
    assert (await raw.receive())["id"] == sent


async def test_without_validation_extra_fields_and_numbers_in_strings_are_taken(
    open_connection: Connect,
) -> None:
    raw = await open_connection("Ann")
    table = await open_table(raw)
    answer = await raw.ask("sit", table=table, buy_in="2000", seat="1", extra=True)
    assert answer["type"] == "accepted"


async def test_garbage_without_end_is_closed(open_connection: Connect) -> None:
    raw = await open_connection("Ann")
    for _ in range(raw.welcome["limits"]["max_violations"]):
        await raw.connection.send("garbage")
        assert (await raw.receive())["code"] == "not_json"
    with pytest.raises(ConnectionClosedError) as closed:
        await raw.receive()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4400


async def test_a_message_that_is_too_large_is_closed(open_connection: Connect) -> None:
    raw = await open_connection("Ann")
    await raw.connection.send(json.dumps({"id": "1", "type": "ping", "pad": "x" * 5_000}))
    with pytest.raises(ConnectionClosedError) as closed:
        await raw.receive()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1009


# ---- tables


async def test_a_new_table_is_listed_and_announced(open_connection: Connect) -> None:
    raw, other = await open_connection("Ann"), await open_connection("Ben")
    assert (await other.ask("watch_lobby"))["type"] == "accepted"
    assert (await other.until("lobby"))["tables"] == []
    table = await open_table(raw)
    (announced,) = (await other.until("lobby"))["tables"]
    assert (announced["table"], announced["status"], announced["players"]) == (table, "waiting", 0)
    (listed,) = (await raw.ask("list_tables"))["tables"]
    assert listed["name"] == "One"


@pytest.mark.parametrize(
    "config",
    [{"seats": 1}, {"seats": 11}, {"big_blind": 0}, {"variant": "XX"}, {"min_buy_in": 6_000}],
)
async def test_a_config_that_makes_no_game_is_refused(
    open_connection: Connect, config: dict[str, Any]
) -> None:
    raw = await open_connection("Ann")
    answer = await raw.ask("create_table", name="One", config={**CONFIG, **config})
    assert answer["code"] == "bad_config"
    assert (await raw.ask("list_tables"))["tables"] == []


@pytest.mark.settings(max_tables=1)
async def test_the_number_of_tables_is_limited(open_connection: Connect) -> None:
    raw = await open_connection("Ann")
    await open_table(raw)
    answer = await raw.ask("create_table", name="Two", config=CONFIG)
    assert answer["code"] == "table_limit"


@pytest.mark.parametrize(
    "command",
    [
        {"type": "watch"},
        {"type": "sit", "buy_in": 1},
        {"type": "stand"},
        {"type": "sit_out"},
        {"type": "sit_in"},
        {"type": "add_chips", "amount": 1},
        {"type": "act", "turn": 1, "action": "fold"},
    ],
)
async def test_an_unknown_table_is_refused_by_every_command(
    open_connection: Connect, command: dict[str, Any]
) -> None:
    raw = await open_connection("Ann")
    assert (await raw.ask(**command, table="nowhere"))["code"] == "unknown_table"


@pytest.mark.parametrize("command", [{"type": "unwatch"}, {"type": "chat", "text": "hi"}])
async def test_what_is_not_watched_cannot_be_left_or_talked_at(
    open_connection: Connect, command: dict[str, Any]
) -> None:
    raw = await open_connection("Ann")
    table = await open_table(raw)
    assert (await raw.ask(**command, table=table))["code"] == "not_watching"


async def test_after_unwatch_nothing_more_comes_from_the_table(open_connection: Connect) -> None:
    raw, other = await open_connection("Ann"), await open_connection("Ben")
    table = await open_table(raw)
    await raw.ask("watch", table=table)
    await raw.ask("unwatch", table=table)
    await other.ask("sit", table=table, buy_in=1_000)
    await raw.send({"type": "ping", "id": "last"})
    assert (await raw.receive())["id"] == "last"


async def test_chat_reaches_everyone_at_the_table(open_connection: Connect) -> None:
    raw, other = await open_connection("Ann"), await open_connection("Ben")
    table = await open_table(raw)
    for one in (raw, other):
        await one.ask("watch", table=table)
    await raw.ask("chat", table=table, text="<b>hello</b>")
    said = await other.until("chat")
    assert (said["name"], said["text"]) == ("Ann", "<b>hello</b>")
    assert (await raw.ask("chat", table=table, text="a\u0007b"))["code"] == "invalid_value"
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    assert (await raw.ask("chat", table=table, text=family))["type"] == "accepted"


# ---- seats


@pytest.mark.parametrize(
    ("sit", "code"),
    [
        ({"seat": 0, "buy_in": 2_000}, "seat_taken"),
        ({"seat": 5, "buy_in": 2_000}, "no_such_seat"),
        ({"seat": 1, "buy_in": 999}, "buy_in_too_small"),
        ({"seat": 1, "buy_in": 5_001}, "buy_in_too_large"),
    ],
)
async def test_a_seat_that_cannot_be_taken_is_refused(
    open_connection: Connect, sit: dict[str, Any], code: str
) -> None:
    raw, other = await open_connection("Ann"), await open_connection("Ben")
    table = await open_table(raw)
    await raw.ask("sit", table=table, seat=0, buy_in=1_000)
    assert (await other.ask("sit", table=table, **sit))["code"] == code
    assert (await raw.ask("sit", table=table, seat=1, buy_in=1_000))["code"] == "already_seated"


async def test_a_full_table_has_no_seat(open_connection: Connect) -> None:
    names = ["Ann", "Ben", "Cid", "Dee"]
    connections = [await open_connection(name) for name in names]
    table = await open_table(connections[0])
    answers = [await raw.ask("sit", table=table, buy_in=1_000) for raw in connections]
    assert [answer.get("code") for answer in answers] == [None, None, None, "table_full"]


# ---- turns


async def test_only_the_player_to_act_can_and_only_once(open_connection: Connect) -> None:
    table, players, turn = await start_hand(open_connection)
    actor, other = players[turn["seat"]], players[1 - turn["seat"]]
    act = {"table": table, "turn": turn["number"], "action": "call"}
    assert (await other.ask("act", **act))["code"] == "not_your_turn"
    assert (await actor.ask("act", **act))["type"] == "accepted"
    assert (await actor.ask("act", **act))["code"] == "not_your_turn"


async def test_a_late_turn_number_does_not_act_on_the_next_one(open_connection: Connect) -> None:
    table, players, turn = await start_hand(open_connection)
    first, other = players[turn["seat"]], players[1 - turn["seat"]]
    await first.ask("act", table=table, turn=turn["number"], action="call")
    late = await other.ask("act", table=table, turn=turn["number"], action="check")
    assert late["code"] == "wrong_turn"


@pytest.mark.parametrize(
    ("action", "code"),
    [
        ({"action": "raise", "amount": 150}, "amount_too_small"),
        ({"action": "raise", "amount": 2_001}, "amount_too_large"),
        ({"action": "raise", "amount": -200}, "out_of_range"),
        ({"action": "raise", "amount": 200.5}, "wrong_type"),
        ({"action": "raise", "amount": "lots"}, "wrong_type"),
        ({"action": "raise"}, "amount_missing"),
        ({"action": "call", "amount": 100}, "amount_not_allowed"),
        ({"action": "check"}, "illegal_action"),
        ({"action": "bet", "amount": 200}, "illegal_action"),
    ],
)
async def test_an_illegal_action_is_refused_and_changes_nothing(
    open_connection: Connect, action: dict[str, Any], code: str
) -> None:
    table, players, turn = await start_hand(open_connection)
    actor, watcher = players[turn["seat"]], players[1 - turn["seat"]]
    refused = await actor.ask("act", table=table, turn=turn["number"], **action)
    assert (refused["type"], refused["code"]) == ("rejected", code)
    answer = await actor.ask("act", table=table, turn=turn["number"], action="call")
    assert answer["type"] == "accepted"
    await watcher.ask("watch", table=table)
    assert (await watcher.until("snapshot"))["seq"] > answer["seq"]


async def test_two_connections_of_a_player_share_the_seat(open_connection: Connect) -> None:
    table, players, turn = await start_hand(open_connection)
    hero = players[turn["seat"]]
    second = await open_connection("Ann", token=hero.welcome["session"])
    await second.ask("watch", table=table)
    snapshot = await second.until("snapshot")
    assert snapshot["seat"] == turn["seat"]
    assert "??" not in snapshot["state"]["hand"]["seats"][turn["seat"]]["cards"]
    act = {"table": table, "turn": turn["number"], "action": "call"}
    assert (await second.ask("act", **act))["type"] == "accepted"
    assert (await hero.ask("act", **act))["code"] == "not_your_turn"


def test_no_other_code_passes_the_type_check() -> None:
    # An ignore that is not needed would be an error of the type check.
    Illegal("hello_first", "")  # type: ignore[arg-type]  # It is none of the rules.
    Refused("no_such_code")  # type: ignore[arg-type]  # It is none at all.
    with pytest.raises(KeyError):
        reject("1", "no_such_code")  # type: ignore[arg-type]  # Likewise.


@pytest.mark.settings(outbox_frames=8)
async def test_a_client_that_never_reads_is_cut_off_and_play_goes_on(
    app: App, open_connection: Connect
) -> None:
    talker, silent = await open_connection("Ann"), await open_connection("Ben")
    # Long answers fill what the system buffers for a connection, which is megabytes, in less time.
    for _ in range(200):
        await open_table(talker)
    silent.connection.transport.pause_reading()
    while app.connections == 2:
        try:
            await silent.send({"type": "list_tables"})
        except ConnectionClosedError:
            break
        assert (await talker.ask("ping"))["type"] == "pong"
    assert (await talker.ask("ping"))["type"] == "pong"
    silent.connection.transport.abort()
