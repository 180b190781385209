"""An example for each reject code: a situation, a message sent in it, and the server's answer.

They are part of the protocol document.  A test brings a real server into each situation, sends the
message, and compares the answers.  Ids, times and tokens differ between servers, so the test maps
those of the server to the ones here.
"""

from typing import NamedTuple

import msgspec

from pokerws.game.cards import parse_cards
from pokerws.game.config.table_config import TableConfig
from pokerws.game.state import PlayerId, TableId
from pokerws.messages import (
    JSON,
    REJECT_CODES,
    Act,
    AddChips,
    Ban,
    Chat,
    ChooseGame,
    ClientMessage,
    CloseTable,
    CreateLink,
    CreateTable,
    GetAccount,
    GetHand,
    Hello,
    ListTables,
    Logout,
    Mute,
    MutePlayer,
    Ping,
    Refill,
    RejectCode,
    Rejected,
    RunIt,
    SetNote,
    Show,
    Sit,
    SitIn,
    SitOut,
    Stand,
    Straddle,
    Watch,
)
from pokerws.schema.example_details import DETAILS

TABLE = TableId("6f1e0c9ab2d4")
ID = "7"

# Situations that several examples share.
NEW = "a new connection"
GREETED = "a player after `hello`"
OPEN = "a table with a free seat"
SEATED = "a player alone at a table, in seat 0"
TURN = "the player's turn, which is the table's first"
LATER_TURN = "the player's turn, which is the table's second"
CHOICE = "a player alone at a table where the player on the button chooses the game"
DRAW = "a player about to draw in a hand of five card draw, holding As, Ad, 7c, 5h and 2s"
MSGPACK = "a new connection that uses MessagePack"
DATABASE_AWAY = "a player after `hello`, and an unavailable database"
BEHIND = "a player with a seat, and a database that is too far behind"
PAUSED = "a player with a seat, durable acks, and an unavailable database"
OTHERS_TURN = "another player's turn, in seat 0"
GREETED_BY_TOKEN = "a player after `hello` with a token"  # noqa: S105  A situation.
OPERATOR = "an operator after `hello`"
TOKENS = "a new connection, where players need a token of the operator's login service"

# Placeholders for tokens.
FORGED = "a-forged-token"
EXPIRED = "an-expired-token"
BENS = "a-token-of-ben"
BANNED = "the-session-of-a-banned-player"


class Example(NamedTuple):
    """What is `sent` in the situation `given`: a message, or a raw frame.

    `message` is the text of the refusal, unless it is the code's meaning.  `id` is the id that the
    server could read.
    """

    given: str
    sent: ClientMessage | str | bytes
    message: str = ""
    id: str = ID
    retry_after_ms: int | None = None
    until_ms: int | None = None


EXAMPLES: dict[RejectCode, Example] = {
    # The message.
    "not_text": Example(NEW, msgspec.msgpack.encode(Ping("7"))),
    "not_binary": Example(MSGPACK, Ping("7")),
    "not_json": Example(
        NEW,
        '{"type":"ping","id":"7"',
        "Input data was truncated",
        id="",
    ),
    "not_msgpack": Example(
        MSGPACK, b"\xc1", "MessagePack data is malformed: invalid opcode '\\xc1' (byte 0)", id=""
    ),
    "not_an_object": Example(NEW, '["ping"]', "Expected `object`, got `array`", id=""),
    "unknown_type": Example(NEW, '{"type":"pong","id":"7"}', "Invalid value 'pong' - at `$.type`"),
    "missing_field": Example(NEW, '{"type":"ping"}', "Object missing required field `id`", id=""),
    "unknown_field": Example(
        NEW, '{"type":"ping","id":"7","loud":true}', "Object contains unknown field `loud`"
    ),
    "wrong_type": Example(
        NEW,
        '{"type":"ping","id":7}',
        "Expected `str`, got `int` - at `$.id`",
        id="",
    ),
    "out_of_range": Example(
        NEW,
        '{"type":"hello","id":"7","name":""}',
        "Expected `str` of length >= 1 - at `$.name`",
    ),
    "invalid_value": Example(
        NEW,
        f'{{"type":"act","id":"7","table":"{TABLE}","turn":1,"action":"cheat"}}',
        "Invalid enum value 'cheat' - at `$.action`",
    ),
    "id_conflict": Example("a player sitting out, whose `sit_out` had the id 7", SitIn("7", TABLE)),
    # The session.
    "hello_first": Example(NEW, ListTables("7")),
    "already_greeted": Example(GREETED, Hello("7", name="Ann")),
    "unsupported_protocol": Example(
        NEW, Hello("7", name="Ann", protocol=2), "the server speaks version 1"
    ),
    "bad_token": Example(NEW, Hello("7", token=FORGED), "the token is not valid"),
    "token_missing": Example(TOKENS, Hello("7", name="Ann")),
    "token_expired": Example(TOKENS, Hello("7", token=EXPIRED)),
    "wrong_player": Example(GREETED_BY_TOKEN, Hello("7", token=BENS)),
    "bad_code": Example(NEW, Hello("7", code="a-code-that-was-used")),
    "guests_only": Example(GREETED_BY_TOKEN, CreateLink("7")),
    "account_unavailable": Example(DATABASE_AWAY, MutePlayer("7", PlayerId("p_5d1c"))),
    "note_limit": Example(
        "a player after `hello`, who has as many notes as can be kept",
        SetNote("7", PlayerId("p_5d1c"), "folds to raises"),
    ),
    "auth_unavailable": Example(
        "a server that cannot reach the keys of the login service", Hello("7", token=BENS)
    ),
    "forbidden": Example(GREETED_BY_TOKEN, CloseTable("7", TABLE), "not for the role player"),
    "name_missing": Example(NEW, Hello("7")),
    "bad_name": Example(
        NEW,
        Hello("7", name=" Ann"),
        "a name must have no space at its ends",
    ),
    "name_taken": Example(
        "another player named Ann",
        Hello("7", name="Ann"),
        "another player has this name, or one that looks like it",
    ),
    "names_unavailable": Example(
        "a new connection, and an unavailable database", Hello("7", name="Ann")
    ),
    "logout_unavailable": Example(DATABASE_AWAY, Logout("7"), "the database cannot be reached"),
    "restarting": Example("a server that is shutting down", CreateTable("7", "Two", TableConfig())),
    "overloaded": Example(BEHIND, SitIn("7", TABLE)),
    "paused": Example(PAUSED, SitOut("7", TABLE)),
    "too_fast": Example(
        "a watched table, and a rate limit of one chat message per minute",
        Chat("7", TABLE, "Good luck!"),
        retry_after_ms=59_998,
    ),
    # Tables.
    "unknown_table": Example(GREETED, Watch("7", TABLE), f"there is no table {TABLE}"),
    "table_unavailable": Example(
        "a stored table, and an unavailable database",
        Watch("7", TABLE),
        "the database cannot be reached",
    ),
    "table_quarantined": Example("a stored table that is damaged", Watch("7", TABLE)),
    "owned_elsewhere": Example(
        "a stored table that another server plays",
        Watch("7", TABLE),
        "the table is played by the server poker-2; try again",
    ),
    "table_limit": Example(
        "a server with the maximum number of tables, one",
        CreateTable("7", "Two", TableConfig()),
        "no more than 1 table may exist",
    ),
    "bad_config": Example(
        GREETED,
        CreateTable("7", "Two", TableConfig(max_buy_in=1_999)),
        "the largest buy-in must be at least the smallest",
    ),
    "table_closed": Example(
        "a table that is being closed for good", Sit("7", TABLE, 2_000), "the table is closed"
    ),
    "not_watching": Example(OPEN, Chat("7", TABLE, "Good luck!")),
    "too_many_watched": Example(
        "a connection that watches the maximum number of tables, one",
        Watch("7", TABLE),
        "a connection may watch 1 table at a time",
    ),
    "too_many_watchers": Example("a table with the maximum number of watchers", Watch("7", TABLE)),
    "unknown_hand": Example(OPEN, GetHand("7", TABLE, 5), "there was no hand 5"),
    "format_unavailable": Example(
        "a table where a hand of five card draw is over",
        GetHand("7", TABLE, 1, "ohh"),
        "Open Hand History does not have No-limit five card draw",
    ),
    "hand_not_over": Example(TURN, GetHand("7", TABLE, 1)),
    "log_unavailable": Example(
        "a hand that is only in the event log, and an unavailable database", GetHand("7", TABLE, 1)
    ),
    # Seats.
    "not_seated": Example(OPEN, Stand("7", TABLE), "you have no seat at this table"),
    "already_seated": Example(
        SEATED, Sit("7", TABLE, 2_000, seat=1), "you have a seat at this table"
    ),
    "seat_taken": Example(
        "a table where another player has seat 0", Sit("7", TABLE, 2_000, seat=0), "seat 0 is taken"
    ),
    "no_such_seat": Example(OPEN, Sit("7", TABLE, 2_000, seat=9), "seats are numbered 0 to 2"),
    "table_full": Example(
        "a table whose seats are all taken", Sit("7", TABLE, 2_000), "no seat is free"
    ),
    "buy_in_too_small": Example(OPEN, Sit("7", TABLE, 500), "the minimum buy-in is 2000"),
    "buy_in_too_large": Example(OPEN, Sit("7", TABLE, 500_000), "the maximum buy-in is 200000"),
    "must_bring_back": Example(
        "a player who was dealt in, and has just left with 2050 chips",
        Sit("7", TABLE, 2_000),
        "you left with 2050 chips: bring at least 2050, or come back in 60 min",
        retry_after_ms=3_599_992,
    ),
    "insufficient_chips": Example(
        "a table with a free seat, and 100000 chips in the player's account",
        Sit("7", TABLE, 150_000),
        "150000 chips are needed, and the account has 100000",
    ),
    "too_many_tables": Example(
        "a player who sits at the maximum number of tables, one",
        Sit("7", TABLE, 2_000),
        "a player may sit at 1 table at a time",
    ),
    "bank_unavailable": Example(DATABASE_AWAY, GetAccount("7"), "the database cannot be reached"),
    "refill_not_due": Example(GREETED, Refill("7")),
    "chips_at_table": Example(
        "a player with 2000 chips at a table, and a balance low enough for a refill",
        Refill("7"),
        "the player has 2000 chips at tables",
    ),
    "free_chips_used_up": Example(
        "a new guest of an address that has used up its free chips",
        Refill("7"),
        retry_after_ms=86_399_998,
    ),
    "grant_held": Example(
        "a table with a free seat, and a new player who may bring 20000 of 100000 chips to tables",
        Sit("7", TABLE, 30_000),
        "of 100000 chips a new player may bring 20000 to tables now",
        retry_after_ms=3_599_998,
    ),
    "already_leaving": Example(
        "a player in a hand, after `stand`",
        Stand("7", TABLE),
        "you leave when this hand is over",
    ),
    "already_sitting_out": Example(
        "a player sitting out", SitOut("7", TABLE), "you are already sitting out"
    ),
    "not_sitting_out": Example(SEATED, SitIn("7", TABLE), "you are not sitting out"),
    "no_chips": Example(
        "a player without chips at the table", SitIn("7", TABLE), "add chips first"
    ),
    "in_hand": Example(TURN, AddChips("7", TABLE, 1_000), "chips can be added only between hands"),
    "nothing_to_show": Example(SEATED, Show("7", TABLE, 1), "you have no cards of hand 1 to show"),
    "no_straddles": Example(
        SEATED, Straddle("7", TABLE, on=True), "there are no straddles at this table"
    ),
    "not_so_often": Example(
        SEATED, RunIt("7", TABLE, 2), "at this table `times` must be from 1 to 1"
    ),
    "already_so": Example(
        "a player who does not straddle, at a table that allows it",
        Straddle("7", TABLE, on=False),
        "no change: already set",
    ),
    "no_choice": Example(
        SEATED, ChooseGame("7", TABLE, "PO"), "players do not choose the game at this table"
    ),
    "not_your_choice": Example(
        CHOICE,
        ChooseGame("7", TABLE, "PO"),
        "no hand is scheduled",
    ),
    "unknown_game": Example(
        "the player with the next button, at a table where that player chooses NT or PO",
        ChooseGame("7", TABLE, "FR"),
        "choose one of NT, PO",
    ),
    # Actions.
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
    # Moderation.
    "banned": Example(
        "a new connection, and a player whom an operator has banned for spam",
        Hello("7", token=BANNED),
        "you are banned from this server: spam",
        until_ms=1_795_972_212_554,
    ),
    "muted": Example(
        "a player who watches a table, and whom an operator has muted",
        Chat("7", TABLE, "Good luck!"),
        "you may not chat",
        until_ms=1_795_972_212_554,
    ),
    "kicked": Example(
        "a player whom an operator has removed from the table",
        Sit("7", TABLE, 2_000),
        "an operator removed you from this table",
        until_ms=1_795_972_212_554,
    ),
    "unknown_player": Example(OPERATOR, Mute("7", PlayerId("p_00"), 60), "there is no player p_00"),
    "protected": Example(
        OPERATOR, Ban("7", 60, address="127.0.0.0/24"), "127.0.0.0/24 contains your own address"
    ),
    "sanction_limit": Example(
        "an operator after `hello`, and as many sanctions as can be kept",
        Ban("7", 60, address="203.0.113.7"),
    ),
}


def sent_text(example: Example) -> str:
    """What is sent, as the document shows it: bytes as a hexadecimal number."""
    match example.sent:
        case str(text):
            return text
        case bytes(frame):
            return f"0x{frame.hex()}"
        case message:
            return JSON.encode(message).decode()


def answer_text(code: RejectCode, example: Example) -> str:
    """The refusal, as JSON."""
    reason = REJECT_CODES[code]
    message = example.message or reason.meaning
    times = example.retry_after_ms, example.until_ms
    refusal = Rejected(
        example.id, code, message, reason.retryable, *times, reason.category, DETAILS.get(code)
    )
    return JSON.encode(refusal).decode()
