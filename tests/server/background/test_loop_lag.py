"""How late the event loop is, and that a loop which is held up is seen."""

import time

from pokerws.server.app import App
from pokerws.server.background.loop_lag import INTERVAL_MS, WINDOW_MS, LoopLag
from tests.server.background.test_metrics import scrape
from tests.server.fakes import ManualClock

BLOCKED_S = 0.3


class Measured:
    """A `LoopLag` that has been started, its clock, and the delays that it has observed."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.observed_ms: list[int] = []
        self.lag = LoopLag(self.clock, self.observed_ms.append)
        self.lag.start()


def test_a_loop_with_nothing_to_do_is_on_time() -> None:
    measured = Measured()
    measured.clock.advance(10 * INTERVAL_MS)

    assert measured.observed_ms == [0] * 10
    assert measured.lag.longest_ms == 0


def test_a_long_turn_is_seen_by_its_part_after_the_alarm_was_due() -> None:
    measured = Measured()
    measured.clock.advance(INTERVAL_MS - 5)
    measured.clock.stall(300)
    measured.clock.advance(INTERVAL_MS)

    assert measured.observed_ms == [295, 0]
    assert measured.lag.longest_ms == 295


def test_an_alarm_that_rings_early_is_on_time() -> None:
    measured = Measured()
    measured.clock.advance(INTERVAL_MS - 1)
    measured.clock.ring_early()

    assert measured.observed_ms == [0]


def test_the_longest_delay_is_kept_for_a_minute_and_forgotten_after_two() -> None:
    measured = Measured()
    measured.clock.stall(300)
    measured.clock.advance(WINDOW_MS)
    measured.clock.stall(200)
    assert measured.lag.longest_ms == 300 - INTERVAL_MS

    measured.clock.advance(WINDOW_MS)
    assert measured.lag.longest_ms == 200 - INTERVAL_MS
    measured.clock.advance(WINDOW_MS)
    assert measured.lag.longest_ms == 0


def test_nothing_is_measured_after_the_stop() -> None:
    measured = Measured()
    measured.lag.stop()

    assert measured.clock.next_alarm_ms is None


async def test_a_server_whose_loop_is_blocked_says_so(app: App) -> None:
    before = await scrape(app)
    time.sleep(BLOCKED_S)  # noqa: ASYNC251  the loop is to be held up
    now = await scrape(app)

    least_s = BLOCKED_S - 2 * INTERVAL_MS / 1000
    assert now["pokerws_loop_lag_longest_seconds"] >= least_s
    seconds = "pokerws_loop_lag_seconds_sum"
    assert now[seconds] - before[seconds] >= least_s
