"""Guests: a name that is theirs, the token that brings them back, and how long both last."""

import asyncio

import jwt
import pytest

from pokerws.game.illegal import Illegal
from pokerws.game.state import PlayerId
from pokerws.messages import Refused
from pokerws.server.app import App
from pokerws.server.auth import player_names
from pokerws.server.auth.guests import LIFETIME_MS, Guests
from pokerws.server.auth.identity import Identity
from pokerws.server.auth.player_names import RENAMES, RENEW_MS, PlayerNames
from pokerws.storage.errors import StoreUnavailable
from pokerws.storage.names import MemoryNames
from tests.server.conftest import Connect
from tests.server.fakes import ManualClock

KEY = "a key for tests, long enough to sign"


class Database(MemoryNames):
    """Names that can be out of reach, and how often they were asked."""

    def __init__(self) -> None:
        super().__init__()
        self.is_away = False
        self.asked = 0
        # How often what was done is not answered, and what answers are waiting for.
        self.lost = 0
        self.answers: asyncio.Event | None = None

    async def claim(
        self, skeleton: str, player: PlayerId, name: str, *, now_ms: int, until_ms: int
    ) -> bool:
        if self.is_away:
            raise StoreUnavailable("no answer in time")
        self.asked += 1
        answers = self.answers
        given = await super().claim(skeleton, player, name, now_ms=now_ms, until_ms=until_ms)
        if answers is not None:
            await answers.wait()
        if self.lost:
            self.lost -= 1
            raise StoreUnavailable("the connection was lost")
        return given


class Inn:
    """Guests with names in a database, and a clock that tests turn."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.names = Database()
        self.start()

    def start(self) -> None:
        self.guests = Guests(KEY, self.clock, names=PlayerNames(self.names, self.clock))

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
    "name",
    ["admin", "POKERWS", "Adm1n", "\u0410dmin", "s y s t e m", "Dealer\U000e0100", "Dëaler"],
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
    inn.start()
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


def in_memory(clock: ManualClock) -> Guests:
    return Guests(KEY, clock, names=PlayerNames(MemoryNames(), clock, renew_ms=0))


async def test_without_a_database_a_returning_player_claims_the_name_anew() -> None:
    ahead = ManualClock()
    ahead.advance(1)
    ann = await in_memory(ahead).admit(None, "Ann")
    restarted = in_memory(ManualClock())
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


async def test_of_two_renames_at_once_one_name_is_left_and_known_to_be(inn: Inn) -> None:
    ann = await inn.new("Ann")
    first_answer = inn.names.answers = asyncio.Event()
    first = asyncio.create_task(inn.back(ann, "Xena"))
    await asyncio.sleep(0)
    inn.names.answers = None
    second = asyncio.create_task(inn.back(ann, "Yara"))
    for _ in range(5):
        await asyncio.sleep(0)  # As far as the second can get.
    first_answer.set()
    xena, yara = await first, await second

    assert (await inn.new("Xena")).player != ann.player
    assert await inn.refusal(xena.session, None) == "name_taken"
    assert (await inn.back(yara)).name == "Yara"
    assert await inn.refusal(None, "Yara") == "name_taken"


async def test_two_renames_in_one_millisecond_leave_the_later_name(inn: Inn) -> None:
    ann = await inn.new("Ann")
    xena, yara = await inn.back(ann, "Xena"), await inn.back(ann, "Yara")
    await inn.new("Xena")
    assert await inn.refusal(xena.session, None) == "name_taken"
    assert (await inn.back(yara)).name == "Yara"


async def test_a_rename_whose_answer_was_lost_brings_no_name_back_unasked(inn: Inn) -> None:
    ann = await inn.new("Ann")
    inn.names.lost = 1
    assert await inn.refusal(ann.session, "Anna") == "names_unavailable"
    # It was done all the same, so that the older name is free.
    assert (await inn.new("Ann")).player != ann.player
    assert await inn.refusal(ann.session, None) == "name_taken"
    assert (await inn.back(ann, "Anna")).name == "Anna"


async def test_a_rename_that_was_refused_changes_nothing(inn: Inn) -> None:
    ann, _ = await inn.new("Ann"), await inn.new("Ben")
    assert await inn.refusal(ann.session, "Ben") == "name_taken"
    asked = inn.names.asked
    assert (await inn.back(ann)).name == "Ann"
    assert inn.names.asked == asked


async def test_a_player_who_is_remembered_no_more_is_asked_about(
    inn: Inn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(player_names, "MAX_REMEMBERED", 2)
    ann = await inn.new("Ann")
    anna = await inn.back(ann, "Anna")
    for name in ("Ben", "Cleo", "Ann"):
        await inn.new(name)
    assert await inn.refusal(ann.session, None) == "name_taken"
    assert (await inn.back(anna)).name == "Anna"
    assert len(inn.guests.names._held) <= 2


async def test_a_player_can_rename_so_often_and_again_later(inn: Inn) -> None:
    ann = last = await inn.new("Ann")
    for number in range(RENAMES.burst):
        last = await inn.back(ann, f"Ann {chr(65 + number)}x")
    with pytest.raises(Refused) as refused:
        await inn.back(last, "Zoe")
    # To come back is no rename; to come back with the name of an older token is.
    assert (await inn.back(last)).name == last.name
    with pytest.raises(Refused):
        await inn.back(ann)
    await inn.new("Zoe")

    assert refused.value.retry_after_ms is not None
    inn.clock.advance(refused.value.retry_after_ms)
    assert (await inn.back(last, "Anna")).name == "Anna"
    inn.clock.advance(RENAMES.over_ms)
    ben = await inn.new("Ben")
    await inn.back(ben, "Benny")
    assert list(inn.guests.names._renames) == [ben.player], "who has paused for long is forgotten"


# ---- over the wire


async def test_who_renames_too_often_is_told_how_long_to_wait(open_connection: Connect) -> None:
    ann = await open_connection("Ann")
    session = ann.welcome["session"]
    for number in range(RENAMES.burst):
        answer = await ann.ask("hello", token=session, name=f"Ann {chr(65 + number)}x")
        assert answer["type"] == "welcome"
    refused = await ann.ask("hello", token=session, name="Zoe")
    assert refused["code"] == "too_fast"
    assert 0 < refused["retry_after_ms"] <= RENAMES.over_ms


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
