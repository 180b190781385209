"""The end of a token on a live connection, by a clock that the tests turn."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosedError

from pokerws.messages import Refused
from pokerws.server.app import App
from pokerws.server.auth.identity import Identity
from pokerws.server.auth.tokens import Tokens
from pokerws.server.sessions.session import Session
from pokerws.server.sessions.token_expiry import Expiry
from tests.server.conftest import Connect, Raw
from tests.server.fakes import ManualClock
from tests.server.signing import SECRET, token
from tests.settings import settings_of

LEEWAY_MS, WARNING_MS = 10_000, 60_000
AUTH = {
    "use_auth_middleware": True,
    "auth_secret": SECRET,
    "auth_leeway_ms": LEEWAY_MS,
    "auth_warning_ms": WARNING_MS,
}


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def app(
    request: pytest.FixtureRequest, tmp_path: Path, clock: ManualClock
) -> AsyncIterator[App]:
    """A running server whose clock stands still, with auth on unless a test's settings differ."""
    marker = request.node.get_closest_marker("settings")
    chosen = marker.kwargs if marker else AUTH
    app = App(settings_of(port=0, database_url=f"embedded:{tmp_path / 'none'}", **chosen))
    app._clock = clock
    await app.start()
    yield app
    await app.stop()


def good_for(clock: ManualClock, seconds: float, player: str = "ann", **claims: Any) -> str:
    exp = clock.now_ms() / 1000 + seconds
    return token({"sub": player, "name": player.title(), "exp": exp, **claims})


async def enter(connect: Connect, given: str) -> Raw:
    raw = await connect()
    raw.welcome = await raw.ask("hello", token=given)
    assert raw.welcome["type"] == "welcome", raw.welcome
    return raw


async def is_here(raw: Raw) -> bool:
    """Whether the connection is open, and nothing else had been sent on it."""
    sent = await raw.send({"type": "ping"})
    return (await raw.receive()).get("id") == sent


async def close_code(raw: Raw) -> int | None:
    with pytest.raises(ConnectionClosedError):
        await raw.receive()
    return raw.connection.close_code


# ---- the end


async def test_a_connection_is_warned_and_then_closed_when_its_token_ends(
    open_connection: Connect, clock: ManualClock
) -> None:
    raw = await enter(open_connection, good_for(clock, 300))
    ends_ms = clock.now_ms() + 300_000 + LEEWAY_MS
    assert raw.welcome["expires_ms"] == ends_ms
    clock.advance(ends_ms - WARNING_MS - 1 - clock.now_ms())
    assert await is_here(raw)
    clock.advance(1)
    assert (await raw.receive())["code"] == "token_expiring"
    clock.advance(WARNING_MS - 1)
    assert await is_here(raw)
    clock.advance(1)
    assert await close_code(raw) == 4401


async def test_a_token_that_is_about_to_end_is_warned_of_at_once(
    open_connection: Connect, clock: ManualClock
) -> None:
    raw = await enter(open_connection, good_for(clock, 1))
    clock.advance(0)
    assert (await raw.receive())["code"] == "token_expiring"
    clock.advance(1_000 + LEEWAY_MS)
    assert await close_code(raw) == 4401


@pytest.mark.settings(**{**AUTH, "auth_warning_ms": 0})
async def test_without_a_time_for_warnings_there_is_none(
    open_connection: Connect, clock: ManualClock
) -> None:
    raw = await enter(open_connection, good_for(clock, 300))
    clock.advance(300_000 + LEEWAY_MS)
    assert await close_code(raw) == 4401


async def test_what_comes_after_the_end_is_not_carried_out(
    app: App, open_connection: Connect, clock: ManualClock
) -> None:
    raw = await enter(open_connection, good_for(clock, 300))
    other = await enter(open_connection, good_for(clock, 9_000, "ben"))
    clock.advance(300_000 + LEEWAY_MS)
    # It is on its way before the client can know that it is too late.
    await raw.send({"type": "create_table", "name": "Late", "config": {}})
    with pytest.raises(ConnectionClosedError):
        await raw.until("accepted")
    assert raw.connection.close_code == 4401
    assert (await other.ask("list_tables"))["tables"] == []


async def test_nothing_waits_for_a_connection_that_is_gone(
    open_connection: Connect, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended, run = asyncio.Event(), Session.run

    async def run_and_tell(session: Session) -> None:
        await run(session)
        ended.set()

    monkeypatch.setattr(Session, "run", run_and_tell)
    alarms = len(clock._alarms)
    raw = await enter(open_connection, good_for(clock, 300))
    assert len(clock._alarms) == alarms + 1
    await raw.connection.close()
    await ended.wait()
    assert len(clock._alarms) == alarms


def test_an_alarm_that_comes_early_is_set_again() -> None:
    clock, heard = ManualClock(), list[str]()
    expiry = Expiry(
        clock, 1_000, warn=lambda: heard.append("warn"), expire=lambda: heard.append("expire")
    )
    expiry.set(clock.now_ms() + 3_000)
    for said in ("warn", "expire"):
        (alarm,) = clock._alarms
        before = list(heard)
        alarm.cancel()
        alarm.callback()
        assert heard == before
        clock.advance(2_000)
        assert heard[len(before) :] == [said]
    assert clock.next_alarm_ms is None


# ---- renewal


async def test_a_hello_with_a_new_token_renews_in_place(
    open_connection: Connect, clock: ManualClock
) -> None:
    raw = await enter(open_connection, good_for(clock, 300))
    clock.advance(290_000)
    assert (await raw.receive())["code"] == "token_expiring"
    renewed = await raw.ask("hello", token=good_for(clock, 600))
    assert (renewed["type"], renewed["player"]) == ("welcome", "ann")
    assert renewed["expires_ms"] == clock.now_ms() + 600_000 + LEEWAY_MS
    # The first token's end passes by; then the second one's is the same as ever.
    clock.advance(600_000 + LEEWAY_MS - WARNING_MS - 1)
    assert await is_here(raw)
    clock.advance(1)
    assert (await raw.receive())["code"] == "token_expiring"
    clock.advance(WARNING_MS)
    assert await close_code(raw) == 4401


async def test_renewal_keeps_what_is_watched_and_the_seat(
    open_connection: Connect, clock: ManualClock
) -> None:
    raw = await enter(open_connection, good_for(clock, 300))
    table = (await raw.ask("create_table", name="One", config={}))["table"]
    await raw.ask("watch", table=table)
    await raw.ask("sit", table=table, seat=3, buy_in=10_000)
    await raw.ask("hello", token=good_for(clock, 600))
    other = await enter(open_connection, good_for(clock, 600, "ben"))
    await other.ask("sit", table=table, seat=4, buy_in=10_000)
    while (told := (await raw.until("events"))["events"][0])["type"] != "player_sat":
        pass
    assert told["player"] in ("ann", "ben")
    assert (await raw.ask("stand", table=table))["type"] == "accepted"


async def test_a_token_with_less_time_shortens_the_stay(
    open_connection: Connect, clock: ManualClock
) -> None:
    raw = await enter(open_connection, good_for(clock, 3_000))
    await raw.ask("hello", token=good_for(clock, 100))
    clock.advance(100_000 + LEEWAY_MS)
    assert (await raw.receive())["code"] == "token_expiring"
    assert await close_code(raw) == 4401


def _bad_hellos(clock: ManualClock) -> list[tuple[dict[str, Any], str]]:
    return [
        ({"token": "forged"}, "bad_token"),
        ({"token": good_for(clock, 600) + "x"}, "bad_token"),
        ({"token": good_for(clock, -60)}, "token_expired"),
        ({"token": good_for(clock, 600, role="king")}, "bad_token"),
        ({"token": good_for(clock, 600, name=" "), "name": " "}, "bad_name"),
        ({"token": good_for(clock, 600), "protocol": 2}, "unsupported_protocol"),
    ]


async def test_no_timer_is_touched_before_the_token_is_checked(
    open_connection: Connect, clock: ManualClock
) -> None:
    raw = await enter(open_connection, good_for(clock, 300))
    table = (await raw.ask("create_table", name="One", config={"turn_time_ms": 20_000}))["table"]
    ben = await enter(open_connection, good_for(clock, 9_000, "ben"))
    await raw.ask("watch", table=table)
    for seat, one in enumerate((raw, ben)):
        await one.ask("sit", table=table, seat=seat, buy_in=10_000)
    clock.advance(5_000)  # The first hand begins, and somebody's turn.
    due = sorted(alarm.at_ms for alarm in clock._alarms)
    clock.advance(1_000)
    hellos = [
        *_bad_hellos(clock),
        ({"token": good_for(clock, 600, "ben")}, "wrong_player"),
        ({"name": "Ann"}, "already_greeted"),
    ]
    for hello, code in hellos:
        answer = await raw.ask("hello", **hello)
        assert (answer["type"], answer["code"]) == ("rejected", code), hello
    assert sorted(alarm.at_ms for alarm in clock._alarms) == due
    # It is still the player that it was, until the same moment as before.
    assert (await raw.ask("sit", table=table, seat=5, buy_in=10_000))["code"] == "already_seated"
    clock.advance(raw.welcome["expires_ms"] - clock.now_ms() - 1)
    await raw.until("notice")
    assert (await raw.ask("ping"))["type"] == "pong"
    clock.advance(1)
    with pytest.raises(ConnectionClosedError):
        await raw.until("nothing")
    assert raw.connection.close_code == 4401


NO_RATES = {f"{of}_command_rate": "0" for of in ("connection", "player", "address")} | {
    "frame_rate": "0"
}


async def insist(raw: Raw, code: str) -> None:
    """Say hello with a bad token again and again."""
    while True:
        assert (await raw.ask("hello", token="forged"))["code"] == code


@pytest.mark.settings(**AUTH, **NO_RATES, hello_timeout_ms=100)
async def test_a_hello_that_is_refused_does_not_buy_time_for_another(
    open_connection: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(tokens: Tokens, token: str, name: str | None) -> Identity:
        raise Refused("auth_unavailable")

    monkeypatch.setattr(Tokens, "admit", refuse)
    raw = await open_connection()
    with pytest.raises(ConnectionClosedError):
        await insist(raw, "auth_unavailable")
    assert raw.connection.close_code == 4408


@pytest.mark.settings(**AUTH, **NO_RATES)
async def test_bad_tokens_are_counted_and_too_many_end_the_connection(
    open_connection: Connect, clock: ManualClock
) -> None:
    for raw in (await open_connection(), await enter(open_connection, good_for(clock, 300))):
        with pytest.raises(ConnectionClosedError):
            await insist(raw, "bad_token")
        assert raw.connection.close_code == 4400


# ---- guests


@pytest.mark.settings(report_interval_ms=0)  # Thirty days pass.
async def test_a_guest_renews_its_session_too(open_connection: Connect, clock: ManualClock) -> None:
    raw = await open_connection("Ann")
    clock.advance(3_600_000)
    renewed = await raw.ask("hello", token=raw.welcome["session"])
    assert (renewed["type"], renewed["player"]) == ("welcome", raw.welcome["player"])
    assert renewed["expires_ms"] >= raw.welcome["expires_ms"] + 3_600_000
    other = await open_connection("Ben")
    assert (await raw.ask("hello", token=other.welcome["session"]))["code"] == "wrong_player"
    assert (await raw.ask("hello", name="Ann"))["code"] == "already_greeted"
    clock.advance(renewed["expires_ms"] - clock.now_ms())
    with pytest.raises(ConnectionClosedError):
        await raw.until("nothing")
    assert raw.connection.close_code == 4401


# ---- where a token may be


async def test_a_token_in_the_address_admits_nobody_and_is_in_no_log(
    app: App, clock: ManualClock
) -> None:
    given = good_for(clock, 300)
    with capture_logs() as lines:
        async with connect(f"{app.socket_url}?token={given}", compression=None) as connection:
            raw = Raw(connection)
            assert (await raw.ask("hello", name="Ann"))["code"] == "token_missing"
            assert (await raw.ask("hello", token=given))["type"] == "welcome"
            assert (await raw.ask("hello", token=given + "x"))["code"] == "bad_token"
    assert lines
    assert given not in str(lines)
    assert given.rpartition(".")[2] not in str(lines)
