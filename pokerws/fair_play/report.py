"""The report of an audit, and what asks for one: the same on the command line and for operators."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from msgspec import Struct, field

from pokerws.fair_play.findings import LIMITS, Finding, Kind
from pokerws.game.counted import counted
from pokerws.game.state import PlayerId


class Inquiry(Struct, frozen=True):
    """Whom to look at, and how far.  `most_hands` are the latest of their tables; None for all.

    `archive` is a directory with files of archived hands, which are all looked at; empty for none.
    """

    players: list[PlayerId]
    since_ms: int
    most_hands: int | None = None
    archive: str = ""


class Report(Struct, frozen=True):
    """What was looked at, and what was found.  Times are ms UTC.

    Hands are whole from `from_ms` on, which is later than `since_ms` if there were too many.
    """

    players: list[PlayerId]
    since_ms: int
    from_ms: int
    most_hands: int | None
    tables: int
    hands: int
    # Of these, from files.
    archived_hands: int
    findings: list[Finding]
    limits: Mapping[Kind, str] = field(default_factory=lambda: LIMITS)

    @property
    def signs(self) -> int:
        """How many findings are signs."""
        return sum(one.is_sign for one in self.findings)


class Order(Struct, frozen=True):
    """What a process that makes a report is told: where the database is, and the inquiry."""

    database_url: str
    schema: str
    inquiry: Inquiry


class Answer(Struct, frozen=True):
    """What it answers: the report, or why there is none."""

    report: Report | None = None
    failed: str = ""


def summary(report: Report) -> str:
    """One line about a report."""
    hands = f"{counted(report.hands, 'hand')} at {counted(report.tables, 'table')}"
    if report.archived_hands:
        hands += f", {report.archived_hands} of them archived"
    if report.from_ms > report.since_ms:
        since = datetime.fromtimestamp(report.from_ms / 1000, UTC)
        hands += f"; only since {since:%Y-%m-%d %H:%M} UTC: at most {report.most_hands}"
    return hands


def lines_of(report: Report) -> Iterator[str]:
    """A report for people: a line for each finding, and what a kind with signs cannot tell."""
    yield summary(report)
    for finding in report.findings:
        yield f"{'sign' if finding.is_sign else '  - '}  {finding.kind:<15} {finding.says}"
    kinds = {finding.kind for finding in report.findings if finding.is_sign}
    yield from (f"{kind}: {limits}" for kind, limits in report.limits.items() if kind in kinds)
