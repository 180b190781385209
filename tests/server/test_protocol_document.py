"""The protocol document names everything that can be on the wire."""

from pathlib import Path
from typing import get_args

import pytest

from pokerws.messages import (
    REJECT_CODES,
    ClientMessage,
    CloseCode,
    Reason,
    ServerMessage,
)

DOCUMENT = (Path(__file__).parents[2] / "docs/protocol.md").read_text()


@pytest.mark.parametrize("message", [*get_args(ClientMessage), *get_args(ServerMessage)])
def test_every_message_is_in_the_document(message: type) -> None:
    tag = message.__struct_config__.tag  # type: ignore[attr-defined]
    assert f"`{tag}" in DOCUMENT


@pytest.mark.parametrize(("code", "reason"), REJECT_CODES.items())
def test_every_refusal_is_in_the_document_as_it_is(code: str, reason: Reason) -> None:
    retry = "yes" if reason.retryable else "no"
    assert f"| `{code}` | {reason.meaning} | {retry} |" in DOCUMENT


@pytest.mark.parametrize("code", CloseCode)
def test_every_close_code_is_in_the_document(code: CloseCode) -> None:
    assert f"| {code.value} | {code.name} |" in DOCUMENT
