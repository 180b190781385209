"""Whatever a caller passes: no token, password, key or card is in the output."""

import json
import logging
from typing import Any

import jwt
import pytest
import structlog

from pokerws import logs
from pokerws.storage.vault.link_keys import LinkKeys

JWT = jwt.encode({"sub": "ann"}, "k" * 32, algorithm="HS256")
LINK = LinkKeys([b"k" * 32]).secret_of("0123456789ab", 1)  # type: ignore[arg-type]
DSN = "postgresql://poker:hunter-2@db:5432/poker"
SAID = {
    f"the token {JWT} has expired": [JWT, JWT.rpartition(".")[2]],
    f"cannot connect to {DSN}": ["hunter-2"],
    "connection to nats://s3cret@127.0.0.1:4222 refused": ["s3cret"],
    "host=db user=poker password=hunter-2 dbname=poker": ["hunter-2"],
    f"GET /#table=0123456789ab&key={LINK}": [LINK],
    f"no such link: {LINK}": [LINK],
    "GET /ws?token=abc.def HTTP/1.1": ["abc.def"],
    "Authorization: Bearer letmein/please": ["letmein"],
    "the key 8f14e45fceea167a5a36dedd4bea2543 is not known": ["8f14e45fceea167a5a36dedd4bea2543"],
    "expected a card, got 'AsKd'": ["AsKd"],
    "[Card('Qd')]": ["Qd"],
}


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.parametrize("form", ["json", "console"])
@pytest.mark.parametrize("said", SAID)
def test_a_text_is_written_without_its_secrets(
    capsys: pytest.CaptureFixture[str], form: Any, said: str
) -> None:
    logs.configure(form, "debug")
    log = structlog.get_logger("pokerws.test")
    log.info("read_failed", error=said)
    log.info("read_failed", reasons=[said, (said,)], more={"a": {"b": said}})
    log.info("read_failed", error=ValueError(said))
    log.bind(reason=said).info("read_failed")
    logging.getLogger("asyncpg").warning("it said: %s", said)
    try:
        raise RuntimeError(said) from ValueError(said)
    except RuntimeError:
        log.exception("journal_fault")
        logging.getLogger("asyncio").exception("Task exception was never retrieved")
    out = capsys.readouterr().out
    assert out.count("read_failed") == 4
    assert not [secret for secret in SAID[said] if secret in out]


@pytest.mark.parametrize(
    "field",
    [
        "token",
        "guest_token",
        "password",
        "deck",
        "hole",
        "cards",
        "hole_cards",
        "seed",
        "secret",
        "authorization",
        "cookie",
        "database_url",
        "dsn",
        "link",
    ],
)
def test_a_field_is_refused_by_its_name(capsys: pytest.CaptureFixture[str], field: str) -> None:
    logs.configure("json", "debug")
    log = structlog.get_logger("pokerws.test")
    log.info("table_failed", **{field: "harmless"})
    log.info("table_failed", **{field: 7})
    log.info("table_failed", more={field: "harmless"})
    first, second, third = lines(capsys)
    assert (first[field], second[field]) == ("[refused]", "[refused]")
    assert third["more"] == {field: "[refused]"}


def test_the_first_time_of_each_line_and_field_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json", "info")
    log = structlog.get_logger("pokerws.test")
    for _ in range(5):
        log.info("table_failed", deck="x", error=JWT)
    lines(capsys)
    logs.tell_suppressed()
    logs.tell_suppressed()
    told = lines(capsys)
    assert [(one["event"], one["level"], one["line"], one["field"]) for one in told] == [
        ("value_refused", "error", "table_failed", "deck"),
        ("value_refused", "error", "table_failed", "error"),
    ]
    assert told[0]["values"] == 10


def test_what_is_no_secret_stays_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json", "info")
    fields: dict[str, Any] = {
        # Players may be called as they like, and login services have ids that look random.
        "player": "8kJh2MnbQwErTyUiOpAsDfGhJkL1",
        "name": "As",
        "table": "0123456789ab",
        "ids": ["NjVBRjY5MDlCMUIwNzU4RTA2QzZFMDQ4QzQ2MDAyQjVDNjk1RTM2Qg"],
        "error": "nothing listens at db:5432: start the database (InvalidCatalogNameError)",
        "action": "renew it, then send the server SIGHUP",
        "last_events": ["HoleCardsDealt", "BetPlaced"],
        "outcome": "DB_SUCCESS",
        "code": 1006,
        "duration_ms": 12,
        "showdown": True,
        "stored_version": None,
        "address": "http://127.0.0.1:8765/",
        "exit_code": -9,
    }
    structlog.get_logger("pokerws.test").info("table_failed", **fields)
    (line,) = lines(capsys)
    assert {name: line[name] for name in fields} == fields
    logs.tell_suppressed()
    assert lines(capsys) == []
