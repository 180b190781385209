"""Messages that break the protocol: counted, forgiven with time, and too many of them."""

import json

import pytest
from structlog.testing import capture_logs
from websockets.exceptions import ConnectionClosedError

from pokerws.messages import REJECT_CODES, CloseCode
from pokerws.metrics import VIOLATIONS
from pokerws.server.app import App
from pokerws.server.sessions import decoding
from pokerws.server.sessions.violations import FORGIVEN_EVERY_MS, Violations
from tests.server.background.test_metrics import scrape
from tests.server.conftest import Connect

MOST = 5


def test_so_many_at_once_are_too_many() -> None:
    violations = Violations(MOST, 0)
    assert [violations.add("not_json", 0) for _ in range(MOST)] == [False] * (MOST - 1) + [True]
    assert violations.codes == {"not_json": MOST}


def test_those_of_one_connection_are_not_anothers() -> None:
    one, other, third = (Violations(MOST, 0) for _ in range(3))
    one.add("not_json", 0)
    other.add("bad_name", 0)
    assert (one.codes, other.codes, third.codes) == ({"not_json": 1}, {"bad_name": 1}, {})


def test_one_is_forgiven_every_ten_seconds() -> None:
    violations, now_ms = Violations(MOST, 0), 0
    for _ in range(MOST - 1):
        assert not violations.add("not_json", now_ms)
    for _ in range(20):
        now_ms += FORGIVEN_EVERY_MS
        assert not violations.add("not_json", now_ms)
    assert violations.add("not_json", now_ms + FORGIVEN_EVERY_MS - 1)


def test_nothing_is_forgiven_in_advance() -> None:
    violations, late_ms = Violations(MOST, 0), 100 * FORGIVEN_EVERY_MS - 1
    assert not violations.add("x", late_ms)
    rest = [violations.add("x", late_ms + 1) for _ in range(MOST - 1)]
    assert rest == [False] * (MOST - 2) + [True]


def test_a_clock_that_stands_still_or_goes_back_forgives_nothing() -> None:
    violations = Violations(MOST, 1_000)
    assert [violations.add("x", 1_000 - number) for number in range(MOST)][-1]


def test_every_code_of_decoding_is_a_violation_and_every_violation_is_a_code() -> None:
    decoded = {code for _, code in decoding.ERROR_CODES} | {decoding.OTHER_ERROR_CODE}
    # The rules refuse with `bad_config` too, after the decoder.
    assert decoded - {"bad_config"} <= set(VIOLATIONS) <= set(REJECT_CODES)
    assert not any(reason.retryable for code, reason in REJECT_CODES.items() if code in VIOLATIONS)


@pytest.mark.settings(max_violations=3, use_input_validation=True)
async def test_good_messages_between_bad_ones_pay_for_nothing(
    app: App, open_connection: Connect
) -> None:
    raw = await open_connection("Ann")
    assert raw.welcome["limits"]["max_violations"] == 3
    with capture_logs() as lines:
        for frame in ("{secret", json.dumps({"id": "1", "type": "ping", "secret": 1})):
            await raw.connection.send(frame)
            assert (await raw.receive())["type"] == "rejected"
            assert (await raw.ask("ping"))["type"] == "pong"
        assert (await raw.ask("create_table", name="a\u202eb", config={}))["code"] == "bad_name"
        with pytest.raises(ConnectionClosedError) as closed:
            await raw.ask("ping")
        await (await open_connection("Ben")).connection.close()

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == CloseCode.BAD_MESSAGES
    told = [line for line in lines if line["event"] == "session_violations"]
    assert told == [
        {
            "event": "session_violations",
            "log_level": "warning",
            "player": raw.welcome["player"],
            "count": 3,
            "codes": {"not_json": 1, "unknown_field": 1, "bad_name": 1},
        }
    ]
    assert "secret" not in repr(lines)
    counted = await scrape(app)
    for code in ("not_json", "unknown_field", "bad_name"):
        assert counted.of("pokerws_violations_total", code=code) == 1
    assert counted.of("pokerws_violations_total", code="not_text") == 0


async def test_what_is_merely_refused_is_no_violation(app: App, open_connection: Connect) -> None:
    raw = await open_connection("Ann")
    for _ in range(25):
        assert (await raw.ask("watch", table="nowhere"))["code"] == "unknown_table"
    assert (await raw.ask("ping"))["type"] == "pong"
    assert "bad_name" in VIOLATIONS
    assert "name_taken" not in VIOLATIONS
