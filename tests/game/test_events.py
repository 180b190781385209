"""Events as stored: every one can be written, read again, and told from the others."""

import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import msgspec
import pytest

from pokerws.game.apply import apply
from pokerws.game.cards import UNKNOWN, Card, parse_cards
from pokerws.game.config.hosting import HostingRules
from pokerws.game.config.table_config import HouseRules, TableConfig
from pokerws.game.events import (
    AntePosted,
    AutoChipsSet,
    AutoMuckSet,
    BetPlaced,
    BetsCollected,
    BlindPosted,
    BoardDealt,
    BombPotVoted,
    BonusPaid,
    BotsWanted,
    BringInPosted,
    Called,
    CardsDrawn,
    CardsMucked,
    CardsShown,
    ChangePlanned,
    Checked,
    ChipsAdded,
    ChipsGiven,
    ChipsTaken,
    ClockResumed,
    ConnectionProtected,
    ConnectionRestored,
    DeckReshuffled,
    DrawStarted,
    EntryChosen,
    Folded,
    GameChanged,
    HandCancelled,
    HandEnded,
    HandEvent,
    HandShown,
    HandStarted,
    HoleCardsDealt,
    HostChanged,
    LagCompensated,
    LinkRenewed,
    LogRestarted,
    NextHandCancelled,
    NextHandScheduled,
    PartShown,
    PlanMade,
    PlayerBanned,
    PlayerKicked,
    PlayerLeaving,
    PlayerMuted,
    PlayerSat,
    PlayerSatIn,
    PlayerSatOut,
    PlayerStood,
    PlayerUnbanned,
    PotAwarded,
    RabbitAgreed,
    RabbitShown,
    Raised,
    RakeTaken,
    RunItAgreed,
    RunItSet,
    SeatApproved,
    SeatDenied,
    SeatRequested,
    SeatRequestWithdrawn,
    SeatReserved,
    SessionEnding,
    SessionStarted,
    Share,
    StandUpStarted,
    StandUpWon,
    StraddleSet,
    TableChanged,
    TableClosed,
    TableEvent,
    TableOpened,
    TablePaused,
    TableResumed,
    TimeBankFilled,
    TimeBankStarted,
    TimeBankStopped,
    TurnStarted,
    TurnTimedOut,
    UncalledBetReturned,
    WaiterJoined,
    WaiterLeft,
)
from pokerws.game.events.base import Event, OfHand, OfHosting
from pokerws.game.illegal import Inconsistent
from pokerws.game.state import (
    AutoBuy,
    FixedLimit,
    PlayerId,
    Pot,
    SeatClock,
    Table,
    TableId,
    Turn,
    WantedBot,
)
from pokerws.game.table import open_table
from tests.game.script import Game, Player, decode_event, encode

ROOT = Path(__file__).resolve().parents[2]
ALICE = PlayerId("alice")
HANDS: list[list[Card]] = [parse_cards("AsKd"), [], [UNKNOWN, UNKNOWN]]

EVENTS: list[TableEvent] = [
    TableOpened(TableId("t"), "table", TableConfig()),
    LogRestarted(None),
    LogRestarted(Table(TableId("t"), "table", TableConfig(), seats=[None, None])),
    ClockResumed(1),
    PlayerSat(0, ALICE, "alice", 100),
    PlayerStood(0, ALICE, 100),
    PlayerLeaving(0),
    ChipsAdded(0, ALICE, 5),
    PlayerSatOut(0, "timed_out"),
    PlayerSatIn(0),
    StraddleSet(0, on=True),
    RunItSet(0, 2),
    EntryChosen(0, posts=True),
    PlanMade(0, "leave_at_blind"),
    AutoChipsSet(0, AutoBuy(top_up_to=500, left=1_000)),
    WaiterJoined(ALICE, "alice"),
    SeatReserved(1, PlayerId("zoe"), 60_000),
    WaiterLeft(ALICE, "expired"),
    NextHandScheduled(5),
    NextHandCancelled(),
    GameChanged("F2L3D", 6, seat=1),
    HandStarted(1, 0, 1, 2, [1, 2, 0], 100, missed=[3], deck=HANDS[0]),
    AntePosted(0, 5, dead=True),
    BlindPosted(0, "straddle", 5, 10, 10, FixedLimit(2, 10, 5)),
    HoleCardsDealt(HANDS, [ALICE, None, PlayerId("bob")]),
    HoleCardsDealt(HANDS, [ALICE], [parse_cards("7h"), [], []], 1, 0, FixedLimit(0, 0, 5)),
    TurnStarted(Turn(0, 7, ["fold", "call"], 5, 0, 0, 1_000, 2_000)),
    TurnTimedOut(0, 7),
    TimeBankFilled(0, 9_000),
    TimeBankStarted(0, 7, 2_000, 900),
    TimeBankStopped(0, 7, 400),
    ConnectionProtected(0, 7, 2_000, 1),
    ConnectionRestored(0, 7, 2_000),
    LagCompensated(0, 7, 100, 900),
    Folded(0, auto=True),
    Checked(0),
    Called(0, 5),
    BetPlaced(0, 5),
    Raised(0, 10),
    BringInPosted(0, 3, 5, auto=True),
    DrawStarted(1, [1, 2, 0], FixedLimit(0, 0, 5)),
    CardsDrawn(0, ALICE, parse_cards("2c"), parse_cards("3c")),
    DeckReshuffled(parse_cards("2c3c")),
    RunItAgreed(2),
    UncalledBetReturned(0, 5),
    BetsCollected([Pot(5, [0, 1])]),
    BoardDealt(1, parse_cards("2c3d4h")),
    CardsShown(0, HANDS[0], "ace high"),
    CardsMucked(0),
    PotAwarded(0, [Share(0, 5)], "ace high"),
    HandEnded(1, [0, 2]),
    HandCancelled(1, [Share(1, 50), Share(2, 100)]),
    HandShown(1, 0, HANDS[0]),
    TableClosed("operator"),
    RakeTaken(7, [5, 2]),
    PartShown(1, 0, parse_cards("As")),
    RabbitAgreed(1, 0),
    RabbitShown(1, [parse_cards("2c3c"), parse_cards("4c5c")]),
    BombPotVoted(0, on=True),
    AutoMuckSet(0, on=False),
    BonusPaid("seven_deuce", [Share(0, 5), Share(2, 3)], [Share(1, 8)]),
    StandUpStarted([0, 1, 2]),
    StandUpWon([1]),
    SessionStarted(1_000),
    SessionEnding(7),
    SeatRequested(ALICE, "alice", 100),
    SeatApproved(ALICE),
    SeatDenied(ALICE),
    SeatRequestWithdrawn(ALICE),
    PlayerKicked(0, ALICE),
    PlayerBanned(ALICE),
    PlayerUnbanned(ALICE),
    PlayerMuted(ALICE, on=True),
    TablePaused(),
    TableResumed(),
    ChangePlanned(TableConfig(big_blind=200)),
    TableChanged(TableConfig(hosting=HostingRules(approval=True))),
    TableChanged(TableConfig(), [SeatClock(30_000, 4, 3, 10_000), None], 5_000),
    BotsWanted([WantedBot(PlayerId("bot_euler"), "Euler", "calling_station")]),
    HostChanged(ALICE),
    LinkRenewed(2),
    ChipsGiven(0, ALICE, 5),
    ChipsTaken(0, ALICE, 5),
]

BASES = {OfHand, OfHosting}
KINDS = {*Event.__subclasses__(), *OfHand.__subclasses__(), *OfHosting.__subclasses__()} - BASES


def test_the_list_above_has_all_kinds_of_events() -> None:
    assert {type(event) for event in EVENTS} == KINDS


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_an_event_is_read_as_it_was_written(event: TableEvent) -> None:
    assert decode_event(encode(event)) == event
    packed = msgspec.msgpack.encode(event)
    assert msgspec.msgpack.decode(packed, type=TableEvent) == event


@pytest.mark.parametrize("kind", sorted(KINDS, key=str), ids=lambda kind: kind.__name__)
def test_the_tag_is_the_name_in_snake_case(kind: type[Event]) -> None:
    snake = re.sub(r"(?<!^)([A-Z])", r"_\1", kind.__name__).lower()
    assert kind.__struct_config__.tag == snake


def test_what_is_at_its_default_is_not_stored() -> None:
    assert encode(Folded(3)) == b'{"type":"folded","seat":3}'
    assert decode_event(b'{"type":"folded","seat":3}') == Folded(3, auto=False)


@pytest.mark.parametrize(
    "event", [e for e in EVENTS if isinstance(e, HandEvent)], ids=lambda e: type(e).__name__
)
def test_an_event_of_a_hand_needs_one(event: TableEvent) -> None:
    table, _ = open_table(TableId("t"), "table", TableConfig())
    with pytest.raises(Inconsistent, match="no hand is in play"):
        apply(table, event)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_every_event_counts(event: TableEvent) -> None:
    game = Game(house=HouseRules(rabbit_hunt="open"))
    game.seat(1_000, 1_000, 1_000)
    if not isinstance(event, HandStarted | PlayerStood):
        game.deal()
    if isinstance(event, PlayerSat):
        game.table.seats[0] = None
    elif isinstance(event, PotAwarded):
        apply(game.table, BetsCollected([Pot(5, [0, 1])]))
    elif isinstance(event, SeatReserved):
        apply(game.table, WaiterJoined(event.player, "zoe"))
    elif isinstance(event, CardsDrawn):
        apply(game.table, DrawStarted(0, [0]))
        Player(game, "alice").in_hand.cards = parse_cards("2c4d")
    elif isinstance(event, HandShown | PartShown | RabbitAgreed | RabbitShown):
        game.folds_around()
    elif isinstance(event, RakeTaken):
        apply(game.table, BetsCollected([Pot(50, [0, 1, 2]), Pot(20, [1, 2])]))
    elif isinstance(event, StandUpWon):
        apply(game.table, StandUpStarted([0, 1, 2]))
    elif isinstance(event, HandStarted):
        game.sits("dave", seat=3)
    before = game.table.seq
    apply(game.table, event)
    assert game.table.seq == before + 1


def test_events_that_cannot_have_happened_are_not_applied() -> None:
    game = Game()
    game.seat(1_000, 1_000)
    game.deal()
    game.sits("carol")
    impossible: list[tuple[TableEvent, str]] = [
        (PlayerSat(0, ALICE, "alice", 100), "seat 0 is taken"),
        (ChipsAdded(4, ALICE, 100), "seat 4 is empty"),
        (Called(0, 5_000), "cannot pay"),
        (CardsMucked(2), "not in the hand"),
        (HandCancelled(1, [Share(0, 149)]), "the refunds do not add up to the pot"),
        (SeatReserved(1, PlayerId("zoe"), 60_000), "zoe is not on the waiting list"),
        (PlayerSatOut(9, "asked"), "PlayerSatOut does not fit the table"),
    ]
    for event, why in impossible:
        with pytest.raises(Inconsistent, match=why):
            apply(game.table, event)


def test_a_seat_cannot_be_taken_twice_by_an_optimised_interpreter_either() -> None:
    """`python -O` leaves assertions out, so none of them may guard a seat."""
    program = """
        from pokerws.game.apply import apply
        from pokerws.game.events import PlayerSat
        from pokerws.game.illegal import Inconsistent
        from pokerws.game.config.table_config import TableConfig
        from pokerws.game.state import PlayerId, TableId
        from pokerws.game.table import open_table

        table, _ = open_table(TableId("t"), "table", TableConfig())
        apply(table, PlayerSat(0, PlayerId("alice"), "alice", 1_000))
        try:
            apply(table, PlayerSat(0, PlayerId("bob"), "bob", 1_000))
        except Inconsistent as error:
            print(error)
    """
    ran = subprocess.run(
        [sys.executable, "-O", "-c", dedent(program)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout == "seat 0 is taken\n"
