"""Logging out: every connection of the session ends, and its token is worth nothing any more."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect

from pokerws.game.illegal import Illegal
from pokerws.game.state import PlayerId
from pokerws.messages import CloseCode
from pokerws.server.app import App
from pokerws.server.auth.guests import LIFETIME_MS
from pokerws.server.auth.identity import Identity
from pokerws.server.auth.revocations import KEPT_MS, Revocations
from pokerws.storage import names as names_module
from pokerws.storage.errors import StoreUnavailable
from pokerws.storage.names import SWEEP, EndedSessions, MemoryNames
from tests.server.conftest import Connect, Raw
from tests.server.fakes import ManualClock
from tests.server.signing import SECRET, token
from tests.settings import settings_of


async def close_code(raw: Raw) -> int | None:
    """What the server closes a connection with."""
    await raw.connection.wait_closed()
    return raw.connection.close_code


async def test_logout_ends_every_connection_of_the_session_and_of_no_other(
    open_connection: Connect,
) -> None:
    ann, ben = await open_connection("Ann"), await open_connection("Ben")
    tab = await open_connection("Ann", token=ann.welcome["session"])

    assert (await ann.ask("logout"))["type"] == "accepted"

    assert await close_code(ann) == await close_code(tab) == CloseCode.LOGGED_OUT
    assert (await ben.ask("ping"))["type"] == "pong"


async def test_the_tokens_of_a_session_that_was_ended_are_refused(open_connection: Connect) -> None:
    ann = await open_connection("Ann")
    tab = await open_connection("Ann", token=ann.welcome["session"])
    await ann.ask("logout")

    raw = await open_connection()
    for session in (ann.welcome["session"], tab.welcome["session"]):
        refused = await raw.ask("hello", token=session)
        assert (refused["code"], refused.get("retryable", False)) == ("bad_token", False)
        # Not even the name can be changed with it.
        assert (await raw.ask("hello", token=session, name="Anna"))["code"] == "bad_token"
    assert (await raw.ask("hello", name="Ann"))["code"] == "name_taken"
    assert (await raw.ask("hello", name="Anna"))["type"] == "welcome"


async def test_a_seat_stays_when_its_player_logs_out(open_connection: Connect) -> None:
    ann, ben = await open_connection("Ann"), await open_connection("Ben")
    table = (await ann.ask("create_table", name="One", config={}))["table"]
    await ann.ask("sit", table=table, seat=2, buy_in=5_000)
    await ann.ask("logout")
    await ben.ask("watch", table=table)
    seat = (await ben.until("snapshot"))["state"]["seats"][2]
    assert (seat["player"], seat["name"]) == (ann.welcome["player"], "Ann")


async def test_nobody_logs_out_before_hello(open_connection: Connect) -> None:
    assert (await (await open_connection()).ask("logout"))["code"] == "hello_first"


async def test_a_logout_outlives_the_server(database_url: str, tmp_path: Path) -> None:
    settings = settings_of(
        port=0,
        database_url=database_url,
        use_db_repository=True,
        vault_key_file=str(tmp_path / "vault.key"),
    )

    async def say(app: App, *messages: dict[str, Any]) -> list[dict[str, Any]]:
        async with connect(app.socket_url, compression=None) as connection:
            raw = Raw(connection)
            return [await raw.ask(**message) for message in messages]

    async with asyncio.timeout(30):
        app = App(settings)
        await app.start()
        ann, _ = await say(app, {"type": "hello", "name": "Ann"}, {"type": "logout"})
        (ben,) = await say(app, {"type": "hello", "name": "Ben"})
        assert await app.stop()

        app = App(settings)
        await app.start()
        replayed, taken, free = await say(
            app,
            {"type": "hello", "token": ann["session"]},
            {"type": "hello", "name": "BEN"},
            {"type": "hello", "token": ben["session"]},
        )
        assert await app.stop()
    assert replayed["code"] == "bad_token"
    assert taken["code"] == "name_taken"
    assert free["player"] == ben["player"]


# ---- players with tokens of the operator's own service


def token_of(session: str, seconds: int) -> str:
    claims = {"sub": "ann", "name": "Ann", "sid": session, "exp": time.time() + seconds}
    return token(claims)


@pytest.mark.settings(use_auth_middleware=True, auth_secret=SECRET)
async def test_all_tokens_of_a_services_session_end_with_it_and_those_of_another_do_not(
    open_connection: Connect,
) -> None:
    here, there, elsewhere = [await open_connection() for _ in range(3)]
    assert (await here.ask("hello", token=token_of("one", 600)))["type"] == "welcome"
    assert (await there.ask("hello", token=token_of("two", 600)))["type"] == "welcome"
    # Renewed with a token of the session that is to end.
    assert (await there.ask("hello", token=token_of("one", 900)))["type"] == "welcome"
    assert (await elsewhere.ask("hello", token=token_of("two", 600)))["type"] == "welcome"

    assert (await elsewhere.ask("logout"))["type"] == "accepted"
    assert await close_code(elsewhere) == CloseCode.LOGGED_OUT
    assert (await there.ask("ping"))["type"] == "pong"
    assert (await here.ask("logout"))["type"] == "accepted"

    assert await close_code(here) == await close_code(there) == CloseCode.LOGGED_OUT
    again = await open_connection()
    for session in ("one", "two"):
        refused = await again.ask("hello", token=token_of(session, 950))
        assert refused["code"] == "bad_token"
    assert (await again.ask("hello", token=token_of("three", 950)))["type"] == "welcome"


# ---- what is kept of it


class Away(MemoryNames):
    """A store that is out of reach."""

    async def end_session(self, sid: str, *, now_ms: int, until_ms: int) -> None:
        raise StoreUnavailable("no answer in time")


class Tab:
    """A connection that notes that it was let go."""

    def __init__(self) -> None:
        self.is_out = False

    def log_out(self) -> None:
        self.is_out = True

    def fail(self, error: Exception) -> None:
        raise error


ANN = Identity(PlayerId("p_ann"), "Ann", sid="s_ann")


async def test_a_logout_that_cannot_be_stored_is_refused_and_changes_nothing() -> None:
    revocations, tab = Revocations(Away(), ManualClock()), Tab()
    revocations.enter(ANN, tab)
    with pytest.raises(Illegal, match="logout_unavailable"):
        await revocations.end(ANN)
    revocations.check(ANN.sid)
    assert not tab.is_out


async def test_an_ended_session_is_kept_in_mind_for_as_long_as_a_token_can_be_good() -> None:
    names, clock = MemoryNames(), ManualClock()
    revocations = Revocations(names, clock)
    await revocations.end(ANN)
    clock.advance(LIFETIME_MS - 1)
    restarted = Revocations(names, clock)
    await restarted.load()
    for one in (revocations, restarted):
        with pytest.raises(Illegal, match="bad_token"):
            one.check(ANN.sid)
    assert KEPT_MS >= LIFETIME_MS

    clock.advance(1)
    revocations.check(ANN.sid)
    await revocations.end(ANN._replace(sid="s_other"))
    assert list(revocations._ended.all(0)) == ["s_other"]


async def test_a_token_that_is_good_for_longer_is_refused_for_longer() -> None:
    clock = ManualClock()
    revocations = Revocations(MemoryNames(), clock)
    until_ms = clock.now_ms() + 2 * KEPT_MS
    await revocations.end(ANN._replace(expires_ms=until_ms))
    clock.advance(2 * KEPT_MS - 1)
    with pytest.raises(Illegal, match="bad_token"):
        revocations.check(ANN.sid)


class Counted(dict[str, int]):
    """Counts how often somebody goes through all of it."""

    walks = 0

    def __iter__(self) -> Iterator[str]:
        self.walks += 1
        return super().__iter__()

    def items(self) -> Any:
        self.walks += 1
        return super().items()


async def test_sessions_are_ended_up_to_a_bound_and_none_is_forgotten_for_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(names_module, "MAX_ENDED", 2)
    revocations = Revocations(MemoryNames(), ManualClock())
    for sid in ("one", "two"):
        await revocations.end(ANN._replace(sid=sid))
    with pytest.raises(Illegal, match="logout_unavailable"):
        await revocations.end(ANN._replace(sid="three"))
    for sid in ("one", "two"):
        with pytest.raises(Illegal, match="bad_token"):
            revocations.check(sid)
    revocations.check("three")


async def test_a_logout_costs_the_same_however_many_there_were_before() -> None:
    names, clock = MemoryNames(), ManualClock()
    for number in range(100_000):
        await names.end_session(f"s_{number}", now_ms=0, until_ms=clock.now_ms() + KEPT_MS)
    revocations = Revocations(names, clock)
    await revocations.load()

    looked_at = Counted(revocations._ended._until_ms)
    revocations._ended._until_ms = looked_at
    for number in range(300):
        await revocations.end(ANN._replace(sid=f"new_{number}"))
    assert len(revocations._ended) == 100_300
    assert looked_at.walks == 0


async def test_ended_sessions_that_have_expired_are_forgotten_a_few_at_a_time() -> None:
    ended = EndedSessions()
    for number in range(2 * SWEEP):
        ended.add(f"s_{number}", now_ms=0, until_ms=100 - number)
    # One that lasts for longer is in nobody's way, and one that is prolonged is not forgotten.
    ended.add("long", now_ms=0, until_ms=1_000)
    ended.add("s_0", now_ms=0, until_ms=500)
    for left in (SWEEP + 3, 3, 3):
        ended.add("new", now_ms=200, until_ms=2_000)
        assert len(ended) == left
    assert list(ended.all(200)) == ["s_0", "long", "new"]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_who_has_left_is_forgotten(count: int) -> None:
    revocations, tabs = Revocations(MemoryNames(), ManualClock()), [Tab() for _ in range(count)]
    for tab in tabs:
        revocations.enter(ANN, tab)
    revocations.leave(ANN, Tab())
    revocations.leave(ANN, tabs[0])
    revocations.close_connections(ANN)
    assert [tab.is_out for tab in tabs] == [False] + [True] * (count - 1)
    for tab in tabs:
        revocations.leave(ANN, tab)
        tab.is_out = False
    revocations.close_connections(ANN)
    assert not any(tab.is_out for tab in tabs)
