"""Settings: pace of tables that the server makes, and how long tables stay in memory and open."""

from typing import Annotated

from msgspec import field

from pokerws.settings.section import MAX_MS, Section, flag, whole


class Tables(Section, frozen=True, kw_only=True):
    """Pace of tables that the server makes, and how long tables stay in memory and open."""

    turn_time_ms: Annotated[
        int, whole(100, 600_000, "Time for a turn, at tables that the server creates.")
    ] = 20_000
    next_hand_delay_ms: Annotated[
        int, whole(0, 60_000, "Pause between two hands, at tables that the server creates.")
    ] = 5000
    min_hand_pause_ms: Annotated[
        int,
        whole(0, 60_000, "Shortest pause between two hands, at every table, stored ones included."),
    ] = 500
    guest_table_hands_an_hour: Annotated[
        int,
        whole(
            0,
            100_000,
            "Most hands per hour of a table, without USE_AUTH_MIDDLEWARE; an hour's worth may be "
            "played in a burst, and then hands start later; 0 is no limit.",
        ),
    ] = 600
    pre_act_delay_ms: Annotated[
        int,
        whole(0, 10_000, "Shortest pause before the server acts for a player with a pre-action."),
    ] = 300
    pre_act_spread_ms: Annotated[
        int,
        whole(
            0,
            10_000,
            "Up to so much more, drawn at random, so that the time tells nothing.",
        ),
    ] = 900
    load_all: Annotated[
        bool, flag("Load all stored tables at the start, instead of each on demand.")
    ] = field(default=False, name="LOAD_ALL_TABLES")
    idle_ms: Annotated[
        int,
        whole(
            0,
            MAX_MS,
            "Time after which a table without viewers is unloaded from memory; 0 is never.",
        ),
    ] = field(default=600_000, name="IDLE_TABLE_MS")
    abandoned_ms: Annotated[
        int,
        whole(
            0,
            MAX_MS,
            "Time after which a table without viewers is closed and its chips are returned; 0 is "
            "never.",
        ),
    ] = field(default=86_400_000, name="ABANDONED_TABLE_MS")
    unused_ms: Annotated[
        int,
        whole(
            0,
            MAX_MS,
            "Likewise for a table where no hand was played, whoever sits or watches there; 0 is "
            "never.",
        ),
    ] = field(default=1_800_000, name="UNUSED_TABLE_MS")
    absence_grace_ms: Annotated[
        int,
        whole(
            0,
            60_000,
            "Time without a connection after which a player's seat is shown as disconnected; "
            "reloading a page takes less.",
        ),
    ] = 3000
    absent_seat_ms: Annotated[
        int,
        whole(
            0,
            MAX_MS,
            "Time without a connection after which a player's seat is freed and the chips return "
            "to the account; 0 is never.",
        ),
    ] = 180_000
