"""Exceptions of the core: illegal commands with their data, and inconsistent data."""

from typing import Literal

from msgspec import Struct

# The codes of all refusals by the rules.  They are a part of the wire protocol's reject codes.
IllegalCode = Literal[
    "already_banned",
    "already_leaving",
    "already_paused",
    "already_requested",
    "already_seated",
    "already_sitting_out",
    "already_so",
    "already_waiting",
    "amount_missing",
    "amount_not_a_size",
    "amount_not_allowed",
    "amount_too_large",
    "amount_too_small",
    "bad_config",
    "bot_limit",
    "banned_from_table",
    "bet_changed",
    "buy_in_too_large",
    "buy_in_too_small",
    "cannot_change",
    "cards_missing",
    "cards_not_allowed",
    "host_gives_chips",
    "illegal_action",
    "in_hand",
    "insufficient_chips",
    "list_full",
    "must_bring_back",
    "no_bomb_pots",
    "no_bank",
    "no_auto_chips",
    "no_blind_owed",
    "no_blinds",
    "no_chips",
    "no_choice",
    "no_plan",
    "no_straddles",
    "no_such_bot",
    "no_such_seat",
    "no_time_bank",
    "not_host",
    "not_banned",
    "not_paused",
    "not_requested",
    "no_waiting_list",
    "not_in_hand",
    "not_seated",
    "not_sitting_out",
    "not_waiting",
    "not_so_often",
    "not_unlisted",
    "not_your_cards",
    "not_your_choice",
    "not_your_turn",
    "nothing_to_hunt",
    "not_yourself",
    "nothing_to_show",
    "seat_free",
    "seat_reserved",
    "seat_taken",
    "stakes_too_high",
    "table_closed",
    "table_full",
    "unknown_game",
    "waiting_list_full",
    "wrong_number_of_cards",
    "wrong_turn",
    "your_turn",
]
# The code of a `TimeUp` before the deadline.  No client sees it.
ClockCode = Literal["too_early"]

# Whose limit was reached.
Scope = Literal["connection", "player", "address", "table", "server"]
# What a rate limit counts.
Counts = Literal[
    "commands", "chat", "tables", "reads", "seats", "connections", "newcomers", "renames"
]


class Details(Struct, frozen=True, omit_defaults=True):
    """What a program needs to know of a refusal, beside its code.

    A field means the same with every code, and is absent where it does not apply.  `min` and `max`
    bound the value of `field`: a number itself, the length of a text, or the entries of a list.
    `limit` is how many there may be at a time, or within `over_ms`.
    """

    field: str | None = None
    min: int | None = None
    max: int | None = None
    sizes: tuple[int, ...] = ()
    choices: tuple[str, ...] = ()
    limit: int | None = None
    over_ms: int | None = None
    # A `Scope` and `Counts`.  A client accepts any text, since a newer server may have more.
    scope: str | None = None
    counts: str | None = None
    remaining: int | None = None
    needed: int | None = None
    available: int | None = None
    at_tables: int | None = None
    turn: int | None = None
    seat: int | None = None
    server: str | None = None


class Illegal(Exception):
    """A command that the rules do not allow; nothing was changed.

    `code` is stable and part of the protocol; `detail` is the text for people, and `details` is
    the same as data.  `retry_after_ms` is how long to wait before the same command can succeed, if
    that is known.
    """

    code: str
    detail: str
    details: Details | None
    retry_after_ms: int | None

    def __init__(
        self,
        code: IllegalCode | ClockCode,
        detail: str,
        details: Details | None = None,
        *,
        retry_after_ms: int | None = None,
    ) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.details = details
        self.retry_after_ms = retry_after_ms


class Inconsistent(Exception):
    """A stored event or table contradicts the rules or the table's state."""
