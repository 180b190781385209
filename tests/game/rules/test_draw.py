"""Draws: how many cards, in which order, and what is dealt when the deck runs out.

RRoP: Robert's Rules of Poker, whose section 10 is on lowball.  Nobody's own discards come back: no
book has a rule for it, and PokerKit deals them; we do as is usual where cards are dealt by machine.
bob sits left of the button, which is alice's.
"""

from collections.abc import Sequence

import pytest

from pokerws.game.cards import DECK, Card, parse_cards
from pokerws.game.commands import Act, Resume
from pokerws.game.events import CardsDrawn, CardsShown, DeckReshuffled, DrawStarted
from pokerws.game.variants import VARIANTS
from tests.game.script import Game, Player, refused

_HANDS = {"alice": "2s3s4s5s7h", "bob": "2c3c4c5c7d", "carol": "2d3d4d5d8h"}


def at_the_draw(
    variant: str = "F2L3D", board: str = "", stacks: Sequence[int] = (1_000, 1_000, 1_000)
) -> tuple[Game, list[Player]]:
    """All have called; the first draw is bob's."""
    game = Game(variant=variant, seats=7, small_blind=10, big_blind=20)
    players = game.seat(*stacks)
    names = [player.name for player in players]
    game.deal(board, **{name: hand for name, hand in _HANDS.items() if name in names})
    while not game.hand.drawing:
        player = Player(game, game.to_act or "")
        player.calls() if game.turn.call else player.checks()
    return game, players


def test_all_draw_in_turn_from_the_left_of_the_button() -> None:
    game, (alice, bob, carol) = at_the_draw(board="KsKdKcKh")
    (started,) = game.of(DrawStarted)
    assert started.seats == [bob.number, carol.number, alice.number]
    assert (game.to_act, bob.options) == ("bob", ["stand_pat", "discard"])
    bob.discards("7d")
    assert bob.in_hand.cards == ["2c", "3c", "4c", "5c", "Ks"]
    carol.discards("8h2d")
    assert (carol.in_hand.drew, carol.in_hand.cards[-2:]) == (2, ["Kd", "Kc"])
    alice.stands_pat()
    assert alice.in_hand.drew == 0
    assert (game.to_act, game.turn.actions) == ("bob", ["fold", "check", "bet"])


def test_a_player_may_replace_the_whole_hand_at_once() -> None:
    """RRoP section 10 has the fifth card dealt last, which a shuffled deck makes no matter."""
    _, (_, bob, _) = at_the_draw(board="KsKdKcKhQs")
    bob.discards("7d5c4c3c2c")
    assert bob.in_hand.cards == ["Ks", "Kd", "Kc", "Kh", "Qs"]
    assert bob.in_hand.drew == 5


@pytest.mark.parametrize(
    ("cards", "code"),
    [
        ("2s", "not_your_cards"),
        ("7d7d", "not_your_cards"),
        ("7d2s", "not_your_cards"),
        ("??", "not_your_cards"),
        ("", "cards_missing"),
    ],
)
def test_only_own_cards_are_thrown_away_and_each_once(cards: str, code: str) -> None:
    game, (_, bob, _) = at_the_draw()
    with refused(game, code):
        bob.discards(cards)


def test_a_draw_takes_cards_and_no_amount_and_standing_pat_neither() -> None:
    game, (_, bob, carol) = at_the_draw()
    with refused(game, "amount_not_allowed"):
        bob.acts("discard", 1, parse_cards("7d"))
    with refused(game, "amount_not_allowed"):
        bob.acts("stand_pat", 0)
    with refused(game, "cards_not_allowed"):
        bob.acts("stand_pat", cards=parse_cards("7d"))
    with refused(game, "cards_missing"):
        bob.acts("discard")
    for action in ("fold", "check", "call"):
        with refused(game, "illegal_action"):
            bob.acts(action)
    with refused(game, "illegal_action"):
        bob.bets(20)
    with refused(game, "not_your_turn"):
        carol.discards("8h")


def test_nobody_draws_twice_or_late() -> None:
    game, (_, bob, carol) = at_the_draw()
    turn = game.turn.number
    bob.discards("7d")
    with refused(game, "not_your_turn"):
        bob.discards("5c")
    with refused(game, "not_your_turn"):
        game.play(Act(bob.id, turn, "discard", cards=parse_cards("5c")))
    with refused(game, "wrong_turn"):
        game.play(Act(carol.id, turn, "stand_pat"))


def test_a_player_who_is_all_in_draws_too_and_hands_stay_hidden_until_all_have() -> None:
    """TDA rule 16 turns hands up when no decision is left; a draw is one."""
    game, (alice, bob, carol) = at_the_draw(stacks=(1_000, 20, 20), board="6s6d6c")
    assert (bob.stack, carol.stack) == (0, 0)
    for _ in range(3):
        assert not game.of(CardsShown)
        bob.stands_pat()
        carol.stands_pat()
        alice.stands_pat()
    assert game.table.hand is None
    assert len(game.of(CardsShown)) == 3


def test_draws_without_betting_follow_one_another() -> None:
    game, (alice, bob) = at_the_draw(stacks=(20, 1_000), board="6s6d")
    assert game.to_act == "bob"
    bob.discards("7d")
    alice.discards("7h")
    assert game.hand.street == 2
    assert (game.to_act, game.hand.drawing) == ("bob", [bob.number, alice.number])


def test_who_has_folded_draws_nothing() -> None:
    game, (alice, bob, carol) = at_the_draw()
    for player in (bob, carol, alice):
        player.stands_pat()
    bob.bets(20)
    carol.folds()
    alice.calls()
    assert game.hand.drawing == [bob.number, alice.number]


def test_who_lets_the_clock_run_out_stands_pat() -> None:
    game, (_, bob, carol) = at_the_draw()
    held = list(bob.in_hand.cards)
    bob.times_out()
    (drawn,) = game.of(CardsDrawn)
    assert (drawn.auto, drawn.discarded, drawn.drawn) == (True, [], [])
    assert (bob.in_hand.cards, game.to_act) == (held, "carol")
    assert bob.seat.timeouts == 1
    carol.stands_pat()
    assert carol.seat.timeouts == 0


def test_who_is_late_twice_in_a_row_sits_out_and_is_played_for() -> None:
    """A draw is a turn as any other."""
    game, (alice, bob, carol) = at_the_draw()
    bob.times_out()
    carol.stands_pat()
    alice.stands_pat()
    bob.times_out()
    assert bob.seat.sitting_out
    carol.checks()
    alice.checks()
    assert (game.hand.street, game.to_act, bob.in_hand.drew) == (2, "carol", 0)


def test_who_leaves_in_a_draw_stands_pat_and_folds_to_a_bet() -> None:
    game, (alice, bob, carol) = at_the_draw()
    bob.stands()
    assert (bob.in_hand.drew, game.to_act) == (0, "carol")
    alice.stands()
    carol.stands_pat()
    assert (alice.in_hand.drew, game.to_act) == (0, "carol"), "the absent player checks"
    carol.bets(20)
    assert game.table.hand is None
    assert carol.stack == 1_040


def test_a_clock_that_stood_still_in_a_draw_goes_on() -> None:
    game, (_, bob, _) = at_the_draw()
    saved_ms, deadline_ms = game.now_ms, game.turn.deadline_ms
    game.now_ms += 3_600_000
    game.play(Resume(saved_ms, grace_ms=5_000, restart_log=True))
    assert game.turn.deadline_ms == deadline_ms + 3_605_000
    bob.discards("7d")
    assert game.to_act == "carol"


def test_limits_double_after_the_second_of_three_draws() -> None:
    """RRoP section 10: half of the rounds at the smaller bet."""
    game, players = at_the_draw()
    sizes = []
    while game.table.hand is not None:
        player = Player(game, game.to_act or "")
        if game.hand.drawing:
            player.stands_pat()
        else:
            sizes.append(game.turn.max_to)
            player.checks()
    assert sizes == [20] * 3 + [40] * 6
    assert players


@pytest.mark.parametrize(
    ("variant", "draws"),
    [("N5D", 1), ("P5D", 1), ("F5D", 1), ("N2L1D", 1), ("F2L3D", 3), ("FB", 3)],
)
def test_a_game_has_its_number_of_draws(variant: str, draws: int) -> None:
    game = Game(variant=variant, seats=6, small_blind=10, big_blind=20)
    game.seat(1_000, 1_000)
    game.deal()
    started = 0
    while game.table.hand is not None:
        player = Player(game, game.to_act or "")
        if game.hand.drawing:
            player.stands_pat()
        else:
            player.calls() if game.turn.call else player.checks()
        started += len(game.of(DrawStarted))
    assert started == draws


def run_out(*, folding: int = 0) -> Game:
    """Seven players; each throws the whole hand away in the first draw, bob first.

    So many of those after bob fold before it.
    """
    game = Game(variant="F2L3D", seats=7, small_blind=10, big_blind=20)
    game.seat(*[1_000] * 7)
    game.deal()
    gone = 0
    while not game.hand.drawing:
        player = Player(game, game.to_act or "")
        if gone < folding and game.turn.call == 20:
            player.folds()
            gone += 1
        else:
            player.calls() if game.turn.call else player.checks()
    return game


def throws_all(game: Game) -> CardsDrawn:
    """The player whose turn it is throws the whole hand away."""
    player = Player(game, game.to_act or "")
    player.discards("".join(player.in_hand.cards))
    (drawn,) = game.of(CardsDrawn)
    assert isinstance(drawn, CardsDrawn)
    return drawn


def test_the_deck_is_dealt_to_its_end_and_then_what_others_threw_away() -> None:
    game = run_out()
    thrown: list[Card] = []
    for _ in range(3):
        thrown += throws_all(game).discarded
        assert not game.of(DeckReshuffled)
    left = list(game.hand.deck)
    assert len(left) == 2
    drawn = throws_all(game)
    assert game.of(DeckReshuffled)
    assert drawn.drawn[:2] == left
    assert set(drawn.drawn[2:]) < set(thrown)
    assert not set(drawn.drawn) & set(drawn.discarded)


def test_folded_hands_are_dealt_again_and_no_card_is_there_twice() -> None:
    """The deck may run out several times; what was dealt again is not in the muck any more."""
    game = run_out(folding=2)
    folded = {c for part in game.hand.seats if part and part.folded for c in part.cards}
    assert len(folded) == 10
    reshuffled, dealt = 0, set[Card]()
    for _ in range(3):
        while game.hand.drawing:
            dealt |= set(throws_all(game).drawn)
            reshuffled += len(game.of(DeckReshuffled))
            held = [c for part in game.hand.seats if part and not part.folded for c in part.cards]
            assert len(set(held + game.hand.deck)) == len(held) + len(game.hand.deck)
            assert set(held + game.hand.deck) <= set(DECK)
        while game.table.hand and not game.hand.drawing:
            Player(game, game.to_act or "").checks()
        if game.table.hand is None:
            break
    assert reshuffled >= 2
    assert dealt & folded


def test_nobody_is_ever_dealt_a_card_that_he_threw_away() -> None:
    """Not in this draw nor in a later one, whoever had the deck shuffled.  PokerKit deals them."""
    game = run_out()
    thrown: dict[int, set[Card]] = {}
    draws = 0
    while game.table.hand is not None:
        if game.hand.drawing:
            drawn = throws_all(game)
            assert not thrown.setdefault(drawn.seat, set()) & set(drawn.drawn)
            thrown[drawn.seat] |= set(drawn.discarded)
            draws += 1
        else:
            Player(game, game.to_act or "").checks()
    assert draws == 21


def test_a_card_that_one_player_threw_away_is_left_for_the_others() -> None:
    game, (alice, bob, carol) = at_the_draw(stacks=(1_000, 1_000, 1_000))
    for player in (bob, carol, alice):
        player.stands_pat()
    for player in (bob, carol, alice):
        player.checks()
    # As after a reshuffle: bob's seven is the next card.
    game.hand.discards = [[] for _ in game.hand.seats]
    game.hand.discards[bob.number] = parse_cards("9d")
    game.hand.deck.remove(Card("9d"))
    game.hand.deck.insert(0, Card("9d"))
    bob.now_has(bob.stack)
    second = game.hand.deck[1]
    bob.discards("7d")
    assert bob.in_hand.cards[-1] == second
    carol.discards("8h")
    assert carol.in_hand.cards[-1] == "9d"


def test_no_game_has_more_players_than_its_deck_can_serve() -> None:
    """What all hold and one has thrown away leaves a whole draw for that one."""
    for variant in VARIANTS.values():
        draws = [street.draw for street in variant.streets if street.draw]
        if draws:
            held = variant.max_seats * variant.streets[0].down
            assert held + sum(draws) <= len(variant.deck), variant.code


def test_badugi_is_won_by_four_cards_of_four_suits_and_ranks() -> None:
    """RRoP has no badugi; the lowest badugi wins, and any of four cards beats any of three."""
    game = Game(variant="FB", small_blind=10, big_blind=20)
    alice, bob = game.seat(1_000, 1_000)
    game.deal(alice="KsQhJdTc", bob="As2h3d4d")
    while game.table.hand is not None:
        player = Player(game, game.to_act or "")
        if game.hand.drawing:
            player.stands_pat()
        else:
            player.calls() if game.turn.call else player.checks()
    assert (alice.stack, bob.stack) == (1_020, 980)


def test_in_deuce_to_seven_the_ace_is_high_and_straights_lose() -> None:
    """RRoP section 10: 7-5-4-3-2 is best; A-5-4-3-2 is no straight, but an ace high."""
    game = Game(variant="N2L1D", small_blind=10, big_blind=20)
    alice, bob, carol = game.seat(1_000, 1_000, 1_000)
    game.deal(alice="As2h3d4c5s", bob="2s3h4s5d6c", carol="KsQhJd9c8s")
    while game.table.hand is not None:
        player = Player(game, game.to_act or "")
        if game.hand.drawing:
            player.stands_pat()
        else:
            player.calls() if game.turn.call else player.checks()
    assert [p.stack for p in (alice, bob, carol)] == [980, 980, 1_040]
