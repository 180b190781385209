"""The codes of refusals, close frames and notices, with their meanings.

The protocol document and the clients are generated from these tables.
"""

from enum import IntEnum
from typing import Literal, NamedTuple

from pokerws.game.illegal import IllegalCode


class CloseCode(IntEnum):
    """Close codes that the server sends, in addition to the standard ones of WebSocket."""

    RESTARTING = 1012
    BAD_MESSAGES = 4400
    TOKEN_EXPIRED = 4401
    LOGGED_OUT = 4403
    HELLO_TIMEOUT = 4408
    MOVED = 4409
    TOO_SLOW = 4413
    BANNED = 4423
    TOO_FAST = 4429
    TOO_MANY_CONNECTIONS = 4430


class Closing(NamedTuple):
    """Why a connection was closed, what the client should do, and whether it should reconnect.

    If `reconnect` is false, reconnecting without a change would lead to the same result.
    """

    meaning: str
    advice: str
    reconnect: bool = False


# What a client can do about a refusal.  Each code has one.
Category = Literal["invalid", "identity", "forbidden", "not_found", "rules", "limit", "unavailable"]
CATEGORIES: dict[Category, str] = {
    "invalid": "the message can never be accepted as it is: correct the client, or what was typed",
    "identity": "the player is not known: get another token, or ask for another name",
    "forbidden": "the player may not do this: tell the player; the role, or the sanction that ends "
    "at `until_ms`, decides",
    "not_found": "what the command names is not there, or no longer: forget it",
    "rules": "the table does not allow it as it stands: look at the latest state and choose again; "
    "`details` has what is legal",
    "limit": "a limit is reached: wait for `retry_after_ms`, or give something up",
    "unavailable": "the server cannot do it now: send it again, after a pause that grows",
}


class Reason(NamedTuple):
    """What a reject code means, and whether the same command may succeed later."""

    category: Category
    meaning: str
    retryable: bool = False


# Codes of refusals that are not about the rules.
ServerCode = Literal[
    "not_text",
    "not_binary",
    "not_json",
    "not_msgpack",
    "not_an_object",
    "unknown_type",
    "missing_field",
    "unknown_field",
    "wrong_type",
    "out_of_range",
    "invalid_value",
    "id_conflict",
    "hello_first",
    "already_greeted",
    "unsupported_protocol",
    "bad_token",
    "token_missing",
    "token_expired",
    "wrong_player",
    "bad_code",
    "guests_only",
    "account_unavailable",
    "note_limit",
    "auth_unavailable",
    "forbidden",
    "name_missing",
    "bad_name",
    "name_taken",
    "names_unavailable",
    "logout_unavailable",
    "restarting",
    "overloaded",
    "paused",
    "too_fast",
    "unknown_table",
    "table_unavailable",
    "table_quarantined",
    "owned_elsewhere",
    "table_limit",
    "too_many_watched",
    "too_many_watchers",
    "unknown_hand",
    "format_unavailable",
    "hand_not_over",
    "log_unavailable",
    "not_watching",
    "seat_soon",
    "too_many_tables",
    "bank_unavailable",
    "refill_not_due",
    "chips_at_table",
    "free_chips_used_up",
    "grant_held",
    "banned",
    "muted",
    "muted_by_host",
    "kicked",
    "no_table_free",
    "unknown_player",
    "protected",
    "sanction_limit",
]
RejectCode = IllegalCode | ServerCode

REJECT_CODES: dict[RejectCode, Reason] = {
    # The message.
    "not_text": Reason("invalid", "a binary frame; send JSON in text frames"),
    "not_binary": Reason("invalid", "a text frame; send MessagePack in binary frames"),
    "not_json": Reason("invalid", "the frame is not JSON in UTF-8"),
    "not_msgpack": Reason("invalid", "the frame is not MessagePack"),
    "not_an_object": Reason("invalid", "the message is not an object"),
    "unknown_type": Reason("invalid", "`type` is missing or names no message"),
    "missing_field": Reason("invalid", "a field that the message needs is missing"),
    "unknown_field": Reason("invalid", "the message has no such field"),
    "wrong_type": Reason("invalid", "a field has the wrong type, such as a number with a fraction"),
    "out_of_range": Reason(
        "invalid", "a number is too small or too large, or a text too short or too long"
    ),
    "invalid_value": Reason("invalid", "a field has a value that is not allowed"),
    "id_conflict": Reason(
        "invalid", "another command of the player to this table had the same `id`"
    ),
    # The session.
    "hello_first": Reason("invalid", "the first message must be `hello`"),
    "already_greeted": Reason("invalid", "`hello` was already accepted on this connection"),
    "unsupported_protocol": Reason(
        "invalid", "the server does not support this version of the protocol"
    ),
    "bad_token": Reason("identity", "the token is not valid on this server"),
    "token_missing": Reason("identity", "this server requires a token"),
    "token_expired": Reason("identity", "the token has expired; get a new one"),
    "wrong_player": Reason(
        "identity", "a token can be renewed only with another token of the same player"
    ),
    "bad_code": Reason(
        "identity", "the code is wrong, has expired, or was used before; ask for a new link"
    ),
    "guests_only": Reason(
        "forbidden", "links to other devices are for guests; sign in there with a token"
    ),
    "account_unavailable": Reason(
        "unavailable",
        "what is kept with the account cannot be reached, because the database is unavailable",
        retryable=True,
    ),
    "note_limit": Reason("limit", "the player has the maximum number of notes and mutes"),
    "auth_unavailable": Reason(
        "unavailable", "the keys for verifying tokens are unavailable", retryable=True
    ),
    "forbidden": Reason("forbidden", "the player's role does not allow this"),
    "name_missing": Reason("identity", "`hello` needs a name or a token"),
    "bad_name": Reason(
        "identity",
        "the name is too long, or has invisible characters or spaces at its ends; `message` says "
        "what is wrong",
    ),
    "name_taken": Reason("identity", "the name, or one that looks like it, is taken or reserved"),
    "names_unavailable": Reason(
        "unavailable",
        "names cannot be checked, because the database is unavailable",
        retryable=True,
    ),
    "logout_unavailable": Reason(
        "unavailable",
        "the logout cannot be stored, because the database is unavailable",
        retryable=True,
    ),
    "restarting": Reason("unavailable", "the server is shutting down", retryable=True),
    "overloaded": Reason("unavailable", "too many changes wait for the database", retryable=True),
    "paused": Reason(
        "unavailable",
        "the table is paused: the database is unavailable, or an operator has stopped the table",
        retryable=True,
    ),
    "too_fast": Reason(
        "limit",
        "a rate limit is exceeded; try again after `retry_after_ms`",
        retryable=True,
    ),
    # Tables.
    "unknown_table": Reason("not_found", "there is no such table"),
    "table_unavailable": Reason("unavailable", "the table cannot be loaded now", retryable=True),
    "table_quarantined": Reason(
        "not_found", "the stored table is damaged, and an operator must repair it"
    ),
    "owned_elsewhere": Reason(
        "unavailable",
        "another server process plays the table, or did until a moment ago; `message` names it",
        retryable=True,
    ),
    "table_limit": Reason("limit", "the server has reached its maximum number of tables"),
    "bad_config": Reason("invalid", "the table's config is not valid"),
    "table_closed": Reason("not_found", "the table is closed for good"),
    "too_many_watched": Reason("limit", "the connection watches the maximum number of tables"),
    "too_many_watchers": Reason(
        "limit",
        "the table has the maximum number of watchers, not counting players",
        retryable=True,
    ),
    "unknown_hand": Reason("not_found", "there was no such hand, or it is no longer stored"),
    "format_unavailable": Reason(
        "not_found",
        "the requested format has no such game, or no cancelled hands; ask for another format",
    ),
    "hand_not_over": Reason("rules", "the hand is still in play", retryable=True),
    "log_unavailable": Reason("unavailable", "the event log is unavailable", retryable=True),
    "not_watching": Reason("not_found", "this connection does not watch the table"),
    # The host of a table.
    "not_host": Reason(
        "forbidden", "only the table's host may do this, or an operator or admin of the server"
    ),
    "not_yourself": Reason("rules", "the host cannot do this to the own player"),
    "already_paused": Reason("rules", "the host has already paused the table"),
    "not_paused": Reason("rules", "the host has not paused the table"),
    "already_banned": Reason("rules", "the player is already banned from the table"),
    "not_banned": Reason("rules", "the player is not banned from the table"),
    "banned_from_table": Reason("forbidden", "the host has banned the player from the table"),
    "already_requested": Reason("rules", "the player waits for the host's answer already"),
    "not_requested": Reason("rules", "the player neither asks for a seat nor was approved"),
    "list_full": Reason(
        "limit", "the table's list of requests, approvals or bans, or its bank, has no room"
    ),
    "cannot_change": Reason("invalid", "this field of a table's config cannot change any more"),
    "stakes_too_high": Reason("rules", "fewer than two players could post the new big blind"),
    "not_unlisted": Reason("rules", "the table is in the list, so its link has no key"),
    "no_bank": Reason("rules", "the table has no bank: its chips are the players' own"),
    "host_gives_chips": Reason("rules", "at a table with a bank, the host gives further chips"),
    # Seats.
    "not_seated": Reason("rules", "the player has no seat at the table"),
    "already_seated": Reason("rules", "the player already has a seat at the table"),
    "too_many_tables": Reason(
        "limit",
        "the player sits at the maximum number of tables, or player or address has opened too many",
    ),
    "seat_taken": Reason("rules", "the seat is taken"),
    "no_table_free": Reason("rules", "no table that meets the filter has a free seat"),
    "no_waiting_list": Reason("rules", "the table has no waiting list"),
    "already_waiting": Reason("rules", "the player is on the waiting list already"),
    "not_waiting": Reason("rules", "the player is not on the waiting list"),
    "seat_free": Reason("rules", "a seat is free: sit down"),
    "waiting_list_full": Reason("limit", "the waiting list has no place left"),
    "no_such_seat": Reason("invalid", "the table has no seat with this number"),
    "table_full": Reason("rules", "no seat is free"),
    "buy_in_too_small": Reason("rules", "less than the table's minimum buy-in"),
    "buy_in_too_large": Reason("rules", "more than the table's maximum buy-in"),
    "must_bring_back": Reason(
        "rules",
        "the player left within the last hour, and has to bring back those chips, up to the "
        "maximum buy-in; `message` has the amount",
    ),
    "insufficient_chips": Reason("rules", "the account has too few chips"),
    "bank_unavailable": Reason(
        "unavailable", "chips cannot be moved, because the database is unavailable", retryable=True
    ),
    "refill_not_due": Reason("limit", "the balance is too high, or the last refill too recent"),
    "chips_at_table": Reason("limit", "no refill while the player has chips at a table"),
    "free_chips_used_up": Reason(
        "limit",
        "the free chips of the player's address are used up; they come back within a day",
        retryable=True,
    ),
    "grant_held": Reason(
        "limit",
        "a new player may bring only a part of the grant to tables; the rest after "
        "`retry_after_ms`",
        retryable=True,
    ),
    "already_leaving": Reason("rules", "the player already leaves at the end of the hand"),
    "already_sitting_out": Reason("rules", "the player is already sitting out"),
    "not_sitting_out": Reason("rules", "the player is not sitting out"),
    "no_plan": Reason("rules", "the player has not asked to leave or sit out later"),
    "no_blinds": Reason("rules", "no big blind goes around at the table"),
    "no_blind_owed": Reason("rules", "the player owes no blind"),
    "no_auto_chips": Reason("rules", "the table does not add chips automatically"),
    "no_chips": Reason("rules", "the player has no chips to play with"),
    "nothing_to_show": Reason(
        "rules", "only unshown cards of the last hand can be shown, until the next hand starts"
    ),
    "nothing_to_hunt": Reason(
        "rules", "the cards to come of that hand cannot be shown, or not to this player"
    ),
    "no_bomb_pots": Reason("rules", "players of the table do not vote for bomb pots"),
    "no_straddles": Reason("rules", "the table does not allow straddles"),
    "not_so_often": Reason("rules", "the table does not allow running the board that often"),
    "already_so": Reason("rules", "no change: already set"),
    "no_time_bank": Reason("rules", "the player has no time bank to use now"),
    "no_choice": Reason("rules", "players do not choose the game at this table"),
    "not_your_choice": Reason("rules", "no hand is scheduled, or another player chooses its game"),
    "unknown_game": Reason("invalid", "the game is not one of the table's games"),
    "seat_soon": Reason(
        "rules",
        "a bot gives up its seat to this player when its hand is over; send it again then",
        retryable=True,
    ),
    "seat_reserved": Reason(
        "rules", "the seat is reserved for another player, for a short time", retryable=True
    ),
    "in_hand": Reason("rules", "not while the player is in a hand", retryable=True),
    # Bots.
    "bot_limit": Reason("limit", "the table, or the server, has the maximum number of bots"),
    "no_such_bot": Reason("not_found", "no such bot is wanted at the table"),
    # Actions.
    "not_your_turn": Reason("rules", "it is not the player's turn, or no longer is"),
    "wrong_turn": Reason("rules", "it is the player's turn, but `turn` is not its number"),
    "illegal_action": Reason("rules", "the action is not one of the turn's `actions`"),
    "amount_missing": Reason("invalid", "a bet or raise needs an amount"),
    "amount_not_allowed": Reason("invalid", "only a bet or raise has an amount"),
    "amount_too_small": Reason("rules", "less than the minimum"),
    "amount_too_large": Reason("rules", "more than the maximum"),
    "amount_not_a_size": Reason("rules", "the amount is not one of the turn's `sizes`"),
    "cards_missing": Reason("invalid", "a discard needs cards"),
    "cards_not_allowed": Reason("invalid", "only a discard has cards"),
    "not_your_cards": Reason(
        "rules", "the player does not hold one of the cards, or a card is listed twice"
    ),
    "wrong_number_of_cards": Reason("rules", "more or fewer cards than the turn allows"),
    # Pre-actions.
    "not_in_hand": Reason("rules", "the player has no cards in that hand, or no chips left to act"),
    "your_turn": Reason("rules", "it is the player's turn: act instead"),
    "bet_changed": Reason(
        "rules", "the betting round is another, or a call costs something else by now"
    ),
    # Moderation.
    "banned": Reason(
        "forbidden",
        "the player or the address is banned until `until_ms`; the connection is closed with 4423",
    ),
    "muted": Reason("forbidden", "the player may not chat until `until_ms`"),
    "muted_by_host": Reason("forbidden", "the host lets the player say nothing at this table"),
    "kicked": Reason(
        "forbidden", "the player was removed from the table, and may sit there after `until_ms`"
    ),
    "unknown_player": Reason("not_found", "there is no such player"),
    "protected": Reason(
        "forbidden",
        "it is the server's own bot or address, or the operator's own; `message` says which",
    ),
    "sanction_limit": Reason("limit", "more sanctions are in force than can be kept"),
}

# All codes that a client may see.  Codes below 4000 belong to WebSocket.  Client libraries report
# some of them without having received a close frame.
CLOSE_CODES: dict[int, Closing] = {
    1000: Closing("the client closed the connection", "nothing"),
    1001: Closing("a proxy or the web page is going away", "connect again", True),
    1002: Closing("a frame violated the WebSocket protocol", "fix the client"),
    1005: Closing("closed without a code", "connect again", True),
    1006: Closing("the connection was lost without a close frame", "connect again", True),
    1007: Closing("a text frame was not UTF-8", "fix the client"),
    1009: Closing("a message exceeded `limits.max_message_bytes`", "send shorter ones"),
    1011: Closing("no answer to a WebSocket ping, or an internal error", "connect again", True),
    CloseCode.RESTARTING: Closing(
        "the server is restarting", "connect again, `retry_after_ms` of the notice later", True
    ),
    1013: Closing("a proxy is overloaded", "connect again later", True),
    CloseCode.BAD_MESSAGES: Closing("too many invalid messages", "fix the client"),
    CloseCode.LOGGED_OUT: Closing(
        "the player logged out, on this or another connection, or an operator ended the session",
        "nothing",
    ),
    CloseCode.BANNED: Closing(
        "the player or the address is banned", "tell the player; `rejected` or `notice` says why"
    ),
    CloseCode.TOKEN_EXPIRED: Closing(
        "the token has expired and was not renewed", "connect again with a new token"
    ),
    CloseCode.HELLO_TIMEOUT: Closing("no `hello` in time", "connect again and send `hello`", True),
    CloseCode.MOVED: Closing(
        "another server process has taken over a watched table", "connect again", True
    ),
    CloseCode.TOO_SLOW: Closing(
        "the client read more slowly than the server sent", "connect again", True
    ),
    CloseCode.TOO_FAST: Closing(
        "the client kept sending after many refusals with `too_fast`, or sent far too many frames "
        "at once",
        "fix the client: wait for `retry_after_ms`",
    ),
    CloseCode.TOO_MANY_CONNECTIONS: Closing(
        "the player has the maximum number of connections",
        "close another one, and connect again after a while",
        True,
    ),
}

NOTICES: dict[str, str] = {
    "banned": "an operator has banned the player or the address; the connection is closed next, "
    "with 4423",
    "banned_from_table": "the host has banned the player from an unlisted table, which sends the "
    "player no more events",
    "kicked": "an operator has removed the player from the seat at the table",
    "muted": "an operator refuses the player's chat for a time",
    "token_expiring": "the token expires soon, and then the connection is closed with 4401; send "
    "`hello` with a newer token to continue",
    "restarting": "the server is shutting down; the connection is closed next, with 1012; wait "
    "`retry_after_ms` after that, then connect again",
    "auto_chips_failed": "chips were to be added to your stack, and the account has too few",
    "table_failed": "the table had an internal error and sends no more events; `watch` it again to "
    "reload it from the database; without a database this is refused",
    "paused": "the database is unavailable: the table accepts no commands, and its clocks stop",
    "resumed": "the database is available again, and the clocks continue; an event has the new "
    "deadline",
    "frozen": "an operator has stopped the table: it accepts no commands, and its clocks stop",
    "thawed": "the table goes on after it was stopped, and so do the clocks; an event has the new "
    "deadline",
    "announcement": "what an operator says, to everybody or to the viewers of `table`",
    "hand_cancelled": "a hand was cancelled after a fault, since players may have seen more of its "
    "cards than is stored; all chips were returned, and the next hand is dealt from a new deck",
    "table_unused": "no hand was played at this table yet; it closes in a few minutes unless one "
    "starts, and its chips return to the accounts",
    "no_grant": "the free chips of your network are used up for now, so your account is empty; a "
    "refill brings some later",
    "delayed": "viewers without a seat see this table later than it is played",
    "hands_delayed": "the table has played as many hands as guests may within an hour, so the next "
    "ones start later; their events have the times",
}
