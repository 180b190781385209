"""Bomb pots: all post the same ante, nobody bets before the flop, and there may be two boards.

No rule book of those that we follow has them; this is how card rooms play them, and where rooms
differ the docstring says what we do.  alice has the button, bob sits left of it.
"""

from pokerws.game.commands import Close
from pokerws.game.config.table_config import HouseRules, Mix, StraddleKind
from pokerws.game.events import (
    AntePosted,
    BlindPosted,
    BoardDealt,
    HandCancelled,
    PotAwarded,
    RunItAgreed,
)
from tests.game.script import Game, Player, refused


def bomb_pot(
    *stacks: int,
    board: str = "",
    variant: str = "NT",
    boards: int = 1,
    ante: int = 0,
    run_it: int = 1,
    straddle: StraddleKind = "none",
    **hands: str,
) -> tuple[Game, list[Player]]:
    house = HouseRules(
        bomb_pot_every=1,
        bomb_pot_ante=ante,
        bomb_pot_boards=boards,
        run_it=run_it,
        straddle=straddle,
    )
    game = Game(variant=variant, house=house)
    players = game.seat(*stacks)
    for player in players:
        if run_it > 1:
            player.would_run_it(run_it)
        if straddle != "none":
            player.straddles()
    game.deal(board, **hands)
    return game, players


def shares(game: Game) -> list[tuple[int, int, str, dict[str, int]]]:
    """Pot, board, side, and chips by name."""
    return [
        (e.pot, e.board, e.side, {game.name_of(s.seat): s.amount for s in e.shares})
        for e in game.of(PotAwarded)
    ]


def check_down(game: Game) -> None:
    while game.to_act is not None:
        Player(game, game.to_act).checks()


def test_all_post_two_big_blinds_and_the_betting_starts_on_the_flop() -> None:
    game, (_, bob, _) = bomb_pot(1_000, 1_000, 1_000)
    assert [event.amount for event in game.of(AntePosted)] == [200, 200, 200]
    assert not game.of(BlindPosted)
    assert (game.hand.street, len(game.hand.board)) == (1, 3)
    assert (game.to_act, bob.options) == ("bob", ["fold", "check", "bet"])
    assert game.table.total_pot == 600


def test_the_ante_is_the_one_of_the_house_and_the_smallest_bet_is_the_big_blind() -> None:
    """A room may have bets of the ante at least; ours are of the big blind, as in any hand."""
    game, (_, bob, _) = bomb_pot(1_000, 1_000, 1_000, ante=70)
    assert game.table.total_pot == 210
    assert game.turn.min_to == 100
    with refused(game, "amount_too_small"):
        bob.bets(99)


def test_in_pot_limit_the_antes_are_the_first_bet() -> None:
    game, _ = bomb_pot(9_000, 9_000, 9_000, variant="PO")
    assert (game.turn.min_to, game.turn.max_to) == (100, 600)


def test_in_fixed_limit_the_flop_has_the_smaller_bet_and_no_bet_is_made_yet() -> None:
    game, (alice, bob, carol) = bomb_pot(9_000, 9_000, 9_000, variant="FT")
    assert (game.turn.min_to, game.turn.max_to) == (100, 100)
    bob.bets(100)
    carol.raises_to(200)
    alice.raises_to(300)
    bob.raises_to(400)
    assert carol.options == ["fold", "call"]


def test_bomb_pots_come_every_so_many_hands_and_the_button_waits_meanwhile() -> None:
    """Rooms differ; the blinds go on after it as if it had not been."""
    game = Game(house=HouseRules(bomb_pot_every=3))
    game.seat(9_000, 9_000, 9_000)
    positions = []
    for _ in range(4):
        game.deal()
        positions.append((game.table.button, game.hand.street))
        game.folds_around()
    assert positions == [(0, 0), (1, 0), (1, 1), (2, 0)]


def test_where_every_hand_is_a_bomb_pot_the_button_moves() -> None:
    """Nobody is to act last for ever."""
    game, _ = bomb_pot(9_000, 9_000, 9_000)
    buttons = []
    for _ in range(3):
        buttons.append(game.table.button)
        game.folds_around()
        game.deal()
    assert buttons == [0, 1, 2]


def test_nobody_straddles_in_a_bomb_pot() -> None:
    game, _ = bomb_pot(9_000, 9_000, 9_000, 9_000, straddle="mississippi")
    assert not game.of(BlindPosted)
    assert game.to_act == "bob"


def test_a_newcomer_pays_the_same_and_still_owes_the_big_blind() -> None:
    game = Game(house=HouseRules(bomb_pot_every=2))
    game.seat(9_000, 9_000, 9_000, 9_000)
    game.deal()
    game.folds_around()
    erin = game.sits("erin", 9_000, 4)
    game.deal()
    assert (erin.in_hand.in_pots, erin.seat.owes_blind) == (200, True)
    game.folds_around()
    game.deal()
    assert erin.in_hand.bet == 100
    assert not erin.seat.owes_blind


def test_heads_up_the_button_acts_last() -> None:
    game, _ = bomb_pot(1_000, 1_000)
    assert (game.table.button, game.to_act) == (0, "bob")


def test_two_boards_are_dealt_street_by_street() -> None:
    game, (alice, bob) = bomb_pot(
        1_000, 1_000, boards=2, board="2c3c4c" + "2d3d4d" + "5c" + "5d" + "6c" + "6d"
    )
    assert (game.hand.board, game.hand.extra_boards) == (["2c", "3c", "4c"], [["2d", "3d", "4d"]])
    for _ in range(2):
        bob.checks()
        alice.checks()
    assert game.hand.board[3:] == ["5c", "6c"]
    assert game.hand.extra_boards[0][3:] == ["5d", "6d"]


def test_each_board_wins_half_of_the_pot() -> None:
    game, _ = bomb_pot(
        1_000,
        1_000,
        boards=2,
        board="As9c4d" + "KsTc7d" + "2h" + "3s" + "2c" + "3h",
        alice="AhAd",
        bob="KhKd",
    )
    check_down(game)
    assert shares(game) == [(0, 0, "", {"alice": 200}), (0, 1, "", {"bob": 200})]


def test_the_odd_chip_goes_to_the_first_board() -> None:
    """No book says; it is the custom."""
    game, (_, _, _) = bomb_pot(
        1_000,
        1_000,
        1_000,
        ante=7,
        boards=2,
        board="As9c4d" + "KsTc7d" + "2h" + "3s" + "2c" + "3h",
        alice="AhAd",
        bob="KhKd",
        carol="JcJd",
    )
    check_down(game)
    assert shares(game) == [(0, 0, "", {"alice": 11}), (0, 1, "", {"bob": 10})]


def test_side_pots_are_split_between_the_boards_one_by_one() -> None:
    """TDA rule 21 for each board."""
    game, (alice, _, _) = bomb_pot(
        100,
        1_000,
        1_000,
        boards=2,
        board="As9c4d" + "KsTc7d" + "2h" + "3s" + "2c" + "3h",
        alice="AhAd",
        bob="KhKd",
        carol="JcJd",
    )
    assert (alice.stack, game.table.total_pot) == (0, 500)
    check_down(game)
    assert shares(game) == [
        (1, 0, "", {"bob": 100}),
        (1, 1, "", {"bob": 100}),
        (0, 0, "", {"alice": 150}),
        (0, 1, "", {"bob": 150}),
    ]


def test_high_and_low_win_on_each_of_two_boards() -> None:
    """The pot is divided between the boards first, then on each between high and low."""
    game, _ = bomb_pot(
        1_000,
        1_000,
        variant="PO/8",
        boards=2,
        board="2c5d7h" + "KsTc7d" + "Kc" + "3s" + "Kd" + "Jh",
        alice="KhQsJdTd",
        bob="As3h9d9c",
    )
    check_down(game)
    assert shares(game) == [
        (0, 0, "high", {"alice": 100}),
        (0, 0, "low", {"bob": 100}),
        (0, 1, "", {"alice": 200}),
    ]


def test_who_is_left_alone_wins_both_boards() -> None:
    game, (_, _, _) = bomb_pot(1_000, 1_000, 1_000, boards=2)
    game.folds_around()
    assert sum(sum(chips.values()) for *_, chips in shares(game)) == 600


def test_when_the_ante_takes_all_chips_the_boards_are_dealt_to_the_end() -> None:
    for boards in (1, 2):
        game, players = bomb_pot(200, 150, 200, boards=boards)
        assert game.table.hand is None
        assert sum(player.stack for player in players) == 550
        assert len(game.of(BoardDealt)) == 3 * boards


def test_one_who_has_chips_left_against_none_is_not_asked() -> None:
    game, players = bomb_pot(1_000, 150, 200, boards=2)
    assert game.table.hand is None
    assert sum(player.stack for player in players) == 1_350


def test_two_boards_are_not_run_twice() -> None:
    game, (alice, bob) = bomb_pot(1_000, 1_000, boards=2, run_it=3)
    bob.goes_all_in()
    alice.calls()
    assert not game.of(RunItAgreed)
    assert game.table.hand is None
    assert alice.stack + bob.stack == 2_000


def test_one_board_of_a_bomb_pot_may_be_run_twice() -> None:
    game, (alice, bob) = bomb_pot(1_000, 1_000, run_it=2)
    bob.goes_all_in()
    alice.calls()
    assert game.of(RunItAgreed)
    assert [e.board for e in game.of(BoardDealt)] == [0, 0, 1, 1]


def test_the_antes_come_back_when_the_hand_is_cancelled() -> None:
    game, (_, _, carol) = bomb_pot(1_000, 100, 1_000, boards=2)
    carol.bets(300)
    game.play(Close("operator"))
    (cancelled,) = game.of(HandCancelled)
    assert {share.seat: share.amount for share in cancelled.refunds} == {0: 200, 1: 100, 2: 500}


def test_in_stud_and_draw_there_is_no_bomb_pot() -> None:
    """They have no flop to begin on."""
    for variant in ("F7S", "F2L3D", "FR"):
        game, _ = bomb_pot(9_000, 9_000, 9_000, variant=variant)
        assert game.hand.street == 0
        assert not game.hand.board
        assert "bet" in game.turn.actions or game.turn.call == 100


def test_in_a_mix_the_bomb_pot_is_of_the_game_that_is_due() -> None:
    mix = Mix(games=("NT", "PO"), rotation="hands", hands=1)
    game = Game(variant="MIX", mix=mix, house=HouseRules(bomb_pot_every=2))
    game.seat(9_000, 9_000, 9_000)
    game.deal()
    game.folds_around()
    game.deal()
    assert (game.hand.variant, game.hand.street) == ("PO", 1)
    assert game.turn.max_to == 600


def test_who_leaves_in_a_bomb_pot_checks_and_folds_to_a_bet() -> None:
    _, (alice, bob, carol) = bomb_pot(1_000, 1_000, 1_000, boards=2)
    bob.stands()
    assert not bob.in_hand.folded
    carol.bets(100)
    alice.calls()
    assert bob.in_hand.folded
