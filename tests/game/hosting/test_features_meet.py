"""What the host decides reaches clocks, sessions, chips, plans, bots and the waiting list."""

from msgspec.structs import replace

from pokerws.game.commands import (
    AddBot,
    ApproveSeat,
    AutoChips,
    ChangeTable,
    DenySeat,
    HandOver,
    HostBan,
    HostKick,
    JoinWaitingList,
    PauseTable,
    ReserveSeat,
    Sit,
    SitOut,
    Stand,
    TimeUp,
)
from pokerws.game.config.clocks import Clocks, LagAllowance, TimeBank
from pokerws.game.config.seating import Seating
from pokerws.game.config.table_config import HouseRules, SessionLimits, TableConfig
from pokerws.game.events import (
    PlayerSat,
    PlayerSatOut,
    PlayerStood,
    SeatRequested,
    SessionEnding,
    StandUpStarted,
    TableClosed,
    WaiterJoined,
    WaiterLeft,
)
from pokerws.game.hosting.bots import player_of_bot
from pokerws.game.seating.auto_chips import players_due
from pokerws.game.state import AutoBuy, PlayerId, Seat, SeatClock, SeatRequest
from tests.game.hosting.test_hosting import BEN, CLEO, CONFIG, HOST, House

DAN, EVE, EULER = PlayerId("dan"), PlayerId("eve"), player_of_bot("Euler")
HOUR_MS = 3_600_000
HEADS_UP = replace(CONFIG, seats=2)


def seat_of(house: House, player: PlayerId) -> Seat:
    number = house.table.seat_of(player)
    seat = None if number is None else house.table.seats[number]
    assert seat is not None
    return seat


def change(house: House, config: TableConfig) -> None:
    house.does(ChangeTable(HOST, replace(config, hosting=house.table.config.hosting)))


def with_rules(**rules: object) -> TableConfig:
    return replace(CONFIG, house=replace(CONFIG.house, **rules))


# ---- clocks


def test_who_is_seated_gets_the_clocks_that_the_host_turns_on() -> None:
    house = House()
    house.seat(HOST, BEN)
    house.deal()
    bank = TimeBank(start_ms=9_000, refill_hands=1, refill_ms=1_000)
    change(house, replace(CONFIG, clocks=Clocks(bank=bank)))
    assert seat_of(house, BEN).clock is None
    house.fold_out()
    assert seat_of(house, BEN).clock == SeatClock(bank_ms=9_000)
    for _ in range(2):
        house.deal()
        house.fold_out()
    assert seat_of(house, BEN).clock == SeatClock(bank_ms=10_000, hands=2)


def test_another_part_of_the_clocks_leaves_what_was_used_of_the_bank() -> None:
    house = House(replace(CONFIG, clocks=Clocks(bank=TimeBank(start_ms=9_000))))
    house.seat(HOST, BEN)
    house.deal()
    lag = LagAllowance(seated_ms=7_000)
    change(house, replace(CONFIG, clocks=Clocks(bank=TimeBank(0, max_ms=4_000), lag=lag)))
    house.fold_out()
    assert seat_of(house, BEN).clock == SeatClock(4_000, hands=1, lag_ms=7_000)
    change(house, CONFIG)
    assert seat_of(house, BEN).clock is None


# ---- sessions


def test_a_session_that_the_host_makes_longer_began_when_it_began() -> None:
    house = House(with_rules(session=SessionLimits(ends_after_ms=HOUR_MS)))
    house.seat(HOST, BEN)
    change(house, with_rules(session=SessionLimits(ends_after_ms=2 * HOUR_MS)))
    assert house.table.extras is not None
    assert house.table.extras.ends_at_ms == 2 * HOUR_MS
    house.does(SitOut(BEN))
    house.now_ms = HOUR_MS
    assert house.refuses(TimeUp()) == "too_early"
    house.now_ms = 2 * HOUR_MS
    assert TableClosed("session_over") in house.does(TimeUp())


def test_the_last_hand_is_not_the_last_if_the_host_ends_the_session_no_more() -> None:
    house = House(with_rules(session=SessionLimits(hands=1)))
    house.seat(HOST, BEN)
    assert SessionEnding(1) in house.events
    house.deal()
    change(house, with_rules(session=SessionLimits(hands=2)))
    assert SessionEnding(2) in house.fold_out()
    change(house, CONFIG)
    for _ in range(3):
        house.deal()
        house.fold_out()
    assert house.table.deadline_ms is not None
    house.does(PauseTable(HOST))
    assert house.table.deadline_ms is None


def test_a_paused_table_closes_when_its_session_is_over() -> None:
    house = House(with_rules(session=SessionLimits(ends_after_ms=HOUR_MS)))
    house.seat(HOST, BEN)
    house.does(PauseTable(HOST))
    assert house.table.deadline_ms == HOUR_MS
    house.now_ms = HOUR_MS
    assert TableClosed("session_over") in house.does(TimeUp())


# ---- chips


def test_no_chips_are_added_by_themselves_at_a_table_with_a_bank() -> None:
    house = House(bank=True)
    house.seat(HOST)
    assert house.refuses(AutoChips(HOST, AutoBuy(top_up_to=1_000))) == "host_gives_chips"


def test_chips_that_are_added_by_themselves_follow_the_config() -> None:
    house = House()
    house.seat(HOST, BEN)
    house.does(AutoChips(BEN, AutoBuy(top_up_to=2_000)))
    assert players_due(house.table) == [BEN]
    change(house, replace(CONFIG, max_buy_in=900))
    assert players_due(house.table) == []
    change(house, replace(CONFIG, seating=Seating(auto_chips=False)))
    assert players_due(house.table) == []
    change(house, CONFIG)
    assert players_due(house.table) == [BEN]


# ---- plans, where no blind comes any more


def test_who_waits_for_a_blind_that_will_not_come_goes_at_once() -> None:
    for rules in (HouseRules(ante_only=True), HouseRules(bomb_pot_every=1)):
        house = House()
        house.seat(HOST, BEN, CLEO, DAN)
        house.deal()
        house.does(Stand(HOST, "next_big_blind"))
        house.does(SitOut(BEN, "next_big_blind"))
        change(house, replace(CONFIG, house=rules))
        events = house.fold_out()
        assert [event.player for event in events if isinstance(event, PlayerStood)] == [HOST]
        assert PlayerSatOut(1, "asked") in events
        house.seat(EVE)
        assert house.refuses(Stand(EVE, "next_big_blind")) == "no_blinds"


def test_a_round_of_the_stand_up_game_begins_with_a_bomb_pot_too() -> None:
    house = House(with_rules(stand_up=100, bomb_pot_every=1))
    house.seat(HOST, BEN, CLEO)
    assert StandUpStarted([0, 1, 2]) in house.deal()


# ---- bots


def test_a_bot_that_the_host_removes_in_any_way_does_not_come_back() -> None:
    house = House(approval=True, bank=True, unlisted=True)
    for command in (HostKick(HOST, EULER), HostBan(HOST, EULER)):
        house.does(AddBot(HOST, "calling_station", "Euler"))
        house.seat(EULER)
        house.does(command)
        assert house.table.bots == []
        assert house.table.seat_of(EULER) is None
    assert house.refuses(Sit(EULER, "Euler", None, 1_000)) == "banned_from_table"
    house.does(AddBot(HOST, "calling_station", "Euler"))
    house.seat(EULER)


def test_a_bot_is_no_host() -> None:
    house = House()
    house.seat(HOST, EULER)
    assert house.refuses(HandOver(HOST, EULER)) == "not_seated"


# ---- the waiting list


def full(*, approval: bool = True) -> House:
    house = House(HEADS_UP, approval=approval)
    house.seat(HOST)
    house.does(AddBot(HOST, "calling_station", "Euler"))
    house.seat(EULER)
    return house


def test_who_waits_asks_the_host_too_and_gets_a_seat_after_the_approval() -> None:
    house = full()
    asked = SeatRequested(CLEO, "Cleo", HEADS_UP.min_buy_in)
    assert house.does(JoinWaitingList(CLEO, "Cleo")) == [WaiterJoined(CLEO, "Cleo"), asked]
    house.does(Stand(EULER))
    assert house.refuses(ReserveSeat(CLEO, "Cleo")) == "table_full"
    house.does(ApproveSeat(HOST, CLEO))
    house.does(ReserveSeat(CLEO, "Cleo"))
    assert house.refuses(Sit(EULER, "Euler", None, 1_000)) == "table_full"
    assert any(isinstance(one, PlayerSat) for one in house.does(Sit(CLEO, "Cleo", None, 1_000)))


def test_who_has_asked_before_waits_without_asking_again() -> None:
    house = full()
    house.does(Sit(CLEO, "Cleo", None, 900))
    assert house.does(JoinWaitingList(CLEO, "Cleo")) == [WaiterJoined(CLEO, "Cleo")]
    assert house.table.hosting.requests == (SeatRequest(CLEO, "Cleo", 900),)


def test_whom_the_host_does_not_want_waits_no_more() -> None:
    house = full()
    house.does(JoinWaitingList(CLEO, "Cleo"))
    assert WaiterLeft(CLEO, "denied") in house.does(DenySeat(HOST, CLEO))
    house.does(JoinWaitingList(CLEO, "Cleo"))
    assert WaiterLeft(CLEO, "banned") in house.does(HostBan(HOST, CLEO))
    assert house.refuses(JoinWaitingList(CLEO, "Cleo")) == "banned_from_table"
    house.does(Stand(EULER))
    assert house.refuses(ReserveSeat(CLEO, "Cleo")) == "banned_from_table"
