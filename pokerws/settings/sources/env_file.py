"""Reads an env file strictly: what could be a mistake stops the start instead of being passed over.

The syntax is python-dotenv's: `NAME=value`, optionally with `export`, quotes, `${OTHER}` and
comments, in lines that end with LF or CRLF.
"""

from io import StringIO
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from dotenv.parser import Binding


class EnvFile(NamedTuple):
    """An env file: its path as given, the value and the line of each name, and what is wrong.

    A problem is one line: a line of the file that is no assignment, or a name with two values.
    """

    path: str
    values: dict[str, str]
    lines: dict[str, int]
    problems: list[str]


def read_env_file(path: str, text: str) -> EnvFile:
    """Read the text of an env file."""
    # Without a file it need not be installed.
    from dotenv import dotenv_values  # noqa: PLC0415
    from dotenv.parser import parse_stream  # noqa: PLC0415

    good = ""
    lines: dict[str, int] = {}
    first: dict[str, Binding] = {}
    problems = []
    for binding in parse_stream(StringIO(text)):
        line = _line_of(binding)
        if binding.error or (binding.key is not None and binding.value is None):
            problems.append(
                f"line {line} of {path} is not like NAME=value: correct it, or put # before it"
            )
            # python-dotenv would log a warning.
            continue
        good += binding.original.string
        if binding.key is not None:
            before = first.setdefault(binding.key, binding)
            if before.value != binding.value:
                problems.append(
                    f"{binding.key} is set twice in {path}, in lines {_line_of(before)} and "
                    f"{line}, to different values: keep one of them"
                )
            lines[binding.key] = line
    values = {name: value or "" for name, value in dotenv_values(stream=StringIO(good)).items()}
    return EnvFile(path, values, lines, problems)


def _line_of(binding: "Binding") -> int:
    """The line of a binding, whose text begins with the empty lines before it."""
    text = binding.original.string
    before = text[: len(text) - len(text.lstrip())]
    return binding.original.line + before.count("\n")
