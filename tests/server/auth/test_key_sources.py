import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from pokerws.game.illegal import Illegal
from pokerws.server.app import App
from pokerws.server.auth import key_sources
from pokerws.server.auth.errors import KeySetError
from pokerws.server.auth.key_sources import (
    ASK_AGAIN_MS,
    KEEP_MS,
    RETRY_MS,
    JwksKeySet,
    open_key_set,
)
from pokerws.server.auth.keys import Key
from pokerws.settings import load
from tests.server.fakes import ManualClock
from tests.server.publisher import Publisher
from tests.server.signing import jwk, jwks, private_key, public_pem
from tests.settings import settings_of

REFRESH_MS = 600_000


@pytest.fixture
async def publisher() -> AsyncIterator[Publisher]:
    publisher = Publisher()
    await publisher.start()
    yield publisher
    await publisher.stop()


@asynccontextmanager
async def published(
    publisher: Publisher, clock: ManualClock, **choices: Any
) -> AsyncIterator[JwksKeySet]:
    settings = settings_of(auth_jwks=publisher.url, auth_jwks_refresh_ms=REFRESH_MS, **choices)
    keys = await open_key_set(settings, clock)
    assert isinstance(keys, JwksKeySet)
    yield keys
    await keys.close()


async def ids(keys: JwksKeySet, key_id: str | None = None) -> list[str | None]:
    return [key.id for key in await keys.find(key_id)]


async def read(keys: JwksKeySet) -> None:
    """Wait until the reading that is under way is done."""
    assert keys._reading is not None, "nothing is being read"
    await asyncio.wait([keys._reading])


OLD, NEW = jwk(private_key("ES256"), "old"), jwk(private_key("ES256", 1), "new")


# ---- at the start


@pytest.mark.parametrize("setting", ["auth_key_file", "auth_jwks"])
async def test_keys_come_from_a_file(setting: str, tmp_path: Path) -> None:
    path = tmp_path / "keys"
    path.write_bytes(jwks(OLD) if setting == "auth_jwks" else public_pem(private_key("ES256")))
    keys = await open_key_set(load({setting.upper(): str(path)}), ManualClock())
    assert len(await keys.find(None)) == 1
    await keys.close()


@pytest.mark.parametrize("setting", ["auth_key_file", "auth_jwks"])
async def test_a_file_that_is_not_there_is_an_error_that_names_the_setting(
    setting: str, tmp_path: Path
) -> None:
    settings = load({setting.upper(): str(tmp_path / "none")})
    with pytest.raises(KeySetError, match=f"{setting.upper()} cannot be read: .*none"):
        await open_key_set(settings, ManualClock())


async def test_a_file_without_end_is_an_error() -> None:
    with pytest.raises(KeySetError, match="longer than"):
        await open_key_set(settings_of(auth_jwks="/dev/zero"), ManualClock())


@pytest.mark.parametrize("body", [jwks(), b"no keys here"])
async def test_a_server_does_not_start_without_a_key(publisher: Publisher, body: bytes) -> None:
    publisher.body = body
    app = App(settings_of(port=0, use_auth_middleware=True, auth_jwks=publisher.url))
    with pytest.raises(KeySetError, match="AUTH_JWKS"):
        await app.start()


async def test_an_address_that_nobody_answers_at_is_an_error(publisher: Publisher) -> None:
    url = publisher.url
    await publisher.stop()
    with pytest.raises(KeySetError, match=f"AUTH_JWKS cannot be fetched from {url}"):
        await open_key_set(settings_of(auth_jwks=url), ManualClock())
    await publisher.start()


async def test_a_server_that_has_stopped_asks_for_no_more_keys(
    publisher: Publisher, tmp_path: Path
) -> None:
    publisher.body = jwks(OLD)
    nowhere = f"embedded:{tmp_path / 'none'}"
    settings = settings_of(
        port=0, database_url=nowhere, use_auth_middleware=True, auth_jwks=publisher.url
    )
    app, clock = App(settings), ManualClock()
    app._clock = clock
    await app.start()
    await app.stop()
    clock.advance(REFRESH_MS)
    assert isinstance(app._keys, JwksKeySet)
    assert app._keys._reading is None


# ---- rotation


async def test_a_known_key_is_found_without_asking(publisher: Publisher) -> None:
    publisher.body = jwks(OLD)
    async with published(publisher, ManualClock()) as keys:
        assert await ids(keys, "old") == ["old"]
        assert await ids(keys) == ["old"]
    assert publisher.asked == 1


async def test_an_unknown_key_is_asked_for_once_by_all_who_need_it(publisher: Publisher) -> None:
    publisher.body = jwks(OLD)
    clock = ManualClock()
    async with published(publisher, clock) as keys:
        publisher.body = jwks(OLD, NEW)
        clock.advance(ASK_AGAIN_MS)
        found = await asyncio.gather(*(ids(keys, "new") for _ in range(5)), ids(keys, "old"))
        assert found == [["new"]] * 5 + [["old"]]
    assert publisher.asked == 2


async def test_an_unknown_key_is_not_asked_for_again_and_again(publisher: Publisher) -> None:
    publisher.body = jwks(OLD)
    clock = ManualClock()
    async with published(publisher, clock) as keys:
        for count in (2, 3):
            clock.advance(ASK_AGAIN_MS)
            assert await ids(keys, "forged") == []
            # Whether there is such a key by now is not known, so nobody is turned away for good.
            for _ in range(3):
                with pytest.raises(Illegal, match="auth_unavailable"):
                    await keys.find("forged")
            assert publisher.asked == count


async def test_keys_are_read_again_after_their_time_and_old_ones_are_gone(
    publisher: Publisher,
) -> None:
    publisher.body = jwks(OLD)
    clock = ManualClock()
    async with published(publisher, clock) as keys:
        for body, expected in ((jwks(NEW), ["new"]), (jwks(OLD, NEW), ["old", "new"])):
            publisher.body = body
            clock.advance(REFRESH_MS - 1)
            assert keys._reading is None
            clock.advance(1)
            await read(keys)
            assert await ids(keys) == expected
    assert publisher.asked == 3
    assert clock.next_alarm_ms is None


async def test_a_fault_while_keys_are_read_is_an_error_line_and_does_not_end_the_refresh(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher.body = jwks(OLD)
    clock = ManualClock()

    def fault(*_: object) -> list[Key]:
        raise ZeroDivisionError

    async with published(publisher, clock) as keys:
        with capture_logs() as lines, monkeypatch.context() as broken:
            broken.setattr(key_sources, "keys_of_jwks", fault)
            clock.advance(REFRESH_MS)
            await read(keys)
        assert [(line["event"], line["log_level"]) for line in lines] == [
            ("auth_keys_failed", "error")
        ]
        assert await ids(keys) == ["old"]
        publisher.body = jwks(NEW)
        clock.advance(RETRY_MS)
        await read(keys)
        assert await ids(keys) == ["new"]


@pytest.mark.parametrize("body", [b"broken", b""])
async def test_while_the_keys_cannot_be_read_the_old_ones_stay_and_it_is_tried_sooner(
    publisher: Publisher, body: bytes
) -> None:
    publisher.body = jwks(OLD)
    clock = ManualClock()
    async with published(publisher, clock) as keys:
        publisher.body = body
        with capture_logs() as lines:
            clock.advance(REFRESH_MS)
            await read(keys)
        assert await ids(keys, "old") == ["old"]
        assert [(line["event"], line["kept"]) for line in lines] == [("auth_keys_not_read", 1)]
        with pytest.raises(Illegal, match="auth_unavailable"):
            await keys.find("new")
        publisher.body = jwks(NEW)
        clock.advance(RETRY_MS)
        await read(keys)
        assert await ids(keys) == ["new"]


async def test_keys_that_were_withdrawn_or_grew_too_old_admit_nobody(publisher: Publisher) -> None:
    publisher.body = jwks(OLD)
    clock = ManualClock()
    async with published(publisher, clock) as keys:
        publisher.body = jwks()
        clock.advance(REFRESH_MS)
        await read(keys)
        with pytest.raises(Illegal, match="auth_unavailable"):
            await keys.find("old")
        publisher.body = jwks(OLD)
        clock.advance(REFRESH_MS)
        await read(keys)
        assert await ids(keys, "old") == ["old"]
        publisher.body = b"broken"
        clock.advance(KEEP_MS + 1)
        with pytest.raises(Illegal, match="auth_unavailable"):
            await keys.find("old")


async def test_a_player_that_gives_up_does_not_stop_the_reading(publisher: Publisher) -> None:
    publisher.body = jwks(OLD)
    clock = ManualClock()
    async with published(publisher, clock) as keys:
        clock.advance(ASK_AGAIN_MS)
        publisher.held.clear()
        publisher.body = jwks(NEW)
        gone = asyncio.create_task(keys.find("new"))
        stays = asyncio.create_task(ids(keys, "new"))
        await publisher.was_asked(2)
        gone.cancel()
        await asyncio.wait([gone])
        publisher.held.set()
        assert await stays == ["new"]


async def test_a_reading_that_is_under_way_ends_with_the_server(publisher: Publisher) -> None:
    publisher.body = jwks(OLD)
    clock = ManualClock()
    async with published(publisher, clock) as keys:
        publisher.held.clear()
        clock.advance(REFRESH_MS)
        await publisher.was_asked(2)
        await keys.close()
        assert clock.next_alarm_ms is None
