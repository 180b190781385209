"""The command line: parses the arguments, reads the settings and runs one command.

`pokerws` and, in a checkout, `python server.py` are the same; `serve` is the default command.
"""

import argparse
import asyncio
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import NoReturn, TypeAlias

try:
    import structlog
    import uvloop

    from pokerws import logs
    from pokerws.game.state import PlayerId
    from pokerws.hand_histories.formats import FORMATS, HandWriter
    from pokerws.maintenance.archive import archive
    from pokerws.maintenance.errors import ArchiveError, NotStored, RepairError
    from pokerws.maintenance.export import export
    from pokerws.maintenance.repair import Action, repair
    from pokerws.maintenance.replay import replay_game
    from pokerws.maintenance.replay_hands import replay_hands
    from pokerws.maintenance.stored_log import printable
    from pokerws.maintenance.verify import verify
    from pokerws.program import PROGRAM
    from pokerws.serve import serve
    from pokerws.server.auth.dev_tokens import ROLES, issue_dev_token
    from pokerws.server.auth.errors import KeySetError
    from pokerws.settings import Settings, SettingsError, load, misspelt, read_env_file
    from pokerws.storage.errors import DatabaseError, VaultError
    from pokerws.storage.postgres.address import Address, address_of
    from pokerws.storage.postgres.database import migrate
    from pokerws.storage.vault.keys import (
        KeySource,
        new_key,
        vault_for_reading,
        written,
    )
    from pokerws.storage.vault.vault import Vault
except ModuleNotFoundError as missing:
    if missing.name is None or missing.name.partition(".")[0] == "pokerws":
        raise
    # Without an extra, only the client's dependencies are installed.
    sys.exit(
        f"pokerws: the module {missing.name} is missing; install the server's dependencies "
        "with: pip install '.[server]'"
    )

# Exit codes: 2 for invalid arguments or settings, as in argparse; 130 after Ctrl-C or SIGTERM, as
# in a shell; 1 for any other failure.
BAD_SETTINGS, FAILED, INTERRUPTED = 2, 1, 130
MAX_TOKEN_MINUTES = 525_600
NO_CHOICES: Mapping[str, str] = MappingProxyType({})

log = structlog.get_logger("pokerws.settings")

# argparse has no public name for what add_subparsers() returns.
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.  Returns the exit code."""
    arguments = _parser().parse_args(argv)
    try:
        match arguments.command:
            case "replay-hands":
                return replay_hands(arguments.files, sys.stdout, arguments.variant)
            case "vault-key":
                print(written(new_key()))
                return 0
            case "token":
                print(_token(_settings(arguments.env_file), arguments))
                return 0
            case "migrate" | "verify" | "replay" | "export" | "archive" | "repair":
                settings = _settings(arguments.env_file)
                for name, setting in misspelt(os.environ).items():
                    print(
                        f"pokerws: {name} in the environment is not a setting; did you mean "
                        f"{setting}?",
                        file=sys.stderr,
                    )
                # These print their results; the log is only for errors.
                logs.configure(settings.logs.format, "warning")
                # Told to end, it stops a PostgreSQL that it has started, as after Ctrl-C.
                signal.signal(signal.SIGTERM, signal.default_int_handler)
                return _operate(settings, arguments)
            case _:
                settings = _settings(arguments.env_file, _choices(arguments))
                logs.configure(settings.logs.format, settings.logs.level)
                for name, setting in misspelt(os.environ).items():
                    log.warning("setting_not_read", name=name, did_you_mean=setting)
                with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                    _serve(runner, settings)
    except SettingsError as error:
        for problem in str(error).splitlines():
            print(f"pokerws: {problem}", file=sys.stderr)
        return BAD_SETTINGS
    except (ArchiveError, DatabaseError, KeySetError, NotStored, RepairError, VaultError) as error:
        print(f"pokerws: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of the output, such as `head`, has closed the pipe: keep Python from flushing.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED


def _serve(runner: asyncio.Runner, settings: Settings) -> NoReturn:
    """Run the server, and end the process.  Raises what the start raises."""
    code = runner.run(serve(settings))
    sys.stdout.flush()
    sys.stderr.flush()
    # Everything is stopped.  Leaving as usual would wait for threads, and the resolver of the C
    # library waits for a name server as long as it likes; and without the loop another signal would
    # change the exit code.
    os._exit(code)


def _parser() -> argparse.ArgumentParser:
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
        help="what to do with tables that play in memory has left behind",
    )
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        description="A poker server over WebSockets, configured by environment variables: "
        "`python -m pokerws.settings` prints all of them, with their defaults.",
        parents=[env_file, serving],
    )
    parser.set_defaults(command="serve", env_file=None)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    commands.add_parser("serve", help="run the server (default)", parents=[env_file, serving])
    _add_database_commands(commands, env_file)
    _add_repair(commands, env_file)
    _add_hand_commands(commands, env_file)
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


def _choices(arguments: argparse.Namespace) -> dict[str, str]:
    """The settings that were given as arguments of `serve`."""
    given = vars(arguments)
    return {name.upper(): given[name] for name in ("overtake", "overtaken_tables") if name in given}


def _settings(env_file: Path | None, choices: Mapping[str, str] = NO_CHOICES) -> Settings:
    """The settings from `choices`, the environment and the file.  Raises SettingsError."""
    environ = {**os.environ, **choices}
    if env_file is None:
        return load(environ)
    if not env_file.is_file():
        raise SettingsError(f"--env-file names no file: {env_file}")
    try:
        # Some editors write a byte order mark.
        text = env_file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise SettingsError(f"--env-file {env_file} cannot be read: {reason}") from error
    return load(environ, read_env_file(str(env_file), text))


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
        case "export":
            return _export(settings, arguments)
        case "repair":
            return _repair(settings, arguments)
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
        *(
            _address(settings),
            arguments.game,
            sys.stdout,
            sys.stderr,
        ),
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
