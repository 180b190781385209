"""What operators do to players: kick, mute, ban and end sessions; nobody loses chips."""

from collections.abc import Iterator
from typing import Any

import pytest
from structlog.testing import capture_logs

from pokerws.messages import CloseCode
from tests.server.conftest import Raw
from tests.server.moderation.conftest import (
    OPERATOR_ADDRESS,
    PROXIED,
    Enter,
    close_code,
    done,
    operator_token,
    two_in_a_hand,
)

pytestmark = pytest.mark.settings(**PROXIED)
GRANT = 100_000


def id_of(raw: Raw) -> str:
    return str(raw.welcome["player"])


async def balance(raw: Raw) -> int:
    return int((await done(raw, "get_account"))["balance"])


async def until_event(raw: Raw, type: str) -> dict[str, Any]:
    while True:
        for event in (await raw.until("events"))["events"]:
            if event["type"] == type:
                return dict(event)


@pytest.fixture
def lines() -> Iterator[list[Any]]:
    with capture_logs() as lines:
        yield lines


# ---- mute


async def test_a_muted_player_may_not_chat_until_unmuted_and_is_told_why(
    enter: Enter, operator: Raw
) -> None:
    ann, ben = await enter(name="Ann"), await enter(name="Ben")
    table = (await done(ann, "create_table", name="One", config={}))["table"]
    for raw in (ann, ben):
        await done(raw, "watch", table=table)

    await done(operator, "mute", player=id_of(ann), minutes=60, reason="spam")

    told = await ann.until("notice")
    assert (told["code"], told["message"]) == ("muted", "you may not chat: spam")
    refused = await ann.ask("chat", table=table, text="hi")
    assert (refused["code"], refused["message"]) == ("muted", "you may not chat: spam")
    assert refused["until_ms"] == told["until_ms"]
    assert 0 < refused["until_ms"] - ann.welcome["now_ms"] <= 3_660_000
    await done(ben, "chat", table=table, text="hi")
    # A newer mute replaces it; to unmute twice is to unmute once.
    await done(operator, "mute", player=id_of(ann), minutes=1)
    assert (await ann.ask("chat", table=table, text="hi"))["message"] == "you may not chat"
    for _ in range(2):
        await done(operator, "unmute", player=id_of(ann))
    await done(ann, "chat", table=table, text="hi")


async def test_a_mute_goes_with_the_player_to_every_connection(enter: Enter, operator: Raw) -> None:
    ann = await enter(name="Ann")
    table = (await done(ann, "create_table", name="One", config={}))["table"]
    await done(operator, "mute", player=id_of(ann), minutes=60)
    tab = await enter("203.0.113.9", token=ann.welcome["session"])
    await done(tab, "watch", table=table)
    assert (await tab.ask("chat", table=table, text="hi"))["code"] == "muted"


# ---- kick


async def test_a_kick_between_hands_returns_the_chips_and_blocks_the_seat(
    enter: Enter, operator: Raw
) -> None:
    ann = await enter(name="Ann")
    tables = [
        (await done(ann, "create_table", name=name, config={}))["table"] for name in ("One", "Two")
    ]
    await done(ann, "sit", table=tables[0], buy_in=5_000)

    kicked = await operator.ask("kick", table=tables[0], player=id_of(ann), reason="rude")

    assert kicked["type"] == "accepted"
    told = await ann.until("notice")
    assert (told["code"], told["table"]) == ("kicked", tables[0])
    assert told["message"] == "an operator removed you from this table: rude"
    assert await balance(ann) == GRANT
    refused = await ann.ask("sit", table=tables[0], buy_in=5_000)
    assert (refused["code"], refused["until_ms"]) == ("kicked", told["until_ms"])
    # The table may be watched, and other tables are open.
    await done(ann, "watch", table=tables[0])
    await done(ann, "sit", table=tables[1], buy_in=5_000)
    again = await operator.ask("kick", table=tables[0], player=id_of(ann))
    assert again["code"] == "not_seated"


async def test_a_kick_in_mid_hand_is_a_stand_and_a_second_one_changes_nothing(
    enter: Enter, operator: Raw
) -> None:
    ann, ben = await enter(name="Ann"), await enter(name="Ben")
    table, turn = await two_in_a_hand(ann, ben)
    waiting = (ben, ann)[turn["seat"]]

    for _ in range(2):
        await done(operator, "kick", table=table, player=id_of(waiting))

    # The hand goes on: it is still the other's turn, and who was kicked leaves when it is over.
    await until_event(ann, "player_leaving")
    acting = (ann, ben)[turn["seat"]]
    await done(acting, "act", table=table, turn=turn["number"], action="fold")
    stood = await until_event(ann, "player_stood")
    assert stood["player"] == id_of(waiting)
    assert await balance(waiting) == GRANT - 5_000 + stood["stack"]
    assert (await waiting.ask("sit", table=table, buy_in=5_000))["code"] == "kicked"


async def test_a_kick_for_no_time_only_frees_the_seat(enter: Enter, operator: Raw) -> None:
    ann = await enter(name="Ann")
    table = (await done(ann, "create_table", name="One", config={}))["table"]
    await done(ann, "sit", table=table, buy_in=5_000)
    await done(operator, "kick", table=table, player=id_of(ann), minutes=0)
    assert (await ann.until("notice"))["code"] == "kicked"
    await done(ann, "sit", table=table, buy_in=5_000)
    assert (await done(operator, "list_bans"))["bans"] == []


# ---- ban


async def test_a_ban_closes_all_connections_frees_the_seats_and_refuses_hello(
    enter: Enter, operator: Raw
) -> None:
    ann, ben = await enter(name="Ann"), await enter(name="Ben")
    tab = await enter("203.0.113.9", token=ann.welcome["session"])
    tables = [
        (await done(ann, "create_table", name=name, config={}))["table"] for name in ("One", "Two")
    ]
    for table in tables:
        await done(ann, "sit", table=table, buy_in=5_000)

    for _ in range(2):
        await done(operator, "ban", player=id_of(ann), minutes=60, reason="threats")

    for raw in (ann, tab):
        told = await raw.until("notice")
        assert told["code"] == "banned"
        assert told["message"] == "you are banned from this server: threats"
        assert await close_code(raw) == CloseCode.BANNED
    assert [one["players"] for one in (await done(ben, "list_tables"))["tables"]] == [0, 0]
    raw = await enter()
    refused = await raw.ask("hello", token=ann.welcome["session"], name="Other")
    assert (refused["code"], refused.get("retryable", False)) == ("banned", False)
    assert refused["message"] == "you are banned from this server: threats"
    assert refused["until_ms"] > ann.welcome["now_ms"]
    assert await close_code(raw) == CloseCode.BANNED
    assert (await enter(name="Other")).welcome["type"] == "welcome", "the name is free"

    for _ in range(2):
        await done(operator, "unban", player=id_of(ann))
    back = await enter(token=ann.welcome["session"])
    assert (id_of(back), await balance(back)) == (id_of(ann), GRANT)


async def test_a_ban_in_mid_hand_leaves_the_bets_in_the_pot_and_sends_the_rest_home(
    enter: Enter, operator: Raw
) -> None:
    ann, ben = await enter(name="Ann"), await enter(name="Ben")
    table, turn = await two_in_a_hand(ann, ben)
    acting, other = (ann, ben) if turn["seat"] == 0 else (ben, ann)

    await done(operator, "ban", player=id_of(acting), minutes=60)

    # It was the banned player's turn, so the hand is folded, and the other wins the blinds.
    assert await close_code(acting) == CloseCode.BANNED
    stood = await until_event(other, "player_stood")
    assert (stood["player"], stood["stack"]) == (id_of(acting), 5_000 - 50)
    await done(other, "stand", table=table)
    assert await balance(other) == GRANT + 50
    await done(operator, "unban", player=id_of(acting))
    assert await balance(await enter(token=acting.welcome["session"])) == GRANT - 50


async def test_a_token_that_is_renewed_during_a_ban_is_refused_too(
    enter: Enter, operator: Raw
) -> None:
    ann = await enter(name="Ann")
    await done(operator, "ban", player=id_of(ann), minutes=60)
    refused = await enter(token=ann.welcome["session"], name="Anna")
    assert refused.welcome["code"] == "banned"


# ---- addresses


@pytest.mark.parametrize(
    ("banned", "stored", "inside"),
    [
        ("203.0.113.9/24", "203.0.113.0/24", "203.0.113.200"),
        ("2001:db8::5", "2001:db8::/64", "2001:db8::9:9"),
    ],
)
async def test_an_address_ban_refuses_everybody_from_there_and_nobody_else(
    enter: Enter, banned: str, stored: str, inside: str
) -> None:
    operator = await enter(OPERATOR_ADDRESS, token=operator_token())
    outside = "2001:db8:0:1::5"
    ann, ben = await enter(inside, name="Ann"), await enter(outside, name="Ben")
    table = (await done(ann, "create_table", name="One", config={}))["table"]
    await done(ann, "sit", table=table, buy_in=5_000)

    await done(operator, "ban", address=banned, minutes=60, reason="flood")

    assert await close_code(ann) == CloseCode.BANNED
    assert [one["players"] for one in (await done(ben, "list_tables"))["tables"]] == [0]
    (entry,) = (await done(operator, "list_bans"))["bans"]
    assert (entry["kind"], entry["address"], entry["reason"]) == ("address_ban", stored, "flood")
    newcomer = await enter(inside, name="Newcomer")
    assert newcomer.welcome["code"] == "banned"
    assert newcomer.welcome["message"] == "your address is banned from this server: flood"
    assert await close_code(newcomer) == CloseCode.BANNED
    assert (await enter(inside, token=ann.welcome["session"])).welcome["code"] == "banned"
    # No name was reserved, and the player may come from elsewhere.
    assert (await enter(outside, name="Newcomer")).welcome["type"] == "welcome"
    assert (await enter(outside, token=ann.welcome["session"])).welcome["type"] == "welcome"

    await done(operator, "unban", address=banned)
    assert (await enter(inside, name="Guest")).welcome["type"] == "welcome"


async def test_who_is_connected_from_elsewhere_too_keeps_the_seat(
    enter: Enter, operator: Raw
) -> None:
    ann = await enter("203.0.113.7", name="Ann")
    phone = await enter("198.51.100.9", token=ann.welcome["session"])
    table = (await done(ann, "create_table", name="One", config={}))["table"]
    await done(ann, "sit", table=table, buy_in=5_000)
    await done(operator, "ban", address="203.0.113.7", minutes=60)
    assert await close_code(ann) == CloseCode.BANNED
    assert [one["players"] for one in (await done(phone, "list_tables"))["tables"]] == [1]


MISTAKES: list[tuple[dict[str, Any], str]] = [
    ({"address": "127.0.0.1"}, "protected"),
    ({"address": "::1"}, "protected"),
    ({"address": OPERATOR_ADDRESS}, "protected"),
    ({"address": "192.0.2.0/24"}, "protected"),
    ({"address": "0.0.0.0/0"}, "invalid_value"),
    ({"address": "203.0.0.0/15"}, "invalid_value"),
    ({"address": "2001::/31"}, "invalid_value"),
    ({"address": "203.0.113"}, "invalid_value"),
    ({"player": "operator:alice"}, "protected"),
    ({"player": "operator:bob"}, "protected"),
    ({"player": "bot_ada"}, "protected"),
    ({"player": "p_0000000000000000"}, "unknown_player"),
    ({"player": "p_1", "address": "203.0.113.7"}, "invalid_value"),
    ({"player": "p_1", "reason": "a\nb"}, "invalid_value"),
    ({"player": "p_1", "reason": "\u202eabc"}, "invalid_value"),
    ({}, "missing_field"),
]


async def test_nobody_is_banned_by_mistake(operator: Raw) -> None:
    for target, code in MISTAKES:
        assert (await operator.ask("ban", minutes=60, **target))["code"] == code, target
    assert (await done(operator, "list_bans"))["bans"] == []
    assert (await operator.ask("ping"))["type"] == "pong"


async def test_an_unknown_player_is_refused(enter: Enter, operator: Raw) -> None:
    ann = await enter(name="Ann")
    table = (await done(ann, "create_table", name="One", config={}))["table"]
    for action, more in (
        ("mute", {"minutes": 1}),
        ("unmute", {}),
        ("unban", {}),
        ("end_session", {}),
        ("kick", {"table": table}),
    ):
        answer = await operator.ask(action, player="p_0000000000000000", **more)
        assert answer["code"] == "unknown_player", action


# ---- sessions


async def test_an_ended_session_is_worth_nothing_and_the_seat_stays(
    enter: Enter, operator: Raw
) -> None:
    ann, ben = await enter(name="Ann"), await enter(name="Ben")
    tab = await enter("203.0.113.9", token=ann.welcome["session"])
    table = (await done(ann, "create_table", name="One", config={}))["table"]
    await done(ann, "sit", table=table, buy_in=5_000)

    for _ in range(2):
        await done(operator, "end_session", player=id_of(ann))

    assert await close_code(ann) == await close_code(tab) == CloseCode.LOGGED_OUT
    for token in (ann.welcome["session"], tab.welcome["session"]):
        refused = (await enter(token=token)).welcome
        assert refused["code"] == "bad_token"
        assert refused["message"] == "the session was ended by an operator"
    assert [one["players"] for one in (await done(ben, "list_tables"))["tables"]] == [1]
    assert (await enter(token=ben.welcome["session"])).welcome["player"] == id_of(ben)
    # A guest comes back as a new player.
    assert id_of(await enter(name="Anna")) != id_of(ann)


# ---- lists and the log


async def test_an_operator_sees_who_is_where_and_is_not_on_the_list(
    enter: Enter, operator: Raw
) -> None:
    ann = await enter("2001:db8::5", name="Ann")
    ben = await enter("203.0.113.7", name="Ben")
    table = (await done(ann, "create_table", name="One", config={}))["table"]
    await done(ann, "sit", table=table, buy_in=5_000)
    await done(operator, "mute", player=id_of(ann), minutes=60)
    await ben.connection.close()

    while True:
        answer = await done(operator, "list_players")
        players = {one["name"]: one for one in answer["players"]}
        if "left_ms" in players["Ben"]:
            break

    assert (answer["page"], answer["pages"], set(players)) == (0, 1, {"Ann", "Ben"})
    assert players["Ann"]["addresses"] == ["2001:db8::/64"]
    assert (players["Ann"]["connections"], players["Ann"]["tables"]) == (1, [table])
    assert players["Ann"]["muted_until_ms"] > ann.welcome["now_ms"]
    assert players["Ben"]["addresses"] == ["203.0.113.7"]
    assert "connections" not in players["Ben"]
    # One who has just left can still be banned.
    await done(operator, "ban", player=id_of(ben), minutes=60)
    assert (await enter(token=ben.welcome["session"])).welcome["code"] == "banned"


async def test_each_action_is_one_line_of_the_log_without_a_token(
    enter: Enter, operator: Raw, lines: list[Any]
) -> None:
    ann = await enter(name="Ann")
    table = (await done(ann, "create_table", name="One", config={}))["table"]
    await done(ann, "sit", table=table, buy_in=5_000)
    await done(operator, "mute", player=id_of(ann), minutes=1, reason="spam")
    await done(operator, "kick", table=table, player=id_of(ann))
    await done(operator, "close_table", table=table)
    await done(operator, "unmute", player=id_of(ann))
    await done(operator, "ban", address="203.0.113.7", minutes=1)

    moderated = [line for line in lines if line["event"] == "moderated"]
    assert [(line["action"], line["target"]) for line in moderated] == [
        ("mute", id_of(ann)),
        ("kick", id_of(ann)),
        ("end_mute", id_of(ann)),
        ("address_ban", "203.0.113.7/32"),
    ]
    (closed,) = [line for line in lines if line["event"] == "host_action"]
    assert (closed["action"], closed["table"], closed["host"]) == ("close_table", table, id_of(ann))
    assert {line["by"] for line in (*moderated, closed)} == {"operator:alice"}
    assert (moderated[0]["reason"], moderated[1]["table"]) == ("spam", table)
    assert operator_token()[:30] not in str(lines)
