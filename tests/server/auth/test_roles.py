import time
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from structlog.testing import capture_logs

from pokerws.game.commands import Close
from pokerws.game.state import PlayerId
from pokerws.messages import Accepted, ClientMessage, CloseCode
from pokerws.schema.schemas import tag_of
from pokerws.server.auth.identity import FORBIDDEN, HOSTING, MODERATING
from tests.server.conftest import Connect, Raw
from tests.server.fakes import FakeViewer, ManualClock
from tests.server.signing import SECRET, token
from tests.server.stored_house import GRANT, Ledger, balance, house_on

CONFIG = {"seats": 3, "min_buy_in": 1_000, "max_buy_in": 5_000}
AUTH = {"use_auth_middleware": True, "auth_secret": SECRET}

PLAYING: list[dict[str, Any]] = [
    {"type": "create_table", "name": "Two", "config": CONFIG},
    {"type": "sit", "buy_in": 1_000},
    {"type": "sit_out"},
    {"type": "sit_in"},
    {"type": "add_chips", "amount": 1},
    {"type": "act", "turn": 1, "action": "fold"},
    {"type": "show", "hand": 1},
    {"type": "straddle", "on": True},
    {"type": "run_it", "times": 2},
    {"type": "choose_game", "variant": "NT"},
    {"type": "use_time_bank", "turn": 1},
    {"type": "pre_act", "hand": 1},
    *({"type": kind} for kind in ("post_blind", "stay", "auto_chips", "quick_seat")),
    *({"type": f"{kind}_waiting_list"} for kind in ("join", "leave")),
    {"type": "add_bot", "style": "calling_station"},
    {"type": "remove_bot", "player": "bot_euler"},
    {"type": "vote_bomb_pot", "on": True},
    {"type": "rabbit_hunt", "hand": 1},
    {"type": "auto_muck", "on": False},
    {"type": "react", "reaction": "wow"},
    {"type": "chat", "text": "hi"},
    {"type": "refill"},
    {"type": "close_table"},
    *(
        {"type": kind, "player": "ben"}
        for kind in ("host_kick", "host_ban", "host_unban", "host_mute")
    ),
    *({"type": kind} for kind in ("pause_table", "resume_table", "get_link", "renew_link")),
    {"type": "change_table", "config": CONFIG},
    *({"type": kind, "player": "ben"} for kind in ("hand_over", "approve_seat", "deny_seat")),
    *({"type": kind, "player": "ben", "amount": 1} for kind in ("give_chips", "take_chips")),
]
AT_NO_TABLE = ("create_table", "refill", "quick_seat")
MODERATION: list[dict[str, Any]] = [
    {"type": "kick", "table": "none", "player": "ben"},
    {"type": "mute", "player": "ben", "minutes": 1},
    {"type": "unmute", "player": "ben"},
    {"type": "ban", "player": "ben", "minutes": 1},
    {"type": "unban", "player": "ben"},
    {"type": "end_session", "player": "ben"},
    {"type": "list_bans"},
    {"type": "list_players"},
]


def token_of(player: str, role: str = "player") -> str:
    return token({"sub": player, "name": player.title(), "role": role, "exp": time.time() + 600})


async def enter(connect: Connect, player: str, role: str = "player") -> Raw:
    raw = await connect()
    raw.welcome = await raw.ask("hello", token=token_of(player, role))
    assert raw.welcome["type"] == "welcome", raw.welcome
    return raw


async def open_table(raw: Raw) -> str:
    return str((await raw.ask("create_table", name="One", config=CONFIG))["table"])


def test_each_message_is_allowed_or_forbidden_to_a_spectator_on_purpose() -> None:
    kinds = {kind.__struct_config__.tag for kind in get_args(ClientMessage)}
    forbidden = {kind.__struct_config__.tag for kind in FORBIDDEN["spectator"]}
    moderating = {command["type"] for command in MODERATION}
    assert {kind.__struct_config__.tag for kind in MODERATING} == moderating
    assert forbidden == {command["type"] for command in PLAYING} | {"create_link"} | moderating
    assert kinds - forbidden == set(
        "hello logout ping list_tables watch_lobby unwatch_lobby watch unwatch get_hand "
        "list_hands get_stats get_account stand mute_player set_note get_notes "
        "list_watchers get_ledger".split()
    )
    assert FORBIDDEN["player"] == MODERATING
    assert FORBIDDEN["admin"] == frozenset()


def test_an_operator_moderates_and_watches_and_does_not_play() -> None:
    kinds = {kind.__struct_config__.tag for kind in get_args(ClientMessage)}
    forbidden = {kind.__struct_config__.tag for kind in FORBIDDEN["operator"]}
    assert kinds - forbidden == set(
        "hello logout ping list_tables watch_lobby unwatch_lobby watch unwatch get_hand "
        "list_hands list_watchers get_stats get_ledger".split()
    ) | {command["type"] for command in MODERATION} | {tag_of(kind) for kind in HOSTING}


@pytest.mark.parametrize(
    (),
    [
        pytest.param(marks=pytest.mark.settings(**AUTH), id="lenient"),
        pytest.param(marks=pytest.mark.settings(use_input_validation=True, **AUTH), id="strict"),
    ],
)
async def test_a_spectator_sees_the_tables_and_may_not_play(open_connection: Connect) -> None:
    player = await enter(open_connection, "ann")
    spectator = await enter(open_connection, "sue", "spectator")
    assert (player.welcome["role"], spectator.welcome["role"]) == ("player", "spectator")
    table = await open_table(player)
    for command in PLAYING:
        at = {} if command["type"] in AT_NO_TABLE else {"table": table}
        answer = await spectator.ask(**{**command, **at})
        assert (answer["type"], answer.get("code")) == ("rejected", "forbidden"), command
    assert len((await spectator.ask("list_tables"))["tables"]) == 1
    assert (await spectator.ask("ping"))["type"] == "pong"
    assert (await spectator.ask("watch_lobby"))["type"] == "accepted"
    assert (await spectator.ask("watch", table=table))["type"] == "accepted"
    assert (await spectator.until("snapshot"))["state"]["seats"] == [None] * 3
    assert (await player.ask("sit", table=table, seat=0, buy_in=1_000))["type"] == "accepted"
    (sat,) = (await spectator.until("events"))["events"]
    assert (sat["type"], sat["player"]) == ("player_sat", "ann")
    assert (await spectator.ask("unwatch", table=table))["type"] == "accepted"


@pytest.mark.settings(**AUTH)
async def test_who_was_made_a_spectator_can_take_the_chips_home_and_nothing_else(
    open_connection: Connect,
) -> None:
    raw = await enter(open_connection, "ann")
    table = await open_table(raw)
    await raw.ask("sit", table=table, seat=0, buy_in=1_000)
    assert (await raw.ask("hello", token=token_of("ann", "spectator")))["role"] == "spectator"
    assert (await raw.ask("sit_out", table=table))["code"] == "forbidden"
    assert (await raw.ask("stand", table=table))["type"] == "accepted"


@pytest.mark.settings(**AUTH)
async def test_a_player_may_close_the_own_table_and_no_other(open_connection: Connect) -> None:
    ann, ben = await enter(open_connection, "ann"), await enter(open_connection, "ben")
    table = await open_table(ann)
    assert (await ben.ask("close_table", table=table))["code"] == "not_host"
    assert len((await ann.ask("list_tables"))["tables"]) == 1
    assert (await ann.ask("close_table", table=table))["type"] == "accepted"
    assert (await ann.ask("list_tables"))["tables"] == []


@pytest.mark.settings(**AUTH)
async def test_an_admin_may_give_a_table_bots_as_its_host_may(open_connection: Connect) -> None:
    host, ben = await enter(open_connection, "ann"), await enter(open_connection, "ben")
    admin = await enter(open_connection, "root", "admin")
    on = {"table": await open_table(host)}
    euler = {"style": "calling_station", "name": "Euler"}
    assert (await ben.ask("add_bot", **on, **euler))["code"] == "not_host"
    with capture_logs() as lines:
        assert (await admin.ask("add_bot", **on, **euler))["type"] == "accepted"
        assert (await admin.ask("add_bot", **on, **euler))["code"] == "already_so"
        assert (await ben.ask("remove_bot", **on, player="bot_euler"))["code"] == "not_host"
        assert (await admin.ask("remove_bot", **on, player="bot_euler"))["type"] == "accepted"
    asked = [line["action"] for line in lines if line["event"] == "host_action"]
    assert asked == ["add_bot", "remove_bot"]


@pytest.fixture
def lines() -> Iterator[list[Any]]:
    with capture_logs() as lines:
        yield lines


@pytest.mark.settings(**AUTH)
async def test_an_admin_closes_a_table_and_everybody_goes_home_with_the_chips(
    open_connection: Connect, lines: list[Any]
) -> None:
    player, admin = [
        await enter(open_connection, "ann"),
        await enter(open_connection, "root", "admin"),
    ]
    table = await open_table(player)
    before = (await player.ask("get_account"))["balance"]
    await player.ask("sit", table=table, seat=0, buy_in=1_000)
    assert (await player.ask("get_account"))["balance"] == before - 1_000
    for raw in (player, admin):
        await raw.ask("watch", table=table)
        await raw.until("snapshot")

    answer = await admin.ask("close_table", table=table)

    assert answer["type"] == "accepted"
    for raw in (admin, player):
        told = await raw.until("events")
        assert told["seq"] == answer["seq"]
        closed = told["events"][-1]
        assert (closed["type"], closed["reason"]) == ("table_closed", "operator")
    assert (await player.ask("get_account"))["balance"] == before
    assert (await player.ask("list_tables"))["tables"] == []
    assert (await admin.ask("close_table", table=table))["code"] == "table_closed"
    assert (await player.ask("stand", table=table))["code"] == "table_closed"
    (asked,) = [line for line in lines if line["event"] == "host_action"]
    assert (asked["action"], asked["table"], asked["by"]) == ("close_table", table, "root")
    assert asked["host"] == "ann"


async def test_an_admin_hears_that_a_table_is_closed_once_all_chips_are_stored_at_home() -> None:
    ledger, admin = Ledger(), FakeViewer("root")
    async with house_on(ledger, ManualClock()) as house:
        actor = await house.open_hand()
        ledger.open.clear()
        actor.handle(admin, "1", Close("operator"))
        assert admin.take() == []
        ledger.open.set()
        await house.written()
        assert [type(message) for message in admin.take()] == [Accepted]
        assert await house.listed() == set()
        assert [await balance(ledger, player) for player in ("ann", "ben")] == [GRANT, GRANT]
        assert ledger.total == 0


@pytest.mark.settings(**AUTH)
async def test_an_admin_plays_as_anybody_does(open_connection: Connect) -> None:
    admin = await enter(open_connection, "root", "admin")
    table = await open_table(admin)
    assert (await admin.ask("sit", table=table, buy_in=1_000))["type"] == "accepted"


async def test_a_guest_is_a_player_whatever_it_says(open_connection: Connect) -> None:
    raw = await open_connection("Ann", role="admin")
    assert raw.welcome["role"] == "player"
    table = await open_table(raw)
    assert (await raw.ask("kick", table=table, player="ben"))["code"] == "forbidden"
    assert PlayerId(raw.welcome["player"]).startswith("p_")


@pytest.mark.parametrize(
    ("role"),
    [
        pytest.param("player", marks=pytest.mark.settings(use_input_validation=True, **AUTH)),
        pytest.param("spectator", marks=pytest.mark.settings(**AUTH)),
    ],
)
async def test_nobody_moderates_without_the_role(open_connection: Connect, role: str) -> None:
    raw, ben = await enter(open_connection, "ann", role), await enter(open_connection, "ben")
    for command in MODERATION:
        assert (await raw.ask(**command))["code"] == "forbidden", command
    assert (await ben.ask("ping"))["type"] == "pong"


async def test_a_guest_moderates_nobody(open_connection: Connect) -> None:
    raw = await open_connection("Ann")
    for command in MODERATION:
        assert (await raw.ask(**command))["code"] == "forbidden", command


@pytest.mark.settings(**AUTH)
async def test_an_admin_of_the_login_service_moderates_and_cannot_lock_himself_out(
    open_connection: Connect,
) -> None:
    admin, ann = await enter(open_connection, "root", "admin"), await enter(open_connection, "ann")
    assert (await admin.ask("ban", player="root", minutes=1))["code"] == "protected"
    assert (await admin.ask("ban", player="ann", minutes=1))["type"] == "accepted"
    assert (await ann.until("notice"))["code"] == "banned"
    again = await open_connection()
    assert (await again.ask("hello", token=token_of("ann")))["code"] == "banned"


@pytest.mark.settings(**AUTH)
@pytest.mark.parametrize("times", ["with iat", "without"])
async def test_all_tokens_of_an_ended_session_are_refused_and_newer_ones_are_not(
    open_connection: Connect, times: str
) -> None:
    dated = times == "with iat"

    def token_at(seconds: int, session: str) -> str:
        now_s = int(time.time())
        claims = {"sub": "ann", "name": "Ann", "sid": session, "exp": now_s + 600}
        return token(claims | ({"iat": now_s + seconds} if dated else {}))

    admin, ann = await enter(open_connection, "root", "admin"), await open_connection()
    old = token_at(-60, "one")
    assert (await ann.ask("hello", token=old))["type"] == "welcome"
    assert (await admin.ask("end_session", player="ann"))["type"] == "accepted"
    await ann.connection.wait_closed()
    assert ann.connection.close_code == CloseCode.LOGGED_OUT
    again = await open_connection()
    assert (await again.ask("hello", token=old))["code"] == "bad_token"
    assert (await again.ask("hello", token=token_at(60, "two")))["type"] == "welcome"
    # A token of another session, which was issued before, is known by its time alone.
    other = await open_connection()
    answer = await other.ask("hello", token=token_at(-30, "three"))
    assert answer["type"] == ("rejected" if dated else "welcome")
