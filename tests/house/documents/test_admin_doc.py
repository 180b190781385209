"""docs/admin.md lists every admin command with its arguments, as the code has it."""

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path

from pokerws.admin.arguments import parser
from pokerws.server.admin.commands import COMMANDS, name_of

ROOT = Path(__file__).resolve().parents[3]
SHARED = frozenset(
    {"help", "env_file", "json", "operator", "socket", "url", "token_file", "worker"}
)


def actions() -> dict[str, ArgumentParser]:
    """The parser of each command."""
    (commands,) = (one for one in parser()._actions if one.dest == "command")
    assert isinstance(commands.choices, dict)
    (names,) = (one for one in commands.choices["admin"]._actions if one.dest == "action")
    assert isinstance(names.choices, dict)
    return names.choices


def usage(name: str, typed: ArgumentParser) -> str:
    """A command as it is typed."""
    words = [name]
    for one in typed._actions:
        if one.dest in SHARED:
            continue
        value = str(one.metavar or "|".join(one.choices or ()))
        if one.nargs == "+":
            value += "..."
        if not one.option_strings:
            words.append(value.replace("|", "\\|"))
        else:
            option = f"{one.option_strings[0]} {value}"
            words.append(option if one.required else f"[{option}]")
    return " ".join(words)


def rows() -> Iterator[str]:
    """The table of commands."""
    typed = actions()
    for command in COMMANDS:
        name, about = name_of(command), (command.__doc__ or "").strip()
        said = usage(name, typed[name])
        yield f"| `{said}` | {command.role} | {command.where} | {about} |"


def test_the_document_has_every_command_as_it_is() -> None:
    text = (ROOT / "docs" / "admin.md").read_text(encoding="utf-8")
    listed = [line for line in text.splitlines() if line.startswith("| `")]
    assert listed == list(rows()), "\n".join(rows())
