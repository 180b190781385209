"""Guests: a name that is theirs, the token that brings them back, and how long both last."""

import asyncio

import jwt
import pytest

from pokerws.game.illegal import Illegal
from pokerws.game.state import PlayerId
from pokerws.server.app import App
from pokerws.server.auth import Identity
from pokerws.server.guests import LIFETIME_MS, RENEW_MS, Guests
from pokerws.storage.names import MemoryNames
from pokerws.storage.store import StoreUnavailable
from tests.server.conftest import Connect
from tests.server.fakes import ManualClock

KEY = "a key for tests, long enough to sign"


class Database(MemoryNames):
    """Names that can be out of reach, and how often they were asked."""

    def __init__(self) -> None:
        super().__init__()
        self.is_away = False
        self.asked = 0

    async def claim(
        self, skeleton: str, player: PlayerId, name: str, *, now_ms: int, until_ms: int
    ) -> bool:
        if self.is_away:
            raise StoreUnavailable("no answer in time")
        self.asked += 1
        return await super().claim(skeleton, player, name, now_ms=now_ms, until_ms=until_ms)


class Inn:
    """Guests with names in a database, and a clock that tests turn."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.names = Database()
        self.guests = Guests(KEY, self.clock, names=self.names)

    async def new(self, name: str) -> Identity:
        return await self.guests.admit(None, name)

    async def back(self, guest: Identity, name: str | None = None) -> Identity:
        return await self.guests.admit(guest.session, name)

    async def refusal(self, token: str | None, name: str | None) -> str:
        with pytest.raises(Illegal) as refused:
            await self.guests.admit(token, name)
        return refused.value.code


@pytest.fixture
def inn() -> Inn:
    return Inn()


@pytest.mark.parametrize("name", ["Ann", "ANN", "A n n", "\u0410nn"])
async def test_a_guests_name_is_nobody_elses(inn: Inn, name: str) -> None:
    await inn.new("Ann")
    assert await inn.refusal(None, name) == "name_taken"
    ben = await inn.new("Ben")
    assert await inn.refusal(ben.session, name) == "name_taken"
    assert (await inn.back(ben)).name == "Ben"


@pytest.mark.parametrize(
    "name", ["admin", "Dealer", "POKERWS", "Adm1n", "\u0410dmin", "s y s t e m"]
)
async def test_a_name_that_speaks_for_the_house_is_not_to_be_had(inn: Inn, name: str) -> None:
    assert await inn.refusal(None, name) == "name_taken"


async def test_the_names_of_the_servers_own_bots_are_not_to_be_had(inn: Inn) -> None:
    early = await inn.new("Ada")
    token = inn.guests.token_for(PlayerId("bot_ada"), "Ada")

    assert await inn.refusal(None, "ada") == "name_taken"
    assert await inn.refusal(early.session, None) == "name_taken"
    assert (await inn.back(early, "Adam")).player == early.player
    bot = await inn.guests.admit(token, "Ada")
    assert (bot.player, bot.name) == ("bot_ada", "Ada")


async def test_who_comes_back_is_the_same_player_in_the_same_session(inn: Inn) -> None:
    ann = await inn.new("Ann")
    back = await inn.back(ann)
    assert (back.player, back.name, back.sid) == (ann.player, ann.name, ann.sid)
    assert (await inn.new("Ben")).sid != ann.sid


async def test_a_new_name_frees_the_old_one(inn: Inn) -> None:
    ann = await inn.new("Ann")
    inn.clock.advance(1)
    assert (await inn.back(ann, "Anna")).name == "Anna"
    assert (await inn.new("Ann")).player != ann.player
    # The older token has the older name, which is another player's now.
    assert await inn.refusal(ann.session, None) == "name_taken"
    assert (await inn.back(ann, "Anna")).name == "Anna"


async def test_an_older_token_brings_no_name_back_that_was_given_up_before_a_restart(
    inn: Inn,
) -> None:
    ann = await inn.new("Ann")
    inn.clock.advance(1)
    await inn.back(ann, "Anna")
    await inn.new("Ann")
    inn.guests = Guests(KEY, inn.clock, names=inn.names)
    assert await inn.refusal(ann.session, None) == "name_taken"


async def test_the_database_is_asked_for_new_names_and_once_a_day(inn: Inn) -> None:
    ann = await inn.new("Ann")
    for _ in range(3):
        ann = await inn.back(ann, "Ann")
    assert inn.names.asked == 1
    inn.clock.advance(RENEW_MS)
    for _ in range(3):
        ann = await inn.back(ann)
    assert inn.names.asked == 2


async def test_a_name_lasts_as_long_as_its_player_comes_back(inn: Inn) -> None:
    ann = await inn.new("Ann")
    # The last time just too early for it to be reserved anew.
    for _ in range(41):
        inn.clock.advance(RENEW_MS - 1)
        ann = await inn.back(ann)
    assert await inn.refusal(None, "Ann") == "name_taken"
    inn.clock.advance(LIFETIME_MS - 1_000)
    assert await inn.refusal(None, "Ann") == "name_taken"
    assert (await inn.back(ann)).name == "Ann"


async def test_a_session_and_its_name_end_after_thirty_days(inn: Inn) -> None:
    ann = await inn.new("Ann")
    assert ann.expires_ms == (inn.clock.now_ms() + LIFETIME_MS) // 1000 * 1000
    inn.clock.advance(ann.expires_ms - inn.clock.now_ms() - 1)
    assert (await inn.back(ann)).player == ann.player
    inn.clock.advance(1)
    assert await inn.refusal(ann.session, None) == "bad_token"

    inn.clock.advance(LIFETIME_MS + RENEW_MS)
    assert (await inn.new("Ann")).player != ann.player


async def test_an_outage_of_the_database_stops_no_player_who_comes_back(inn: Inn) -> None:
    ann = await inn.new("Ann")
    inn.names.is_away = True
    assert (await inn.back(ann)).name == "Ann"
    inn.clock.advance(RENEW_MS)
    ann = await inn.back(ann)
    assert ann.name == "Ann"
    assert await inn.refusal(None, "Ben") == "names_unavailable"
    assert await inn.refusal(ann.session, "Anna") == "names_unavailable"

    # What could not be renewed meanwhile is, at the next hello.
    inn.names.is_away = False
    asked = inn.names.asked
    await inn.back(ann)
    assert inn.names.asked == asked + 1


async def test_without_a_database_a_returning_player_claims_the_name_anew() -> None:
    ann = await Guests(KEY).admit(None, "Ann")
    restarted = Guests(KEY)
    assert (await restarted.admit(ann.session, None)).name == "Ann"
    with pytest.raises(Illegal, match="name_taken"):
        await restarted.admit(None, "Ann")


async def test_a_token_from_before_there_were_sessions_is_still_good(inn: Inn) -> None:
    claims = {"sub": "p_1", "name": "Ann", "aud": "pokerws-guest", "exp": 2**33}
    old = jwt.encode(claims, KEY, algorithm="HS256")
    first, second = [await inn.guests.admit(old, None) for _ in range(2)]
    assert (first.player, first.name) == ("p_1", "Ann")
    assert first.sid == second.sid
    assert await inn.refusal(None, "Ann") == "name_taken"


@pytest.mark.parametrize("token", ["", "x.y.z", "\ud800", "e30.e30.", jwt.encode({}, KEY)])
async def test_what_is_no_token_of_ours_is_refused(inn: Inn, token: str) -> None:
    assert await inn.refusal(token, "Ann") == "bad_token"


# ---- over the wire


async def test_a_name_that_is_taken_can_be_changed_on_the_same_connection(
    open_connection: Connect,
) -> None:
    ann, other = await open_connection("Ann"), await open_connection()
    refused = await other.ask("hello", name="ann")
    assert (refused["code"], refused.get("retryable", False)) == ("name_taken", False)
    assert "another player" in refused["message"]
    welcome = await other.ask("hello", name="Anne")
    assert welcome["player"] != ann.welcome["player"]
    assert welcome["expires_ms"] > welcome["now_ms"]


async def test_two_at_once_for_one_name_get_it_once(app: App, open_connection: Connect) -> None:
    connections = [await open_connection() for _ in range(6)]
    answers = await asyncio.gather(*(one.ask("hello", name="Ann") for one in connections))
    assert sorted(answer["type"] for answer in answers) == ["rejected"] * 5 + ["welcome"]


@pytest.mark.settings(use_input_validation=True)
async def test_a_name_is_shown_in_one_form_where_texts_are_checked_strictly(
    open_connection: Connect,
) -> None:
    assert (await open_connection("Jose\u0301")).welcome["name"] == "José"
