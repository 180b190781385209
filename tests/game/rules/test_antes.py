"""Antes: before or after the blinds, uneven ones, and all-in for one.

TDA: the rules of the Poker Tournament Directors Association, 2024, with its recommended procedures
(RP); RP-11 is on the ante of the big blind.  `test_pots.py` has who can win which antes.
"""

import pytest

from pokerws.game.apply import apply
from pokerws.game.events import AntePosted, BlindPosted, PotAwarded
from pokerws.game.hand import Ante, Blind, Deal, deal_hand
from pokerws.game.next_hand import next_variant, positions_for
from tests.game.script import Game, Player, chips


def posted(game: Game) -> list[tuple[str, int]]:
    """Antes and blinds in the order in which they were posted."""
    return [
        (game.name_of(event.seat), event.amount)
        for event in game.events
        if isinstance(event, AntePosted | BlindPosted) and event.amount
    ]


def test_antes_of_all_come_before_the_blinds() -> None:
    game = Game(ante=10)
    game.seat(1_000, 1_000, 1_000)
    game.deal()
    assert posted(game) == [("bob", 10), ("carol", 10), ("alice", 10), ("bob", 50), ("carol", 100)]


@pytest.mark.parametrize(
    ("stack", "expected"), [(1_000, [100, 100]), (150, [100, 50]), (100, [100]), (60, [60])]
)
def test_a_short_big_blind_posts_the_blind_before_the_ante_for_all(
    stack: int, expected: list[int]
) -> None:
    """TDA RP-11 of 2024: big blind first.  PokerKit, as the rule of 2019, takes the ante first."""
    game = Game(ante=100, ante_kind="big_blind")
    _, _, carol = game.seat(1_000, 1_000, stack)
    game.deal()
    assert [amount for name, amount in posted(game) if name == "carol"] == expected
    assert carol.in_hand.bet == expected[0]
    assert game.turn.call == 100


def test_the_ante_of_the_big_blind_is_the_same_for_any_number_of_players() -> None:
    """TDA RP-11: it is not reduced."""
    for players in (2, 3, 6):
        game = Game(ante=100, ante_kind="big_blind")
        game.seat(*[1_000] * players)
        game.deal()
        assert sum(e.amount for e in game.of(AntePosted)) == 100


def test_who_is_all_in_for_less_can_win_the_whole_ante_of_the_big_blind() -> None:
    """It is dead money of the main pot."""
    game = Game(ante=100, ante_kind="big_blind")
    alice, bob, carol = game.seat(30, 1_000, 1_000)
    game.deal("2c3d4h9sTs", alice="AsAh", bob="KsKh", carol="QsQh")
    alice.calls()
    bob.calls()
    carol.checks()
    while game.to_act is not None:
        Player(game, game.to_act).checks()
    assert alice.stack == 30 * 3 + 100
    assert [event.shares[0].amount for event in game.of(PotAwarded)] == [140, 190]


def test_uneven_antes_are_matched_like_bets() -> None:
    """What nobody else pays is not taken, and who pays less can win less."""
    game = Game()
    alice, bob, carol = game.seat(1_000, 1_000, 1_000)
    variant = next_variant(game.table)
    positions = positions_for(game.table, variant)
    antes = [Ante(0, 25, dead=False), Ante(1, 10, dead=False), Ante(2, 90, dead=False)]
    blinds = [Blind(1, 50, "small"), Blind(2, 100, "big")]
    deal = Deal(variant, positions, antes, blinds, 100, list(variant.deck))
    before = chips(game.table)
    game.events = deal_hand(game.table, deal)
    for event in game.events:
        apply(game.table, event)
    assert [event.amount for event in game.of(AntePosted)] == [25, 10, 25]
    assert [p.in_hand.in_pots for p in (alice, bob, carol)] == [25, 10, 25]
    assert chips(game.table) == before == 3_000


def test_all_are_all_in_for_the_ante_and_nobody_has_anything_for_a_blind() -> None:
    game = Game(ante=100)
    alice, bob, carol = game.seat(100, 100, 80)
    game.deal("2c3d4h9sTs", alice="AsAh", bob="KsKh", carol="QsQh")
    assert [event.amount for event in game.of(BlindPosted)] == [0, 0]
    assert game.table.hand is None
    assert [p.stack for p in (alice, bob, carol)] == [280, 0, 0]


def test_a_blind_that_the_ante_left_nothing_for_still_has_to_be_matched() -> None:
    """Robert's Rules of Poker, section 4: the bets stay what they are."""
    game = Game(ante=20)
    _, _, carol, _ = game.seat(1_000, 1_000, 20, 1_000)
    game.deal()
    assert carol.stack == 0
    assert (game.to_act, game.turn.call) == ("dave", 100)
