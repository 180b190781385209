"""The command line: parses the arguments, reads the settings and runs one command.

`pokerws` and, in a checkout, `python server.py` are the same; `serve` is the default command.
"""

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeAlias

try:
    import uvloop

    from pokerws import health, logs
    from pokerws.doctor.command import doctor
    from pokerws.game.state import PlayerId
    from pokerws.hand_histories.formats import FORMATS, HandWriter
    from pokerws.maintenance.archive import archive
    from pokerws.maintenance.client_program import run_client
    from pokerws.maintenance.errors import MaintenanceError
    from pokerws.maintenance.export import export
    from pokerws.maintenance.prune import prune
    from pokerws.maintenance.repair import Action, repair
    from pokerws.maintenance.replay import replay_game
    from pokerws.maintenance.replay_hands import replay_hands
    from pokerws.maintenance.stored_log import printable
    from pokerws.maintenance.verify import verify
    from pokerws.program import PROGRAM
    from pokerws.serve import serve
    from pokerws.server.auth.dev_tokens import ROLES, issue_dev_token
    from pokerws.server.auth.errors import KeySetError
    from pokerws.settings import Settings, SettingsError, load
    from pokerws.settings.environment import environment
    from pokerws.storage.errors import DatabaseError, VaultError
    from pokerws.storage.postgres.address import Address, address_of
    from pokerws.storage.postgres.database import migrate
    from pokerws.storage.vault.keys import KeySource, new_key, vault_for_reading, written
    from pokerws.storage.vault.vault import Vault
except ModuleNotFoundError as missing:
    if missing.name is None or missing.name.partition(".")[0] == "pokerws":
        raise
    # Without an extra, only the client's dependencies are installed.
    sys.exit(
        f"pokerws: the module {missing.name} is missing; install the server's dependencies "
        "with: pip install '.[server]'"
    )

# Exit codes: 2 for invalid arguments or settings, as in argparse; 130 after Ctrl-C, as in a shell;
# 1 for any other failure.
BAD_SETTINGS, FAILED, INTERRUPTED = 2, 1, 130
MAX_TOKEN_MINUTES = 525_600
# A century.
MAX_AGE_DAYS = 36_500

# argparse has no public name for what add_subparsers() returns.
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.  Returns the exit code."""
    # A default of the option itself would replace, for a command, what was given before it.
    arguments = _parser().parse_args(argv, argparse.Namespace(env_file=None))
    try:
        match arguments.command:
            case "health":
                return health.check(arguments.env_file)
            case "replay-hands":
                return replay_hands(arguments.files, sys.stdout, arguments.variant)
            case "vault-key":
                print(written(new_key()))
                return 0
            case "token":
                print(_token(_settings(arguments.env_file), arguments))
                return 0
            case "doctor":
                return _doctor(arguments)
            case "migrate" | "verify" | "replay" | "export" | "archive" | "prune" | "repair" | "db":
                settings = _settings(arguments.env_file)
                # These print their results; the log is only for errors.
                logs.configure(settings.logs.format, "warning")
                return _operate(settings, arguments)
            case _:
                settings = _settings(arguments.env_file)
                logs.configure(settings.logs.format, settings.logs.level)
                with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                    return runner.run(serve(settings))
    except SettingsError as error:
        print(f"pokerws: {error}", file=sys.stderr)
        return BAD_SETTINGS
    except (DatabaseError, KeySetError, MaintenanceError, VaultError) as error:
        print(f"pokerws: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of the output, such as `head`, has closed the pipe: keep Python from flushing.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED


def _parser() -> argparse.ArgumentParser:
    env_file = argparse.ArgumentParser(add_help=False)
    env_file.add_argument(
        "--env-file",
        type=Path,
        default=argparse.SUPPRESS,
        help="read settings from this file as well; environment variables take precedence",
    )
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        description="A poker server over WebSockets, configured by environment variables: "
        "`python -m pokerws.settings` prints all of them, with their defaults.",
        parents=[env_file],
    )
    parser.set_defaults(command="serve")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    commands.add_parser("serve", help="run the server (default)", parents=[env_file])
    health.add_parser(commands, env_file)
    diagnosing = commands.add_parser(
        "doctor", help="check settings, machine and database; change nothing", parents=[env_file]
    )
    diagnosing.add_argument("--json", action="store_true", help="print one JSON document")
    _add_database_commands(commands, env_file)
    _add_prune(commands, env_file)
    _add_repair(commands, env_file)
    _add_hand_commands(commands, env_file)
    _add_client_program(commands, env_file)
    _add_key_commands(commands, env_file)
    return parser


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
        help="then let this database role serve: it reads and writes rows, and owns no table",
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
        help="games closed before this date or time (as in archive), or so long ago (90d)",
    )
    pruning.add_argument(
        "--archive",
        type=Path,
        metavar="DIR",
        help="first write their hands to files in this directory, as archive does",
    )
    pruning.add_argument(
        "--yes", action="store_true", help="delete them, instead of only counting them"
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
    replaying = commands.add_parser(
        "replay-hands", help="replay recorded hands with the rules and compare the final stacks"
    )
    replaying.add_argument("--variant", help="only hands of this variant code, such as NT")
    replaying.add_argument("files", nargs="+", type=Path, metavar="FILE", help="JSONL, or gzipped")


def _add_key_commands(commands: Commands, env_file: argparse.ArgumentParser) -> None:
    commands.add_parser("vault-key", help="generate a key for VAULT_KEYS")
    issuing = commands.add_parser(
        "token", help="issue a development token (JWT) for a player", parents=[env_file]
    )
    issuing.add_argument("--player", required=True, metavar="ID", help="the player's id")
    issuing.add_argument("--name", required=True, help="the player's display name")
    issuing.add_argument(
        "--role", choices=ROLES, default="player", help="the player's role (default: player)"
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


def _settings(env_file: Path | None) -> Settings:
    """The settings from the environment and the file.  Raises SettingsError."""
    return load(environment(env_file))


def _doctor(arguments: argparse.Namespace) -> int:
    """Check the set-up.  Returns the exit code."""
    logs.configure("console", "error")
    checking = doctor(
        lambda: _settings(arguments.env_file), os.environ, sys.stdout, as_json=arguments.json
    )
    return asyncio.run(checking)


def _token(settings: Settings, arguments: argparse.Namespace) -> str:
    return issue_dev_token(
        settings,
        player=arguments.player,
        name=arguments.name,
        role=arguments.role,
        minutes=arguments.minutes,
        key_file=arguments.key,
        now_ms=time.time_ns() // 1_000_000,
    )


def _operate(settings: Settings, arguments: argparse.Namespace) -> int:
    """Run a maintenance command on the database.  Returns the exit code."""
    address = _address(settings)
    match arguments.command:
        case "migrate":
            migrating = migrate(
                address, only_status=arguments.status, server_role=arguments.server_role
            )
            for line in asyncio.run(migrating):
                print(line)
            return 0
        case "verify":
            return _verify(settings, arguments)
        case "archive":
            archiving = archive(
                *(address, arguments.before, sys.stdout, sys.stderr),
                place=arguments.to,
                dry_run=arguments.dry_run,
            )
            return asyncio.run(archiving)
        case "prune":
            pruning = prune(
                *(address, arguments.closed_before, sys.stdout, sys.stderr),
                place=arguments.archive,
                really=arguments.yes,
            )
            return asyncio.run(pruning)
        case "export":
            return _export(settings, arguments)
        case "repair":
            return _repair(settings, arguments)
        case "db":
            return asyncio.run(run_client(address, [arguments.program, *arguments.arguments]))
        case _:
            replaying = replay_game(
                *(address, arguments.game, sys.stdout),
                hand=arguments.hand,
                to_seq=arguments.to,
                vault=_vault(settings),
            )
            return asyncio.run(replaying)


def _address(settings: Settings) -> Address:
    """The database.  Raises AddressError."""
    return address_of(settings.storage.database_url, settings.storage.schema)


def _verify(settings: Settings, arguments: argparse.Namespace) -> int:
    """Check the database.  Returns the exit code."""
    features = settings.features
    verifying = verify(
        *(_address(settings), arguments.game, sys.stdout, sys.stderr),
        events_off=features.use_db_repository and not features.use_event_persistence,
        vault=_vault(settings),
    )
    return asyncio.run(verifying)


def _repair(settings: Settings, arguments: argparse.Namespace) -> int:
    """Diagnose, restore or close a game.  Returns the exit code."""
    action: Action = "show"
    if arguments.restore or arguments.refund:
        action = "restore" if arguments.restore else "refund"
    repairing = repair(
        *(_address(settings), arguments.game, action, sys.stdout),
        vault=_vault(settings),
        backups=arguments.backup,
        now_ms=time.time_ns() // 1_000_000,
    )
    return asyncio.run(repairing)


def _export(settings: Settings, arguments: argparse.Namespace) -> int:
    """Print the hands of a game.  Returns the exit code."""
    player = None if arguments.player is None else PlayerId(arguments.player)
    write = HandWriter(arguments.format, player, sections=arguments.hand is None)
    exporting = export(
        *(_address(settings), arguments.game, sys.stdout, sys.stderr),
        write=write,
        hand=arguments.hand,
        vault=_vault(settings),
    )
    code = asyncio.run(exporting)
    if player is not None and not write.dealt_in:
        print(
            f"pokerws: {printable(player)} was not dealt into any of these hands: they are shown "
            "as spectators saw them",
            file=sys.stderr,
        )
    return code


def _vault(settings: Settings) -> Vault:
    """A vault with the configured keys.  Raises VaultError."""
    return vault_for_reading(KeySource(settings.vault.keys, Path(settings.vault.key_file)))
