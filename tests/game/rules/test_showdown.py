"""The showdown of stud, draw and split games: who shows first, and who may muck.

TDA: the rules of the Poker Tournament Directors Association, 2024; rules 16 and 17.  Hold'em is in
`test_showdown.py`.  bob sits left of the button, which is alice's.
"""

from pokerws.game.events import CardsMucked, CardsShown
from tests.game.script import Game, Player


def reveals(game: Game) -> list[tuple[str, str]]:
    """Who showed and who mucked, in their order."""
    return [
        (game.name_of(event.seat), "shows" if isinstance(event, CardsShown) else "mucks")
        for event in game.events
        if isinstance(event, CardsShown | CardsMucked)
    ]


def passively(game: Game) -> None:
    """The player whose turn it is does the least to stay in."""
    player = Player(game, game.to_act or "")
    match player.options:
        case ["stand_pat", *_]:
            player.stands_pat()
        case ["bring_in", *_]:
            player.brings_in()
        case _ if game.turn.call:
            player.calls()
        case _:
            player.checks()


def stud_on_seventh_street(variant: str = "F7S") -> tuple[Game, list[Player]]:
    """alice shows a pair of kings, carol an ace, bob nothing; alice has a pair of aces below."""
    game = Game(variant=variant, small_blind=10, big_blind=20)
    players = game.seat(1_000, 1_000, 1_000)
    game.deal(
        "7d8cKh" + "Tc9s3h" + "4d6c8h" + "2h3s5s",
        alice="AsAhKd",
        bob="2c4c9d",
        carol="5h6hAd",
    )
    while game.hand.street < 4:
        passively(game)
    return game, players


def test_in_stud_the_highest_hand_showing_shows_first_when_nobody_bet() -> None:
    """TDA rule 17-A: who would act first in the last round."""
    game, (_, _, _) = stud_on_seventh_street()
    assert game.to_act == "alice"
    for _ in range(3):
        passively(game)
    assert reveals(game) == [("alice", "shows"), ("bob", "mucks"), ("carol", "mucks")]


def test_in_razz_the_lowest_hand_showing_shows_first() -> None:
    """TDA rule 17-A: carol has a nine at most, bob a ten."""
    game, _ = stud_on_seventh_street("FR")
    assert game.to_act == "carol"
    for _ in range(3):
        passively(game)
    assert reveals(game)[0] == ("carol", "shows")


def test_in_stud_the_last_to_bet_or_raise_shows_first() -> None:
    """TDA rule 17-A."""
    game, (alice, bob, carol) = stud_on_seventh_street()
    alice.checks()
    bob.checks()
    carol.bets(40)
    alice.calls()
    bob.calls()
    assert reveals(game) == [("carol", "shows"), ("alice", "shows"), ("bob", "mucks")]


def test_when_the_opener_has_folded_the_next_one_shows_first() -> None:
    """TDA rule 17-A: the first to act of those who are left."""
    game, (alice, bob, carol) = stud_on_seventh_street()
    alice.folds()
    bob.checks()
    carol.checks()
    assert reveals(game)[0][0] == "bob"
    game = Game(variant="F7S", small_blind=10, big_blind=20)
    players = game.seat(1_000, 1_000, 1_000)
    # carol shows a pair of kings and folds; alice is next to her, bob left of the button.
    game.deal(
        "7d8cTc" + "TsKs9s" + "4d6c8h" + "2h3s5s", alice="AsAhQd", bob="2c4c9d", carol="5h6hKd"
    )
    while game.hand.street < 4:
        passively(game)
    assert game.to_act == "carol"
    players[2].folds()
    passively(game)
    passively(game)
    assert [name for name, _ in reveals(game)] == ["alice", "bob"]


def test_in_stud_all_seven_cards_are_shown() -> None:
    """TDA rule 13-A: three of them, for the others lie open already."""
    game, (_, _, _) = stud_on_seventh_street()
    for _ in range(3):
        passively(game)
    (shown,) = game.of(CardsShown)
    assert shown.cards == ["As", "Ah", "5s"]
    assert shown.hand == "two pair, aces and kings"


def test_in_a_draw_game_the_first_left_of_the_button_shows_first() -> None:
    """TDA rule 17-A."""
    game = Game(variant="F2L3D", small_blind=10, big_blind=20)
    game.seat(1_000, 1_000, 1_000)
    game.deal(alice="2s3s4s5s7h", bob="KsQsJs9h8h", carol="2d3d4d5h8d")
    while game.to_act is not None:
        passively(game)
    assert reveals(game) == [("bob", "shows"), ("carol", "shows"), ("alice", "shows")]


def test_a_low_hand_that_wins_its_half_is_shown_though_it_loses_the_high_one() -> None:
    """TDA rules 12 and 17: the cards speak, for each half."""
    game = Game(variant="FO/8", small_blind=10, big_blind=20)
    game.seat(1_000, 1_000, 1_000)
    game.deal("2c5d7hKcKd", bob="KsQsJdTd", carol="JhJsTcTs", alice="As3s9d9c")
    while game.to_act is not None:
        passively(game)
    assert reveals(game) == [("bob", "shows"), ("carol", "mucks"), ("alice", "shows")]


def test_nobody_mucks_in_stud_once_somebody_is_all_in() -> None:
    """TDA rule 16."""
    game = Game(variant="F7S", small_blind=10, big_blind=20)
    game.seat(10, 1_000, 1_000)
    game.deal()
    while game.to_act is not None:
        passively(game)
    assert sorted(reveals(game)) == [("alice", "shows"), ("bob", "shows"), ("carol", "shows")]


def test_an_all_in_hand_of_a_draw_game_stays_hidden_until_the_last_draw() -> None:
    """TDA rule 16 is for hands that are played out; here decisions are left."""
    game = Game(variant="N5D", small_blind=10, big_blind=20)
    alice, bob = game.seat(500, 500)
    game.deal()
    alice.goes_all_in()
    bob.calls()
    assert not reveals(game)
    bob.stands_pat()
    assert not reveals(game)
    alice.stands_pat()
    assert sorted(reveals(game)) == [("alice", "shows"), ("bob", "shows")]
