"""Which codes each command can be refused with.

A test reads the same from the server's code, and others get each of these refusals from a server.
"""

from pokerws.messages import (
    REJECT_CODES,
    Act,
    AddChips,
    Ban,
    Chat,
    ChooseGame,
    CloseTable,
    CreateLink,
    CreateTable,
    EndSession,
    GetAccount,
    GetHand,
    GetNotes,
    Hello,
    Kick,
    ListHands,
    ListTables,
    ListWatchers,
    Logout,
    Message,
    Mute,
    MutePlayer,
    Ping,
    React,
    Refill,
    RejectCode,
    RunIt,
    SetNote,
    Show,
    Sit,
    SitIn,
    SitOut,
    Stand,
    Straddle,
    Unban,
    Unmute,
    Unwatch,
    UnwatchLobby,
    Watch,
    WatchLobby,
)

Codes = frozenset[RejectCode]

# Of a frame that is no command.
OF_FRAMES: Codes = frozenset(
    {"not_text", "not_binary", "not_json", "not_msgpack", "not_an_object", "unknown_type"}
)
# Of every command: fields that do not decode, and the rate limits.
OF_ALL: Codes = frozenset(
    {"missing_field", "unknown_field", "wrong_type", "out_of_range", "invalid_value", "too_fast"}
)
# Commands that every role may send.  All others can be `forbidden`.
_WATCHING: list[type[Message]] = [Watch, Unwatch, GetHand, ListHands, ListWatchers]
FOR_ALL_ROLES: frozenset[type[Message]] = frozenset(
    [Hello, Logout, Ping, ListTables, WatchLobby, UnwatchLobby, *_WATCHING]
)

# What names a table that has to be loaded.
_LOADS: Codes = frozenset(
    {
        "unknown_table",
        "table_unavailable",
        "table_quarantined",
        "owned_elsewhere",
        "paused",
        "restarting",
    }
)
# What changes a table.
_CHANGES: Codes = _LOADS | {"id_conflict", "overloaded", "table_closed"}
_BY_SEATED: Codes = _CHANGES | {"not_seated"}
_SANCTIONS: Codes = frozenset({"protected", "sanction_limit", "unknown_player"})

# Of each command's handler.
OF_HANDLERS: dict[type[Message], Codes] = {
    Hello: frozenset(
        {
            "already_greeted",
            "unsupported_protocol",
            "bad_token",
            "token_missing",
            "token_expired",
            "wrong_player",
            "bad_code",
            "guests_only",
            "account_unavailable",
            "logout_unavailable",
            "auth_unavailable",
            "name_missing",
            "bad_name",
            "name_taken",
            "names_unavailable",
            "banned",
        }
    ),
    Logout: frozenset({"logout_unavailable"}),
    GetAccount: frozenset({"bank_unavailable"}),
    Refill: frozenset(
        {"bank_unavailable", "refill_not_due", "chips_at_table", "free_chips_used_up"}
    ),
    CreateTable: frozenset(
        {
            "bad_name",
            "name_taken",
            "bad_config",
            "table_limit",
            "too_many_tables",
            "table_unavailable",
            "restarting",
        }
    ),
    Watch: _LOADS | {"too_many_watched", "too_many_watchers"},
    Unwatch: frozenset({"not_watching"}),
    GetHand: _LOADS | {"unknown_hand", "format_unavailable", "hand_not_over", "log_unavailable"},
    ListHands: frozenset({"unknown_table", "table_quarantined", "paused", "log_unavailable"}),
    Chat: frozenset({"not_watching", "muted", "name_taken"}),
    React: frozenset({"not_watching", "muted", "name_taken"}),
    CreateLink: frozenset({"guests_only", "account_unavailable"}),
    MutePlayer: frozenset({"account_unavailable", "note_limit"}),
    SetNote: frozenset({"account_unavailable", "note_limit"}),
    GetNotes: frozenset({"account_unavailable"}),
    ListWatchers: _LOADS - {"paused"},
    Sit: _CHANGES
    | {
        "bank_unavailable",
        "name_taken",
        "names_unavailable",
        "too_many_tables",
        "kicked",
        "already_seated",
        "seat_taken",
        "no_such_seat",
        "table_full",
        "buy_in_too_small",
        "buy_in_too_large",
        "must_bring_back",
        "insufficient_chips",
        "grant_held",
    },
    AddChips: _BY_SEATED
    | {
        "bank_unavailable",
        "in_hand",
        "amount_too_small",
        "amount_too_large",
        "insufficient_chips",
        "grant_held",
    },
    Stand: _BY_SEATED | {"bank_unavailable", "already_leaving"},
    SitOut: _BY_SEATED | {"already_sitting_out"},
    SitIn: _BY_SEATED | {"not_sitting_out", "no_chips"},
    Act: _BY_SEATED
    | {
        "not_your_turn",
        "wrong_turn",
        "illegal_action",
        "amount_missing",
        "amount_not_allowed",
        "amount_too_small",
        "amount_too_large",
        "amount_not_a_size",
        "cards_missing",
        "cards_not_allowed",
        "not_your_cards",
        "wrong_number_of_cards",
    },
    Show: _CHANGES | {"nothing_to_show"},
    Straddle: _BY_SEATED | {"no_straddles", "already_so"},
    RunIt: _BY_SEATED | {"not_so_often", "already_so"},
    ChooseGame: _BY_SEATED | {"no_choice", "not_your_choice", "unknown_game", "already_so"},
    CloseTable: _CHANGES | {"bank_unavailable"},
    # A closed table has no seats, so that it is refused with `not_seated`.
    Kick: (_BY_SEATED - {"table_closed"}) | _SANCTIONS | {"bank_unavailable"},
    Mute: _SANCTIONS,
    Unmute: _SANCTIONS - {"protected"},
    Ban: _SANCTIONS,
    Unban: _SANCTIONS - {"protected"},
    EndSession: _SANCTIONS | {"logout_unavailable"},
}


def codes_of_all(command: type[Message]) -> Codes:
    """The codes that a command shares with most others."""
    first: Codes = frozenset() if command is Hello else frozenset({"hello_first"})
    role: Codes = frozenset() if command in FOR_ALL_ROLES else frozenset({"forbidden"})
    return OF_ALL | first | role


def codes_of(command: type[Message]) -> tuple[RejectCode, ...]:
    """The codes that a command can be refused with, in the order of the document."""
    codes = codes_of_all(command) | OF_HANDLERS.get(command, frozenset())
    return tuple(code for code in REJECT_CODES if code in codes)
