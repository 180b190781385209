"""What the checks find: one line each."""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple


class Result(StrEnum):
    """The results of a check; FAIL alone makes the command fail."""

    OK = "ok"
    WARN = "warn"
    FAIL = "FAIL"
    SKIPPED = "skipped"


class Finding(NamedTuple):
    """The result of a check; a warning or a failure says in `text` what to change."""

    result: Result
    check: str
    text: str

    def __str__(self) -> str:
        return f"{self.result:<8} {self.check:<14} {self.text}"


def ok(check: str, text: str) -> Finding:
    return Finding(Result.OK, check, text)


def warn(check: str, text: str) -> Finding:
    return Finding(Result.WARN, check, text)


def fail(check: str, text: str) -> Finding:
    return Finding(Result.FAIL, check, text)


def skipped(checks: Iterable[str], why: str) -> list[Finding]:
    """The checks that cannot be made."""
    return [Finding(Result.SKIPPED, check, why) for check in checks]
