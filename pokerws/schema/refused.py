"""Which codes each command can be refused with.

A test reads the same from the server's code, and others get each of these refusals from a server.
"""

from pokerws.messages import (
    REJECT_CODES,
    Act,
    AddBot,
    AddChips,
    ApproveSeat,
    AutoChips,
    AutoMuck,
    Ban,
    ChangeTable,
    Chat,
    ChooseGame,
    CloseTable,
    CreateLink,
    CreateTable,
    DenySeat,
    EndSession,
    GetAccount,
    GetHand,
    GetLedger,
    GetLink,
    GetNotes,
    GetStats,
    GiveChips,
    HandOver,
    Hello,
    HostBan,
    HostKick,
    HostMute,
    HostUnban,
    JoinWaitingList,
    Kick,
    LeaveWaitingList,
    ListHands,
    ListTables,
    ListWatchers,
    Logout,
    Message,
    Mute,
    MutePlayer,
    PauseTable,
    Ping,
    PostBlind,
    PreAct,
    QuickSeat,
    RabbitHunt,
    React,
    Refill,
    RejectCode,
    RemoveBot,
    RenewLink,
    ResumeTable,
    RunIt,
    SetNote,
    Show,
    Sit,
    SitIn,
    SitOut,
    Stand,
    Stay,
    Straddle,
    TakeChips,
    Unban,
    Unmute,
    Unwatch,
    UnwatchLobby,
    UseTimeBank,
    VoteBombPot,
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
# Of every command about a table that another server of a cluster has: that one does not answer, or
# too much waits for its answers.
ELSEWHERE: Codes = frozenset({"table_unavailable", "overloaded"})
# Commands that every role may send.  All others can be `forbidden`.
_WATCHING: list[type[Message]] = [Watch, Unwatch, GetHand, ListHands, ListWatchers]
FOR_ALL_ROLES: frozenset[type[Message]] = frozenset(
    [Hello, Logout, Ping, ListTables, WatchLobby, UnwatchLobby, GetLedger, GetStats, *_WATCHING]
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
_HOSTED: Codes = _CHANGES | {"not_host"}
_BANK: Codes = _HOSTED | {
    "bank_unavailable",
    "no_bank",
    "not_seated",
    "in_hand",
    "amount_too_small",
    "amount_too_large",
}
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
    GetLedger: _LOADS | {"bank_unavailable", "forbidden"},
    GetStats: frozenset(
        {"forbidden", "unknown_table", "table_quarantined", "paused", "log_unavailable"}
    ),
    ListHands: frozenset({"unknown_table", "table_quarantined", "paused", "log_unavailable"}),
    Chat: frozenset({"not_watching", "muted", "muted_by_host", "name_taken"}),
    React: frozenset({"not_watching", "muted", "muted_by_host", "name_taken"}),
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
        "seat_reserved",
        "no_such_seat",
        "table_full",
        "seat_soon",
        "buy_in_too_small",
        "buy_in_too_large",
        "must_bring_back",
        "insufficient_chips",
        "grant_held",
        "banned_from_table",
        "already_requested",
        "list_full",
    },
    AddChips: _BY_SEATED
    | {
        "host_gives_chips",
        "bank_unavailable",
        "in_hand",
        "amount_too_small",
        "amount_too_large",
        "insufficient_chips",
        "grant_held",
    },
    Stand: _BY_SEATED | {"bank_unavailable", "already_leaving", "no_blinds", "already_so"},
    SitOut: _BY_SEATED | {"already_sitting_out", "no_blinds", "already_so"},
    Stay: _BY_SEATED | {"no_plan"},
    PostBlind: _BY_SEATED | {"no_blinds", "no_blind_owed", "already_so"},
    AutoChips: _BY_SEATED
    | {"host_gives_chips", "no_auto_chips", "amount_too_small", "amount_too_large", "already_so"},
    JoinWaitingList: _CHANGES
    | {
        "no_waiting_list",
        "already_seated",
        "already_waiting",
        "seat_free",
        "waiting_list_full",
        "kicked",
        "banned_from_table",
        "name_taken",
    },
    LeaveWaitingList: _CHANGES | {"not_waiting"},
    QuickSeat: frozenset({"no_table_free", "too_many_tables", "table_unavailable"}),
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
    PreAct: _LOADS
    | {
        "table_closed",
        "not_seated",
        "not_in_hand",
        "already_leaving",
        "already_sitting_out",
        "your_turn",
        "bet_changed",
        "illegal_action",
        "amount_missing",
        "amount_not_allowed",
        "amount_too_small",
        "amount_too_large",
        "amount_not_a_size",
    },
    Show: _CHANGES | {"nothing_to_show", "not_your_cards"},
    Straddle: _BY_SEATED | {"no_straddles", "already_so"},
    RunIt: _BY_SEATED | {"not_so_often", "already_so"},
    VoteBombPot: _BY_SEATED | {"no_bomb_pots", "already_so"},
    RabbitHunt: _CHANGES | {"nothing_to_hunt", "already_so"},
    AutoMuck: _BY_SEATED | {"already_so"},
    ChooseGame: _BY_SEATED | {"no_choice", "not_your_choice", "unknown_game", "already_so"},
    UseTimeBank: _BY_SEATED | {"not_your_turn", "wrong_turn", "no_time_bank", "already_so"},
    AddBot: _CHANGES | {"not_host", "bot_limit", "already_so"},
    RemoveBot: _CHANGES | {"not_host", "no_such_bot", "bank_unavailable"},
    CloseTable: _HOSTED | {"bank_unavailable"},
    HostKick: _HOSTED | {"bank_unavailable", "not_yourself", "not_seated", "already_leaving"},
    HostBan: _HOSTED | {"bank_unavailable", "not_yourself", "already_banned", "list_full"},
    HostUnban: _HOSTED | {"not_banned"},
    HostMute: _HOSTED | {"not_yourself", "already_so", "list_full"},
    PauseTable: _HOSTED | {"already_paused"},
    ResumeTable: _HOSTED | {"not_paused"},
    ChangeTable: _HOSTED | {"already_so", "cannot_change", "bad_config", "stakes_too_high"},
    HandOver: _HOSTED | {"already_so", "not_seated"},
    GetLink: _LOADS | {"not_host", "not_unlisted"},
    RenewLink: _HOSTED | {"not_unlisted"},
    ApproveSeat: _HOSTED | {"not_requested", "list_full"},
    DenySeat: _HOSTED | {"not_requested"},
    GiveChips: _BANK,
    TakeChips: _BANK,
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


def codes_from_elsewhere(command: type[Message]) -> Codes:
    """The codes of a command about a table that another server of a cluster has."""
    return ELSEWHERE if "table" in command.__struct_fields__ else frozenset()


def codes_of(command: type[Message]) -> tuple[RejectCode, ...]:
    """The codes that a command can be refused with, in the order of the document."""
    own = OF_HANDLERS.get(command, frozenset())
    codes = codes_of_all(command) | own | codes_from_elsewhere(command)
    return tuple(code for code in REJECT_CODES if code in codes)
