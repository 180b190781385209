"""Errors of the rules: a command that they do not allow, and data that contradicts them."""

from typing import Literal

# Every code that the rules refuse a command with.  The wire protocol has them among its own.
IllegalCode = Literal[
    "already_leaving",
    "already_seated",
    "already_sitting_out",
    "already_so",
    "amount_missing",
    "amount_not_a_size",
    "amount_not_allowed",
    "amount_too_large",
    "amount_too_small",
    "bad_config",
    "buy_in_too_large",
    "buy_in_too_small",
    "cards_missing",
    "cards_not_allowed",
    "illegal_action",
    "in_hand",
    "insufficient_chips",
    "no_chips",
    "no_choice",
    "no_straddles",
    "no_such_seat",
    "not_seated",
    "not_sitting_out",
    "not_so_often",
    "not_your_cards",
    "not_your_choice",
    "not_your_turn",
    "nothing_to_show",
    "seat_taken",
    "table_closed",
    "table_full",
    "unknown_game",
    "wrong_number_of_cards",
    "wrong_turn",
]
# The clock's own commands are refused with this one, which no client sees.
ClockCode = Literal["too_early"]


class Illegal(Exception):
    """A command that the rules do not allow; nothing was changed.

    `code` is stable and part of the protocol; `detail` is a sentence for a person.
    """

    code: str
    detail: str

    def __init__(self, code: IllegalCode | ClockCode, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


class Inconsistent(Exception):
    """A stored event or table contradicts the rules or the table's state."""
