"""The words of `docs/drill.md`; the rows come from the run."""

from typing import NamedTuple


class Text(NamedTuple):
    """What a section says before and after its table."""

    title: str
    done: str
    first: str
    alert: str
    do: str
    end: str


HEAD = """\
<!-- Made by `make docs` from the latest run of `make drill`. -->
# Drill: what one sees of a fault

`make drill` causes four faults under a real server, and writes down what log, probes, metrics and
alerts show, in order. Each fault has a server with durable acks of its own, a PostgreSQL, and a
Prometheus with the alerts of `deploy/monitoring/`. 24 players play at eight tables. The drill takes
eight minutes; it needs PostgreSQL, Prometheus, and the right to mount a small disk.

Times count from the fault, and are rounded ({machine}). Here Prometheus looks
once a second; with the delivered configuration, each five seconds, alerts come up to ten seconds
later. A *pending* alert tells nobody yet. `pokerws_ready` is left out: its parts turn with
`/readyz`. The [runbook](runbook.md) has a section for each alert, and [log lines](logs.md) a row
for each line.
"""

TEXTS = {
    "database": Text(
        title="The database stops for 20 seconds",
        done="PostgreSQL ends at once (SIGQUIT), and is started 20 seconds later.",
        first="`save_game` at level warning, once and not for each try, and `/readyz` in the same "
        "moment. A second later `tables_paused`, and the players' notice.",
        alert="`TablesPaused`, when the tables have been paused for 15 seconds, and no other: what "
        "has the same cause stays silent meanwhile. A shorter outage wakes nobody.",
        do="bring the database back. Do not restart the server.",
        end="by itself, about a second after the database is back: `save_resumed`, then "
        "`tables_go_on`. Nobody was disconnected.",
    ),
    "disk": Text(
        title="The database's disk is full",
        done="No byte fits on the disk of the tables; after 20 seconds of pause there is room. "
        "If the disk of the WAL is full too, PostgreSQL stops: as above.",
        first="`save_game` at level error, whose `error` asks to make room. Reads and the lease go "
        "on, so `/readyz` names neither `lease` nor a failed read: that is how a full disk differs "
        "from a database that is away.",
        alert="`TablesPaused`, as for a database that is away.",
        do="make room on the database's disk. Do not restart the server.",
        end="by itself, about a second after there is room. Nobody was disconnected.",
    ),
    "kill": Text(
        title="The server is killed",
        done="`kill -9`, and a start two seconds later, as a service manager does it.",
        first="no answer from `/livez`, and the players' connections end with 1006: they see "
        "*Connecting…*. The log ends without a word.",
        alert="`ServerAway` is pending, and fires only if the server stays away for 30 seconds. "
        "After the start there is a ticket, `ServerDied`, which ends by itself after 15 minutes.",
        do="nothing for the play. Find out what ended the process: the log has only `owner_ended`, "
        "at the start.",
        end="with `server_started`. Players come back by themselves, and hands go on at the same "
        "turn when somebody watches the table.",
    ),
    "deploys": Text(
        title="Ten deploys",
        done="SIGTERM and a start, ten times, one after another under play.",
        first="`server_drains`, the players' notice `restarting`, and the close code 1012. "
        "`/readyz` says `server`, too briefly for most load balancers. Then `server_stopped` with "
        "`all_stored=true`, and `server_started`.",
        alert="`ServerRestarts` at the third start within 15 minutes: it cannot know that these "
        "are deploys. One or two deploys raise none, and no `ServerDied` comes.",
        do="silence `ServerRestarts` before more than two deploys of one server in 15 minutes. If "
        "`all_stored` is false, see [the exit codes](operations.md#signals-and-exit-codes).",
        end="with each `server_started`. `ServerRestarts` ends 15 minutes after the eighth start.",
    ),
}
