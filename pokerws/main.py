"""The entry point of `pokerws` and `python server.py`: health check, admin, or the command line.

A container asks for its health every few seconds.  Importing the whole command line takes half a
second of processor time, and `health` needs none of it.  SIGTERM and Ctrl-C end that import, too.

What is imported stays until the end, so looking for garbage in it would only take time.
"""

import gc
import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType

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
    if _command(words) == "admin":
        from pokerws.admin.command import main as admin  # noqa: PLC0415  likewise

        return admin(words)
    is_serving = _command(words) in {None, "serve"}
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave if is_serving else _interrupt)
    gc.disable()
    try:
        from pokerws.cli import main as command_line  # noqa: PLC0415  likewise

        gc.freeze()
    finally:
        gc.enable()
    if not is_serving:
        # From here on a command has something to close.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    return command_line(words)


def _leave(number: int, frame: FrameType | None) -> None:
    """End a start that has not begun: nothing is open yet.  `serve` takes the signals over."""
    os._exit(0)


def _interrupt(number: int, frame: FrameType | None) -> None:
    """End a command that has not begun, as it ends later."""
    os._exit(INTERRUPTED)


def _command(words: Sequence[str]) -> str | None:
    """The first word that is neither an option nor the value of `--env-file`."""
    is_value = False
    for word in words:
        if not is_value and not word.startswith("-"):
            return word
        is_value = word == ENV_FILE and not is_value
    return None
