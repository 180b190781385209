"""Cards: two characters, rank then suit (`As`, `Td`), and the standard deck."""

from typing import NewType

Card = NewType("Card", str)

RANKS = "23456789TJQKA"
SUITS = "cdhs"

# A hidden card, or one that a hand history does not have.
UNKNOWN = Card("??")

DECK: tuple[Card, ...] = tuple(Card(rank + suit) for rank in RANKS for suit in SUITS)

# From the six up, as in short deck hold'em.
SHORT_DECK: tuple[Card, ...] = DECK[RANKS.index("6") * 4 :]

# The three cards of Kuhn poker.
KUHN_DECK: tuple[Card, ...] = (Card("Js"), Card("Qs"), Card("Ks"))

# The index of a card in DECK, rank * 4 + suit: also the card number that phevaluator uses.
CARD_INDEX: dict[Card, int] = {card: index for index, card in enumerate(DECK)}

_CARDS: dict[str, dict[str, Card]] = {
    **{rank: {suit: Card(rank + suit) for suit in SUITS} for rank in RANKS},
    UNKNOWN[0]: {UNKNOWN[1]: UNKNOWN},
}


def parse_cards(text: str) -> list[Card]:
    """Split concatenated cards: `"AsKd"` gives `["As", "Kd"]`; `??` is an unknown card.

    Raises ValueError for anything that is not a whole number of cards.
    """
    try:
        # Looking up two characters is faster than cutting out each card.
        return [_CARDS[rank][suit] for rank, suit in zip(text[::2], text[1::2], strict=True)]
    except (KeyError, ValueError) as error:
        raise ValueError(f"not a card: {error} in {text!r}") from None
