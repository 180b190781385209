"""For a stranger an unlisted table does not exist, whatever is asked."""

from typing import Any

import pytest

from tests.server.conftest import Connect, Raw

CONFIG = {"seats": 3, "min_buy_in": 1_000, "hosting": {"unlisted": True}}
WITH_KEY = ("watch", "sit", "get_hand", "join_waiting_list")
ASKED: list[dict[str, Any]] = [
    {"type": "watch"},
    {"type": "sit", "buy_in": 1_000},
    *({"type": kind} for kind in ("stand", "sit_out", "sit_in", "add_chips", "pause_table")),
    *({"type": kind} for kind in ("resume_table", "get_link", "renew_link", "close_table")),
    {"type": "act", "turn": 1, "action": "fold"},
    {"type": "show", "hand": 1},
    {"type": "straddle", "on": True},
    {"type": "run_it", "times": 1},
    {"type": "choose_game", "variant": "NT"},
    *({"type": kind} for kind in ("stay", "post_blind", "auto_chips")),
    *({"type": f"{kind}_waiting_list"} for kind in ("join", "leave")),
    {"type": "add_bot", "style": "calling_station"},
    {"type": "remove_bot", "player": "bot_zeno"},
    {"type": "use_time_bank", "turn": 1},
    *({"type": kind, "on": True} for kind in ("vote_bomb_pot", "auto_muck")),
    {"type": "rabbit_hunt", "hand": 1},
    {"type": "get_hand", "hand": 1},
    {"type": "list_hands"},
    {"type": "get_stats"},
    {"type": "list_watchers"},
    {"type": "change_table", "config": CONFIG},
    *(
        {"type": kind, "player": "p_00"}
        for kind in ("host_kick", "host_ban", "host_mute", "hand_over")
    ),
]


async def opened(connect: Connect) -> tuple[Raw, dict[str, Any]]:
    host = await connect("Ann")
    return host, await host.ask("create_table", name="Home", config=CONFIG)


@pytest.mark.settings(player_seat_rate="0")
async def test_it_is_answered_like_a_table_that_is_not_there(open_connection: Connect) -> None:
    _, made = await opened(open_connection)
    stranger = await open_connection("Sue")
    for command in ASKED:
        for key in (None, "x" * 24):
            if key is not None and command["type"] not in WITH_KEY:
                continue
            fields = command if key is None else command | {"key": key}
            answers = [
                await stranger.ask(**fields, table=table) for table in (made["table"], "0" * 12)
            ]
            there, nowhere = [
                (one["code"], one["message"].replace(made["table"], "0" * 12)) for one in answers
            ]
            assert there == nowhere, command
            assert there[0] == "unknown_table"
    assert (await stranger.ask("list_tables"))["tables"] == []


@pytest.mark.settings(player_seat_rate="0")
async def test_that_it_is_closed_is_told_to_those_who_may_know_of_it(
    open_connection: Connect,
) -> None:
    host, made = await opened(open_connection)
    on = {"table": made["table"]}
    assert (await host.ask("close_table", **on))["type"] == "accepted"
    stranger = await open_connection("Sue")
    for command in ("stand", "close_table", "leave_waiting_list"):
        assert (await host.ask(command, **on))["code"] == "table_closed"
        assert (await stranger.ask(command, **on))["code"] == "unknown_table"
    sit = {"type": "sit", **on, "buy_in": 1_000}
    assert (await stranger.ask(**sit))["code"] == "unknown_table"
    assert (await stranger.ask(**sit, key="x" * 24))["code"] == "unknown_table"
    assert (await stranger.ask(**sit, key=made["key"]))["code"] == "table_closed"
    # It cannot be watched: for viewers it is gone.
    assert (await host.ask("watch", **on))["code"] == "unknown_table"


async def test_a_new_link_makes_the_old_key_invalid(open_connection: Connect) -> None:
    host, made = await opened(open_connection)
    on = {"table": made["table"]}
    assert (await host.ask("get_link", **on))["key"] == made["key"]
    guest = await open_connection("Gus")
    assert (await guest.ask("watch", **on, key=made["key"]))["type"] == "accepted"
    assert (await host.ask("renew_link", **on))["type"] == "accepted"
    other = await open_connection("Olga")
    assert (await other.ask("watch", **on, key=made["key"]))["code"] == "unknown_table"
    key = (await host.ask("get_link", **on))["key"]
    assert key != made["key"]
    assert (await other.ask("watch", **on, key=key))["type"] == "accepted"
    # Who watches it knows of it, without a key too.
    assert (await guest.ask("get_link", **on, id="g"))["code"] == "not_host"
    assert (await guest.ask("stand", **on))["code"] == "not_seated"
    assert (await guest.ask("watch", **on))["type"] == "accepted"
    await guest.ask("unwatch", **on)
    assert (await guest.ask("get_link", **on))["code"] == "unknown_table"


async def test_with_the_key_a_player_waits_there_and_then_needs_it_no_more(
    open_connection: Connect,
) -> None:
    host, made = await opened(open_connection)
    on = {"table": made["table"]}
    for player in [host, *[await open_connection(name) for name in ("Ben", "Cleo")]]:
        assert (await player.ask("sit", **on, buy_in=1_000, key=made["key"]))["type"] == "accepted"
    guest = await open_connection("Gus")
    assert (await guest.ask("join_waiting_list", **on))["code"] == "unknown_table"
    assert (await guest.ask("join_waiting_list", **on, key=made["key"]))["type"] == "accepted"
    assert (await guest.ask("watch", **on))["type"] == "accepted"
    assert (await guest.ask("leave_waiting_list", **on))["type"] == "accepted"


async def test_a_quick_seat_is_never_at_an_unlisted_table(open_connection: Connect) -> None:
    await opened(open_connection)
    stranger = await open_connection("Sue")
    assert (await stranger.ask("quick_seat"))["code"] == "no_table_free"
    assert (await stranger.ask("join_waiting_list", filter={}))["type"] == "accepted"
    assert (await stranger.receive()) == {"type": "waiting", "place": 1}


@pytest.mark.parametrize("deed", ["approval", "ban"])
async def test_a_quick_seat_is_never_one_that_the_host_would_refuse(
    open_connection: Connect, deed: str
) -> None:
    host, sue = await open_connection("Ann"), await open_connection("Sue")
    config = CONFIG | {"hosting": {"approval": deed == "approval"}}
    table = (await host.ask("create_table", name="Home", config=config))["table"]
    if deed == "ban":
        await host.ask("host_ban", table=table, player=sue.welcome["player"])
    assert (await sue.ask("quick_seat"))["code"] == "no_table_free"
    assert (await host.ask("quick_seat"))["table"] == table


async def test_a_player_who_is_banned_in_a_hand_sees_no_more_of_the_table_after_it(
    open_connection: Connect,
) -> None:
    host, made = await opened(open_connection)
    ben = await open_connection("Ben")
    on = {"table": made["table"]}
    for seat, player in enumerate((host, ben)):
        await player.ask("watch", **on, key=made["key"])
        await player.ask("sit", **on, buy_in=1_000, seat=seat, key=made["key"])
    events: list[dict[str, Any]] = []
    while "turn_started" not in [event["type"] for event in events]:
        events += (await host.until("events"))["events"]
    await host.ask("host_ban", **on, player=ben.welcome["player"])
    turn = next(event["turn"] for event in events if event["type"] == "turn_started")
    if turn["seat"] == 0:
        await host.ask("act", **on, turn=turn["number"], action="fold")
    assert (await ben.until("notice"))["code"] == "banned_from_table"
    await host.ask("chat", **on, text="He is gone.")
    await host.ask("pause_table", **on)
    sent = await ben.send({"type": "ping"})
    assert (await ben.receive()).get("id") == sent
    assert (await ben.ask("watch", **on, key=made["key"]))["code"] == "unknown_table"
