"""The arguments of the command line."""

import argparse
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeAlias

from pokerws import health
from pokerws.hand_histories.currency import CURRENCY_CODES
from pokerws.hand_histories.formats import FORMATS
from pokerws.load import arguments as load
from pokerws.moderate import arguments as moderation
from pokerws.program import PROGRAM
from pokerws.server.auth.dev_tokens import ROLES
from pokerws.server.auth.identity import OPERATOR_ROLES

MAX_TOKEN_MINUTES = 525_600
# A century.
MAX_AGE_DAYS = 36_500

# argparse has no public name for what add_subparsers() returns.
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001


def parser() -> argparse.ArgumentParser:
    """The parser of the command line."""
    env_file = argparse.ArgumentParser(add_help=False)
    env_file.add_argument(
        "--env-file",
        type=Path,
        default=argparse.SUPPRESS,
        help="read settings from this file as well; environment variables take precedence",
    )
    serving = argparse.ArgumentParser(add_help=False)
    serving.add_argument(
        "--overtake",
        action="store_const",
        const="true",
        default=argparse.SUPPRESS,
        help="start in memory although stored tables are in play, and leave them behind",
    )
    serving.add_argument(
        "--overtaken",
        dest="overtaken_tables",
        choices=("resume", "refund"),
        default=argparse.SUPPRESS,
        help="what to do with tables that were left behind when play went on in memory",
    )
    parsing = argparse.ArgumentParser(
        prog=PROGRAM,
        description="A poker server over WebSockets, configured by environment variables: "
        "`python -m pokerws.settings` prints all of them, with their defaults.",
        parents=[env_file, serving],
    )
    parsing.set_defaults(command="serve")
    commands = parsing.add_subparsers(dest="command", metavar="COMMAND")
    commands.add_parser("serve", help="run the server (default)", parents=[env_file, serving])
    health.add_parser(commands, env_file)
    diagnosing = commands.add_parser(
        "doctor", help="check settings, machine and database; change nothing", parents=[env_file]
    )
    diagnosing.add_argument("--json", action="store_true", help="print one JSON document")
    _add_database_commands(commands, env_file)
    load.add_parser(commands, env_file)
    _add_prune(commands, env_file)
    _add_repair(commands, env_file)
    _add_hand_commands(commands, env_file)
    _add_client_program(commands, env_file)
    _add_key_commands(commands, env_file)
    _add_cluster_commands(commands, env_file)
    moderation.add_parser(commands, env_file)
    # `main` runs it, without this command line: `pokerws/admin` has its arguments.
    commands.add_parser(
        "admin", help="look at the running server, its tables and players, and act on them"
    )
    return parsing


def _add_database_commands(commands: Commands, env_file: argparse.ArgumentParser) -> None:
    migrating = commands.add_parser(
        "migrate", help="apply the missing database migrations", parents=[env_file]
    )
    only = migrating.add_mutually_exclusive_group()
    only.add_argument(
        "--status", action="store_true", help="only list the migrations and their state"
    )
    only.add_argument(
        "--server-role",
        metavar="NAME",
        help="afterwards give this role a server's rights: to read and write rows, not to migrate",
    )
    verifying = commands.add_parser(
        "verify",
        help="check stored snapshots against their event logs, and balances against the ledger",
        parents=[env_file],
    )
    verifying.add_argument("--game", metavar="ID", help="check only this game")
    replaying = commands.add_parser(
        "replay", help="print the events of a game, hidden cards included", parents=[env_file]
    )
    replaying.add_argument("game", metavar="GAME", help="the game's id")
    replaying.add_argument("--hand", type=int, metavar="N", help="only this hand")
    replaying.add_argument("--to", type=int, metavar="SEQ", help="stop after this event")
    _add_players(commands, env_file)
    accounting = commands.add_parser(
        "ledger",
        help="print who brought chips to a game and who left with how many, as CSV",
        parents=[env_file],
    )
    accounting.add_argument("game", metavar="TABLE", help="the game's id")
    archiving = commands.add_parser(
        "archive", help="move finished hands from the event log to files", parents=[env_file]
    )
    archiving.add_argument(
        "--before",
        type=_moment,
        required=True,
        metavar="DATE",
        help="hands that ended before this date or time (2026-01-31, 2026-01-31T12:00; UTC)",
    )
    archiving.add_argument(
        "--to",
        type=Path,
        default=Path("var/archive"),
        metavar="DIR",
        help="directory for the files (default: var/archive)",
    )
    archiving.add_argument(
        "--dry-run", action="store_true", help="only print what would be archived"
    )


def _add_cluster_commands(commands: Commands, env_file: argparse.ArgumentParser) -> None:
    commands.add_parser(
        "nodes", help="list the servers that share the database", parents=[env_file]
    )
    moving = commands.add_parser(
        "move", help="move a table to another server of the cluster, in play", parents=[env_file]
    )
    moving.add_argument("table", metavar="TABLE", help="the table's id")
    moving.add_argument("node", metavar="NODE", help="the server's name or incarnation")


def _add_players(commands: Commands, env_file: argparse.ArgumentParser) -> None:
    auditing = commands.add_parser(
        "audit",
        help="look for signs of collusion and of programs in what players did; 1 if there are any",
        parents=[env_file],
    )
    auditing.add_argument("players", nargs="+", metavar="PLAYER", help="the ids of players")
    auditing.add_argument(
        "--days",
        type=int,
        default=30,
        metavar="N",
        help="look at hands and connections of the last N days (default: 30)",
    )
    auditing.add_argument(
        "--archive",
        type=Path,
        metavar="DIR",
        help="look at the hands in files of archive, too, which have no times of decisions",
    )
    auditing.add_argument("--json", action="store_true", help="print one JSON document")
    about = commands.add_parser(
        "player", help="export or erase what is stored about a player", parents=[env_file]
    )
    about.add_argument("action", choices=("export", "erase"))
    about.add_argument("player", metavar="PLAYER", help="the player's id")
    about.add_argument("--yes", action="store_true", help="erase; else only say what would be")


def _add_prune(commands: Commands, env_file: argparse.ArgumentParser) -> None:
    pruning = commands.add_parser(
        "prune",
        help="delete games that were closed long ago, with their events and transfers",
        parents=[env_file],
    )
    pruning.add_argument(
        "--closed-before",
        type=_moment_or_age,
        required=True,
        metavar="DATE",
        help="games closed before this date or time (as in archive), or this long ago (90d)",
    )
    pruning.add_argument(
        "--archive",
        type=Path,
        metavar="DIR",
        help="first write their hands to files in this directory, as archive does",
    )
    pruning.add_argument(
        "--yes", action="store_true", help="delete them; without it, they are only counted"
    )


def _add_repair(commands: Commands, env_file: argparse.ArgumentParser) -> None:
    repairing = commands.add_parser(
        "repair",
        help="diagnose a quarantined game; with an option, restore or close it",
        parents=[env_file],
    )
    repairing.add_argument("game", metavar="GAME", help="the game's id")
    action = repairing.add_mutually_exclusive_group()
    action.add_argument(
        "--restore", action="store_true", help="resume from the snapshot or the log, as shown"
    )
    action.add_argument(
        "--refund", action="store_true", help="close the game and return its chips to the accounts"
    )
    repairing.add_argument(
        "--backup",
        type=Path,
        default=Path("var/repair"),
        metavar="DIR",
        help="directory for backups of replaced data (default: var/repair)",
    )


def _add_client_program(commands: Commands, env_file: argparse.ArgumentParser) -> None:
    running = commands.add_parser(
        "db",
        help="run psql, or another of PostgreSQL's client programs, on the database",
        parents=[env_file],
    )
    running.add_argument(
        "program",
        nargs="?",
        default="psql",
        metavar="PROGRAM",
        help="psql (default), pg_dump, pg_restore, …; options of `db` come before it",
    )
    running.add_argument(
        "arguments", nargs=argparse.REMAINDER, metavar="…", help="the program's own arguments"
    )


def _add_hand_commands(commands: Commands, env_file: argparse.ArgumentParser) -> None:
    exporting = commands.add_parser(
        "export",
        help="print the finished hands of a game, hidden cards included",
        parents=[env_file],
    )
    exporting.add_argument("--game", required=True, metavar="ID", help="the game's id")
    exporting.add_argument("--hand", type=int, metavar="N", help="only this hand")
    exporting.add_argument(
        "--format", choices=FORMATS, default="phh", help="output format (default: phh)"
    )
    exporting.add_argument(
        "--as",
        dest="player",
        metavar="PLAYER",
        help="as seen by the player with this id: cards of others only if they were shown",
    )
    exporting.add_argument(
        "--currency",
        choices=CURRENCY_CODES,
        help="write chips as cents of this currency, for programs that know no play money; not "
        "with --format json",
    )
    replaying = commands.add_parser(
        "replay-hands", help="replay recorded hands with the rules and compare the final stacks"
    )
    replaying.add_argument("--variant", help="only hands of this variant code, such as NT")
    book = replaying.add_mutually_exclusive_group()
    book.add_argument(
        "--rulebook",
        dest="rules",
        action="store_const",
        const="rulebook",
        help="by the rulebook, as at our tables (default for our own hands)",
    )
    book.add_argument(
        "--pokerkit",
        dest="rules",
        action="store_const",
        const="pokerkit",
        help="as PokerKit plays, the reference of the PHH standard (default for all others)",
    )
    replaying.add_argument(
        "files",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="PHH (.phh, .phhs), JSON lines, or what export and archive write, also gzipped; a "
        "directory of such files; - is standard input",
    )


def _add_key_commands(commands: Commands, env_file: argparse.ArgumentParser) -> None:
    commands.add_parser("vault-key", help="generate a key for VAULT_KEYS")
    issuing = commands.add_parser(
        "token",
        help="issue a development token (JWT) for a player, or an operator's token",
        parents=[env_file],
    )
    issuing.add_argument("--player", metavar="ID", help="the player's id; not for an operator")
    issuing.add_argument("--name", required=True, help="the player's or operator's name")
    issuing.add_argument(
        "--role",
        choices=(*ROLES, *OPERATOR_ROLES),
        default="player",
        help="the player's role (default: player); or operator, to moderate, signed by the "
        "server's own key; or moderator or viewer, for the admin commands alone",
    )
    issuing.add_argument(
        "--minutes",
        type=_minutes,
        default=60,
        metavar="N",
        help="lifetime in minutes (default: 60)",
    )
    issuing.add_argument(
        "--key",
        type=Path,
        metavar="PEM_FILE",
        help="sign with this private key instead of AUTH_SECRET",
    )


def _minutes(text: str) -> int:
    """A token's lifetime, up to a year."""
    if not (text.isdecimal() and 1 <= int(text) <= MAX_TOKEN_MINUTES):
        raise argparse.ArgumentTypeError(
            f"expected minutes from 1 to {MAX_TOKEN_MINUTES}, got {text!r}"
        )
    return int(text)


def _moment(text: str) -> datetime:
    """A date or a date and time in ISO 8601, in UTC unless it has an offset."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected a date like 2026-01-31, got {text!r}") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _moment_or_age(text: str) -> datetime:
    """A moment as for `_moment`, or a number of days ago."""
    number, unit = text[:-1], text[-1:]
    if unit == "d" and number.isascii() and number.isdecimal() and int(number) <= MAX_AGE_DAYS:
        return datetime.now(UTC) - timedelta(days=int(number))
    try:
        return _moment(text)
    except argparse.ArgumentTypeError:
        raise argparse.ArgumentTypeError(
            f"expected a date like 2026-01-31 or an age like 90d, got {text!r}"
        ) from None
