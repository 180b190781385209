"""The cards that would have come: shown by agreement only, and nothing else is."""

import pytest

from pokerws.game.cards import parse_cards
from pokerws.game.commands import RabbitHunt
from pokerws.game.config.table_config import HouseRules
from pokerws.game.events import HandEnded, RabbitAgreed, RabbitShown
from pokerws.game.redaction import redact_table
from pokerws.game.secret_cards import public_table, secrets_of
from pokerws.game.state import PlayerId
from tests.game.script import Game, Player, encode, refused

BOARD = "2c7d9hJs3d"


def dealt(rule: str, **options: object) -> tuple[Game, list[Player]]:
    game = Game(house=HouseRules(rabbit_hunt=rule, **options))  # type: ignore[arg-type]
    players = game.seat(1_000, 1_000, 1_000)
    game.deal(BOARD, alice="AsAh", bob="KsKh", carol="4c5d")
    return game, players


def hunts(player: Player, hand: int = 1) -> None:
    player.game.play(RabbitHunt(player.id, hand))


def test_all_who_were_in_the_hand_must_agree() -> None:
    game, (alice, bob, carol) = dealt("agreed")
    game.folds_around()
    assert game.of(HandEnded)[0].to_come == [3, 1, 1]
    hunts(alice)
    hunts(bob)
    assert game.events == [RabbitAgreed(1, 1)]
    hunts(carol)
    assert game.events == [RabbitAgreed(1, 2), RabbitShown(1, [parse_cards(BOARD)])]


def test_who_leaves_need_not_agree_any_more() -> None:
    game, (alice, bob, carol) = dealt("agreed")
    game.folds_around()
    hunts(alice)
    hunts(carol)
    bob.stands()
    assert game.of(RabbitShown) == [RabbitShown(1, [parse_cards(BOARD)])]


def test_the_agreement_of_one_who_left_is_forgotten() -> None:
    game, (alice, bob, carol) = dealt("agreed")
    game.folds_around()
    hunts(alice)
    alice.stands()
    hunts(bob)
    assert not game.of(RabbitShown)
    hunts(carol)
    assert game.of(RabbitShown)


def test_where_it_is_open_one_player_suffices() -> None:
    game, (alice, bob, carol) = dealt("open")
    alice.calls()
    bob.calls()
    carol.checks()
    bob.bets(100)
    carol.folds()
    alice.folds()
    assert game.of(HandEnded)[0].to_come == [1, 1]
    hunts(carol)
    assert game.of(RabbitShown) == [RabbitShown(1, [parse_cards("Js3d")])]


def test_both_boards_of_a_bomb_pot_are_shown_in_the_order_of_the_deal() -> None:
    game = Game(
        house=HouseRules(rabbit_hunt="open", bomb_pot_every=1, bomb_pot_boards=2, bomb_pot_ante=100)
    )
    alice, _, _ = game.seat(1_000, 1_000, 1_000)
    game.deal("2c3c4c5c6c7c8c9cTcJc")
    game.folds_around()
    hunts(alice)
    boards = [parse_cards("8cTc"), parse_cards("9cJc")]
    assert game.of(RabbitShown) == [RabbitShown(1, boards)]


def test_nobody_sees_the_cards_before_and_they_are_sealed() -> None:
    game, (alice, bob, carol) = dealt("agreed")
    game.folds_around()
    hunts(alice)
    for viewer in (alice.id, PlayerId("sam"), None):
        last = redact_table(game.table, viewer).last_hand
        assert last is not None
        assert last.rabbit is not None
        assert last.rabbit.cards == []
    for card in parse_cards(BOARD):
        assert card.encode() not in encode(public_table(game.table))
    assert secrets_of(game.table)[1].deck == parse_cards(BOARD)
    hunts(bob)
    hunts(carol)
    assert secrets_of(game.table)[1].deck == []


def test_hole_cards_stay_hidden() -> None:
    game, (alice, _, _) = dealt("open")
    game.folds_around()
    hunts(alice)
    seen = encode(redact_table(game.table, None))
    for card in parse_cards("AsAhKsKh4c5d"):
        assert card.encode() not in seen


def test_only_as_many_cards_are_kept_as_would_have_come() -> None:
    game, _ = dealt("open")
    game.folds_around()
    last = game.table.last_hand
    assert last is not None
    assert last.rabbit is not None
    assert last.rabbit.cards == parse_cards(BOARD)


def test_there_is_nothing_to_hunt_at_other_times() -> None:
    game, (alice, bob, _) = dealt("open")
    with refused(game, "nothing_to_hunt"):
        hunts(alice)
    game.folds_around()
    newcomer = game.sits("dave", seat=3)
    with refused(game, "nothing_to_hunt"):
        hunts(newcomer)
    with refused(game, "nothing_to_hunt"):
        hunts(alice, hand=2)
    with refused(game, "nothing_to_hunt"):
        game.play(RabbitHunt(PlayerId("nobody"), 1))
    hunts(alice)
    with refused(game, "nothing_to_hunt"):
        hunts(bob)
    game.deal()
    with refused(game, "nothing_to_hunt"):
        hunts(alice)


def test_who_has_agreed_agrees_once() -> None:
    game, (alice, _, _) = dealt("agreed")
    game.folds_around()
    hunts(alice)
    with refused(game, "already_so"):
        hunts(alice)


def test_a_table_without_the_option_keeps_no_cards() -> None:
    game, (alice, _, _) = dealt("off")
    game.folds_around()
    assert game.of(HandEnded)[0].to_come == []
    with refused(game, "nothing_to_hunt"):
        hunts(alice)


def test_after_the_river_there_is_nothing_to_come() -> None:
    game, (alice, bob, carol) = dealt("open")
    alice.goes_all_in()
    bob.calls()
    carol.folds()
    assert game.of(HandEnded)[0].to_come == []


@pytest.mark.parametrize("variant", ["F7S", "F2L3D"])
def test_games_without_a_board_have_no_rabbits(variant: str) -> None:
    game = Game(variant=variant, house=HouseRules(rabbit_hunt="open"))
    game.seat(1_000, 1_000)
    game.deal()
    game.folds_around()
    assert game.of(HandEnded)[0].to_come == []
