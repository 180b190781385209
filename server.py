"""The command line: `python server.py` serves; see `python server.py --help`."""

import argparse
import asyncio
import os
import signal
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path

try:
    import structlog
    import uvloop
    from dotenv import dotenv_values

    from pokerws import logs
    from pokerws.client.bots import STYLES, BotSeat, run_bots
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
    from pokerws.server.app import App
    from pokerws.server.auth.dev_tokens import ROLES, mint
    from pokerws.server.auth.keys import KeySetError
    from pokerws.server.background.gc_tuning import Collector
    from pokerws.server.clock import Clock
    from pokerws.settings import Settings, SettingsError, load
    from pokerws.storage.errors import DatabaseError, VaultError
    from pokerws.storage.postgres.database import migrate
    from pokerws.storage.vault.keys import KeySource, new_key, vault_for_reading, written
    from pokerws.storage.vault.vault import Vault
except ModuleNotFoundError as missing:
    if missing.name is None or missing.name.partition(".")[0] == "pokerws":
        raise
    # The package by itself has what a client needs and no more.
    sys.exit(
        f"pokerws: there is no module {missing.name}; install it with: pip install '.[server]'"
    )

# Exit codes: what the operator has to set is 2, as argparse has it; what failed is 1.
BAD_SETTINGS, FAILED = 2, 1
BOT_NAMES = ("Ada", "Blaise", "Carl", "Daniela", "Emmy", "Fermat", "Grace", "Hypatia", "Ivar")

log = structlog.get_logger("pokerws.main")


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command of the command line; returns the exit code."""
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
                # The lines that it prints say it all, unless something is wrong.
                logs.configure(settings.log_format, "warning")
                return _operate(settings, arguments)
            case _:
                settings = _settings(arguments.env_file)
                logs.configure(settings.log_format, settings.log_level)
                with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                    return runner.run(_serve(settings))
    except SettingsError as error:
        print(f"pokerws: {error}", file=sys.stderr)
        return BAD_SETTINGS
    except (ArchiveError, DatabaseError, KeySetError, NotStored, RepairError, VaultError) as error:
        print(f"pokerws: {error}", file=sys.stderr)
        return FAILED
    except BrokenPipeError:
        # Whoever reads our output, like `head`, has seen enough; nothing more may be written to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED


def _parser() -> argparse.ArgumentParser:
    env_file = argparse.ArgumentParser(add_help=False)
    env_file.add_argument(
        "--env-file",
        type=Path,
        default=argparse.SUPPRESS,
        help="read settings from this file too; a variable in the environment wins",
    )
    parser = argparse.ArgumentParser(
        prog="server.py",
        description="A poker server over WebSockets. Settings are environment variables: "
        "see .env.example.",
        parents=[env_file],
    )
    parser.set_defaults(command="serve", env_file=None)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    commands.add_parser("serve", help="serve the page and the games (default)", parents=[env_file])
    migrating = commands.add_parser(
        "migrate", help="bring the database up to date", parents=[env_file]
    )
    migrating.add_argument("--status", action="store_true", help="only say what would be done")
    verifying = commands.add_parser(
        "verify",
        help="check that the stored games are what their logs lead to",
        parents=[env_file],
    )
    verifying.add_argument("--game", metavar="ID", help="only this game")
    telling = commands.add_parser(
        "replay", help="tell what happened in a game, hidden cards included", parents=[env_file]
    )
    telling.add_argument("game", metavar="GAME", help="the game's id")
    telling.add_argument("--hand", type=int, metavar="N", help="only this hand")
    telling.add_argument("--to", type=int, metavar="SEQ", help="only up to this event")
    archiving = commands.add_parser(
        "archive", help="move finished hands out of the log, into files", parents=[env_file]
    )
    archiving.add_argument(
        "--before",
        type=_moment,
        required=True,
        metavar="DATE",
        help="hands that ended before this day or time (2026-01-31, 2026-01-31T12:00; UTC)",
    )
    archiving.add_argument(
        "--to", type=Path, default=Path("var/archive"), metavar="DIR", help="where to (var/archive)"
    )
    archiving.add_argument("--dry-run", action="store_true", help="only say what would be done")
    repairing = commands.add_parser(
        "repair",
        help="show a table that was set aside, and what can be done; or do it",
        parents=[env_file],
    )
    repairing.add_argument("game", metavar="GAME", help="the game's id")
    doing = repairing.add_mutually_exclusive_group()
    doing.add_argument(
        "--restore", action="store_true", help="go on from the snapshot or the log, as shown"
    )
    doing.add_argument(
        "--refund", action="store_true", help="close the table and send its chips home"
    )
    repairing.add_argument(
        "--backup", type=Path, default=Path("var/repair"), metavar="DIR", help="(var/repair)"
    )
    _add_hands(commands, env_file)
    _add_keys_and_tokens(commands, env_file)
    return parser


def _add_hands(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    env_file: argparse.ArgumentParser,
) -> None:
    exporting = commands.add_parser(
        "export",
        help="print the hands of a game that are over, hidden cards included",
        parents=[env_file],
    )
    exporting.add_argument("--game", required=True, metavar="ID", help="the game's id")
    exporting.add_argument("--hand", type=int, metavar="N", help="only this hand")
    exporting.add_argument("--format", choices=FORMATS, default="phh", help="(phh)")
    exporting.add_argument(
        "--as",
        dest="player",
        metavar="PLAYER",
        help="as the player with this id saw them: others' cards only where they were shown",
    )
    replaying = commands.add_parser(
        "replay-hands", help="play recorded hands through the rules and compare the stacks"
    )
    replaying.add_argument("--variant", help="only hands of this variant code, such as NT")
    replaying.add_argument("files", nargs="+", type=Path, metavar="FILE", help="JSONL, or gzipped")


def _add_keys_and_tokens(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    env_file: argparse.ArgumentParser,
) -> None:
    commands.add_parser("vault-key", help="print a fresh key for VAULT_KEYS")
    minting = commands.add_parser(
        "token", help="print a token for a player, for development", parents=[env_file]
    )
    minting.add_argument("--player", required=True, metavar="ID", help="who it is for")
    minting.add_argument("--name", required=True, help="the name that others see")
    minting.add_argument("--role", choices=ROLES, default="player", help="(player)")
    minting.add_argument(
        "--minutes", type=_minutes, default=60, metavar="N", help="how long it is good (60)"
    )
    minting.add_argument(
        "--key", type=Path, metavar="PEM_FILE", help="sign with this private key, not AUTH_SECRET"
    )


def _minutes(text: str) -> int:
    """A number of minutes, up to a year."""
    if not (text.isdecimal() and 1 <= int(text) <= 525_600):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of minutes, 1 to 525600")
    return int(text)


def _moment(text: str) -> datetime:
    """A day or a time of day; without a zone it is UTC."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date like 2026-01-31") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _settings(env_file: Path | None) -> Settings:
    """The settings of the environment and, behind it, of a file.  Raises SettingsError."""
    given: dict[str, str] = {}
    if env_file is not None:
        if not env_file.is_file():
            raise SettingsError(f"there is no file {env_file}: give --env-file one that exists")
        given = {name: value or "" for name, value in dotenv_values(env_file).items()}
    return load({**given, **os.environ})


def _token(settings: Settings, arguments: argparse.Namespace) -> str:
    return mint(
        settings,
        player=arguments.player,
        name=arguments.name,
        role=arguments.role,
        minutes=arguments.minutes,
        key_file=arguments.key,
        now_ms=time.time_ns() // 1_000_000,
    )


def _operate(settings: Settings, arguments: argparse.Namespace) -> int:
    """Run a command on the database; returns the exit code."""
    url, embedded_dir = settings.database_url, settings.embedded_dir
    match arguments.command:
        case "migrate":
            for line in asyncio.run(migrate(url, embedded_dir, only_status=arguments.status)):
                print(line)
            return 0
        case "verify":
            events_off = settings.use_db_repository and not settings.use_event_persistence
            checking = verify(
                *(url, embedded_dir, arguments.game, sys.stdout, sys.stderr),
                events_off=events_off,
                vault=_vault(settings),
            )
            return asyncio.run(checking)
        case "archive":
            archiving = archive(
                *(url, embedded_dir, arguments.before, sys.stdout, sys.stderr),
                place=arguments.to,
                dry_run=arguments.dry_run,
            )
            return asyncio.run(archiving)
        case "export":
            return _export(settings, arguments)
        case "repair":
            action: Action = "show"
            if arguments.restore or arguments.refund:
                action = "restore" if arguments.restore else "refund"
            repairing = repair(
                *(url, embedded_dir, arguments.game, action, sys.stdout),
                vault=_vault(settings),
                backups=arguments.backup,
                now_ms=time.time_ns() // 1_000_000,
            )
            return asyncio.run(repairing)
        case _:
            telling = replay_game(
                *(url, embedded_dir, arguments.game, sys.stdout),
                hand=arguments.hand,
                to_seq=arguments.to,
                vault=_vault(settings),
            )
            return asyncio.run(telling)


def _export(settings: Settings, arguments: argparse.Namespace) -> int:
    """Print hands; returns the exit code."""
    player = None if arguments.player is None else PlayerId(arguments.player)
    write = HandWriter(arguments.format, player, sections=arguments.hand is None)
    exporting = export(
        *(settings.database_url, settings.embedded_dir, arguments.game, sys.stdout, sys.stderr),
        write=write,
        hand=arguments.hand,
        vault=_vault(settings),
    )
    code = asyncio.run(exporting)
    if player is not None and not write.dealt_in:
        print(
            f"pokerws: {printable(player)} was dealt into none of these hands: they are as "
            "spectators saw them",
            file=sys.stderr,
        )
    return code


def _vault(settings: Settings) -> Vault:
    """A vault with the keys that are there.  Raises VaultError."""
    return vault_for_reading(KeySource(settings.vault_keys, Path(settings.vault_key_file)))


async def _serve(settings: Settings) -> int:
    """Serve until SIGTERM or Ctrl-C; returns the exit code."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    app = App(settings)
    try:
        await app.start()
    except OSError as error:
        where, why = f"{settings.host}:{settings.port}", error.strerror or error
        print(
            f"pokerws: cannot listen on {where}: {why}; set PORT or HOST to one that is free",
            file=sys.stderr,
        )
        return FAILED
    _show_status(app, settings)
    collector = Collector(Clock())
    collector.start()
    bots = asyncio.create_task(_run_bots(app, settings)) if settings.bots else None
    await stopping.wait()
    if bots is not None:
        bots.cancel()
        await asyncio.wait([bots])
    collector.stop()
    return 0 if await app.stop() else FAILED


def _show_status(app: App, settings: Settings) -> None:
    """Print the start-up block; as log lines where a machine reads the output."""
    for what, how in app.status():
        if settings.log_format == "json":
            log.info("status", what=what, state=how)
        else:
            print(f"  {what:<24} {how}", flush=True)
    log.info("server_started", address=app.address)


async def _run_bots(app: App, settings: Settings) -> None:
    """Seat the bots as ordinary clients; they come back to their seats after a restart."""
    await run_bots(app.socket_url, bot_seats(app, settings), tls=app.own_tls)


def bot_seats(app: App, settings: Settings) -> list[BotSeat]:
    """Who plays where: the same bots at every table, which is opened if there is none."""
    names = BOT_NAMES[: settings.bots]
    tables = [(app.open_bot_table(), settings.bots, frozenset[str]())]
    # At these nothing is played, and stored, until there is somebody to play with.
    tables += [(table, bots, frozenset(names)) for table, bots in app.open_bot_games().items()]
    delay_ms = (settings.bot_min_delay_ms, settings.bot_max_delay_ms)
    return [
        BotSeat(
            style,
            table,
            name,
            token=app.bot_token(name),
            delay_ms=delay_ms,
            not_among=not_among,
        )
        for table, bots, not_among in tables
        for name, style in zip(names[:bots], cycle(STYLES.values()), strict=False)
    ]


if __name__ == "__main__":
    sys.exit(main())
