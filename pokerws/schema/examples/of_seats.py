"""Refusals about a seat, its chips and its player's wishes."""

from pokerws.game.state import PlayerId
from pokerws.messages import (
    AddBot,
    AddChips,
    AutoChips,
    ChooseGame,
    GetAccount,
    JoinWaitingList,
    LeaveWaitingList,
    PostBlind,
    QuickSeat,
    RabbitHunt,
    Refill,
    RejectCode,
    RemoveBot,
    RunIt,
    Show,
    Sit,
    SitIn,
    SitOut,
    Stand,
    Stay,
    Straddle,
    TableFilter,
    UseTimeBank,
    VoteBombPot,
)
from pokerws.schema.examples.situations import (
    CHOICE,
    DATABASE_AWAY,
    GREETED,
    OPEN,
    SEATED,
    TABLE,
    TURN,
    WAITING,
    Example,
)

OF_SEATS: dict[RejectCode, Example] = {
    "not_seated": Example(OPEN, Stand("7", TABLE), "you have no seat at this table"),
    "already_seated": Example(
        SEATED, Sit("7", TABLE, 2_000, seat=1), "you have a seat at this table"
    ),
    "seat_taken": Example(
        "a table where another player has seat 0", Sit("7", TABLE, 2_000, seat=0), "seat 0 is taken"
    ),
    "seat_reserved": Example(
        "a table where the free seat 0 is reserved for another player",
        Sit("7", TABLE, 2_000, seat=0),
        "seat 0 is reserved",
    ),
    "seat_free": Example(OPEN, JoinWaitingList("7", TABLE), "seat 0 is free: sit down"),
    "no_waiting_list": Example(
        "a table whose seats are all taken, without a waiting list",
        JoinWaitingList("7", TABLE),
        "this table has no waiting list",
    ),
    "already_waiting": Example(WAITING, JoinWaitingList("7", TABLE), "you are on the waiting list"),
    "not_waiting": Example(OPEN, LeaveWaitingList("7", TABLE), "you are not on the waiting list"),
    "waiting_list_full": Example(
        "a table whose waiting list has one place, which is taken",
        JoinWaitingList("7", TABLE),
        "the waiting list is full",
    ),
    "no_table_free": Example(GREETED, QuickSeat("7", TableFilter(name="No such table"))),
    "no_such_seat": Example(OPEN, Sit("7", TABLE, 2_000, seat=9), "seats are numbered 0 to 2"),
    "table_full": Example(
        "a table whose seats are all taken", Sit("7", TABLE, 2_000), "no seat is free"
    ),
    "seat_soon": Example(
        "a full table of two, where another player is in a hand with a bot",
        Sit("7", TABLE, 2_000),
        retry_after_ms=1_000,
    ),
    "bot_limit": Example(
        "a player whose table has the maximum number of bots, one",
        AddBot("7", TABLE, "calling_station"),
        "a table may have 1 bot",
    ),
    "no_such_bot": Example(
        OPEN, RemoveBot("7", TABLE, PlayerId("bot_euler")), "no such bot is wanted at this table"
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
    "no_plan": Example(SEATED, Stay("7", TABLE), "you have not asked to leave or sit out later"),
    "no_blinds": Example(
        "a player alone at a table of seven card stud",
        PostBlind("7", TABLE),
        "no big blind goes around at this table",
    ),
    "no_blind_owed": Example(TURN, PostBlind("7", TABLE), "you owe no blind"),
    "no_auto_chips": Example(
        "a player at a table that adds no chips automatically",
        AutoChips("7", TABLE, 2_000),
        "this table adds no chips automatically",
    ),
    "no_chips": Example(
        "a player without chips at the table", SitIn("7", TABLE), "add chips first"
    ),
    "in_hand": Example(TURN, AddChips("7", TABLE, 1_000), "chips can be added only between hands"),
    "nothing_to_show": Example(SEATED, Show("7", TABLE, 1), "you have no cards of hand 1 to show"),
    "nothing_to_hunt": Example(
        SEATED, RabbitHunt("7", TABLE, 1), "no cards of hand 1 can be shown"
    ),
    "no_bomb_pots": Example(
        SEATED,
        VoteBombPot("7", TABLE, on=True),
        "players do not vote for bomb pots at this table",
    ),
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
    "no_time_bank": Example(
        TURN, UseTimeBank("7", TABLE, 1), "no time bank is used on demand at this table"
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
}
