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
from pathlib import Path
from types import MappingProxyType
from typing import NoReturn

try:
    import structlog
    import uvloop

    from pokerws import health, logs
    from pokerws.arguments import parser
    from pokerws.doctor.command import doctor
    from pokerws.fair_play.report import Inquiry
    from pokerws.game.state import PlayerId
    from pokerws.hand_histories.currency import Money
    from pokerws.hand_histories.formats import MONEY_FORMATS, HandWriter
    from pokerws.maintenance.archive import archive
    from pokerws.maintenance.client_program import run_client
    from pokerws.maintenance.errors import MaintenanceError
    from pokerws.maintenance.export import export
    from pokerws.maintenance.ledger import print_ledger
    from pokerws.maintenance.players.audit import audit
    from pokerws.maintenance.players.player_data import erase_player, export_player
    from pokerws.maintenance.prune import prune
    from pokerws.maintenance.repair import Action, repair
    from pokerws.maintenance.replay import replay_game
    from pokerws.maintenance.replay_hands import replay_hands
    from pokerws.maintenance.stored_log import printable
    from pokerws.maintenance.verify import verify
    from pokerws.moderate.command import moderate
    from pokerws.nodes.command import list_nodes, move_table
    from pokerws.serve import WORKER, serve
    from pokerws.server.auth.dev_tokens import issue_dev_token
    from pokerws.server.auth.errors import KeySetError
    from pokerws.server.auth.identity import OPERATOR_ROLES, OperatorRole
    from pokerws.server.auth.operator_key import issue_for_operator
    from pokerws.settings import Settings, SettingsError, misspelt
    from pokerws.settings.sources.environment import read_settings
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

# Exit codes: 2 for invalid arguments or settings, as in argparse; 1 for any other failure.
BAD_SETTINGS, FAILED = 2, 1
# Commands that work on the database.
ON_DATABASE = frozenset(
    "migrate verify replay export archive prune repair db ledger nodes move audit player".split()
)
NO_CHOICES: Mapping[str, str] = MappingProxyType({})

log = structlog.get_logger("pokerws.settings")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.  Returns the exit code; lets KeyboardInterrupt pass."""
    # A default of the option itself would replace, for a command, what was given before it.
    arguments = parser().parse_args(argv, argparse.Namespace(env_file=None))
    try:
        match arguments.command:
            case "health":
                return health.check(arguments.env_file)
            case "replay-hands":
                return replay_hands(
                    arguments.files, sys.stdout, arguments.variant, rules=arguments.rules
                )
            case "vault-key":
                print(written(new_key()))
                return 0
            case "token":
                print(_token(_settings(arguments.env_file), arguments))
                return 0
            case "doctor":
                return _doctor(arguments)
            case "moderate":
                logs.configure("console", "error")
                return moderate(_settings(arguments.env_file), arguments, sys.stdout, sys.stderr)
            case "load":
                return _load(arguments)
            case command if command in ON_DATABASE:
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
                worker = os.environ.pop(WORKER, None)
                settings = _settings(arguments.env_file, _choices(arguments))
                chosen = settings.logs
                logs.configure(chosen.format, chosen.level, hands_one_in=chosen.hands_one_in)
                for name, setting in misspelt(os.environ).items():
                    log.warning("setting_not_read", name=name, did_you_mean=setting)
                with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                    _serve(runner, settings, worker)
    except SettingsError as error:
        for problem in str(error).splitlines():
            print(f"pokerws: {problem}", file=sys.stderr)
        return BAD_SETTINGS
    except (DatabaseError, KeySetError, MaintenanceError, VaultError) as error:
        print(f"pokerws: {error}", file=sys.stderr)
        return FAILED
    except BrokenPipeError:
        # The reader of the output, such as `head`, has closed the pipe: keep Python from flushing.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED


def _serve(runner: asyncio.Runner, settings: Settings, worker: str | None) -> NoReturn:
    """Run the server, and end the process.  Raises what the start raises."""
    if worker is not None:
        code = runner.run(serve(settings, int(worker)))
    elif settings.cluster.workers:
        # Only here, as one server has no need of it.
        from pokerws.workers.supervisor import supervise  # noqa: PLC0415

        code = runner.run(supervise(settings, [sys.executable, *sys.orig_argv[1:]]))
    else:
        code = runner.run(serve(settings))
    sys.stdout.flush()
    sys.stderr.flush()
    # Everything is stopped.  Leaving as usual would wait for threads, and the resolver of the C
    # library waits for a name server as long as it likes; and without the loop another signal would
    # change the exit code.
    os._exit(code)


def _choices(arguments: argparse.Namespace) -> dict[str, str]:
    """The settings that were given as arguments of `serve`."""
    given = vars(arguments)
    return {name.upper(): given[name] for name in ("overtake", "overtaken_tables") if name in given}


def _settings(env_file: Path | None, choices: Mapping[str, str] = NO_CHOICES) -> Settings:
    """The settings from `choices`, the environment and the file.  Raises SettingsError."""
    return read_settings(env_file, choices)


def _doctor(arguments: argparse.Namespace) -> int:
    """Check the set-up.  Returns the exit code."""
    logs.configure("console", "error")
    checking = doctor(
        lambda: _settings(arguments.env_file), os.environ, sys.stdout, as_json=arguments.json
    )
    return asyncio.run(checking)


def _load(arguments: argparse.Namespace) -> int:
    """Put a load on a server.  Returns the exit code."""
    try:
        # Only here, as it works on Linux alone.
        from pokerws.load.command import load  # noqa: PLC0415
    except ImportError as error:
        print(f"pokerws: the load generator needs Linux: {error}", file=sys.stderr)
        return FAILED
    return load(_settings(arguments.env_file), arguments, sys.stdout, sys.stderr)


def _token(settings: Settings, arguments: argparse.Namespace) -> str:
    """A token for an operator, or for a player.  Raises SettingsError."""
    if arguments.role in OPERATOR_ROLES:
        now_ms = time.time_ns() // 1_000_000
        role: OperatorRole = arguments.role
        return issue_for_operator(settings, arguments.name, arguments.minutes, now_ms, role)
    if arguments.player is None:
        raise SettingsError("--player is missing: the id of the player whose token it is")
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
        case "ledger":
            vault = _vault(settings)
            return asyncio.run(print_ledger(address, arguments.game, sys.stdout, vault=vault))
        case "audit":
            return _audit(address, arguments)
        case "player":
            return _player(address, arguments)
        case "export":
            return _export(settings, arguments)
        case "repair":
            return _repair(settings, arguments)
        case "nodes":
            return asyncio.run(list_nodes(address, sys.stdout))
        case "move":
            table, node = arguments.table, arguments.node
            return asyncio.run(move_table(settings, address, table, node, sys.stdout))
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
    money = Money(arguments.currency)
    if money.code is not None and arguments.format not in MONEY_FORMATS:
        print(
            f"pokerws: --currency cannot be used with --format {arguments.format}", file=sys.stderr
        )
        return BAD_SETTINGS
    write = HandWriter(arguments.format, player, sections=arguments.hand is None, money=money)
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
    for note in write.notes():
        print(f"pokerws: {note}", file=sys.stderr)
    return code


def _audit(address: Address, arguments: argparse.Namespace) -> int:
    """Look for signs of unfair play.  Returns the exit code."""
    players = [PlayerId(player) for player in arguments.players]
    since_ms = max(0, time.time_ns() // 1_000_000 - arguments.days * 86_400_000)
    inquiry = Inquiry(players, since_ms, archive=str(arguments.archive or ""))
    return asyncio.run(audit(address, inquiry, sys.stdout, as_json=arguments.json))


def _player(address: Address, arguments: argparse.Namespace) -> int:
    """Export or erase what is about a player.  Returns the exit code."""
    player = PlayerId(arguments.player)
    if arguments.action == "export":
        return asyncio.run(export_player(address, player, sys.stdout))
    return asyncio.run(erase_player(address, player, sys.stdout, really=arguments.yes))


def _vault(settings: Settings) -> Vault:
    """A vault with the configured keys.  Raises VaultError."""
    return vault_for_reading(KeySource(settings.vault.keys, Path(settings.vault.key_file)))
