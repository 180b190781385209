"""Sanctions in force: at once, for their time, after a restart, and on other servers."""

from collections.abc import Sequence
from ipaddress import ip_network

import pytest

from pokerws.game.state import PlayerId
from pokerws.messages import CloseCode, Notice, Refused, Waiting
from pokerws.server.auth.identity import Identity
from pokerws.server.moderation.in_force import InForce
from pokerws.server.moderation.moderation import Moderation
from pokerws.server.moderation.networks import network_of, protected_networks
from pokerws.storage.admin_log import AdminEntry
from pokerws.storage.errors import StoreUnavailable
from pokerws.storage.sanctions import MemorySanctions, Sanction, SanctionKey
from tests.server.fakes import ManualClock
from tests.server.stored_house import GRANT, Ledger, balance, house_on
from tests.settings import settings_of

ANN = PlayerId("p_ann")
IDENTITY = Identity(ANN, "Ann", sid="s", issued_ms=0)


class FakeConnection:
    """A connection that notes what it is told."""

    def __init__(self, address: str = "198.51.100.1") -> None:
        self.address = address
        self.admitted = IDENTITY
        self.told: list[str] = []
        self.closed: CloseCode | None = None

    def warn(self, notice: Notice | Waiting) -> None:
        assert isinstance(notice, Notice)
        self.told.append(notice.code)

    def fail(self, error: Exception) -> None:
        raise error

    def log_out(self) -> None:
        self.closed = CloseCode.LOGGED_OUT

    def close_banned(self) -> None:
        self.closed = CloseCode.BANNED


class AwaySanctions(MemorySanctions):
    """A store that can be out of reach, or take no writes."""

    is_away = False
    is_read_only = False

    def _check(self, *, writes: bool = False) -> None:
        if self.is_away or (writes and self.is_read_only):
            raise StoreUnavailable("no answer in time")

    async def impose(
        self, sanction: Sanction, *, now_ms: int, entries: Sequence[AdminEntry] = ()
    ) -> None:
        self._check(writes=True)
        await super().impose(sanction, now_ms=now_ms)

    async def lift(self, key: SanctionKey, *, entries: Sequence[AdminEntry] = ()) -> None:
        self._check(writes=True)
        await super().lift(key)

    async def in_force(self, now_ms: int) -> list[Sanction]:
        self._check()
        return await super().in_force(now_ms)


def ban(clock: ManualClock, player: str = ANN, for_ms: int = 60_000) -> Sanction:
    now_ms = clock.wall_ms()
    return Sanction("ban", player, now_ms + for_ms, now_ms, "operator:alice")


def is_admitted(moderation: Moderation, address: str = "198.51.100.1") -> bool:
    try:
        moderation.check_admitted(IDENTITY, address)
    except Refused:
        return False
    return True


async def test_a_sanction_ends_at_its_time_by_the_wall_clock() -> None:
    clock = ManualClock()
    moderation = Moderation(MemorySanctions(), clock)
    async with house_on(Ledger(), clock) as house:
        for kind in ("ban", "mute"):
            await moderation.impose(ban(clock)._replace(kind=kind), house.lobby)
        clock.wall_ahead_ms = 59_999
        assert not is_admitted(moderation)
        with pytest.raises(Refused, match="muted"):
            moderation.check_chat(ANN)
        clock.wall_ahead_ms = 60_000
        assert is_admitted(moderation)
        moderation.check_chat(ANN)
        assert moderation.all() == []


async def test_a_ban_holds_at_once_while_the_database_is_away_and_is_stored_when_it_is_back() -> (
    None
):
    clock, store, ann = ManualClock(), AwaySanctions(), FakeConnection()
    moderation = Moderation(store, clock)
    moderation.roster.enter(ANN, ann)
    store.is_away = True
    async with house_on(Ledger(), clock) as house:
        assert not await moderation.impose(ban(clock), house.lobby)
        assert (ann.told, ann.closed) == (["banned"], CloseCode.BANNED)
        assert not is_admitted(moderation)
        assert moderation.all() == [(ban(clock), False)]
        # What the store says meanwhile, or cannot say, does not lift it.
        for store.is_away, store.is_read_only in ((True, False), (False, True)):
            await moderation.refresh(house.lobby)
            assert not is_admitted(moderation)
        store.is_read_only = False
        await moderation.refresh(house.lobby)
        assert moderation.all() == [(ban(clock), True)]
        # Lifted during an outage, it stays lifted too.
        store.is_away = True
        assert not await moderation.lift(ban(clock).key, house.lobby)
        await moderation.refresh(house.lobby)
        assert is_admitted(moderation)
        store.is_away = False
        await moderation.refresh(house.lobby)
    assert await store.in_force(clock.wall_ms()) == []


async def test_what_waits_is_stored_when_the_server_stops() -> None:
    clock, store = ManualClock(), AwaySanctions()
    moderation = Moderation(store, clock)
    async with house_on(Ledger(), clock) as house:
        store.is_away = True
        await moderation.impose(ban(clock), house.lobby)
        store.is_away = False
        await moderation.stop()
    assert await store.in_force(clock.wall_ms()) == [ban(clock)]


async def test_another_server_of_the_database_learns_of_bans_and_of_their_end() -> None:
    clock, store, ann = ManualClock(), MemorySanctions(), FakeConnection()
    here, there = Moderation(store, clock), Moderation(store, clock)
    there.roster.enter(ANN, ann)
    async with house_on(Ledger(), clock) as house:
        await here.impose(ban(clock), house.lobby)
        assert is_admitted(there)
        await there.refresh(house.lobby)
        assert (ann.told, ann.closed) == (["banned"], CloseCode.BANNED)
        assert not is_admitted(there)
        # Each is carried out once.
        await there.refresh(house.lobby)
        assert ann.told == ["banned"]
        await here.lift(ban(clock).key, house.lobby)
        await there.refresh(house.lobby)
        assert is_admitted(there)
        # A server that starts now knows what is in force.
        await here.impose(ban(clock), house.lobby)
        late = Moderation(store, clock)
        await late.load()
        assert not is_admitted(late)


async def test_a_ban_that_comes_while_the_store_is_read_is_not_undone_by_what_was_read() -> None:
    clock = ManualClock()

    class Late(MemorySanctions):
        """A store whose answer is late: meanwhile somebody is banned."""

        async def in_force(self, now_ms: int) -> list[Sanction]:
            read = await super().in_force(now_ms)
            await moderation.impose(ban(clock), house.lobby)
            return read

    moderation = Moderation(Late(), clock)
    async with house_on(Ledger(), clock) as house:
        await moderation.refresh(house.lobby)
        assert not is_admitted(moderation)


async def test_a_seat_that_could_not_be_freed_during_a_pause_is_freed_later() -> None:
    clock, ledger = ManualClock(), Ledger()
    moderation = Moderation(MemorySanctions(), clock)
    async with house_on(ledger, clock) as house:
        actor = await house.open_hand()
        player = next(seat.player for seat in actor.table.seats if seat is not None)
        actor.pause()
        await moderation.impose(ban(clock, player), house.lobby)
        assert actor.table.seat_of(player) is not None
        actor.go_on()
        await moderation.refresh(house.lobby)
        seat = actor.table.seat_of(player)
        # In a hand of two a player who leaves has folded.
        assert seat is None
        await house.written()
        assert ledger.total == 0
        assert await balance(ledger, player) < GRANT


async def test_an_ended_session_refuses_tokens_from_before_and_no_newer_ones() -> None:
    clock = ManualClock()
    moderation = Moderation(MemorySanctions(), clock)
    async with house_on(Ledger(), clock) as house:
        await moderation.impose(ban(clock)._replace(kind="end_session"), house.lobby)
    now_ms = clock.wall_ms()
    for issued_ms, is_refused in ((now_ms - 1, True), (now_ms, True), (now_ms + 1, False)):
        identity = IDENTITY._replace(issued_ms=issued_ms)
        if is_refused:
            with pytest.raises(Refused, match="bad_token"):
                moderation.check_admitted(identity, "unknown")
        else:
            moderation.check_admitted(identity, "unknown")


@pytest.mark.parametrize(
    ("text", "network"),
    [
        ("203.0.113.7", "203.0.113.7/32"),
        ("203.0.113.7/24", "203.0.113.0/24"),
        ("::ffff:203.0.113.7", "203.0.113.7/32"),
        ("::ffff:203.0.113.0/120", "203.0.113.0/24"),
        ("2001:db8::5", "2001:db8::/64"),
        ("2001:db8::5/128", "2001:db8::/64"),
        ("2001:db8:1::/48", "2001:db8:1::/48"),
    ],
)
def test_a_network_is_written_in_one_way(text: str, network: str) -> None:
    assert str(network_of(text)) == network


@pytest.mark.parametrize(
    "text", ["", "1", "203.0.113", "203.0.113.7/33", "0.0.0.0/0", "::/0", "::ffff:0:0/96", "a:b"]
)
def test_what_is_no_network_or_too_wide_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="invalid_value"):
        network_of(text)


def test_this_machine_and_trusted_proxies_are_protected() -> None:
    settings = settings_of(host=("192.0.2.9", "::", "localhost"), trusted_proxies=("10.0.0.0/8",))
    moderation = Moderation(protected=protected_networks(settings))
    for text in ("127.0.0.5", "::1", "10.1.2.3", "192.0.2.0/24"):
        with pytest.raises(Refused, match="protected"):
            moderation.check_unprotected(network_of(text), "unknown")
    moderation.check_unprotected(network_of("203.0.113.7"), "unknown")
    moderation.check_unprotected(network_of("2001:db8::1"), "203.0.113.7")


def test_bans_of_many_networks_are_found_by_their_lengths() -> None:
    in_force = InForce()
    for number in range(256):
        in_force.put(Sanction("address_ban", f"203.0.{number}.0/24", 10, 0, "operator:a"))
    in_force.put(Sanction("address_ban", "198.51.0.0/16", 10, 0, "operator:a"))
    found = in_force.on_address(ip_network("203.0.77.9"), 5)
    assert found is not None
    assert found.target == "203.0.77.0/24"
    assert in_force.on_address(ip_network("198.51.100.1"), 5) is not None
    assert in_force.on_address(ip_network("192.0.2.1"), 5) is None
    assert in_force.on_address(None, 5) is None
    in_force.drop_expired(10)
    assert len(in_force) == 0
    assert in_force.on_address(ip_network("203.0.77.9"), 5) is None
