"""The arguments of `admin`, made from the list of admin commands."""

import argparse
from pathlib import Path
from secrets import token_hex
from typing import Any

from msgspec.inspect import IntType, ListType, LiteralType, Metadata, Type, UnionType, type_info
from msgspec.structs import FieldInfo, fields

from pokerws.moderate.arguments import minutes_of, operator_name
from pokerws.program import PROGRAM
from pokerws.server.admin.commands import COMMANDS, Command, name_of

# Options although a command needs them: they stand out, and cannot be taken for another argument.
_NAMED = frozenset({"reason"})


def parser() -> argparse.ArgumentParser:
    """The parser of a command line with this command alone."""
    env_file = argparse.ArgumentParser(add_help=False)
    env_file.add_argument("--env-file", type=Path, default=argparse.SUPPRESS, metavar="FILE")
    parsing = argparse.ArgumentParser(prog=PROGRAM, parents=[env_file])
    # The options may stand before the action or after it.  Parsers share what their parents have,
    # and the defaults below are for one of them only.
    shared = [env_file, _options()]
    admin = parsing.add_subparsers(dest="command", required=True).add_parser(
        "admin",
        help="look at the running server, its tables and players, and act on them",
        description="Sends one command to the running server: over its Unix socket, which it finds "
        "by the server's settings, or over the network with --url and a token from the "
        "environment (ADMIN_TOKEN) or a file.",
        parents=[env_file, _options()],
    )
    admin.set_defaults(json=False, operator=None, url=None, token_file=None, socket=None, worker=1)
    names = admin.add_subparsers(dest="action", metavar="ACTION", required=True)
    for command in COMMANDS:
        about = (command.__doc__ or "").strip()
        one = names.add_parser(
            name_of(command),
            help=about,
            description=f"{about} Role: {command.role}. Holds at {command.where}.",
            parents=shared,
        )
        for field in fields(command):
            if field.name != "id":
                _add(one, field)
    return parsing


def command_of(arguments: argparse.Namespace) -> Command:
    """The command that was typed."""
    kind = next(one for one in COMMANDS if name_of(one) == arguments.action)
    given = {
        field.name: getattr(arguments, field.name)
        for field in fields(kind)
        if field.name != "id" and getattr(arguments, field.name) is not None
    }
    return kind(id=token_hex(4), **given)


def _options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(add_help=False)
    for name, more in (
        ("--json", {"action": "store_true", "help": "print the answer as JSON"}),
        ("--as", {"dest": "operator", "type": operator_name, "metavar": "NAME"}),
        ("--socket", {"type": Path, "metavar": "FILE", "help": "the Unix socket"}),
        ("--worker", {"type": int, "metavar": "N", "help": "with WORKERS, which of them; else 1"}),
        ("--url", {"metavar": "URL", "help": "ADMIN_PORT of a server: ws://… or wss://…"}),
        ("--token-file", {"type": Path, "metavar": "FILE", "help": "the token for --url"}),
    ):
        help_of_name = {"help": "your name in the log"} if name == "--as" else {}
        options.add_argument(name, default=argparse.SUPPRESS, **{**help_of_name, **more})  # type: ignore[arg-type]
    return options


def _add(parser: argparse.ArgumentParser, field: FieldInfo) -> None:
    """Add one argument of a command: in its place if it is needed, and else an option."""
    meaning, kind = _meaning_of(field), _kind_of(field)
    more: dict[str, Any] = {"help": meaning}
    if isinstance(kind, LiteralType):
        more["choices"] = kind.values
    elif field.name == "minutes":
        more |= {"type": minutes_of, "metavar": "TIME"}
        more["help"] = f"{meaning.replace(' many minutes', ' long')}: 30m, 2h, 7d or 4w"
    elif isinstance(kind, IntType):
        more |= {"type": int, "metavar": "N"}
    if field.name == "minutes":
        parser.add_argument("--for", dest="minutes", default=None, **more)
    elif field.name == "request":
        parser.add_argument("--request", default=None, metavar="ID", **more)
    elif isinstance(kind, ListType):
        parser.add_argument(field.name, nargs="+", metavar=field.name.upper().rstrip("S"), **more)
    elif field.required and field.name not in _NAMED:
        if "choices" not in more:
            more["metavar"] = field.name.upper()
        parser.add_argument(field.name, **more)
    else:
        more.setdefault("metavar", "TEXT")
        parser.add_argument(f"--{field.name}", default=None, required=field.required, **more)


def _meaning_of(field: FieldInfo) -> str:
    """The description of a field."""
    kind = type_info(field.type)
    schema = kind.extra_json_schema if isinstance(kind, Metadata) else None
    return str((schema or {}).get("description", ""))


def _kind_of(field: FieldInfo) -> Type:
    """The type of a field without what surrounds it."""
    kind = type_info(field.type)
    while isinstance(kind, Metadata | UnionType):
        kind = kind.type if isinstance(kind, Metadata) else kind.types[0]
    return kind
