"""The page names hands, and finds the cards that count, as the server's rules do."""

import json
import random
from collections.abc import Iterator

from pokerws.game.cards import DECK, SHORT_DECK, Card
from pokerws.game.ranks import evaluator, hand_class, hand_name
from pokerws.game.variants import VARIANTS, Ranking
from tests.node_programs import FOLDER, run

HANDS_PER_GAME = 1_200
Deal = tuple[Ranking, int, list[Card], list[Card]]

# By ranking and the cards from the hand that count: how many are held, and the boards.
GAMES: dict[tuple[Ranking, int], list[tuple[int, tuple[int, ...]]]] = {
    (Ranking.HIGH, 0): [(2, (3, 4, 5)), (5, (0,)), (7, (0,)), (3, (3, 4))],
    (Ranking.HIGH, 2): [(4, (5,)), (5, (5,)), (6, (5,))],
    (Ranking.SHORT_DECK, 0): [(2, (3, 4, 5))],
    (Ranking.ACE_TO_FIVE, 0): [(5, (0,)), (7, (0,))],
    (Ranking.EIGHT_OR_BETTER, 0): [(7, (0,))],
    (Ranking.EIGHT_OR_BETTER, 2): [(4, (5,)), (5, (5,))],
    (Ranking.DEUCE_TO_SEVEN, 0): [(5, (0,))],
    (Ranking.BADUGI, 0): [(4, (0,))],
    (Ranking.HIGH_CARD, 0): [(1, (0,))],
}


def deals() -> Iterator[Deal]:
    """Random hands; half of them are from few ranks, or from two suits, so that all kinds come."""
    chance = random.Random(19)
    for (ranking, from_hole), holdings in GAMES.items():
        deck = SHORT_DECK if ranking is Ranking.SHORT_DECK else DECK
        for number in range(HANDS_PER_GAME):
            held, boards = holdings[number % len(holdings)]
            board = chance.choice(boards)
            ranks = chance.sample(sorted({card[0] for card in deck}), chance.choice((5, 6, 7, 9)))
            suits = chance.sample("cdhs", chance.choice((1, 2, 4)))
            some = [card for card in deck if card[0] in ranks and card[1] in suits]
            enough = number % 2 and len(some) >= held + board
            cards = chance.sample(some if enough else list(deck), held + board)
            yield ranking, from_hole, cards[:held], cards[held:]


async def test_hands_are_named_as_by_the_server() -> None:
    dealt = list(deals())
    given = "\n".join(json.dumps(deal) for deal in dealt)
    lines = (await run("node", FOLDER / "ranks.mjs", given=given)).splitlines()
    kinds = set()
    for (ranking, from_hole, hole, board), line in zip(dealt, lines, strict=True):
        strength = evaluator(ranking, from_hole)(hole, board)
        found = json.loads(line)
        if strength is None:
            assert found is None, (ranking, hole, board)
            continue
        kind, ranks = hand_class(ranking, strength)
        name = hand_name(ranking, from_hole, hole, board)
        assert found[:3] == [kind, ranks, name], (ranking, hole, board)
        counted = found[3]
        assert set(counted) <= {*hole, *board}
        if ranking is not Ranking.BADUGI:
            # Without the other cards, the hand is the same.
            alone = evaluator(ranking, 0)(counted, [])
            assert alone == strength, (ranking, hole, board)
        if from_hole:
            assert len({*counted} & {*hole}) == from_hole
        kinds.add((ranking, kind))
    assert len(kinds) == 35, "all kinds of hands were among them"


def test_every_game_is_compared() -> None:
    played = {(each, game.from_hole) for game in VARIANTS.values() for each in game.rankings}
    assert played == set(GAMES)
