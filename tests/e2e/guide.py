"""A guide in Markdown that can be run: its commands, what they are to print, and a shell for them.

    ```sh         a command; with `sh again`, one that is repeated until it prints what is shown,
                  with `sh postgres`, one for the account that PostgreSQL runs as
    ```sql        a query, put to psql
    ```text       what the command or query right before it prints
    ```text log   lines that are in the server's log, in this order, whatever is between them

In what is printed `…` stands for anything within a line, and a line of nothing else for any lines.
`… hands` also stands for `1 hand`.
Runs of blanks or of dashes count as one, since columns are as wide as what is in them.
"""

import asyncio
import itertools
import os
import re
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from msgspec import Struct

from pokerws.storage.postgres.embedded.unprivileged import SystemAccount

FENCE = re.compile(r"^```(\S+)(?: (\w+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^(##+) (.+)$", re.MULTILINE)
ANYTHING = "…"
# A number and its noun, in an escaped line.
COUNTED = re.compile(rf"({ANYTHING}(\\ [a-z]{{3,}}))s\b")
# A command that is repeated rests for so long, as an operator would.
REST_S = 0.1


class Block(Struct, frozen=True):
    """A command or query with what it is to print; or, of kind `text`, lines of a log.

    `line` is where it stands in the guide.
    """

    kind: str
    mark: str
    text: str
    line: int
    expected: str | None = None


def anchors(document: str) -> set[str]:
    """What links within the guide can lead to."""
    titles = (heading[2].lower() for heading in HEADING.finditer(document))
    return {re.sub(r"[^\w -]", "", title).replace(" ", "-") for title in titles}


def sections(document: str, level: int) -> dict[str, str]:
    """The text below each heading of a level, up to the next one of that or of a higher level."""
    found = [m for m in HEADING.finditer(document) if len(m[1]) <= level]
    ends = [m.start() for m in found[1:]] + [len(document)]
    return {
        m[2]: document[m.end() : end]
        for m, end in zip(found, ends, strict=True)
        if len(m[1]) == level
    }


def blocks(document: str, section: str) -> list[Block]:
    """What is to be run or compared in a section, in order."""
    start = document.index(section)
    found: list[Block] = []
    for fence in FENCE.finditer(section):
        kind, mark, text = fence[1], fence[2] or "", fence[3]
        line = document.count("\n", 0, start + fence.start()) + 1
        if kind == "text" and not mark:
            assert found, f"line {line}: nothing is run before this output"
            assert found[-1].expected is None, f"line {line}: a second output"
            found[-1] = Block(found[-1].kind, found[-1].mark, found[-1].text, found[-1].line, text)
        elif kind in ("sh", "sql", "text"):
            found.append(Block(kind, mark, text, line))
    return found


def agrees(printed: str, expected: str) -> bool:
    """Whether a command has printed what the guide shows."""
    pieces = [
        r"(?:[^\n]*\n)*?" if line == ANYTHING else f"{_pattern(line)}\n"
        for line in _lines(expected)
    ]
    return (
        re.fullmatch("".join(pieces), "".join(f"{line}\n" for line in _lines(printed))) is not None
    )


def missing(log: str, expected: str) -> str | None:
    """The first line of a guide that is not in a log, after the ones before it."""
    rest = iter(_lines(log))
    for line in _lines(expected):
        pattern = re.compile(_pattern(line))
        if line != ANYTHING and not any(pattern.fullmatch(one) for one in rest):
            return line
    return None


def _pattern(line: str) -> str:
    return COUNTED.sub(r"(?:\1s|1\2)", re.escape(line)).replace(ANYTHING, "[^\n]*?")


def _lines(text: str) -> list[str]:
    plain = [
        re.sub(r"-{2,}", "--", re.sub(r"\s+", " ", line)).strip() for line in text.splitlines()
    ]
    while plain and not plain[-1]:
        plain.pop()
    return plain


class Shell:
    """An operator's shell: one bash that runs commands one after the other, in one directory."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._numbers = itertools.count(1)

    @classmethod
    @asynccontextmanager
    async def opened(
        cls, place: Path, environment: Mapping[str, str], account: SystemAccount | None = None
    ) -> "AsyncIterator[Shell]":
        """A new shell, with nothing but this environment; all that it has started ends with it.

        `account` is whose shell it is, if not ours.
        """
        other = account if account is not None and account.change else None
        process = await asyncio.create_subprocess_exec(
            *("bash", "--noprofile", "--norc"),
            cwd=place,
            env=dict(environment),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
            user=other and other.uid,
            group=other and other.gid,
            extra_groups=None if other is None else [],
        )
        try:
            yield cls(process)
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            await process.wait()

    async def run(self, command: str) -> str:
        """Run a command; returns what it prints."""
        end = f"end-of-command-{next(self._numbers)}"
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        # It must not read the commands that come after it.
        script = f"{{\n{command}\n}} < /dev/null\necho {end}\n"
        self._process.stdin.write(script.encode())
        printed: list[str] = []
        while True:
            line = (await self._process.stdout.readline()).decode()
            assert line, f"the shell has ended:\n{''.join(printed)}"
            if line.endswith(f"{end}\n"):
                return "".join([*printed, line.removesuffix(f"{end}\n")])
            printed.append(line)

    async def follow(self, block: Block, *, within_s: float = 120) -> str:
        """Run a block of a guide, and compare; returns what it has printed."""
        command = block.text
        if block.kind == "sql":
            command = f"psql -X \"$DATABASE_URL\" <<'SQL'\n{block.text}SQL\n"
        printed = "nothing yet"
        try:
            async with asyncio.timeout(within_s):
                while True:
                    printed = await self.run(command)
                    if block.expected is None or agrees(printed, block.expected):
                        return printed
                    if block.mark != "again":
                        break
                    await asyncio.sleep(REST_S)
        except TimeoutError:
            pass
        raise AssertionError(
            f"line {block.line} of the guide is not what happens.\n{block.text}\n"
            f"--- printed\n{printed}--- shown in the guide\n{block.expected}"
        )
