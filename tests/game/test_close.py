"""Closing a table for good: the refunds, and that no command is accepted afterwards."""

import pytest

from pokerws.game.commands import (
    Act,
    AddChips,
    Close,
    Command,
    Resume,
    Sit,
    SitIn,
    SitOut,
    Stand,
    TimeUp,
)
from pokerws.game.config.table_config import AnteKind
from pokerws.game.events import (
    HandCancelled,
    NextHandCancelled,
    PlayerStood,
    Share,
    TableClosed,
)
from pokerws.game.state import CloseReason, PlayerId
from pokerws.game.table import advance
from tests.game.script import Game, refused

ALICE, BOB, CAROL = PlayerId("alice"), PlayerId("bob"), PlayerId("carol")


@pytest.mark.parametrize("reason", ["abandoned", "overtaken", "operator"])
def test_an_empty_table_just_closes(reason: CloseReason) -> None:
    game = Game()
    game.play(Close(reason))
    assert game.events == [TableClosed(reason)]
    assert game.table.closed
    assert game.table.status == "closed"


def test_between_hands_everybody_stands_up_and_no_hand_is_due() -> None:
    game = Game()
    game.seat(1_000, 2_000)
    game.play(Close("operator"))
    assert game.events == [
        NextHandCancelled(),
        PlayerStood(0, ALICE, 1_000),
        PlayerStood(1, BOB, 2_000),
        TableClosed("operator"),
    ]
    assert game.table.deadline_ms is None
    assert game.table.players == 0


def test_a_hand_in_play_is_cancelled_and_bets_go_back_also_to_who_has_folded() -> None:
    game = Game()
    alice, bob, carol = game.seat(1_000, 2_000, 3_000)
    game.deal()
    alice.raises_to(300)
    bob.folds()
    carol.calls()
    carol.bets(500)
    game.play(Close("operator"))
    assert game.events == [
        HandCancelled(1, [Share(1, 50), Share(2, 800), Share(0, 300)]),
        PlayerStood(0, ALICE, 1_000),
        PlayerStood(1, BOB, 2_000),
        PlayerStood(2, CAROL, 3_000),
        TableClosed("operator"),
    ]
    assert game.table.hand is None
    assert game.table.total_pot == 0


@pytest.mark.parametrize(
    ("kind", "put_in"),
    [
        ("each", [Share(1, 60), Share(2, 110), Share(0, 10)]),
        ("big_blind", [Share(1, 50), Share(2, 110)]),
    ],
)
def test_an_ante_goes_back_to_who_paid_it(kind: AnteKind, put_in: list[Share]) -> None:
    game = Game(ante=10, ante_kind=kind)
    game.seat(1_000, 1_000, 1_000)
    game.deal()
    game.play(Close("abandoned"))
    assert game.events[0] == HandCancelled(1, put_in)


def test_the_big_blinds_ante_goes_back_after_it_went_to_a_pot() -> None:
    game = Game(ante=100, ante_kind="big_blind")
    alice, bob, carol = game.seat(1_000, 1_000, 1_000)
    game.deal()
    alice.calls()
    bob.folds()
    carol.checks()
    assert game.pots == [(350, ["carol", "alice"])]
    game.play(Close("abandoned"))
    assert game.events[0] == HandCancelled(1, [Share(1, 50), Share(2, 200), Share(0, 100)])


def test_side_pots_go_back_too() -> None:
    game = Game()
    alice, bob, carol, dave = game.seat(300, 1_000, 2_000, 2_000)
    game.deal()
    dave.raises_to(600)
    alice.goes_all_in()
    bob.goes_all_in()
    carol.calls()
    dave.calls()
    assert len(game.pots) == 2
    game.play(Close("overtaken"))
    assert game.events[0] == HandCancelled(
        1, [Share(1, 1_000), Share(2, 1_000), Share(3, 1_000), Share(0, 300)]
    )


def test_who_is_leaving_stands_up_with_what_was_put_in_and_who_waits_with_the_stack() -> None:
    game = Game()
    _, bob, _ = game.seat(1_000, 1_000, 1_000)
    game.deal()
    bob.stands()
    game.sits("dave", 500)
    game.play(Close("operator"))
    assert [event.stack for event in game.of(PlayerStood)] == [1_000, 1_000, 1_000, 500]


def test_a_closed_table_takes_no_command_and_nothing_happens_there() -> None:
    game = Game()
    game.seat(1_000, 1_000)
    game.deal()
    game.play(Close("operator"))
    commands: list[Command] = [
        Close("operator"),
        Sit(ALICE, "alice", None, 1_000),
        Stand(ALICE),
        SitOut(ALICE),
        SitIn(ALICE),
        AddChips(ALICE, 1_000),
        Act(ALICE, 1, "fold"),
        TimeUp(),
        Resume(0, 0, restart_log=True),
    ]
    for command in commands:
        with refused(game, "table_closed"):
            game.play(command)
    assert advance(game.table, game.now_ms + 10**9) == []
    assert game.table.deadline_ms is None
