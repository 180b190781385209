"""Refusals of a message, or of a session."""

import msgspec

from pokerws.game.config.table_config import TableConfig
from pokerws.game.state import PlayerId
from pokerws.messages import (
    Chat,
    CreateLink,
    CreateTable,
    Hello,
    ListTables,
    Logout,
    Mute,
    MutePlayer,
    Ping,
    RejectCode,
    SetNote,
    SitIn,
    SitOut,
)
from pokerws.schema.examples.situations import (
    BEHIND,
    BENS,
    DATABASE_AWAY,
    EXPIRED,
    FORGED,
    GREETED,
    GREETED_BY_TOKEN,
    MSGPACK,
    NEW,
    PAUSED,
    TABLE,
    TOKENS,
    Example,
)

OF_MESSAGES: dict[RejectCode, Example] = {
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
    "auth_unavailable": Example(
        "a server that cannot reach the keys of the login service", Hello("7", token=BENS)
    ),
    "forbidden": Example(
        GREETED_BY_TOKEN, Mute("7", PlayerId("p_00"), 60), "not for the role player"
    ),
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
    "bad_code": Example(NEW, Hello("7", code="a-code-that-was-used")),
    "guests_only": Example(GREETED_BY_TOKEN, CreateLink("7")),
    "account_unavailable": Example(DATABASE_AWAY, MutePlayer("7", PlayerId("p_5d1c"))),
    "note_limit": Example(
        "a player after `hello`, who has as many notes as can be kept",
        SetNote("7", PlayerId("p_5d1c"), "folds to raises"),
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
}
