"""Hands of all variants, written by us and played again: by our own reader, and by PokerKit.

Ours comes to the same stacks in every hand.  PokerKit has the variants of the standard.  Where its
rules are not those that the hand was played by, the text has to say so, and only there.
"""

import re
from typing import Any

import pytest
from pokerkit import HandHistory

from pokerws.game.cards import UNKNOWN, Card, parse_cards
from pokerws.game.config.table_config import HouseRules, LimitStakes
from pokerws.game.events import CardsDrawn, CardsShown, HoleCardsDealt
from pokerws.game.variants import VARIANTS
from pokerws.hand_histories.errors import Refused
from pokerws.hand_histories.phh.read import final_stacks
from pokerws.hand_histories.phh.record import HandRecord, read_toml
from pokerws.hand_histories.phh.write import write_hand
from tests.game.pokerkit.played_hands import HOUSE, PlayedHand, played_hands
from tests.game.script import Player
from tests.hand_histories.test_phh_write import (
    RecordedGame,
    checks_down,
    read,
    replayed,
    replayed_by_pokerkit,
)

STAKES = LimitStakes(small_bet=100, big_bet=200, stud_ante=20, bring_in=30)
SLEEPERS = HouseRules(straddle="sleeper", bomb_pot_every=4)


def holes_of(hand: PlayedHand) -> dict[int, list[Card]]:
    """The first hidden cards of all."""
    (first, *_) = (event for event in hand.events if isinstance(event, HoleCardsDealt))
    return {seat: cards for seat, cards in enumerate(first.cards) if cards}


def by_its_rules(text: str) -> list[int]:
    """The stacks by PokerKit's rules, of a game that it does not have."""
    (record,) = read_toml(text.encode()).values()
    assert isinstance(record, HandRecord)
    return [int(stack) for stack in final_stacks(record, "pokerkit")]


def stacks_of(reader: Any, text: str) -> list[int] | str:
    """What a reader comes to, or why it does not."""
    try:
        stacks: list[int] = reader(text)
    except (Refused, ValueError, KeyError, AssertionError) as error:
        return str(error)
    return stacks


@pytest.mark.parametrize("code", VARIANTS)
@pytest.mark.parametrize("house", [HOUSE, SLEEPERS], ids=["mississippi", "sleeper"])
def test_random_hands_come_to_the_same_stacks_or_say_why_not(code: str, house: HouseRules) -> None:
    told_well = 0
    seats = min(4, VARIANTS[code].max_seats)
    for number, hand in enumerate(played_hands(code, seats, 6, 1, house)):
        told = holes_of(hand) if number % 2 else {}
        text = write_hand(hand.before, hand.events, started_ms=0, holes=told)
        fields = read(text)
        assert stacks_of(replayed, text) == fields["finishing_stacks"], text
        by_pokerkit = replayed_by_pokerkit if code in HandHistory.game_types else by_its_rules
        same = stacks_of(by_pokerkit, text) == fields["finishing_stacks"]
        assert same == ("_not_replayable" not in fields), text
        told_well += same
    assert told_well


@pytest.mark.parametrize("code", ["NT", "F7S", "F2L3D", "FB", "NCP"])
def test_a_spectator_reads_no_hidden_card_but_those_that_were_shown(code: str) -> None:
    for hand in played_hands(code, 4, 4, 2):
        text = write_hand(hand.before, hand.events, started_ms=0)
        open_cards = {UNKNOWN}
        for event in hand.events:
            if isinstance(event, CardsShown):
                open_cards.update(event.cards)
            elif isinstance(event, HoleCardsDealt):
                open_cards.update(*event.up)
        for action in read(text)["actions"]:
            if told := re.match(r"(?:d dh p\d|p\d sd) (\S\S+)", action):
                assert {*parse_cards(told[1])} <= open_cards, action


def test_a_player_reads_the_own_cards_and_draws_and_those_of_nobody_else() -> None:
    for hand in played_hands("F2L3D", 4, 4, 3):
        own = holes_of(hand)[0]
        draws = [e for e in hand.events if isinstance(e, CardsDrawn) and e.seat == 0]
        text = write_hand(hand.before, hand.events, started_ms=0, holes={0: own})
        fields = read(text)
        player = f"p{fields['seats'].index(1) + 1}"
        assert f"d dh {player} {''.join(own)}" in fields["actions"]
        for draw in draws:
            assert f"{player} sd {''.join(draw.discarded)}".strip() in fields["actions"]
        for action in fields["actions"]:
            if " sd " in action and not action.startswith(player):
                assert set(action.split()[2]) == {"?"}


def test_seven_card_stud_is_told_with_its_bets_and_its_cards_in_order() -> None:
    game = RecordedGame(variant="F7S", limit=STAKES)
    alice, bob = game.seat(1_000, 1_000)
    game.deal(alice="AsAh2c", bob="KsKh9d")
    alice.brings_in()
    bob.bets(100)
    alice.calls()
    checks_down(game)

    fields = game.told()

    assert fields["antes"] == [20, 20]
    assert (fields["bring_in"], fields["small_bet"], fields["big_bet"]) == (30, 100, 200)
    assert "blinds_or_straddles" not in fields
    assert "min_bet" not in fields
    assert fields["actions"][:5] == [
        *("d dh p1 ????9d", "d dh p2 ????2c", "p2 pb", "p1 cbr 100", "p2 cc")
    ]
    showing = [action for action in fields["actions"] if " sm " in action]
    assert any(action.startswith(("p1 sm KsKh9d", "p2 sm AsAh2c")) for action in showing)


def test_who_is_all_in_in_stud_shows_the_last_card_too() -> None:
    game = RecordedGame(variant="F7S", limit=STAKES)
    alice, bob = game.seat(60, 60)
    game.deal(alice="AsAh2c", bob="KsKh9d")
    alice.brings_in()
    bob.goes_all_in()
    alice.calls()

    fields = game.told()

    assert [len(action.split()[2]) for action in fields["actions"] if " sm " in action] == [
        *(6, 6, 14, 14)
    ]


def test_draws_are_told_after_all_have_thrown_cards_away() -> None:
    game = RecordedGame(variant="N2L1D")
    alice, bob = game.seat(1_000, 1_000)
    game.deal(alice="7h5d4c3d2c", bob="AsKsQhJh9h")
    alice.calls()
    bob.checks()
    bob.discards("AsKs")
    alice.stands_pat()
    checks_down(game)

    fields = game.told()

    assert fields["actions"][4:8] == ["p1 sd ????", "p2 sd", "d dh p1 ????", "p1 cc"]


def test_a_button_blind_is_told_in_its_place() -> None:
    game = RecordedGame(variant="NS", ante=20)
    game.seat(1_000, 1_000, 1_000)
    game.deal()
    game.folds_around()

    fields = game.told()

    assert fields["antes"] == [20, 20, 20]
    assert fields["blinds_or_straddles"] == [0, 0, 100]


def test_a_straddle_is_a_blind_and_a_sleeper_a_negative_one() -> None:
    told = {}
    for kind in ("under_the_gun", "sleeper"):
        game = RecordedGame(house=HouseRules(straddle=kind))
        _, _, _, dave = game.seat(1_000, 1_000, 1_000, 1_000)
        dave.straddles()
        game.deal()
        while game.to_act is not None:
            player = Player(game, game.to_act)
            if player.name == dave.name:
                player.checks()
            else:
                player.folds()
        told[kind] = game.told()["blinds_or_straddles"]
    assert told == {"under_the_gun": [50, 100, 200, 0], "sleeper": [50, 100, -200, 0]}


def test_a_bomb_pot_is_told_as_antes_and_checks() -> None:
    game = RecordedGame(house=HouseRules(bomb_pot_every=1))
    game.seat(1_000, 1_000, 1_000)
    game.deal("2c3d4h8s9s", alice="AhAd", bob="7d5c", carol="KhKd")
    checks_down(game)

    fields = game.told()

    assert fields["antes"] == [200, 200, 200]
    assert fields["blinds_or_straddles"] == [0, 0, 0]
    assert fields["actions"][3:7] == [
        *("p1 cc # bomb pot", "p2 cc # bomb pot", "p3 cc # bomb pot", "d db 2c3d4h")
    ]


def test_of_several_boards_the_first_is_played_and_the_others_are_told_beside_it() -> None:
    game = RecordedGame(house=HouseRules(run_it=2))
    alice, bob = game.seat(1_000, 1_000)
    alice.would_run_it(2)
    bob.would_run_it(2)
    game.deal("2c3d4h8s9sAcKcQcJcTc", alice="AhAd", bob="KhKd")
    alice.goes_all_in()
    bob.goes_all_in()

    fields = read(game.text)

    assert fields["actions"][-3:] == ["d db 2c3d4h", "d db 8s", "d db 9s"]
    assert fields["_boards"] == ["AcKcQcJcTc"]
    assert fields["finishing_stacks"] == [500, 1_500]
    assert fields["_not_replayable"] == "playing the actions gives the stacks 0, 2000"


def test_a_third_board_has_no_cards_of_the_second() -> None:
    game = RecordedGame(house=HouseRules(run_it=3))
    alice, bob = game.seat(1_000, 1_000)
    alice.would_run_it(3)
    bob.would_run_it(3)
    game.deal("2c3d4h8s9sAcKcQcJcTc5d5h5s6d6h", alice="AhAd", bob="KhKd")
    alice.goes_all_in()
    bob.goes_all_in()

    fields = read(game.text)

    assert fields["_boards"] == ["AcKcQcJcTc", "5d5h5s6d6h"]
    assert replayed(game.text) == fields["finishing_stacks"]


def test_a_fixed_limit_hand_with_more_raises_than_elsewhere_says_so() -> None:
    game = RecordedGame(variant="FT", limit=STAKES)
    game.seat(5_000, 5_000)
    game.deal()
    for to in (200, 300, 400, 500, 600):
        Player(game, game.to_act or "").raises_to(to)
    game.folds_around()

    text = game.text

    assert "reference implementation" in read(text)["_not_replayable"]
    assert replayed(text) == read(text)["finishing_stacks"]
    with pytest.raises(ValueError, match="repair"):
        replayed_by_pokerkit(text)


def test_the_game_of_a_mix_is_told_as_itself() -> None:
    game = RecordedGame(variant="HORSE", limit=STAKES)
    game.seat(1_000, 1_000)
    game.deal()
    game.folds_around()
    assert game.told()["variant"] == "FT"
