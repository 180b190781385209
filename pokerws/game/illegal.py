"""Exceptions of the core: illegal commands, and inconsistent data."""

from typing import Literal

# The codes of all refusals by the rules.  They are a part of the wire protocol's reject codes.
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
    "must_bring_back",
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
# The code of a `TimeUp` before the deadline.  No client sees it.
ClockCode = Literal["too_early"]


class Illegal(Exception):
    """A command that the rules do not allow; nothing was changed.

    `code` is stable and part of the protocol; `detail` is the text for people.
    """

    code: str
    detail: str

    def __init__(self, code: IllegalCode | ClockCode, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


class Inconsistent(Exception):
    """A stored event or table contradicts the rules or the table's state."""
