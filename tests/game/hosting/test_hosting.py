"""The host of a table: requests, kicks, bans, pauses, changes, the bank, and the role."""

from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from pokerws.game.apply import apply
from pokerws.game.cards import Card
from pokerws.game.commands import (
    Act,
    AddChips,
    ApproveSeat,
    ChangeTable,
    CloseTable,
    Command,
    DenySeat,
    GiveChips,
    HandOver,
    HostBan,
    HostKick,
    HostMute,
    HostUnban,
    PauseTable,
    RenewLink,
    Resume,
    ResumeTable,
    Sit,
    Stand,
    TakeChips,
    TimeUp,
)
from pokerws.game.config.hosting import HostingRules
from pokerws.game.config.table_config import Mix, TableConfig
from pokerws.game.events import (
    ChangePlanned,
    ChipsGiven,
    HandStarted,
    NextHandScheduled,
    PlayerKicked,
    PlayerLeaving,
    PlayerStood,
    TableChanged,
    TableClosed,
    TableEvent,
)
from pokerws.game.illegal import Illegal
from pokerws.game.state import BankLine, PlayerId, TableId
from pokerws.game.table import open_table, play, replay
from tests.game.script import decode_event, encode

HOST, BEN, CLEO = PlayerId("host"), PlayerId("ben"), PlayerId("cleo")
CONFIG = TableConfig(seats=4, min_buy_in=200, max_buy_in=4_000, next_hand_delay_ms=1_000)


class House:
    """A table and its host; every state is checked against a replay of the stored events."""

    def __init__(self, config: TableConfig = CONFIG, **hosting: bool) -> None:
        config = replace(config, hosting=HostingRules(**hosting))
        self.now_ms = 0
        # How many events there were after each command: what is stored ends there.
        self.ends: set[int] = set()
        self.table, self.events = open_table(TableId("t"), "Home", config, HOST)

    def does(self, command: Command) -> list[TableEvent]:
        events = play(self.table, command, self.now_ms, deck_in_order)
        self.events += events
        self.ends.add(len(self.events))
        again = replay(decode_event(encode(event)) for event in self.events)
        assert encode(again) == encode(self.table)
        return events

    def refuses(self, command: Command) -> str:
        before = encode(self.table)
        with pytest.raises(Illegal) as refused:
            self.does(command)
        assert encode(self.table) == before
        return refused.value.code

    def seat(self, *players: PlayerId, stack: int = 1_000) -> None:
        for player in players:
            self.does(Sit(player, player.title(), None, stack))

    def deal(self) -> list[TableEvent]:
        assert self.table.next_hand_at_ms is not None
        self.now_ms = self.table.next_hand_at_ms
        return self.does(TimeUp())

    def fold_out(self) -> list[TableEvent]:
        events: list[TableEvent] = []
        while (hand := self.table.hand) is not None and (turn := hand.turn) is not None:
            seat = self.table.seats[turn.seat]
            assert seat is not None
            events += self.does(Act(seat.player, turn.number, "fold"))
        return events


def deck_in_order(cards: Sequence[Card]) -> list[Card]:
    return list(cards)


# ---- the role


def test_only_the_host_and_operators_may_decide() -> None:
    house = House(bank=True, approval=True, unlisted=True)
    other = replace(house.table.config, big_blind=50)
    for command in (
        *(HostKick(BEN, CLEO), HostBan(BEN, CLEO), HostUnban(BEN, CLEO), PauseTable(BEN)),
        *(ResumeTable(BEN), ChangeTable(BEN, other), HandOver(BEN, BEN), RenewLink(BEN)),
        *(ApproveSeat(BEN, BEN), DenySeat(BEN, CLEO), GiveChips(BEN, BEN, 1)),
        *(TakeChips(BEN, CLEO, 1), CloseTable(BEN), HostMute(BEN, CLEO, on=True)),
    ):
        assert house.refuses(command) == "not_host"
    house.does(PauseTable(None))
    house.does(ResumeTable(HOST))


def test_the_role_is_handed_over_to_a_seated_player_and_stays_with_a_host_who_leaves() -> None:
    house = House()
    house.seat(HOST, BEN)
    house.does(Stand(HOST))
    assert house.table.host == HOST
    assert house.refuses(HandOver(HOST, CLEO)) == "not_seated"
    house.does(HandOver(HOST, BEN))
    assert house.table.host == BEN
    assert house.refuses(PauseTable(HOST)) == "not_host"
    house.does(PauseTable(BEN))


def test_a_table_of_the_server_has_no_host() -> None:
    table, _ = open_table(TableId("t"), "Server", CONFIG)
    assert table.host is None
    with pytest.raises(Illegal, match="not_host"):
        play(table, PauseTable(HOST), 0, deck_in_order)


# ---- kicks and bans


def test_a_player_kicked_in_mid_hand_leaves_at_its_end_with_the_stack() -> None:
    house = House()
    house.seat(HOST, BEN, CLEO)
    house.deal()
    kicked = house.does(HostKick(HOST, BEN))
    assert kicked[:2] == [PlayerKicked(1, BEN), PlayerLeaving(1)]
    assert house.refuses(HostKick(HOST, BEN)) == "already_leaving"
    ended = house.fold_out()
    (stood,) = [event for event in [*kicked, *ended] if isinstance(event, PlayerStood)]
    assert stood.player == BEN
    assert house.table.chips + stood.stack == 3_000
    # A kick is no ban.
    house.does(Sit(BEN, "Ben", None, 1_000))


def test_a_banned_player_may_not_sit_down_until_the_ban_ends() -> None:
    house = House()
    house.seat(HOST, BEN)
    house.does(HostBan(HOST, BEN))
    assert house.table.seat_of(BEN) is None
    assert house.refuses(HostBan(HOST, BEN)) == "already_banned"
    assert house.refuses(Sit(BEN, "Ben", None, 1_000)) == "banned_from_table"
    house.does(HostUnban(HOST, BEN))
    assert house.refuses(HostUnban(HOST, BEN)) == "not_banned"
    house.does(Sit(BEN, "Ben", None, 1_000))


def test_a_player_is_muted_once_seated_or_not_and_until_the_host_undoes_it() -> None:
    house = House()
    house.seat(HOST, BEN)
    for player in (BEN, CLEO):
        house.does(HostMute(HOST, player, on=True))
        assert house.refuses(HostMute(HOST, player, on=True)) == "already_so"
    assert list(house.table.hosting.muted) == [BEN, CLEO]
    house.does(HostMute(HOST, BEN, on=False))
    assert house.refuses(HostMute(HOST, BEN, on=False)) == "already_so"
    assert list(house.table.hosting.muted) == [CLEO]
    assert house.refuses(HostMute(HOST, HOST, on=True)) == "not_yourself"


def test_a_muted_player_who_becomes_the_host_may_undo_it() -> None:
    house = House()
    house.seat(HOST, BEN)
    house.does(HostMute(HOST, BEN, on=True))
    house.does(HandOver(HOST, BEN))
    house.does(HostMute(BEN, BEN, on=False))
    assert house.table.hosting.muted == ()


def test_the_host_can_neither_kick_nor_ban_the_host() -> None:
    house = House()
    house.seat(HOST)
    assert house.refuses(HostKick(HOST, HOST)) == "not_yourself"
    assert house.refuses(HostBan(HOST, HOST)) == "not_yourself"


# ---- requests


def test_who_was_approved_sits_down_now_and_later() -> None:
    house = House(approval=True)
    house.seat(HOST)
    house.seat(BEN)
    assert house.table.seat_of(BEN) is None
    assert house.refuses(Sit(BEN, "Ben", None, 1_000)) == "already_requested"
    house.does(ApproveSeat(HOST, BEN))
    assert house.refuses(ApproveSeat(HOST, BEN)) == "not_requested"
    house.seat(BEN)
    house.does(Stand(BEN))
    house.seat(BEN)
    assert house.table.seat_of(BEN) is not None
    # A kick takes the approval away.
    house.does(HostKick(HOST, BEN))
    house.seat(BEN)
    assert house.table.seat_of(BEN) is None


def test_a_request_is_denied_or_taken_back() -> None:
    house = House(approval=True)
    house.seat(BEN, CLEO)
    house.does(DenySeat(HOST, BEN))
    house.does(Stand(CLEO))
    assert house.table.hosting.requests == ()
    assert house.refuses(Stand(CLEO)) == "not_seated"
    assert house.refuses(DenySeat(HOST, CLEO)) == "not_requested"


def test_a_request_ends_where_no_approval_is_needed_any_more() -> None:
    house = House(approval=True)
    house.seat(BEN)
    house.does(ChangeTable(HOST, replace(house.table.config, hosting=HostingRules())))
    house.seat(BEN)
    assert house.table.hosting.requests == ()


# ---- pauses


def test_a_pause_lets_the_hand_end_and_starts_no_other() -> None:
    house = House()
    house.seat(HOST, BEN)
    house.deal()
    house.does(PauseTable(HOST))
    assert house.refuses(PauseTable(HOST)) == "already_paused"
    assert house.table.hand is not None
    house.fold_out()
    assert house.table.next_hand_at_ms is None
    assert house.table.status == "waiting"
    house.does(ResumeTable(HOST))
    assert house.refuses(ResumeTable(HOST)) == "not_paused"
    assert house.table.next_hand_at_ms is not None


def test_a_pause_between_hands_cancels_the_next_one() -> None:
    house = House()
    house.seat(HOST, BEN)
    house.does(PauseTable(HOST))
    assert house.table.next_hand_at_ms is None
    house.seat(CLEO)
    assert house.table.next_hand_at_ms is None


# ---- changes


def test_stakes_change_from_the_next_hand_on_and_hands_tell_their_config() -> None:
    house = House()
    house.seat(HOST, BEN)
    first = house.table.config
    (started,) = [event for event in house.deal() if isinstance(event, HandStarted)]
    assert started.config is None
    higher = replace(first, small_blind=100, big_blind=200)
    assert house.does(ChangeTable(HOST, higher)) == [ChangePlanned(higher)]
    assert house.table.config == first
    assert house.refuses(ChangeTable(HOST, higher)) == "already_so"
    assert TableChanged(higher) in house.fold_out()
    assert house.table.config == higher
    assert house.table.hosting.first_config == first
    (started,) = [event for event in house.deal() if isinstance(event, HandStarted)]
    assert (started.min_bet, started.config) == (200, higher)


def test_a_change_that_waits_is_taken_back() -> None:
    house = House()
    house.seat(HOST, BEN)
    house.deal()
    house.does(ChangeTable(HOST, replace(CONFIG, big_blind=150)))
    assert house.does(ChangeTable(HOST, CONFIG)) == [ChangePlanned(None)]
    house.fold_out()
    assert house.table.config == CONFIG


def test_between_hands_a_change_schedules_the_next_hand_again() -> None:
    house = House()
    house.seat(HOST, BEN)
    slow = replace(CONFIG, next_hand_delay_ms=9_000)
    assert house.does(ChangeTable(HOST, slow))[-1] == NextHandScheduled(9_000)


def test_a_mix_begins_with_its_first_game_and_ends_with_the_mix() -> None:
    house = House()
    house.seat(HOST, BEN)
    mixed = replace(CONFIG, variant="MIX", mix=Mix(("PO", "FT"), "hands", 1))
    house.does(ChangeTable(HOST, mixed))
    games = []
    for _ in range(3):
        games += [one.variant for one in house.deal() if isinstance(one, HandStarted)]
        house.fold_out()
    assert games == ["PO", "FT", "PO"]
    house.does(ChangeTable(HOST, CONFIG))
    assert house.table.game is None
    house.deal()
    assert house.table.hand is not None
    assert house.table.hand.variant == "NT"


@pytest.mark.parametrize(
    "changed",
    [
        replace(CONFIG, seats=5),
        replace(CONFIG, hosting=HostingRules(unlisted=True)),
        replace(CONFIG, hosting=HostingRules(bank=True)),
    ],
)
def test_seats_and_what_players_rely_on_cannot_change(changed: TableConfig) -> None:
    assert House().refuses(ChangeTable(HOST, changed)) == "cannot_change"


def test_a_change_must_be_a_legal_config_that_two_players_can_play() -> None:
    house = House()
    house.seat(HOST, BEN)
    house.seat(CLEO, stack=4_000)
    assert house.refuses(ChangeTable(HOST, replace(CONFIG, big_blind=300))) == "bad_config"
    high = replace(CONFIG, big_blind=2_000, min_buy_in=2_000)
    assert house.refuses(ChangeTable(HOST, high)) == "stakes_too_high"
    house.does(ChangeTable(HOST, replace(CONFIG, big_blind=1_000, min_buy_in=1_000)))


# ---- the bank


def test_the_bank_books_what_each_player_got_and_brought_back() -> None:
    house = House(bank=True)
    house.seat(HOST, BEN)
    assert house.refuses(AddChips(BEN, 100)) == "host_gives_chips"
    assert house.does(GiveChips(HOST, BEN, 500))[0] == ChipsGiven(1, BEN, 500)
    house.does(TakeChips(HOST, BEN, 200))
    assert house.refuses(TakeChips(HOST, BEN, 1_301)) == "amount_too_large"
    house.does(Stand(BEN))
    house.seat(BEN, stack=1_300)
    assert house.table.hosting.bank == (
        BankLine(HOST, "Host", 1_000),
        BankLine(BEN, "Ben", 2_800, 1_500),
    )
    given = sum(line.given - line.returned for line in house.table.hosting.bank)
    assert given == house.table.chips


def test_chips_are_given_between_hands_and_where_there_is_a_bank() -> None:
    house = House(bank=True)
    house.seat(HOST, BEN)
    house.deal()
    assert house.refuses(GiveChips(HOST, BEN, 500)) == "in_hand"
    assert House().refuses(GiveChips(HOST, BEN, 500)) == "no_bank"


# ---- the end, and what survives


def test_the_host_closes_the_table_and_everybody_is_paid_out() -> None:
    house = House(bank=True)
    house.seat(HOST, BEN)
    house.deal()
    closed = house.does(CloseTable(HOST))
    assert closed[-1] == TableClosed("host")
    assert sum(one.stack for one in closed if isinstance(one, PlayerStood)) == 2_000
    assert all(line.given == line.returned for line in house.table.hosting.bank)
    assert house.refuses(PauseTable(HOST)) == "table_closed"


def test_a_home_game_goes_on_from_each_of_its_events() -> None:
    house = House(approval=True, bank=True, unlisted=True)
    house.seat(HOST)
    house.seat(BEN, CLEO)
    for player in (BEN, CLEO):
        house.does(ApproveSeat(HOST, player))
        house.seat(player)
    house.deal()
    house.does(ChangeTable(HOST, replace(house.table.config, small_blind=60)))
    house.does(HostKick(HOST, BEN))
    house.fold_out()
    house.does(PauseTable(HOST))
    house.does(GiveChips(HOST, CLEO, 300))
    house.does(RenewLink(HOST))
    house.does(HandOver(HOST, CLEO))
    house.does(ResumeTable(CLEO))
    house.deal()
    house.does(CloseTable(CLEO))
    lived = replay(house.events[:1])
    for number, event in enumerate(house.events, 1):
        if number > 1:
            apply(lived, event)
        loaded = replay(decode_event(encode(one)) for one in house.events[:number])
        assert encode(loaded) == encode(lived)
        if not loaded.closed:
            play(loaded, Resume(0, 0), house.now_ms, deck_in_order)
            assert loaded.hosting == lived.hosting or number not in house.ends
            assert loaded.host == lived.host
