"""Hands with rake, shown cards, rabbits and bonuses, in each format."""

import json
from copy import deepcopy
from typing import Any

from pokerws.game.cards import parse_cards
from pokerws.game.commands import RabbitHunt, Show
from pokerws.game.config.table_config import HouseRules, Rake
from pokerws.game.events import BonusPaid, PartShown, RabbitShown, TableEvent
from pokerws.game.state import Table
from pokerws.hand_histories.cutter import of_hand
from pokerws.hand_histories.ohh.write import write_ohh
from pokerws.hand_histories.phh.write import write_hand
from pokerws.hand_histories.pokerstars.write import write_pokerstars
from tests.game.script import Game, decode_event

HOUSE = HouseRules(rake=Rake(percent=500), rabbit_hunt="open", seven_deuce=50, stand_up=10)


def raked() -> tuple[Table, list[TableEvent]]:
    """Alice is all-in for less; Bob wins the main pot and the side pot."""
    game = Game(house=HOUSE)
    alice, bob, carol = game.seat(300, 1_000, 1_000)
    before, first = deepcopy(game.table), len(game.log)
    game.deal("2c7d9hJs3d", alice="QsQh", bob="KsKh", carol="4c5d")
    alice.goes_all_in()
    bob.calls()
    carol.calls()
    bob.bets(200)
    carol.calls()
    game.check_down()
    return before, [*of_hand(map(decode_event, game.log[first:]))]


def uncontested() -> tuple[Table, list[TableEvent]]:
    """Alice wins on the flop, and shows both cards, one after the other, for a bonus."""
    game = Game(house=HOUSE)
    alice, bob, _ = game.seat(1_000, 1_000, 1_000)
    before, first = deepcopy(game.table), len(game.log)
    game.deal("2c7d9hJs3d", alice="7s2h", bob="KsKh")
    game.acts("call")
    game.acts("call")
    game.acts("check")
    bob.checks()
    game.acts("check")
    alice.bets(400)
    game.folds_around()
    game.play(RabbitHunt(bob.id, 1))
    game.play(Show(alice.id, 1, parse_cards("7s")))
    alice.shows()
    bob.adds(5_000)
    game.deal()
    return before, [*of_hand(map(decode_event, game.log[first:]))]


def ohh_of(before: Table, events: list[TableEvent]) -> dict[str, Any]:
    ohh: dict[str, Any] = json.loads(write_ohh(before, events, started_ms=1_000))["ohh"]
    return ohh


def test_pokerstars_names_the_rake_and_the_whole_pot() -> None:
    text = write_pokerstars(*raked(), started_ms=1_000)
    assert "Total pot 1300 Main pot 900. Side pot 400. | Rake 65\n" in text
    assert "bob collected 855 from main pot\n" in text
    assert "bob collected 380 from side pot\n" in text


def test_open_hand_history_has_the_rake_of_each_pot() -> None:
    pots = ohh_of(*raked())["pots"]
    assert [(pot["amount"], pot["rake"]) for pot in pots] == [(900, 45), (400, 20)]
    assert [pot["player_wins"][0]["win_amount"] for pot in pots] == [855, 380]


def test_phh_has_the_stacks_without_the_rake_and_says_so() -> None:
    text = write_hand(*raked(), started_ms=1_000)
    assert "_rake = 65\n" in text
    assert '_not_replayable = "the standard has no rake"' in text
    assert "finishing_stacks = [1735, 500, 0]" in text


def test_what_is_shown_and_paid_after_a_hand_belongs_to_it() -> None:
    _, events = uncontested()
    kinds = [type(event) for event in events]
    assert kinds.index(RabbitShown) < kinds.index(PartShown) < kinds.index(BonusPaid)


def test_a_bonus_is_no_part_of_the_hand() -> None:
    before, events = uncontested()
    text = write_hand(before, events, started_ms=1_000)
    # 300 in the pot, of which 15 are rake.
    assert "finishing_stacks = [900, 900, 1185]" in text
    assert ohh_of(before, events)["pots"][0]["player_wins"][0]["win_amount"] == 285


def test_a_card_that_was_shown_alone_is_told() -> None:
    before, events = uncontested()
    # Without the last card and the bonus.
    upto = events[:-2]
    assert "alice: shows [7s]\n" in write_pokerstars(before, upto, started_ms=1_000)
    rounds = ohh_of(before, upto)["rounds"]
    assert rounds[-1]["actions"][0]["cards"] == ["7s"]
