"""Why targets are missed, where it is known: by the part and the name of the figure."""

_DURABLE = (
    "each action waits for a commit of its own row: sealing the whole table, its receipts and "
    "events, and sending them takes as much of the server's processor as all play, and the server "
    "is full; only events without the table's snapshot would make it less "
    "(docs/decisions/0004-write-path.md)"
)
_OVERLOADED = (
    "half of the ceiling's rate is all that the durable server can take here, so that it has a "
    "queue of its own"
)
_BATCHES = (
    "rows are sealed a batch at a time, and an action that comes meanwhile waits for all of them"
)
_HEAVIER = (
    "where an action ends a hand and the next one begins, ours is several times the work, and the "
    "actions behind it wait; two rounds, see their extremes"
)

# Against the ceiling these are met.
_PEER = (
    "both are full, and both call the system six times an action, which is most of it; what is "
    "left to do for an action takes a compiled language less time"
)

WHY: dict[tuple[str, str], str] = {
    ("journal", "journal, put to committed"): (
        "a commit takes a third of a millisecond on this disk, so that pgbench loses little by one "
        "a row, and a batch is bound by PostgreSQL's processor"
    ),
    (
        "hydration",
        "load a table",
    ): "a load raises the epoch durably before the table is this server's",
    (
        "hydration",
        "load in chunks, a table",
    ): "the same, and cards are opened and the state is checked",
    ("variants", "Kuhn poker (FK)"): "2.3 actions a hand carry all of its start and end",
    ("growth", "cost of an action, 1,000 actions/s, with 2,000 tables"): (
        "each table is touched once in two seconds, and is in no cache by then; full, the server "
        "pays less for it"
    ),
    ("growth", "read of 20 events, p50, with 2,000,000 events"): "not looked into",
    ("live", "all on, dual-write, 300 tables"): (
        "with so many tables nearly every action has a row of its own even where 50 ms of them are "
        "gathered, and to seal and send it costs the server a third more"
    ),
    ("peer", "flags off, 50 tables"): _PEER,
    ("peer", "flags off, 300 tables"): _PEER,
    ("live", "all on, durable, 50 tables"): _DURABLE,
    ("live", "all on, durable, 300 tables"): _DURABLE,
    ("live", "flags off, 50 tables at half the ceiling's rate"): _HEAVIER,
    ("live", "flags off, 300 tables at half the ceiling's rate"): _HEAVIER,
    ("live", "all on, dual-write, 50 tables at half the ceiling's rate"): _BATCHES,
    ("live", "all on, dual-write, 300 tables at half the ceiling's rate"): _BATCHES,
    ("live", "all on, durable, 50 tables at half the ceiling's rate"): _OVERLOADED,
    ("live", "all on, durable, 300 tables at half the ceiling's rate"): _OVERLOADED,
}
