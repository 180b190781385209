"""After a restart the first pause is what the server has told, and the next ones are short."""

import asyncio

import pytest
from structlog.testing import capture_logs

from pokerws.client import Backoff, connect
from pokerws.client.reconnect import Retries
from pokerws.messages import CloseCode, Hello, Notice, Ping, Pong
from tests.client.fake_server import Peer, ann, fake_server


async def answers_a_ping(peer: Peer) -> None:
    await peer.welcome()
    await peer.send(Pong((await peer.receive(Ping)).id, 2))


def test_after_a_restart_pauses_stay_short_for_ten_seconds_and_then_grow() -> None:
    retries, now_s = Retries(Backoff()), 100.0
    pauses = [retries.delay_ms(0, now_s, answered=True, restarting=True)]
    while (now_s := now_s + pauses[-1] / 1000) < 110:
        pauses.append(retries.delay_ms(now_s, now_s, answered=False))
    assert min(pauses) >= 250
    assert max(pauses) <= 750
    assert len(set(pauses)) > len(pauses) / 2
    for most_ms in [1_000, 2_000, 4_000, 8_000, 10_000]:
        # It says again that it restarts, but no connection has lasted.
        pause_ms = retries.delay_ms(now_s, now_s, answered=False, restarting=True)
        assert most_ms / 2 <= pause_ms <= most_ms


@pytest.mark.parametrize("told_ms", [0, 60, 9_000])
def test_the_first_pause_after_a_restart_is_what_the_server_has_told(told_ms: int) -> None:
    retries = Retries(Backoff())
    retries.told(told_ms)
    assert retries.delay_ms(0, 100, answered=True, restarting=True) == told_ms
    later = [retries.delay_ms(100.1, 100.1, answered=False) for _ in range(50)]
    assert min(later) >= 250
    assert max(later) <= 750


def first_pause_ms(told_ms: int | None, backoff: Backoff | None = None) -> int:
    retries = Retries(backoff or Backoff())
    retries.told(50)
    retries.told(told_ms)
    return retries.delay_ms(0, 100, answered=True, restarting=True)


def test_a_server_cannot_keep_a_client_away_for_long() -> None:
    assert first_pause_ms(10_000) == 10_000
    assert first_pause_ms(10**12) == 10_000
    assert first_pause_ms(10**12, Backoff(longest_ms=100)) == 100
    for nonsense in -1, -(10**12), None:
        assert 250 <= first_pause_ms(nonsense) <= 750


def test_what_a_server_has_told_is_forgotten_if_the_connection_ends_otherwise() -> None:
    retries = Retries(Backoff())
    retries.told(9_000)
    assert retries.delay_ms(100, 100, answered=False) <= 250
    assert retries.delay_ms(100, 200, answered=True, restarting=True) <= 750


def test_a_server_that_restarts_again_and_again_makes_no_pause_shorter() -> None:
    retries, now_s = Retries(Backoff()), 100.0
    retries.told(0)
    pauses = [retries.delay_ms(0, now_s, answered=True, restarting=True)]
    while now_s < 160:
        retries.told(0)
        pauses.append(retries.delay_ms(now_s, now_s, answered=True, restarting=True))
        now_s += pauses[-1] / 1000
    assert pauses[0] == 0
    assert min(pauses[1:]) >= 250
    assert pauses[-1] >= 5_000
    retries.told(10_000)
    assert retries.delay_ms(now_s, now_s, answered=True, restarting=True) == 10_000


@pytest.mark.parametrize(
    ("retry_after", "soonest_ms", "latest_ms"),
    [
        *[("700", 700, 700), ("20", 20, 20), ("0", 0, 0)],
        *[(nonsense, 250, 750) for nonsense in ("-5", '"soon"', "true", "1e400", "null")],
    ],
)
async def test_a_client_comes_back_when_the_server_has_told_it_to(
    retry_after: str, soonest_ms: int, latest_ms: int
) -> None:
    loop = asyncio.get_running_loop()
    times_s: list[float] = []

    async def restarts(peer: Peer) -> None:
        await peer.welcome()
        await peer.send_raw(
            f'{{"type":"notice","code":"restarting","message":"","retry_after_ms":{retry_after}}}'
        )
        times_s.append(loop.time())
        await peer.close(CloseCode.RESTARTING)

    async def last(peer: Peer) -> None:
        times_s.append(loop.time())
        await answers_a_ping(peer)

    with capture_logs() as lines:
        async with fake_server(restarts, last) as url, connect(url, name="Ann") as client:
            await client.ping()
    (broken,) = [line for line in lines if line["event"] == "connection_broken"]
    assert soonest_ms <= broken["retry_in_ms"] <= latest_ms
    assert times_s[1] - times_s[0] >= soonest_ms / 1000


async def test_a_server_may_say_that_it_stops_before_it_has_answered_hello() -> None:
    async def stops(peer: Peer) -> None:
        await peer.receive(Hello)
        await peer.send(Notice("restarting", "", retry_after_ms=20))
        await peer.close(CloseCode.RESTARTING)

    with capture_logs() as lines:
        async with fake_server(stops, answers_a_ping) as url, connect(url, name="Ann") as client:
            await client.ping()
    (broken,) = [line for line in lines if line["event"] == "connection_broken"]
    assert (broken["reason"], broken["retry_in_ms"]) == ("closed with 1012", 20)


async def test_a_link_tells_a_restart_and_an_answer_from_silence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[tuple[bool, bool]] = []

    def delay_ms(
        _: Retries, _started_s: float, _now_s: float, *, answered: bool, restarting: bool
    ) -> int:
        told.append((answered, restarting))
        return 0

    monkeypatch.setattr(Retries, "delay_ms", delay_ms)

    async def restarts(peer: Peer) -> None:
        await peer.welcome()
        await peer.close(CloseCode.RESTARTING)

    async def breaks_off(peer: Peer) -> None:
        await peer.welcome()
        peer.breaks()

    async with fake_server(restarts, breaks_off, answers_a_ping) as url, ann(url) as client:
        await client.ping()
    assert told == [(True, True), (False, False)]
