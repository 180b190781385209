"""What is said on a connection, as the protocol document shows it.

A transcript is a block of the document: `> ` before what the client says, `< ` before what the
server does, lines that go on indented.  `# ` is what happens otherwise.  Before it stands the
situation that it begins in.  An object with a member "…" has more members than are shown.
"""

import re
from functools import cache
from importlib import resources
from typing import Literal, NamedTuple

import msgspec

from pokerws.messages import Message
from pokerws.schema.examples import EXAMPLES, answered, said
from pokerws.schema.schemas import CLIENT_MESSAGES

ELISION = "…"
# Enough to see what a message looks like.
MOST_EXAMPLES = 3

_BLOCK = re.compile(r"^Given ([^\n]+):\n\n```session\n(.+?)\n```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


class Line(NamedTuple):
    """Who says it (`>` the client, `<` the server, `#` nobody) and what."""

    who: Literal[">", "<", "#"]
    text: str


class Transcript(NamedTuple):
    """A block, the heading that it stands under, and the situation that it begins in."""

    heading: str
    given: str
    lines: list[Line]


def transcripts(document: str) -> list[Transcript]:
    """All blocks of a document.  Raises ValueError for a line that is none."""
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
                raise ValueError(f"nobody says {written!r}")
    return lines


@cache
def template() -> str:
    """The prose of the protocol document, with marks where what is made from the structs goes."""
    return (resources.files(__package__) / "protocol.md").read_text(encoding="utf-8")


def examples(message: type[Message]) -> list[str]:
    """Whole messages of that kind, as JSON, from the document."""
    by_client = message in CLIENT_MESSAGES
    tag = message.__struct_config__.tag
    told = [
        text
        for who, text in _all_lines()
        if (who == ">") == by_client and ELISION not in text and _type_of(text) == tag
    ]
    return list(dict.fromkeys(told))[:MOST_EXAMPLES]


@cache
def _all_lines() -> tuple[Line, ...]:
    worked = [line for transcript in transcripts(template()) for line in transcript.lines]
    refused = [
        line
        for code, example in EXAMPLES.items()
        if isinstance(example.said, Message)
        for line in (Line(">", said(example)), Line("<", answered(code, example)))
    ]
    return tuple(line for line in worked + refused if line.who != "#")


class _Typed(msgspec.Struct):
    type: str = ""


def _type_of(text: str) -> str:
    try:
        return msgspec.json.decode(text, type=_Typed).type
    except msgspec.DecodeError:
        return ""
