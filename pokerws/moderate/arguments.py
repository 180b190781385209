"""The arguments of the command `moderate`."""

import argparse
import re

from pokerws.messages import MAX_MINUTES, MAX_REASON_LENGTH
from pokerws.server.auth.identity import OPERATOR_NAME

_UNITS = {"m": 1, "h": 60, "d": 1440, "w": 10_080}
_DURATION = re.compile(r"([1-9][0-9]{0,6})([mhdw])")


def add_parser(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    env_file: argparse.ArgumentParser,
) -> None:
    """Add the command to a command line."""
    # The options may stand before the action or after it.  Parsers share what their parents have,
    # and the defaults below are for one of them only.
    shared = [env_file, _options()]
    moderating = commands.add_parser(
        "moderate",
        help="list, kick, mute and ban players of the running server, and close tables",
        parents=[env_file, _options()],
    )
    moderating.set_defaults(json=False, operator="console")
    actions = moderating.add_subparsers(dest="action", metavar="ACTION", required=True)
    actions.add_parser(
        "players", help="list players who are connected, seated, or have just left", parents=shared
    )
    actions.add_parser(
        "bans", help="list bans, mutes, kicks and ended sessions in force", parents=shared
    )
    kicking = actions.add_parser(
        "kick", help="remove a player from the seat at a table", parents=shared
    )
    kicking.add_argument("--table", required=True, metavar="ID", help="the table's id")
    kicking.add_argument("--player", required=True, metavar="PLAYER", help="id or name")
    _add_term(kicking, "10m", "how long the player may not sit there again")
    muting = actions.add_parser("mute", help="refuse a player's chat", parents=shared)
    muting.add_argument("player", metavar="PLAYER", help="id or name")
    _add_term(muting, "1h", "for how long")
    banning = actions.add_parser(
        "ban", help="keep a player or an address off the server", parents=shared
    )
    banning.add_argument("target", metavar="PLAYER|ADDRESS", help="id, name, address or network")
    _add_term(banning, "1d", "for how long")
    for name, what in (
        ("unmute", "let a player chat again"),
        ("end-session", "end all sessions of a player, whose tokens become invalid"),
    ):
        one = actions.add_parser(name, help=what, parents=shared)
        one.add_argument("player", metavar="PLAYER", help="id or name")
    lifting = actions.add_parser("unban", help="end a ban", parents=shared)
    lifting.add_argument("target", metavar="PLAYER|ADDRESS", help="id, address or network")
    closing = actions.add_parser(
        "close-table", help="close a table and return all chips", parents=shared
    )
    closing.add_argument("table", metavar="ID", help="the table's id")


def _options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(add_help=False)
    options.add_argument(
        "--json",
        action="store_true",
        default=argparse.SUPPRESS,
        help="print one JSON object a line",
    )
    options.add_argument(
        "--as",
        dest="operator",
        type=operator_name,
        default=argparse.SUPPRESS,
        metavar="NAME",
        help="your name, for the log and the list of bans (default: console)",
    )
    return options


def _add_term(parser: argparse.ArgumentParser, default: str, meaning: str) -> None:
    parser.add_argument(
        "--for",
        dest="minutes",
        type=minutes_of,
        default=minutes_of(default),
        metavar="TIME",
        help=f"{meaning}: 30m, 2h, 7d or 4w (default: {default})",
    )
    parser.add_argument("--reason", type=_reason, metavar="TEXT", help="why; the player is told")


def minutes_of(text: str) -> int:
    """A time such as 2h in minutes."""
    match = _DURATION.fullmatch(text)
    minutes = int(match[1]) * _UNITS[match[2]] if match else 0
    if not 1 <= minutes <= MAX_MINUTES:
        raise argparse.ArgumentTypeError(
            f"expected a time like 30m, 2h, 7d or 4w, up to ten years, got {text!r}"
        )
    return minutes


def operator_name(text: str) -> str:
    """The name of an operator."""
    if not OPERATOR_NAME.fullmatch(text):
        raise argparse.ArgumentTypeError(
            f"expected up to 24 letters, digits, dots, dashes and underscores, got {text!r}"
        )
    return text


def _reason(text: str) -> str:
    if not 1 <= len(text) <= MAX_REASON_LENGTH:
        raise argparse.ArgumentTypeError(f"expected 1 to {MAX_REASON_LENGTH} characters")
    return text
