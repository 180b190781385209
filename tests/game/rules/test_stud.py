"""Seven card stud after third street: who opens, an open pair, and a deck that runs out.

TDA: the rules of the Poker Tournament Directors Association, 2024, with its recommended procedures
(RP).  RRoP: Robert's Rules of Poker, whose section 8 is on seven card stud.  Antes are 4, the
bring-in is 6, bets are 20 and 40.  bob sits left of the button, which is alice's.
"""

from pokerws.game.events import (
    BoardDealt,
    CardsShown,
    HoleCardsDealt,
    PotAwarded,
)
from tests.game.script import Game, Player, refused
from tests.game.stud_tables import only_size, stud


def on_fourth_street(
    variant: str = "F7S", *, pair: bool = True, alice_has: int = 990
) -> tuple[Game, list[Player]]:
    """Three players have called the bring-in; bob shows a pair of kings, or ace and king."""
    game, (alice, bob, carol) = stud(
        alice_has + 10,
        1_000,
        1_000,
        board="KhAd4h5h" if pair else "KhAd5s4h",
        variant=variant,
        alice="2c3c9d",
        bob="2h3hKd" if pair else "2h3hAc",
        carol="2s4s4d",
    )
    for player in (carol, alice, bob) if variant != "FR" else (bob, carol, alice):
        player.brings_in() if "bring_in" in player.options else player.calls()
    assert game.hand.street == 1
    return game, [alice, bob, carol]


def test_the_first_cards_are_two_down_and_one_up() -> None:
    game, (alice, _) = stud(1_000, 1_000, alice="AsAdKh", bob="KsKdQc")
    (dealt,) = game.of(HoleCardsDealt)
    assert dealt.cards[0] == ["As", "Ad"]
    assert dealt.up[:2] == [["Kh"], ["Qc"]]
    assert alice.in_hand.up == ["Kh"]


def test_the_highest_hand_showing_opens_each_later_street() -> None:
    """RRoP section 8."""
    game, (alice, bob, carol) = stud(
        1_000,
        1_000,
        1_000,
        alice="2c3cJd",
        bob="2h3hQd",
        carol="4s5s6d",
        # bob, carol, alice: one card each on every street, the last one hidden.
        board="7d6hJc" + "Qc5dTs" + "9c6cTd" + "2d2s3d",
    )
    openers = []
    carol.brings_in()
    alice.calls()
    bob.calls()
    while game.table.hand is not None:
        openers.append(game.to_act)
        for _ in range(3):
            Player(game, game.to_act or "").checks()
    assert openers == ["alice", "bob", "carol", "carol"], "jacks, queens, three sixes"


def test_a_tie_of_hands_that_show_goes_to_the_first_left_of_the_button() -> None:
    """RRoP section 8.  TDA RP-10 breaks it by suit, which only tells where the cards came from."""
    game, (alice, bob, carol) = stud(
        1_000, 1_000, 1_000, alice="2c3cAs", bob="2h3hJd", carol="4s5sAd", board="7dKhKs"
    )
    bob.brings_in()
    carol.calls()
    alice.calls()
    assert game.to_act == "carol"


def test_a_hand_that_is_all_in_shows_and_the_next_player_opens() -> None:
    """RRoP section 8: the betting starts left of a player who is all-in."""
    game, (alice, bob, carol) = stud(
        1_000, 10, 1_000, alice="2c3cJd", bob="2h3hQd", carol="4s5s6d", board="QhKsJc"
    )
    carol.brings_in()
    alice.calls()
    bob.calls()
    assert (game.hand.opener, bob.stack) == (bob.number, 0)
    assert game.to_act == "carol"


def test_nobody_brings_it_in_on_a_later_street() -> None:
    """RRoP section 8: the high hand may check."""
    game, (_, bob, _) = on_fourth_street(pair=False)
    assert bob.options == ["fold", "check", "bet"]
    with refused(game, "illegal_action"):
        bob.brings_in()


def test_bets_double_on_fifth_street() -> None:
    """RRoP section 8."""
    game, (alice, bob, carol) = on_fourth_street(pair=False)
    assert only_size(game) == 20
    for player in (bob, carol, alice):
        player.checks()
    assert only_size(game) == 40


def test_an_open_pair_on_fourth_street_allows_the_larger_bet() -> None:
    """RRoP section 8: everybody may bet it, who shows the pair or not.  TDA RP-10 has no such
    rule for tournaments, and PokerKit none at all.
    """
    game, (_, bob, carol) = on_fourth_street()
    assert (game.to_act, game.turn.sizes) == ("bob", [20, 40])
    with refused(game, "amount_not_a_size"):
        bob.bets(30)
    bob.checks()
    assert game.turn.sizes == [20, 40]
    carol.bets(40)
    assert only_size(game) == 80, "after the larger bet there is no smaller one"


def test_a_small_bet_on_an_open_pair_may_be_raised_by_either_amount() -> None:
    """RRoP section 8: after 5 a raise is to 10 or to 15; after that one of 10 all are of 10."""
    game, (alice, bob, carol) = on_fourth_street()
    bob.bets(20)
    assert game.turn.sizes == [40, 60]
    carol.raises_to(40)
    assert game.turn.sizes == [60, 80]
    alice.raises_to(80)
    assert only_size(game) == 120
    bob.raises_to(120)
    assert carol.options == ["fold", "call"], "large or small, they are a bet and three raises"


def test_a_stack_between_the_two_bets_may_go_all_in_on_an_open_pair() -> None:
    """It is half of the larger bet at least, and counts as one (RRoP section 3)."""
    game, (alice, bob, carol) = on_fourth_street(alice_has=30)
    bob.checks()
    carol.checks()
    assert game.turn.sizes == [20, 30]
    alice.bets(30)
    assert only_size(game) == 70


def test_an_open_pair_changes_no_other_street_and_no_other_game() -> None:
    """RRoP section 8, and section 9: in razz an open pair does not change the limit."""
    game, (alice, bob, carol) = on_fourth_street()
    for player in (bob, carol, alice):
        player.checks()
    assert only_size(game) == 40
    for variant in ("F7S/8", "FR"):
        game, _ = on_fourth_street(variant)
        assert only_size(game) == 20


def eight_to_the_end(folding: str = "") -> Game:
    """Eight players check to seventh street; one may fold on sixth."""
    game, _ = stud(*[1_000] * 8)
    while game.hand.street < 4:
        player = Player(game, game.to_act or "")
        if player.name == folding and game.hand.street == 3:
            player.folds()
        elif "bring_in" in player.options:
            player.brings_in()
        elif game.turn.call:
            player.calls()
        else:
            player.checks()
    return game


def test_when_the_deck_has_too_few_for_all_the_last_card_is_one_for_all() -> None:
    """TDA RP-10 and RRoP section 8: a community card.  Who opened sixth street opens (TDA)."""
    game = eight_to_the_end()
    assert len(game.hand.board) == 1
    assert all(len(part.cards) == 2 for part in game.hand.seats if part)
    (dealt,) = game.of(BoardDealt)
    assert dealt.opener == game.hand.opener
    assert only_size(game) == 40
    while game.table.hand is not None:
        Player(game, game.to_act or "").checks()
    assert sum(len(event.shares) for event in game.of(PotAwarded)) >= 1


def test_folded_cards_are_not_dealt_again_in_stud() -> None:
    """TDA RP-10: the muck is never used.  PokerKit shuffles it into the deck."""
    game = eight_to_the_end(folding="alice")
    assert len(game.hand.board) == 1
    assert len(game.hand.deck) == 3


def test_seven_players_get_all_their_cards() -> None:
    game, _ = stud(*[1_000] * 7)
    while game.hand.street < 4:
        player = Player(game, game.to_act or "")
        if "bring_in" in player.options:
            player.brings_in()
        else:
            player.calls() if game.turn.call else player.checks()
    assert not game.hand.board
    assert all(len(part.cards) == 3 for part in game.hand.seats if part)


def test_a_community_card_counts_for_everybody() -> None:
    game = eight_to_the_end()
    shown = []
    while game.table.hand is not None:
        Player(game, game.to_act or "").checks()
        shown += game.of(CardsShown)
    assert shown
    assert all(event.hand for event in shown)


def test_heads_up_the_same_rules_hold() -> None:
    """There is neither a small blind nor a button to speak of."""
    game, (alice, bob) = stud(
        1_000, 1_000, alice="2c3cJd", bob="2h3h5d", board="Ks5s" + "QhQs" + "9h9s" + "8h8s"
    )
    bob.brings_in()
    alice.bets(20)
    bob.calls()
    assert game.to_act == "bob", "king high shows"
    bob.checks()
    alice.checks()
    assert game.hand.street == 2


def test_the_rest_is_dealt_when_nobody_can_bet_any_more_and_all_hands_lie_open() -> None:
    """TDA rule 16: nothing is left to hide, so the last card lies open as well."""
    game, (alice, bob) = stud(24, 24, alice="AsAdKh", bob="KsKd2c")
    bob.brings_in()
    alice.bets(20)
    bob.calls()
    dealt = game.of(HoleCardsDealt)
    assert [event.street for event in dealt] == [1, 2, 3, 4]
    assert not any(any(event.cards) for event in dealt)
    assert len(game.of(CardsShown)) == 2
    assert alice.stack + bob.stack == 48
