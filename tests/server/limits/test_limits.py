"""Token buckets by a clock that is turned by hand, and what is remembered of whom."""

import tracemalloc
from typing import get_args

import pytest

from pokerws.game.state import PlayerId
from pokerws.messages import Details, RateLimit, Refused
from pokerws.server.limits.limits import Caps, Meter, Quotas, Rates, limits_of, quotas_of
from pokerws.server.limits.rate_limits import MAX_GONE, Bucket, Kind, Rate, Tallies, Tally, rate_of
from pokerws.settings import load

ANN, BOB = PlayerId("ann"), PlayerId("bob")
NOW_MS = 1_800_000_000_000


def taken(bucket: Bucket, now_ms: int, tries: int) -> int:
    return sum(bucket.take(now_ms) == 0 for _ in range(tries))


def test_a_bucket_gives_its_burst_and_then_as_much_as_comes_back() -> None:
    bucket = Bucket(Rate(60, 3000))
    assert taken(bucket, NOW_MS, 100) == 60
    assert bucket.take(NOW_MS) == 50
    assert bucket.take(NOW_MS + 49) == 1
    assert bucket.take(NOW_MS + 50) == 0
    assert taken(bucket, NOW_MS + 1050, 100) == 20
    assert taken(bucket, NOW_MS + 3_600_000, 100) == 60


@pytest.mark.parametrize("rate", [Rate(7, 1000), Rate(3, 1000), Rate(1200, 3000), Rate(999, 1000)])
def test_a_rate_that_is_no_whole_number_of_milliseconds_is_kept_to(rate: Rate) -> None:
    bucket = Bucket(rate)
    assert taken(bucket, NOW_MS, 2 * rate.burst) == rate.burst
    in_ten_s = sum(taken(bucket, NOW_MS + ms, 3) for ms in range(1, 10_001))
    assert in_ten_s == pytest.approx(rate.burst * 10_000 / rate.over_ms, abs=1)


def test_who_waits_as_long_as_it_was_told_is_not_refused_again() -> None:
    bucket, now_ms = Bucket(Rate(7, 1000)), NOW_MS
    for _ in range(1000):
        if wait_ms := bucket.take(now_ms):
            assert bucket.take(now_ms + wait_ms - 1) > 0
            now_ms += wait_ms
            assert bucket.take(now_ms) == 0


def test_what_is_refused_takes_nothing() -> None:
    bucket = Bucket(Rate(2, 1000))
    assert taken(bucket, NOW_MS, 1000) == 2
    assert bucket.take(NOW_MS + 500) == 0


def test_a_rate_is_written_as_so_many_in_so_many_seconds() -> None:
    assert rate_of("60/3s") == Rate(60, 3000)
    assert rate_of("0") is None


def test_a_meter_without_limits_refuses_nothing() -> None:
    meter = Meter()
    assert meter.join(ANN)
    for _ in range(10_000):
        assert not meter.command(NOW_MS)
        assert not any(meter.count(kind, NOW_MS) for kind in get_args(Kind))
        assert not meter.is_flooded(NOW_MS)


def test_each_connection_has_messages_of_its_own() -> None:
    quotas = Quotas(Rates(connection={"commands": Rate(2, 1000)}))
    one, other = Meter(quotas, Tally()), Meter(quotas, Tally())
    assert [one.command(NOW_MS) for _ in range(3)] == [0, 0, 500]
    assert not other.command(NOW_MS)


def test_all_connections_of_a_player_share_what_the_player_may_do() -> None:
    once = Rate(1, 1000)
    quotas = Quotas(
        Rates(
            player={
                "commands": Rate(3, 3000),
                "chat": once,
                "tables": once,
                "reads": once,
                "seats": once,
            }
        )
    )
    tab, phone, of_bob = (Meter(quotas, Tally()) for _ in range(3))
    assert not tab.command(NOW_MS), "who it is is not known before hello"
    assert tab.join(ANN)
    assert phone.join(ANN)
    assert of_bob.join(BOB)
    assert [tab.command(NOW_MS), phone.command(NOW_MS), tab.command(NOW_MS)] == [0, 0, 0]
    assert phone.command(NOW_MS) == 1000
    assert (tab.count("chat", NOW_MS), phone.count("chat", NOW_MS)) == (0, 1000)
    assert (tab.count("tables", NOW_MS), phone.count("tables", NOW_MS)) == (0, 1000)
    assert (tab.count("reads", NOW_MS), phone.count("reads", NOW_MS)) == (0, 1000)
    assert (tab.count("seats", NOW_MS), phone.count("seats", NOW_MS)) == (0, 1000)
    assert tab.reading is phone.reading is not of_bob.reading
    assert (of_bob.count("reads", NOW_MS), of_bob.count("seats", NOW_MS)) == (0, 0)
    assert (
        of_bob.command(NOW_MS),
        of_bob.count("chat", NOW_MS),
        of_bob.count("tables", NOW_MS),
    ) == (0, 0, 0)


def test_all_players_of_an_address_share_what_the_address_may_do() -> None:
    once = Rate(1, 1000)
    rates: dict[Kind, Rate] = dict.fromkeys(("commands", "chat", "tables", "reads"), once)
    quotas = Quotas(Rates(address=rates))
    here, there = quotas.addresses.of("192.0.2.1"), quotas.addresses.of("192.0.2.2")
    ann, bob, far = Meter(quotas, here), Meter(quotas, here), Meter(quotas, there)
    assert ann.join(ANN)
    assert bob.join(BOB)
    assert (ann.command(NOW_MS), bob.command(NOW_MS), far.command(NOW_MS)) == (0, 1000, 0)
    assert (ann.count("chat", NOW_MS), bob.count("chat", NOW_MS), far.count("chat", NOW_MS)) == (
        0,
        1000,
        0,
    )
    assert (
        ann.count("tables", NOW_MS),
        bob.count("tables", NOW_MS),
        far.count("tables", NOW_MS),
    ) == (0, 1000, 0)
    assert (ann.count("reads", NOW_MS), bob.count("reads", NOW_MS), far.count("reads", NOW_MS)) == (
        0,
        1000,
        0,
    )


def test_a_player_does_not_get_a_full_bucket_by_connecting_anew() -> None:
    quotas = Quotas(Rates(player={"commands": Rate(2, 2000)}))
    for expected in ([0, 0, 1000], [1000]):
        meter = Meter(quotas, Tally())
        assert meter.join(ANN)
        assert [meter.command(NOW_MS) for _ in expected] == expected
        meter.leave(NOW_MS)


def test_refusals_that_do_not_end_are_a_flood_and_a_few_are_none() -> None:
    quotas = Quotas(Rates(refusals=Rate(10, 1000)))
    flooding, hasty = Meter(quotas, Tally()), Meter(quotas, Tally())
    assert [flooding.is_flooded(NOW_MS) for _ in range(11)] == [False] * 10 + [True]
    assert not any(hasty.is_flooded(NOW_MS + 100 * second) for second in range(1000))


def test_a_player_has_so_many_connections_and_one_more_when_one_has_ended() -> None:
    quotas = Quotas(caps=Caps(player_connections=2))
    tab, phone, third = (Meter(quotas, Tally()) for _ in range(3))
    assert [meter.join(ANN) for meter in (tab, phone, third)] == [True, True, False]
    assert third.join(BOB), "another player may"
    third.leave(NOW_MS)
    third.leave(NOW_MS)
    assert tab.join(ANN), "who renews its token is the same connection"
    phone.leave(NOW_MS)
    assert Meter(quotas, Tally()).join(ANN)
    assert not Meter(quotas, Tally()).join(ANN)


def test_who_has_gone_is_forgotten_when_its_bucket_is_full_again() -> None:
    tallies: Tallies[str] = Tallies({"commands": Rate(10, 1000)})
    tally = tallies.of("a")
    tally.connections = 1
    assert not tally.take("commands", NOW_MS)
    tallies.left("a", NOW_MS)
    assert tallies.of("a") is tally, "it is still here"
    tally.connections = 0
    tallies.left("a", NOW_MS)
    assert len(tallies) == 1
    tallies.left("b", NOW_MS + 99)
    assert len(tallies) == 1
    tallies.left("b", NOW_MS + 100)
    assert len(tallies) == 0
    assert tallies.of("a") is not tally


@pytest.mark.parametrize("kind", get_args(Kind))
def test_nobody_is_forgotten_who_would_gain_by_it(kind: Kind) -> None:
    tallies: Tallies[str] = Tallies({kind: Rate(10, 1000)})
    tallies.of("a").take(kind, NOW_MS)
    tallies.left("a", NOW_MS + 99)
    assert len(tallies) == 1
    tallies.left("a", NOW_MS + 100)
    assert len(tallies) == 0


def test_a_hundred_thousand_addresses_do_not_fill_the_memory() -> None:
    quotas = quotas_of(load({}))

    def come_and_go(numbers: range) -> None:
        for number in numbers:
            key = f"2001:db8:{number:x}::/64"
            quotas.addresses.of(key).take("connections", NOW_MS)
            quotas.addresses.left(key, NOW_MS)

    tracemalloc.start()
    come_and_go(range(2 * MAX_GONE))
    grown = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert grown < 20_000_000
    come_and_go(range(2 * MAX_GONE, 100_000))
    assert len(quotas.addresses) == MAX_GONE


def test_the_settings_make_the_limits_and_welcome_shows_them() -> None:
    settings = load({})
    quotas = quotas_of(settings)
    assert quotas.rates == Rates(
        connection={"commands": Rate(60, 3000)},
        player={
            "commands": Rate(120, 3000),
            "chat": Rate(5, 5000),
            "tables": Rate(10, 100_000),
            "reads": Rate(60, 30_000),
            "seats": Rate(12, 12_000),
        },
        address={
            "commands": Rate(1200, 3000),
            "chat": Rate(50, 5000),
            "tables": Rate(50, 100_000),
            "reads": Rate(200, 10_000),
            "connections": Rate(100, 10_000),
            "newcomers": Rate(60, 600_000),
        },
        refusals=Rate(100, 10_000),
    )
    shown = limits_of(settings, quotas)
    assert shown.player_chat is not None
    assert (shown.player_chat.burst, shown.player_chat.over_ms) == (5, 5000)
    assert (shown.max_connections_per_player, shown.max_tables_per_player) == (10, 24)
    assert (shown.player_reads, shown.player_seats) == (
        RateLimit(60, 30_000),
        RateLimit(12, 12_000),
    )
    opened = shown.max_tables_opened_per_player, shown.max_tables_opened_per_address
    assert opened == (5, 20)
    assert (shown.min_hand_pause_ms, shown.table_hands_per_hour) == (500, 600)
    # Who comes back watches again all tables that it may, and asks for lobby and account.
    assert quotas.rates.player["reads"].burst >= quotas.caps.watched_tables + 2


def test_no_limit_is_shown_as_none() -> None:
    names = (
        *("PLAYER_CHAT_RATE", "PLAYER_READ_RATE", "PLAYER_SEAT_RATE"),
        *("MAX_TABLES_PER_PLAYER", "MAX_TABLES_OPENED_PER_PLAYER"),
        "GUEST_TABLE_HANDS_AN_HOUR",
    )
    settings = load(dict.fromkeys(names, "0"))
    shown = limits_of(settings, quotas_of(settings))
    assert (shown.player_chat, shown.player_reads, shown.player_seats) == (None, None, None)
    assert (shown.max_tables_per_player, shown.max_tables_opened_per_player) == (None, None)
    assert shown.table_hands_per_hour is None


def test_where_a_login_admits_players_there_is_no_budget_of_hands() -> None:
    settings = load({"USE_AUTH_MIDDLEWARE": "true", "AUTH_SECRET": "s" * 32})
    assert limits_of(settings, quotas_of(settings)).table_hands_per_hour is None


def test_the_refusal_of_what_is_too_fast_names_the_limit_and_whose_it_is() -> None:
    rates = Rates(
        connection={"commands": Rate(1, 1_000)},
        player={"chat": Rate(2, 2_000)},
        address={"reads": Rate(1, 3_000)},
    )
    quotas = Quotas(rates)
    meter = Meter(quotas, quotas.addresses.of("203.0.113.7"))
    meter.join(PlayerId("p_ann"))
    meter.check("chat", NOW_MS)
    meter.check("chat", NOW_MS)
    meter.check("reads", NOW_MS)
    told = []
    for kind in ("chat", "reads"):
        with pytest.raises(Refused) as refused:
            meter.check(kind, NOW_MS)
        told.append(refused.value.details)
    assert told == [
        Details(limit=2, over_ms=2_000, scope="player", counts="chat"),
        Details(limit=1, over_ms=3_000, scope="address", counts="reads"),
    ]
    assert meter.command(NOW_MS) == 0
    refusal = meter.too_fast(meter.command(NOW_MS), "commands", NOW_MS)
    assert refusal.details == Details(limit=1, over_ms=1_000, scope="connection", counts="commands")
