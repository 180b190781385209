"""The entry point of `pokerws` and `python server.py`: the health check, or the command line.

A container asks for its health every few seconds.  Importing the whole command line takes half a
second of processor time, and `health` needs none of it.
"""

import sys
from collections.abc import Sequence

ENV_FILE = "--env-file"
# The exit code after Ctrl-C or SIGTERM, as in a shell.
INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.  Returns the exit code."""
    try:
        return _run(sys.argv[1:] if argv is None else list(argv))
    except KeyboardInterrupt:
        # It may come while the command is still being imported.
        return INTERRUPTED


def _run(words: Sequence[str]) -> int:
    if _command(words) == "health":
        from pokerws.health import main as health  # noqa: PLC0415  each command imports its own

        return health(words)
    from pokerws.cli import main as command_line  # noqa: PLC0415  likewise

    return command_line(words)


def _command(words: Sequence[str]) -> str | None:
    """The first word that is neither an option nor the value of `--env-file`."""
    is_value = False
    for word in words:
        if not is_value and not word.startswith("-"):
            return word
        is_value = word == ENV_FILE and not is_value
    return None
