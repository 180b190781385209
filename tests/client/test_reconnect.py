import ssl

import pytest
from websockets.datastructures import Headers
from websockets.exceptions import InvalidMessage, InvalidStatus, InvalidURI
from websockets.http11 import Response

from pokerws.client import RECONNECT_CODES, Backoff
from pokerws.client.reconnect import may_pass
from pokerws.messages import CloseCode


def refused_with(status: int) -> InvalidStatus:
    return InvalidStatus(Response(status, "", Headers()))


def test_pauses_double_up_to_the_longest_with_half_of_each_by_chance() -> None:
    backoff = Backoff(shortest_ms=100, longest_ms=1_000)
    for failures, most_ms in enumerate([100, 200, 400, 800, 1_000, 1_000]):
        pauses = [backoff.delay_ms(failures) for _ in range(200)]
        assert min(pauses) >= most_ms / 2
        assert max(pauses) <= most_ms
        assert len(set(pauses)) > 20
    assert backoff.delay_ms(10**9) <= 1_000


def test_the_server_closes_with_codes_that_are_decided_about() -> None:
    final = {CloseCode.BAD_MESSAGES}
    assert set(CloseCode) - RECONNECT_CODES == final


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        (ConnectionRefusedError(), True),
        (TimeoutError(), True),
        (refused_with(503), True),
        (refused_with(429), True),
        (refused_with(404), False),
        (refused_with(403), False),
        (InvalidURI("x", "no"), False),
        (InvalidMessage("not HTTP"), False),
        (ssl.SSLCertVerificationError(), False),
        (ValueError(), False),
    ],
)
def test_only_what_may_pass_is_tried_again(error: Exception, passes: bool) -> None:  # noqa: FBT001
    assert may_pass(error) is passes


def test_a_handshake_that_breaks_off_is_tried_again() -> None:
    error = InvalidMessage("no answer")
    error.__cause__ = EOFError()
    assert may_pass(error)
