"""Reads the transcripts of the protocol document.

A transcript is a block of lines: `> ` is sent by the client, `< ` by the server, and `# ` is
something that happens outside of the protocol.  Continuation lines are indented.  The situation at
its start is described in a line before the block.  An object with a member "…" has more members
than are shown.
"""

import re
from functools import cache
from importlib import resources
from typing import Literal, NamedTuple

import msgspec

from pokerws.messages import Message
from pokerws.schema.examples import EXAMPLES, answer_text, sent_text
from pokerws.schema.schemas import CLIENT_MESSAGES

ELISION = "…"
# Per message, in the AsyncAPI file.
MOST_EXAMPLES = 3

_BLOCK = re.compile(r"^Given ([^\n]+):\n\n```session\n(.+?)\n```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


class Line(NamedTuple):
    """A line: who sends it (`>` the client, `<` the server, `#` neither), and its text."""

    who: Literal[">", "<", "#"]
    text: str


class Transcript(NamedTuple):
    """A block, with the heading of its section and the situation at its start."""

    heading: str
    given: str
    lines: list[Line]


def transcripts(document: str) -> list[Transcript]:
    """All transcripts of a document.  Raises ValueError for a malformed line."""
    found = []
    for block in _BLOCK.finditer(document):
        headings = _HEADING.findall(document, 0, block.start())
        found.append(Transcript(headings[-1], block[1], _lines(block[2])))
    return found


def _lines(text: str) -> list[Line]:
    lines: list[Line] = []
    for written in text.split("\n"):
        match written[:2]:
            case ("> " | "< " | "# ") as mark:
                lines.append(Line(mark[0], written[2:]))  # type: ignore[arg-type]
            case "  " if lines:
                lines[-1] = lines[-1]._replace(text=lines[-1].text + written.strip())
            case _:
                raise ValueError(f"malformed line of a transcript: {written!r}")
    return lines


@cache
def template() -> str:
    """The prose of the protocol document, with marks for the generated parts."""
    return (resources.files(__package__) / "protocol.md").read_text(encoding="utf-8")


def examples(message: type[Message]) -> list[str]:
    """Complete messages of that kind from the document, as JSON."""
    by_client = message in CLIENT_MESSAGES
    tag = message.__struct_config__.tag
    found = [
        text
        for who, text in _all_lines()
        if (who == ">") == by_client and ELISION not in text and _type_of(text) == tag
    ]
    return list(dict.fromkeys(found))[:MOST_EXAMPLES]


@cache
def _all_lines() -> tuple[Line, ...]:
    worked = [line for transcript in transcripts(template()) for line in transcript.lines]
    refused = [
        line
        for code, example in EXAMPLES.items()
        if isinstance(example.sent, Message)
        for line in (Line(">", sent_text(example)), Line("<", answer_text(code, example)))
    ]
    return tuple(line for line in worked + refused if line.who != "#")


class _Typed(msgspec.Struct):
    type: str = ""


def _type_of(text: str) -> str:
    try:
        return msgspec.json.decode(text, type=_Typed).type
    except msgspec.DecodeError:
        return ""
