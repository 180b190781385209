"""Refusals by moderators, and of what moderators send."""

from pokerws.game.state import PlayerId
from pokerws.messages import (
    Ban,
    Chat,
    Hello,
    Mute,
    RejectCode,
    Sit,
)
from pokerws.schema.examples.situations import BANNED, OPERATOR, TABLE, Example

OF_MODERATION: dict[RejectCode, Example] = {
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
    "muted_by_host": Example(
        "a player who watches a table, and whom its host has muted",
        Chat("7", TABLE, "Good luck!"),
        "the host lets you say nothing at this table",
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
