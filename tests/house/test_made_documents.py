"""The files in docs/ that are made from the code are as the code would make them now."""

import json
import re
from pathlib import Path

import pytest

from pokerws.messages import CLOSE_CODES, NOTICES, REJECT_CODES, Accepted, CloseCode
from pokerws.schema.__main__ import asyncapi_yaml
from pokerws.schema.answers import answer_to
from pokerws.schema.examples import EXAMPLES
from pokerws.schema.meanings import MEANINGS, meaning_of
from pokerws.schema.page import page
from pokerws.schema.schemas import CLIENT_MESSAGES, EVENTS, SERVER_MESSAGES, components, tag_of
from pokerws.schema.transcripts import transcripts

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = (ROOT / "docs/protocol.md").read_text(encoding="utf-8")


def chapter_of(heading: str) -> str:
    """The text of the document from a heading to the next one of its level."""
    _, found, rest = DOCUMENT.partition(f"\n## {heading}\n")
    assert found, heading
    return rest.partition("\n## ")[0]


def test_the_protocol_document_is_as_the_code_has_it() -> None:
    assert page() == DOCUMENT, "run: make docs"


def test_the_asyncapi_file_is_as_the_code_has_it() -> None:
    text = (ROOT / "docs/asyncapi.yaml").read_text(encoding="utf-8")
    assert asyncapi_yaml() == text, "run: make docs"


def test_every_field_has_a_meaning_and_every_meaning_a_field() -> None:
    schemas = components()
    fields = [
        (struct, field)
        for struct, schema in schemas.items()
        for field in schema["properties"]
        if field != "type"
    ]
    assert [f"{struct}.{field}" for struct, field in fields if not meaning_of(struct, field)] == []
    known = {name for struct, field in fields for name in (field, f"{struct}.{field}")}
    assert sorted(MEANINGS.keys() - known) == []


def test_every_struct_that_is_on_the_wire_says_what_it_is() -> None:
    silent = [name for name, schema in components().items() if not schema.get("description")]
    assert silent == []


def test_every_refusal_has_an_example() -> None:
    assert set(EXAMPLES) == set(REJECT_CODES)
    shown = {transcript.heading for transcript in transcripts(DOCUMENT)}
    assert {f"Refusal `{code}`" for code in REJECT_CODES} <= shown


@pytest.mark.parametrize(
    ("chapter", "names"),
    [
        ("From the client", {f"`{tag_of(kind)}`" for kind in CLIENT_MESSAGES}),
        ("From the server", {f"`{tag_of(kind)}`" for kind in SERVER_MESSAGES}),
        ("Events of a table", {f"`{tag_of(kind)}`" for kind in EVENTS}),
        ("Refusals", {f"Refusal `{code}`" for code in REJECT_CODES}),
    ],
)
def test_a_chapter_has_a_section_for_each_member_of_its_union(
    chapter: str, names: set[str]
) -> None:
    headings = re.findall(r"^### (.+)$", chapter_of(chapter), re.MULTILINE)
    assert len(headings) == len(names)
    assert set(headings) == names


@pytest.mark.parametrize(
    ("chapter", "codes"),
    [
        ("Refusals", {f"[`{code}`](#refusal-{code})" for code in REJECT_CODES}),
        ("Notices", {f"`{code}`" for code in NOTICES}),
        ("Why a connection is closed", {str(int(code)) for code in CLOSE_CODES}),
    ],
)
def test_the_table_of_a_chapter_has_a_line_for_each_code(chapter: str, codes: set[str]) -> None:
    first_cells = re.findall(r"^\| (.*?) \|", chapter_of(chapter), re.MULTILINE)
    assert set(first_cells[2:]) == codes
    assert len(first_cells[2:]) == len(codes)


@pytest.mark.parametrize("code", CloseCode)
def test_every_close_code_of_the_server_has_a_line(code: CloseCode) -> None:
    closing = CLOSE_CODES[code]
    assert f"| {code.value} | {code.name} | {closing.meaning} |" in DOCUMENT


def test_every_notice_that_the_server_gives_is_known() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "pokerws").rglob("*.py"))
    given = re.findall(r'(?:Notice|\.notify)\(\s*"(\w+)"', code)
    assert set(given) == set(NOTICES)


def test_every_link_within_the_document_leads_somewhere() -> None:
    headings = re.findall(r"^#+ (.+)$", DOCUMENT, re.MULTILINE)
    anchors = [re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings]
    links = set(re.findall(r"\]\(#([^)]+)\)", DOCUMENT))
    # Of several headings with one name, a link finds the first.
    assert {link: anchors.count(link) for link in links if anchors.count(link) != 1} == {}


def test_what_may_be_null_within_a_list_is_not_taken_for_a_list_that_may_be_null() -> None:
    section = DOCUMENT.partition("### `hole_cards_dealt`")[2].partition("###")[0]
    assert "| `players?` | list of (text or null) |" in section
    assert "| `cards` | list of list of text |" in section


def test_every_command_is_answered_as_the_document_says() -> None:
    commands = {tag_of(command): command for command in CLIENT_MESSAGES}
    asked: dict[str, str] = {}
    for who, text in (line for shown in transcripts(DOCUMENT) for line in shown.lines):
        if who != "#" and text.startswith("{") and text.endswith("}"):
            message = json.loads(text)
            if who == ">":
                asked[message.get("id", "")] = message["type"]
            elif message.get("id") in asked and message["type"] != "rejected":
                answer = answer_to(commands[asked[message["id"]]])
                assert message["type"] == tag_of(answer.message), text
                if answer.message is Accepted:
                    wanted = {frozenset(answer.fields), frozenset(answer.several or answer.fields)}
                    assert message.keys() - {"type", "id"} in wanted, text
