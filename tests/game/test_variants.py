"""What every entry of VARIANTS has to be, and what an invented one needs nothing else for."""

from collections import Counter

import pytest
from msgspec.structs import replace
from pokerkit import HandHistory

from pokerws.game import variants
from pokerws.game.ranks import evaluator, hand_name
from pokerws.game.variants import MIXES, VARIANTS, Forced, Street, Variant
from pokerws.hand_histories.pokerstars.words import fold_place, street_title

ALL = pytest.mark.parametrize("variant", VARIANTS.values(), ids=VARIANTS)


def held_at_the_end(variant: Variant) -> int:
    """How many cards a player has at the showdown."""
    return sum(street.down + street.up - street.discard for street in variant.streets)


def least_cards_for(variant: Variant) -> int:
    """How many cards a full table needs, where some are dealt to it in every hand."""
    streets = variant.streets
    if variant.forced is Forced.BRING_IN:
        # With too few for all, the last card is dealt to the middle for all.
        streets = streets[:-1]
    dealt = sum(street.down + street.up for street in streets)
    return variant.max_seats * dealt + sum(street.board for street in streets)


@ALL
def test_each_variant_ranks_a_full_hand_and_has_a_name_for_it(variant: Variant) -> None:
    # The lowest cards of a suit and those of another, so that there is a low hand as well.
    deck = sorted(variant.deck, key=lambda card: (card[1], variant.deck.index(card)))
    held = deck[: held_at_the_end(variant)]
    middle = [card for card in deck if card[1] != held[0][1]]
    middle = middle[: sum(street.board for street in variant.streets)]
    for ranking in variant.rankings:
        assert evaluator(ranking, variant.from_hole)(held, middle) is not None
        assert hand_name(ranking, variant.from_hole, held, middle)


@ALL
def test_the_deck_is_enough_for_all_seats_of_a_variant(variant: Variant) -> None:
    assert len(set(variant.deck)) == len(variant.deck)
    assert 2 <= variant.max_seats <= 10
    assert least_cards_for(variant) <= len(variant.deck)


def test_no_two_games_have_the_same_code_or_name() -> None:
    # VARIANTS keeps the last one of a code only.
    codes = Counter([*(variant.code for variant in variants._ALL), *MIXES])
    names = Counter([*(game.name for game in variants._ALL), *(mix.name for mix in MIXES.values())])
    assert max(codes.values()) == max(names.values()) == 1, (codes, names)


def test_the_standard_games_are_those_of_the_hand_history_standard() -> None:
    standard = {variant.code for variant in VARIANTS.values() if variant.standard}
    assert standard == set(HandHistory.game_types)


SHORT_BOARD = (Street("preflop", down=2), Street("turn", board=4), Street("last street", board=1))
LONG_BOARD = (*VARIANTS["NT"].streets, Street("sixth card", board=1))
LONG_STUD = (*VARIANTS["FR"].streets, Street("eighth street", down=1))
FOUR_DRAWS = (*VARIANTS["FB"].streets, Street("fourth draw", draw=4))


@pytest.mark.parametrize(
    ("of", "streets", "title", "place"),
    [
        ("NT", SHORT_BOARD, "LAST STREET", "on Last Street"),
        ("NT", LONG_BOARD, "SIXTH CARD", "on Sixth Card"),
        ("FR", LONG_STUD, "EIGHTH STREET", "on Eighth Street"),
        ("FB", FOUR_DRAWS, "FOURTH DRAW", "on Fourth Draw"),
    ],
)
def test_a_game_with_streets_of_its_own_tells_hand_histories_their_names(
    of: str, streets: tuple[Street, ...], title: str, place: str
) -> None:
    invented = replace(VARIANTS[of], code="X", name="Invented", streets=streets)
    titles = [street_title(invented, street) for street in range(len(streets))]
    places = [fold_place(invented, street) for street in range(len(streets))]
    assert (titles[-1], places[-1]) == (title, place)
    assert len(set(titles)) == len(set(places)) == len(streets)


def test_the_words_for_streets_are_those_of_pokerstars_where_it_has_them() -> None:
    said = {
        code: [
            street_title(VARIANTS[code], street) for street in range(len(VARIANTS[code].streets))
        ]
        for code in ("PO", "FR", "N5D", "FB")
    }
    assert said == {
        "PO": ["HOLE CARDS", "FLOP", "TURN", "RIVER"],
        "FR": ["3rd STREET", "4th STREET", "5th STREET", "6th STREET", "RIVER"],
        "N5D": ["DEALING HANDS", ""],
        "FB": ["DEALING HANDS", "FIRST DRAW", "SECOND DRAW", "THIRD DRAW"],
    }
