"""Refusals of an action, now or ahead."""

from pokerws.game.cards import parse_cards
from pokerws.messages import (
    Act,
    PreAct,
    RejectCode,
)
from pokerws.schema.examples.situations import (
    DRAW,
    LATER_TURN,
    OTHERS_TURN,
    SEATED,
    TABLE,
    TURN,
    Example,
)

OF_ACTIONS: dict[RejectCode, Example] = {
    "not_your_turn": Example(OTHERS_TURN, Act("7", TABLE, 1, "call"), "seat 0 is to act"),
    "wrong_turn": Example(LATER_TURN, Act("7", TABLE, 1, "check"), "the current turn is 2, not 1"),
    "illegal_action": Example(
        TURN, Act("7", TABLE, 1, "check"), "cannot check now, only fold, call, raise"
    ),
    "amount_missing": Example(TURN, Act("7", TABLE, 1, "raise")),
    "amount_not_allowed": Example(TURN, Act("7", TABLE, 1, "call", 100), "call takes no amount"),
    "amount_too_small": Example(
        TURN, Act("7", TABLE, 1, "raise", 150), "150 is less than the minimum, 200"
    ),
    "amount_too_large": Example(
        TURN, Act("7", TABLE, 1, "raise", 50_000), "50000 is more than the maximum, 2000"
    ),
    "amount_not_a_size": Example(
        "a turn on fourth street of seven card stud, where a pair shows",
        Act("7", TABLE, 3, "bet", 150),
        "only 100 or 200 is legal",
    ),
    "cards_missing": Example(DRAW, Act("7", TABLE, 3, "discard")),
    "cards_not_allowed": Example(
        TURN, Act("7", TABLE, 1, "call", cards=parse_cards("As")), "call takes no cards"
    ),
    "not_your_cards": Example(
        DRAW,
        Act("7", TABLE, 3, "discard", cards=parse_cards("7cKh")),
        "discard cards that you hold, each once",
    ),
    "wrong_number_of_cards": Example(
        "a player about to discard in a hand of pineapple, holding As, Kd and Qc",
        Act("7", TABLE, 3, "discard", cards=parse_cards("KdQc")),
        "discard 1 card, not 2",
    ),
    "not_in_hand": Example(
        SEATED, PreAct("7", TABLE, 1, "fold"), "you have nothing to decide in hand 1"
    ),
    "your_turn": Example(TURN, PreAct("7", TABLE, 1, "fold"), "it is your turn"),
    "bet_changed": Example(
        OTHERS_TURN, PreAct("7", TABLE, 1, "check", street=1), "that betting round is over"
    ),
}
