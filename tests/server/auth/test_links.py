"""Links to other devices: the same player there, once, and for a short time."""

import asyncio
import time
from pathlib import Path

import pytest
import structlog
from websockets.asyncio.client import connect

from pokerws.client import connect as connect_client
from pokerws.game.illegal import Illegal
from pokerws.game.state import PlayerId
from pokerws.messages import CloseCode, Refused
from pokerws.server.app import App
from pokerws.server.auth.guests import Guests
from pokerws.server.auth.identity import Identity
from pokerws.server.auth.links import LINK_MS, Links
from pokerws.server.auth.player_names import PlayerNames
from pokerws.server.auth.revocations import Revocations
from pokerws.storage.links import MemoryLinks, StoredLink
from pokerws.storage.names import MemoryNames
from tests.server.conftest import Connect, Raw
from tests.server.fakes import ManualClock
from tests.server.signing import SECRET, token
from tests.settings import settings_of


async def link_of(raw: Raw, *, keep: bool = True) -> str:
    answer = await raw.ask("create_link", keep=keep)
    assert answer["type"] == "link", answer
    return str(answer["code"])


async def test_the_other_device_is_the_same_player_with_name_chips_and_seat(
    open_connection: Connect,
) -> None:
    ann, phone = await open_connection("Ann"), await open_connection()
    table = (await ann.ask("create_table", name="One", config={}))["table"]
    await ann.ask("sit", table=table, seat=2, buy_in=5_000)
    code = await link_of(ann)
    with structlog.testing.capture_logs() as logged:
        welcome = await phone.ask("hello", code=code)
    assert (welcome["player"], welcome["name"]) == (ann.welcome["player"], "Ann")
    assert code not in str(logged)
    assert (await phone.ask("get_account"))["balance"] == 95_000
    assert (await phone.ask("stand", table=table))["type"] == "accepted"
    # Both go on, each with a session of its own.
    assert (await ann.ask("logout"))["type"] == "accepted"
    assert (await phone.ask("ping"))["type"] == "pong"
    again = await open_connection()
    assert (await again.ask("hello", token=welcome["session"]))["player"] == welcome["player"]


async def test_a_code_works_once_and_a_newer_one_makes_it_void(open_connection: Connect) -> None:
    ann = await open_connection("Ann")
    older, newer = await link_of(ann), await link_of(ann)
    assert len(newer) >= 20
    codes = []
    for code in (older, newer, newer, "wrong"):
        phone = await open_connection()
        answer = await phone.ask("hello", code=code)
        codes.append(answer.get("code", answer["type"]))
    assert codes == ["bad_code", "welcome", "bad_code", "bad_code"]


async def test_without_keep_the_session_that_made_the_link_ends(open_connection: Connect) -> None:
    ann, tab, phone = [await open_connection(), await open_connection(), await open_connection()]
    ann.welcome = await ann.ask("hello", name="Ann")
    await tab.ask("hello", token=ann.welcome["session"])
    code = await link_of(ann, keep=False)
    assert (await tab.ask("ping"))["type"] == "pong"
    welcome = await phone.ask("hello", code=code)
    assert welcome["player"] == ann.welcome["player"]
    for old in (ann, tab):
        await old.connection.wait_closed()
        assert old.connection.close_code == CloseCode.LOGGED_OUT
    again = await open_connection()
    assert (await again.ask("hello", token=ann.welcome["session"]))["code"] == "bad_token"
    assert (await again.ask("hello", token=welcome["session"]))["type"] == "welcome"


async def test_a_code_stands_alone(open_connection: Connect) -> None:
    ann, phone = await open_connection("Ann"), await open_connection()
    code = await link_of(ann)
    for more in ({"name": "Bea"}, {"token": ann.welcome["session"]}):
        assert (await phone.ask("hello", code=code, **more))["code"] == "invalid_value"
    assert (await phone.ask("hello", code=code))["type"] == "welcome"
    assert (await phone.ask("hello", code=code))["code"] == "already_greeted"


@pytest.mark.settings(address_newcomer_rate="3/600s")
async def test_tries_are_counted_for_the_address(open_connection: Connect) -> None:
    ann = await open_connection("Ann")
    code = await link_of(ann)
    answers = []
    for _ in range(3):
        phone = await open_connection()
        answers.append((await phone.ask("hello", code="wrong"))["code"])
    assert answers == ["bad_code", "bad_code", "too_fast"]
    phone = await open_connection()
    assert (await phone.ask("hello", code=code))["code"] == "too_fast"


@pytest.mark.settings(max_violations=3)
async def test_a_connection_that_tries_codes_is_closed(open_connection: Connect) -> None:
    phone = await open_connection()
    for _ in range(3):
        assert (await phone.ask("hello", code="wrong"))["code"] == "bad_code"
    await phone.connection.wait_closed()
    assert phone.connection.close_code == CloseCode.BAD_MESSAGES


@pytest.mark.settings(use_auth_middleware=True, auth_secret=SECRET)
async def test_players_with_tokens_need_no_links(open_connection: Connect) -> None:
    raw = await open_connection()
    assert (await raw.ask("hello", code="any"))["code"] == "guests_only"
    await raw.ask("hello", token=token({"sub": "ann", "name": "Ann", "exp": time.time() + 600}))
    assert (await raw.ask("create_link"))["code"] == "guests_only"


async def test_the_client_library_moves(app: App) -> None:
    async with asyncio.timeout(30), connect_client(app.socket_url, name="Ann") as ann:
        link = await ann.company.create_link()
        async with connect_client(app.socket_url, code=link.code) as phone:
            assert phone.player == ann.player
            assert phone.session not in (None, ann.session)


# ---- what ends a link


class Inn:
    """Guests, their links and what may be said against them."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        names = MemoryNames()
        self.refusal: Refused | None = None
        self.revocations = Revocations(names, self.clock)
        self.guests = Guests(
            "k" * 40, self.clock, names=PlayerNames(names, self.clock), check=self.check
        )
        self.links = Links(MemoryLinks(), self.guests, self.revocations, self.clock)

    def check(self, player: PlayerId, sid: str, issued_ms: int | None) -> None:
        self.revocations.check(sid)
        assert issued_ms is not None
        if self.refusal is not None:
            raise self.refusal

    async def outcome(self, code: str) -> str:
        try:
            return (await self.links.redeem(code)).identity.player
        except Illegal as refusal:
            return refusal.code


@pytest.fixture
async def ann_at() -> tuple[Inn, Identity]:
    inn = Inn()
    return inn, await inn.guests.admit(None, "Ann")


async def test_a_link_expires(ann_at: tuple[Inn, Identity]) -> None:
    inn, ann = ann_at
    code, until_ms = await inn.links.create(ann, "Ann", keep=True)
    assert until_ms == inn.clock.wall_ms() + LINK_MS
    inn.clock.advance(LINK_MS - 1)
    assert await inn.outcome(code) == ann.player
    code, _ = await inn.links.create(ann, "Ann", keep=True)
    inn.clock.advance(LINK_MS)
    assert await inn.outcome(code) == "bad_code"


async def test_a_link_of_a_session_that_was_ended_is_void(ann_at: tuple[Inn, Identity]) -> None:
    inn, ann = ann_at
    code, _ = await inn.links.create(ann, "Ann", keep=True)
    await inn.revocations.end(ann)
    assert await inn.outcome(code) == "bad_token"


async def test_a_banned_player_stays_banned(ann_at: tuple[Inn, Identity]) -> None:
    inn, ann = ann_at
    code, _ = await inn.links.create(ann, "Ann", keep=True)
    inn.refusal = Refused("banned")
    assert await inn.outcome(code) == "banned"


async def test_the_token_that_it_brings_is_as_old_as_the_link(ann_at: tuple[Inn, Identity]) -> None:
    """So `end_session`, which ends tokens by their age, ends it too."""
    inn, ann = ann_at
    code, _ = await inn.links.create(ann, "Ann", keep=True)
    made_ms = inn.clock.wall_ms()
    inn.clock.advance(1_000)
    assert (await inn.links.redeem(code)).identity.issued_ms == made_ms


async def test_a_player_who_renames_meanwhile_keeps_the_new_name(
    ann_at: tuple[Inn, Identity],
) -> None:
    inn, ann = ann_at
    code, _ = await inn.links.create(ann, "Ann", keep=True)
    await inn.guests.admit(ann.session, "Anna")
    assert (await inn.links.redeem(code)).identity.name == "Anna"


class Digests(MemoryLinks):
    """Notes what it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[object] = []

    async def put(self, digest: str, link: StoredLink) -> None:
        self.seen += [digest, link]
        await super().put(digest, link)


async def test_the_code_itself_is_not_stored(ann_at: tuple[Inn, Identity]) -> None:
    inn, ann = ann_at
    store = Digests()
    code, _ = await Links(store, inn.guests, inn.revocations, inn.clock).create(
        ann, "Ann", keep=True
    )
    assert store.seen
    assert code not in str(store.seen)


async def test_a_link_outlives_the_server_and_is_used_on_one_of_two(
    database_url: str, tmp_path: Path
) -> None:
    settings = settings_of(
        port=0,
        database_url=database_url,
        use_db_repository=True,
        vault_key_file=str(tmp_path / "vault.key"),
    )
    async with asyncio.timeout(40):
        app = App(settings)
        await app.start()
        async with connect(app.socket_url, compression=None) as connection:
            ann = Raw(connection)
            player = (await ann.ask("hello", name="Ann"))["player"]
            code = await link_of(ann, keep=False)
        assert await app.stop()
        apps = [App(settings), App(settings)]
        answers = []
        for one in apps:
            await one.start()
        for one in apps:
            async with connect(one.socket_url, compression=None) as connection:
                answers.append(await Raw(connection).ask("hello", code=code))
        for one in apps:
            await one.stop()
    assert answers[0]["player"] == player
    assert answers[1]["code"] == "bad_code"
