"""What `replay` tells of games that were really played, and of damaged ones."""

import io
import re

import pytest

from pokerws.game import events
from pokerws.game.cards import parse_cards
from pokerws.game.config.table_config import TableConfig
from pokerws.game.state import PlayerId, Pot, Seat, Table, TableId, Turn
from pokerws.maintenance.errors import NotStored
from pokerws.maintenance.narrate import clock_time, picture, tell
from pokerws.maintenance.replay import replay_game
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.connecting import Connection
from pokerws.storage.vault.vault import Vault
from tests.storage.played import play_a_game
from tests.vaults import VAULT

HEADER = "hidden cards are shown: for the operator's eyes only; times are UTC"


async def told(
    url: str,
    game: str = "t1",
    *,
    hand: int | None = None,
    to_seq: int | None = None,
    vault: Vault = VAULT,
) -> tuple[int, list[str]]:
    """The exit code and the lines."""
    out = io.StringIO()
    code = await replay_game(address_of(url), game, out, hand=hand, to_seq=to_seq, vault=vault)
    return code, out.getvalue().splitlines()


def seqs(lines: list[str]) -> list[int]:
    """The numbers of the events that are told."""
    return [int(found[1]) for line in lines if (found := re.match(r" *(\d+)  \d{4}-", line))]


async def test_every_event_is_told_and_then_the_table_as_it_is(database_url: str) -> None:
    played = await play_a_game(database_url)
    table = played.actor.table
    hand = table.hand
    assert hand is not None
    assert hand.turn is not None

    code, lines = await told(database_url)

    assert code == 0
    assert lines[:2] == ["game t1, Main table", HEADER]
    assert seqs(lines) == list(range(1, table.seq + 1))
    shown = lines[lines.index("", 3) + 1 :]
    assert shown[0].startswith(f"the table after event {table.seq}, 1970-01-01 00:16:")
    assert shown[1:] == list(picture(table))
    text = "\n".join(shown)
    assert f"hand {hand.number}, flop: {' '.join(hand.board)}" in text
    assert f"pot {table.total_pot};" in text
    assert f"cards to come: {' '.join(hand.deck)}" in text
    for seat, part in zip(table.seats, hand.seats, strict=True):
        if seat is not None and part is not None:
            (line,) = (
                line
                for line in shown
                if f" {seat.name} " in line and "cards" not in line and "is to act" not in line
            )
            assert str(seat.stack) in line
            assert " ".join(part.cards) in line
            assert line.startswith(">") is (table.seats[hand.turn.seat] is seat)
            assert ("folded" in line) is part.folded


async def test_the_table_of_an_earlier_event_is_the_one_that_was_there_then(
    database_url: str,
) -> None:
    await play_a_game(database_url)

    code, lines = await told(database_url, to_seq=9)

    assert code == 0
    assert seqs(lines) == list(range(1, 10))
    (deal,) = [line.partition("hole cards: ")[2] for line in lines if "hole cards: " in line]
    ada, bob, cleo = (hand.partition(" ")[2] for hand in deal.split(", "))
    (deck,) = [line.partition("deck ")[2] for line in lines if "begins: " in line]
    assert lines[lines.index("", 3) :] == [
        "",
        "the table after event 9, 1970-01-01 00:16:41.000",
        "Main table: NT, 4 seats, blinds 50/100",
        "hand 1, preflop: no board",
        "pot 150; no pot yet; bet to match 100",
        "  seat  player                   stack       bet   in pots  cards",
        "  0 D   Ada                      10000         0         0  " + ada,
        "  1     Bob                       9950        50         0  " + bob,
        "  2     Cleo                      9900       100         0  " + cleo,
        "  3     -",
        f"cards to come: {' '.join(deck.split()[6:])}",
        "nobody is to act",
    ]


async def test_one_hand_is_told_from_its_begin_to_the_next(database_url: str) -> None:
    await play_a_game(database_url)

    _, lines = await told(database_url, hand=2)

    assert (
        "  hand 2 begins: button seat 1, blinds seats 2 and 0; dealt in Cleo, Ada, Bob" in lines[3]
    )
    assert not [line for line in lines if "hand 1 " in line or "hand 3 " in line]
    first, *_, last = seqs(lines)
    assert seqs(lines) == list(range(first, last + 1))
    assert f"the table after event {last}, " in "\n".join(lines)
    assert "no hand in play; hands so far: 2" in lines


async def test_a_hand_can_be_told_up_to_an_event(database_url: str) -> None:
    await play_a_game(database_url)
    _, lines = await told(database_url, hand=2)
    first = seqs(lines)[0]

    _, lines = await told(database_url, hand=2, to_seq=first + 3)

    assert seqs(lines) == list(range(first, first + 4))


@pytest.mark.parametrize(
    ("game", "asked", "why"),
    [
        ("nowhere", {}, "there is no game nowhere"),
        ("t1", {"hand": 99}, "game t1 has no hand 99 in its log, of events 1 to "),
        ("t1", {"hand": 10**30}, "has no hand 10{30} in its log"),
        ("t1", {"to_seq": 99_999}, "game t1 has no event 99999 in its log, of events 1 to "),
        ("t1", {"to_seq": 0}, "game t1 has no event 0 in its log"),
        ("t1", {"hand": 2, "to_seq": 1}, "game t1 has no event 1 in hand 2, of events "),
    ],
)
async def test_what_is_not_there_is_one_clear_line(
    database_url: str, game: str, asked: dict[str, int], why: str
) -> None:
    await play_a_game(database_url)
    with pytest.raises(NotStored, match=why.replace("10{30}", str(10**30))) as refused:
        await told(database_url, game, hand=asked.get("hand"), to_seq=asked.get("to_seq"))
    assert "\n" not in str(refused.value)


async def test_without_a_log_the_stored_table_alone_is_shown(
    database_url: str, operator: Connection
) -> None:
    played = await play_a_game(database_url, keep_events=[False])

    code, lines = await told(database_url)

    assert code == 0
    assert "there is no log: its events were not kept" in lines
    assert lines[-len(list(picture(played.actor.table))) :] == list(picture(played.actor.table))
    with pytest.raises(NotStored, match="has no log"):
        await told(database_url, hand=1)
    await operator.execute("UPDATE game_snapshots SET snapshot = '{}'")
    with pytest.raises(NotStored, match="its snapshot cannot be read"):
        await told(database_url)


async def test_a_log_that_begins_anew_is_told_past_the_gap(database_url: str) -> None:
    played = await play_a_game(database_url, keep_events=[True, False, True])

    code, lines = await told(database_url)

    assert code == 0
    assert "the log restarts here: earlier events were not kept" in "\n".join(lines)
    assert seqs(lines)[-1] == played.actor.table.seq
    assert lines[-len(list(picture(played.actor.table))) :] == list(picture(played.actor.table))


@pytest.mark.parametrize(
    ("tampering", "why"),
    [
        ("DELETE FROM game_events WHERE seq = 9", "event 9 is missing from the log"),
        ("UPDATE game_events SET payload = '{}' WHERE seq = 9", "event 9 cannot be read"),
    ],
)
async def test_a_damaged_log_is_told_up_to_the_damage(
    database_url: str, operator: Connection, tampering: str, why: str
) -> None:
    await play_a_game(database_url)
    await operator.execute(tampering)

    code, lines = await told(database_url)

    assert code == 1
    assert seqs(lines) == list(range(1, 9))
    assert [line for line in lines if line.startswith(f"the log is damaged: {why}")]
    assert "the table after event 8, 1970-01-01 00:16:41.000" in lines


async def test_after_an_event_that_cannot_have_happened_no_table_is_made_up(
    database_url: str, operator: Connection
) -> None:
    await play_a_game(database_url)
    await operator.execute(
        """UPDATE game_events SET payload = '{"type":"folded","seat":3}' WHERE seq = 11"""
    )

    code, lines = await told(database_url)

    assert code == 1
    assert lines[-2].startswith("the log is damaged: event 11 (folded) cannot have happened: ")
    assert lines[-1] == "to see the table before that, ask for it with --to 10"


@pytest.fixture
def table() -> Table:
    seats = [Seat(PlayerId("ada"), "Ada", 900), None]
    return Table(TableId("t1"), "One", TableConfig(seats=2), seats=list(seats))


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (events.PlayerStood(0, PlayerId("ada"), 900), "Ada stands up from seat 0 with 900"),
        (events.PlayerLeaving(0), "Ada will stand up after the hand"),
        (events.ChipsAdded(0, PlayerId("ada"), 50), "Ada adds 50 chips"),
        (events.PlayerSatOut(0, "timed_out"), "Ada sits out (timed out)"),
        (events.PlayerSatIn(0), "Ada sits in"),
        (events.NextHandCancelled(), "there is no next hand for now"),
        (events.ClockResumed(61_001), "the clock goes on, to 00:01:01.001"),
        (events.TurnTimedOut(0, 4), "Ada runs out of time in turn 4"),
        (events.TimeBankFilled(0, 900), "Ada has 900 ms in the time bank"),
        (
            events.TimeBankStarted(0, 4, 61_001, 900),
            "the time bank of Ada runs, 900 ms, to 00:01:01.001",
        ),
        (events.TimeBankStopped(0, 4, 300), "the time bank of Ada stops with 300 ms"),
        (
            events.ConnectionProtected(0, 4, 61_001, 2),
            "Ada is disconnected, has to 00:01:01.001 to come back, and 2 times more",
        ),
        (events.ConnectionRestored(0, 4, 61_001), "Ada is back, and has to 00:01:01.001"),
        (
            events.LagCompensated(0, 4, 100, 900),
            "Ada is 100 ms late, by the line; 900 ms may still be",
        ),
        (events.Folded(0, auto=True), "Ada folds (absent)"),
        (events.Checked(0, auto=True), "Ada checks (absent)"),
        (events.AntePosted(0, 5), "Ada posts an ante of 5"),
        (events.AntePosted(0, 5, dead=True), "Ada posts the ante of 5"),
        (events.UncalledBetReturned(0, 5), "Ada takes back 5 that nobody called"),
        (events.CardsMucked(0), "Ada mucks"),
        (
            events.HandCancelled(3, [events.Share(0, 50), events.Share(1, 100)]),
            "hand 3 is cancelled; back go Ada 50, seat 1 100",
        ),
        (events.HandCancelled(3, []), "hand 3 is cancelled; back go no chips"),
        (events.TableClosed("abandoned"), "the table is closed (abandoned)"),
        (events.CardsShown(0, parse_cards("AsKd")), "Ada shows As Kd"),
        (events.BetPlaced(1, 5), "seat 1 bets 5"),
        (events.StraddleSet(0, on=True), "Ada straddles from now on"),
        (events.StraddleSet(0, on=False), "Ada straddles no more"),
        (events.RunItSet(0, 2), "Ada agrees to run the board up to 2 times"),
        (events.RunItAgreed(2), "the rest of the board is dealt 2 times"),
        (events.BringInPosted(0, 15, 15), "Ada brings it in for 15"),
        (events.DrawStarted(1, [0, 1]), "street 1: to draw or discard are Ada, seat 1"),
        (events.CardsDrawn(0, PlayerId("ada")), "Ada stands pat"),
        (
            events.CardsDrawn(0, PlayerId("ada"), parse_cards("As"), parse_cards("2c")),
            "Ada throws away As and draws 2c",
        ),
        (
            events.CardsDrawn(0, PlayerId("ada"), parse_cards("As"), auto=True),
            "Ada throws away As (absent)",
        ),
        (
            events.DeckReshuffled(parse_cards("As2c")),
            "what was thrown away is shuffled: the deck is As 2c",
        ),
        (events.Raised(-1, 5), "seat -1 raises to 5"),
        (events.BoardDealt(9, parse_cards("As")), "street 9: As"),
        (
            events.BetsCollected([Pot(5, []), Pot(7, [0, 1])]),
            "the bets are collected: pot 0: 5 (seats none), pot 1: 7 (seats 0, 1)",
        ),
        (
            events.PlayerSat(1, PlayerId("p\n"), "\x1b[2J", 5),
            "'\\x1b[2J' ('p\\n') sits down in seat 1 with 5",
        ),
    ],
)
def test_an_event_in_words(table: Table, event: events.TableEvent, words: str) -> None:
    assert tell(event, table) == words


def test_a_seat_says_what_is_special_about_it(table: Table) -> None:
    seat = table.seats[0]
    assert seat is not None
    seat.sitting_out = seat.leaving = True
    seat.timeouts = 2
    lines = list(picture(table))
    assert lines[3].endswith("sitting out  leaving  owes a blind  time-outs in a row: 2")
    assert lines[-1] == "no hand is due"


def test_a_number_that_is_no_time_is_shown_as_it_is() -> None:
    assert clock_time(10**18) == f"{10**18} ms"
    turn = Turn(0, 1, ["check"], 0, 0, 0, 0, -(10**18))
    assert "until -" in tell(events.TurnStarted(turn), None)
