"""Refusals about a table, or by its host."""

from pokerws.game.config.table_config import TableConfig
from pokerws.game.state import PlayerId
from pokerws.messages import (
    AddChips,
    ApproveSeat,
    ChangeTable,
    Chat,
    CreateTable,
    GetHand,
    GiveChips,
    HostBan,
    HostUnban,
    PauseTable,
    RejectCode,
    RenewLink,
    ResumeTable,
    Sit,
    Watch,
)
from pokerws.schema.examples.situations import (
    ANNS_ID,
    GREETED,
    OPEN,
    TABLE,
    TURN,
    TWO_SEATED,
    Example,
)

OF_TABLES: dict[RejectCode, Example] = {
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
    # The host of a table.
    "not_host": Example(
        "a table that another player has opened",
        PauseTable("7", TABLE),
        "only the host of the table may do this",
    ),
    "not_yourself": Example(OPEN, HostBan("7", TABLE, ANNS_ID), "that is your own id"),
    "already_paused": Example(
        "a table that its host has paused", PauseTable("7", TABLE), "the table is already paused"
    ),
    "not_paused": Example(OPEN, ResumeTable("7", TABLE), "the table is not paused"),
    "already_banned": Example(
        "a table from which the host has banned the player p_00",
        HostBan("7", TABLE, PlayerId("p_00")),
        "p_00 is already banned",
    ),
    "not_banned": Example(OPEN, HostUnban("7", TABLE, PlayerId("p_00")), "p_00 is not banned"),
    "banned_from_table": Example(
        "a player whom the host has banned from the table",
        Sit("7", TABLE, 2_000),
        "the host lets you not sit down at this table",
    ),
    "already_requested": Example(
        "a player who waits for the host to approve a seat",
        Sit("7", TABLE, 2_000),
        "the host has not answered your request yet",
    ),
    "not_requested": Example(
        OPEN, ApproveSeat("7", TABLE, PlayerId("p_00")), "p_00 asks for no seat"
    ),
    "list_full": Example(
        "a table from which the host has banned 100 players",
        HostBan("7", TABLE, PlayerId("p_00")),
        "a table can have 100 banned players",
    ),
    "cannot_change": Example(
        OPEN, ChangeTable("7", TABLE, TableConfig(seats=6)), "`seats` of a table cannot change"
    ),
    "stakes_too_high": Example(
        TWO_SEATED,
        ChangeTable("7", TABLE, TableConfig(seats=3, big_blind=3_000, min_buy_in=3_000)),
        "the second largest stack is 2000, less than one bet of 3000",
    ),
    "not_unlisted": Example(
        OPEN, RenewLink("7", TABLE), "the table is listed, so its link has no secret"
    ),
    "no_bank": Example(
        OPEN,
        GiveChips("7", TABLE, PlayerId("p_00"), 100),
        "the chips of this table belong to the players' accounts",
    ),
    "host_gives_chips": Example(
        "a player alone at a table with a bank",
        AddChips("7", TABLE, 1_000),
        "at this table the host gives chips out of the bank",
    ),
}
