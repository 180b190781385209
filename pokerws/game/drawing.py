"""Draws and discards: turns, legal actions and replacement cards.

All players in the hand draw, from the left of the button, also those who are all-in.  A player may
replace any number of cards, or stand pat.  In pineapple each player discards one card and gets no
replacement.

When the deck runs out, folded cards and the discards of other players are shuffled, and dealt after
the rest of the deck.  No player is dealt a card that he or she discarded in this hand: such a card
is left for the others.  The rulebooks have no rule for this case.  With this one, cards that nobody
has seen are dealt before cards that somebody has.
"""

from collections.abc import Sequence

from pokerws.game.betting.actions import hand_seat, taken_seat
from pokerws.game.cards import RANKS, UNKNOWN, Card
from pokerws.game.commands import Act
from pokerws.game.config.turn_time import turn_time_ms
from pokerws.game.counted import counted
from pokerws.game.deal import Shuffle
from pokerws.game.events import CardsDrawn, DeckReshuffled, TableEvent
from pokerws.game.illegal import Details, Illegal, Inconsistent
from pokerws.game.state import Hand, Table, Turn
from pokerws.game.variants import VARIANTS


def still_to_discard(hand: Hand, live: list[int]) -> list[int]:
    """The seats that must still discard after the betting round of a street with a discard."""
    streets = VARIANTS[hand.variant].streets[: hand.street + 1]
    keep = sum(street.down - street.discard for street in streets)
    return [number for number in live if len(hand_seat(hand, number).cards) > keep]


def draw_turn(table: Table, hand: Hand, now_ms: int) -> Turn:
    """The turn of the seat that draws or discards next."""
    number = hand.drawing[0]
    street = VARIANTS[hand.variant].streets[hand.street]
    least, most = street.discard, street.discard or street.draw
    return Turn(
        number,
        table.turns + 1,
        ["discard"] if least else ["stand_pat", "discard"],
        0,
        0,
        0,
        now_ms,
        now_ms + turn_time_ms(table.config, hand.street),
        discard_min=least,
        discard_max=min(most, len(hand_seat(hand, number).cards)),
    )


def draw(table: Table, hand: Hand, turn: Turn, command: Act, shuffle: Shuffle) -> list[TableEvent]:
    """The events of a draw, a discard or standing pat.  Raises Illegal."""
    if command.action not in turn.actions:
        raise Illegal(
            "illegal_action",
            f"cannot {command.action} now, only {' or '.join(turn.actions)}",
            Details(field="action", choices=tuple(turn.actions)),
        )
    if command.amount is not None:
        text = f"{command.action} takes no amount"
        raise Illegal("amount_not_allowed", text, Details(field="amount"))
    discarded = command.cards
    if command.action == "stand_pat":
        if discarded is not None:
            raise Illegal("cards_not_allowed", "stand_pat takes no cards", Details(field="cards"))
        return [_drawn(table, hand, turn.seat, [], [])]
    if not discarded:
        raise Illegal("cards_missing", "a discard needs cards", _legal(turn))
    _check_discarded(hand, turn, discarded)
    if turn.discard_min:
        return [_drawn(table, hand, turn.seat, discarded, [])]
    events: list[TableEvent] = []
    own = hand.discards[turn.seat] if hand.discards else []
    drawn = _not_of(hand.deck, own)[: len(discarded)]
    if len(drawn) < len(discarded):
        deck = hand.deck + shuffle(_muck(hand))
        events.append(DeckReshuffled(deck, hand.street, turn.seat))
        drawn = _not_of(deck, own)[: len(discarded)]
    if len(drawn) < len(discarded):
        raise Inconsistent("the deck has too few cards for the players of this variant")
    events.append(_drawn(table, hand, turn.seat, discarded, drawn))
    return events


def _legal(turn: Turn) -> Details:
    """The legal numbers of cards of a discard."""
    return Details(field="cards", min=turn.discard_min or 1, max=turn.discard_max)


def _check_discarded(hand: Hand, turn: Turn, discarded: list[Card]) -> None:
    held = hand_seat(hand, turn.seat).cards
    if len(set(discarded)) < len(discarded) or not set(discarded) <= set(held):
        text = "discard cards that you hold, each once"
        raise Illegal("not_your_cards", text, Details(field="cards"))
    if not turn.discard_min <= len(discarded) <= turn.discard_max:
        raise Illegal(
            "wrong_number_of_cards",
            f"discard {_span(turn.discard_min or 1, turn.discard_max)}, not {len(discarded)}",
            _legal(turn),
        )


def _span(least: int, most: int) -> str:
    return f"{least} to {most} cards" if least < most else counted(most, "card")


def _not_of(cards: Sequence[Card], those: Sequence[Card]) -> list[Card]:
    return [card for card in cards if card not in those or card == UNKNOWN]


def _muck(hand: Hand) -> list[Card]:
    """The cards that are neither held nor in the deck: folded or discarded."""
    held = [
        card
        for part in hand.seats
        if part is not None and not part.folded
        for card in (*part.cards, *part.up)
    ]
    return _not_of(VARIANTS[hand.variant].deck, [*held, *hand.deck])


def draw_for_absent(table: Table, hand: Hand, turn: Turn) -> CardsDrawn:
    """The action of an absent player: stand pat, or discard the lowest cards if forced."""
    cards = hand_seat(hand, turn.seat).cards
    lowest = sorted(cards, key=lambda card: RANKS.find(card[0]))[: turn.discard_min]
    return _drawn(table, hand, turn.seat, lowest, [], auto=True)


def _drawn(
    table: Table,
    hand: Hand,
    number: int,
    discarded: list[Card],
    drawn: list[Card],
    *,
    auto: bool = False,
) -> CardsDrawn:
    player = taken_seat(table, number).player
    return CardsDrawn(number, player, discarded, drawn, auto, hand.street)
