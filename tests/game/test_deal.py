"""The shuffle: every order of the cards is equally likely."""

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import permutations, product
from random import Random

from pokerws.game.cards import DECK, Card
from pokerws.game.deal import shuffler

CARDS = [Card(card) for card in ("As", "Kd", "Qh", "Jc")]


def bytes_of(values: Iterator[int]) -> Callable[[int], bytes]:
    """Gives the values, and then zeros, which are drawn ahead and not used."""
    return lambda count: bytes(next(values, 0) for _ in range(count))


def test_a_shuffled_deck_has_the_same_cards_and_leaves_the_old_one_alone() -> None:
    deck = list(DECK)
    shuffled = shuffler(Random(3).randbytes)(deck)
    assert sorted(shuffled) == sorted(DECK)
    assert shuffled != deck == list(DECK)


def test_every_order_comes_from_equally_many_draws() -> None:
    """All draws for three cards: of the 256 values of a byte, 255 choose among three."""
    orders: Counter[tuple[Card, ...]] = Counter()
    for first, second in product(range(255), range(256)):
        orders[tuple(shuffler(bytes_of(iter((first, second))))(CARDS[:3]))] += 1
    assert orders == dict.fromkeys(permutations(CARDS[:3]), 255 * 256 // 6)


def test_a_byte_that_would_favour_some_cards_is_drawn_again() -> None:
    """The byte 255 is left over when 255 values are shared out among three cards."""
    plain = shuffler(bytes_of(iter((7, 1))))(CARDS[:3])
    assert shuffler(bytes_of(iter((255, 255, 7, 1))))(CARDS[:3]) == plain


def test_all_orders_of_four_cards_come_equally_often() -> None:
    """Chi-square with 23 degrees of freedom: above 49.7 once in a thousand fair shuffles."""
    shuffle = shuffler(Random(2024).randbytes)
    count = 24 * 1_000
    orders = Counter(tuple(shuffle(CARDS)) for _ in range(count))
    assert len(orders) == 24
    assert sum((seen - 1_000) ** 2 / 1_000 for seen in orders.values()) < 49.7


def test_each_card_of_a_deck_comes_to_each_place_equally_often() -> None:
    """Chi-square with 51 degrees of freedom for each card; 102.7 is passed once in 25,000 times."""
    shuffle = shuffler(Random(5).randbytes)
    count = 52 * 40
    places: Counter[tuple[Card, int]] = Counter()
    for _ in range(count):
        places.update((card, place) for place, card in enumerate(shuffle(DECK)))
    for card in DECK:
        deviation = sum((places[card, place] - 40) ** 2 / 40 for place in range(52))
        assert deviation < 102.7
