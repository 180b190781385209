"""The schemas and the AsyncAPI file are valid, and say what the decoders do."""

import json
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator, Draft202012Validator
from referencing import Registry, Resource

from pokerws.messages import Message, client_decoder
from pokerws.schema import asyncapi
from pokerws.schema.examples import EXAMPLES, answer_text, sent_text
from pokerws.schema.schemas import CLIENT_MESSAGES, EVENTS, SERVER_MESSAGES, document, tag_of
from pokerws.schema.transcripts import examples
from tests.house.made_messages import instances

ROOT = Path(__file__).resolve().parents[2]
# tests/install-node.sh brings it here, in the version that package.json says.
SPECIFICATION = ROOT / "tests/node/node_modules/@asyncapi/specs/schemas/3.0.0-without-$id.json"
MESSAGES = (*CLIENT_MESSAGES, *SERVER_MESSAGES)

strict = client_decoder(strict=True)


@cache
def whole_document() -> dict[str, Any]:
    return document()


@cache
def validator(name: str) -> Draft202012Validator:
    """Checks against one of the schemas, out of the document that the server shows."""
    return Draft202012Validator({"$ref": f"{whole_document()['$id']}:{name}"}, registry=registry())


@cache
def registry() -> Registry[Any]:
    whole = Resource.from_contents(whole_document())
    empty: Registry[Any] = Registry()
    found: Registry[Any] = empty.with_resource(whole.contents["$id"], whole).crawl()
    return found


def faults(name: str, value: Any) -> list[str]:
    return [error.message for error in validator(name).iter_errors(value)]


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        for key, value in part.items():
            if key == "$ref":
                yield value
            else:
                yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)


# ---- JSON Schema


def test_every_schema_is_valid_and_has_an_id_and_a_title_of_its_own() -> None:
    whole = document()
    Draft202012Validator.check_schema(whole)
    parts = whole["$defs"]
    for name, schema in parts.items():
        Draft202012Validator.check_schema(schema)
        assert schema["title"] == name
    assert len({schema["$id"] for schema in parts.values()}) == len(parts)
    assert set(references(whole)) <= {schema["$id"] for schema in parts.values()}
    assert {message.__name__ for message in (*MESSAGES, *EVENTS)} <= set(parts)


@pytest.mark.parametrize("message", MESSAGES, ids=tag_of)
@settings(max_examples=4)
@given(data=st.data())
def test_a_message_as_it_is_written_fits_its_schema(
    message: type[Message], data: st.DataObject
) -> None:
    made = data.draw(instances(message))
    written = json.loads(msgspec.json.encode(made))
    assert faults(message.__name__, written) == []
    if message in CLIENT_MESSAGES:
        assert faults("ClientMessage", written) == []
        assert strict.decode(msgspec.json.encode(made)) is not None


@settings(max_examples=80)
@given(data=st.data())
def test_a_schema_refuses_what_the_strict_decoder_refuses_and_nothing_else(
    data: st.DataObject,
) -> None:
    message = data.draw(st.sampled_from(CLIENT_MESSAGES))
    written = json.loads(msgspec.json.encode(data.draw(instances(message))))
    spoilt = data.draw(st.sampled_from([*written, "more"]))
    values = [None, True, -1, 7, 1.5, 10**13, "", "fold", "x" * 3_000, [], ["a"], {}, {"more": 1}]
    value = data.draw(st.sampled_from([..., *values]))
    if value is ...:
        written.pop(spoilt, None)
    else:
        written[spoilt] = value
    try:
        strict.decode(json.dumps(written))
        is_taken = True
    except msgspec.ValidationError:
        is_taken = False
    assert (faults("ClientMessage", written) == []) == is_taken, written


@pytest.mark.parametrize("message", ["list_tables", "watch_lobby"])
def test_a_part_that_may_be_absent_has_no_other_fields_either(message: str) -> None:
    written = {"type": message, "id": "1", "filter": {"free_seats": 1}}
    assert faults("ClientMessage", written) == []
    assert faults("ClientMessage", written | {"filter": {"more": 1}}) != []


def test_a_server_may_send_fields_that_are_not_in_its_schema() -> None:
    assert faults("Pong", {"type": "pong", "id": "1", "now_ms": 1, "later": True}) == []
    assert faults("Ping", {"type": "ping", "id": "1", "later": True}) != []


# ---- examples


def test_every_message_has_an_example_that_fits_its_schema() -> None:
    for message in MESSAGES:
        told = examples(message)
        assert told, f"{message.__name__} is nowhere in the document"
        for text in told:
            assert faults(message.__name__, json.loads(text)) == [], text


def test_every_refusal_that_is_shown_fits_its_schema() -> None:
    for code, example in EXAMPLES.items():
        assert faults("Rejected", json.loads(answer_text(code, example))) == [], code
        if isinstance(example.sent, Message):
            name = type(example.sent).__name__
            assert faults(name, json.loads(sent_text(example))) == [], code


# ---- AsyncAPI


@cache
def described() -> dict[str, Any]:
    """The document, which takes a second to read.  No test changes it."""
    text = (ROOT / "docs/asyncapi.yaml").read_text(encoding="utf-8")
    whole: dict[str, Any] = yaml.safe_load(text)
    return whole


def test_the_asyncapi_file_is_valid() -> None:
    if not SPECIFICATION.exists():
        message = "the schema of AsyncAPI is missing; run tests/install-node.sh"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    schema = json.loads(SPECIFICATION.read_text(encoding="utf-8"))
    errors = Draft7Validator(schema).iter_errors(described())
    assert [f"{error.json_path}: {error.message[:200]}" for error in errors] == []


def test_every_reference_in_the_asyncapi_file_leads_somewhere() -> None:
    whole = described()
    for reference in set(references(whole)):
        part = whole
        for step in reference.removeprefix("#/").split("/"):
            assert step in part, reference
            part = part[step]


def test_every_message_is_received_or_sent_and_every_command_says_its_answers() -> None:
    whole = described()
    names = {asyncapi.name_of(message) for message in MESSAGES}
    assert set(whole["channels"]["socket"]["messages"]) == names
    assert set(whole["components"]["messages"]) == names
    carried: set[str] = set()
    for operation in whole["operations"].values():
        answers = operation.get("reply", {}).get("messages", [])
        assert bool(answers) == (operation["action"] == "receive")
        carried |= {one["$ref"].rpartition("/")[2] for one in operation["messages"] + answers}
    assert carried == names


def test_every_example_in_the_asyncapi_file_fits_its_payload() -> None:
    whole = described()
    for name, message in whole["components"]["messages"].items():
        schema = {**message["payload"], "components": whole["components"]}
        for example in message["examples"]:
            Draft7Validator(schema).validate(example["payload"])
            assert example["payload"]["type"] == message["name"], name
