"""Looks at a server as an operator's tools do: log, probes, metrics and alerts."""

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime

from tests.e2e.monitored.timeline import Timeline
from tests.e2e.process import ServerProcess
from tests.external.prometheus import TOKEN, Prometheus

# Often enough to see that /readyz turns within a second of a pause.
LOOK_EVERY_S = 0.1
ASK_S = 5
# A gauge is worth a row above this.
USUAL = {
    "pokerws_tables_paused": 0.0,
    "pokerws_oldest_change_seconds": 1.0,
    "pokerws_events_waiting": 200.0,
    "pokerws_outbox_frames": 100.0,
    "pokerws_loop_lag_longest_seconds": 0.5,
}
# So long without a hand that ends, at many tables, is a standstill.
STANDSTILL_S = 4
SAMPLE = re.compile(r"(?m)^(\w\S*) (\S+)$")


async def ask(port: int, path: str) -> tuple[int, str] | None:
    """Status and content of an answer; None if there is none."""
    with suppress(OSError, TimeoutError, IndexError, ValueError):
        async with asyncio.timeout(ASK_S):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                head = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}"
                writer.write(f"{head}\r\nConnection: close\r\n\r\n".encode())
                text = (await reader.read()).decode()
            finally:
                writer.close()
        return int(text.split(" ", 2)[1]), text.partition("\r\n\r\n")[2]
    return None


class Watch:
    """Looks again and again while it runs, and notes what is not as usual."""

    def __init__(self, server: ServerProcess, monitor: Prometheus, timeline: Timeline) -> None:
        self._server = server
        self._monitor = monitor
        self._timeline = timeline
        self._read_lines = 0
        self._before: dict[str, float] = {}
        # Counters that rise without a fault too.
        self._lively: set[str] = set()
        self._hand_ended_s = time.monotonic()
        self.is_calm = True
        self.alerts: set[str] = set()
        self.is_ready = False

    async def run(self) -> None:
        """Look until cancelled."""
        async with asyncio.TaskGroup() as group:
            for look in (self._read_log, self._probe, self._read_metrics, self._read_alerts):
                group.create_task(self._again(look))

    async def _again(self, look: Callable[[], Awaitable[None]]) -> None:
        while True:
            await look()
            await asyncio.sleep(LOOK_EVERY_S)

    async def _read_log(self) -> None:
        new = self._server.output[self._read_lines :]
        self._read_lines += len(new)
        for text in new:
            if not text.startswith("{"):
                self._timeline.note("log", "a line that is no JSON")
                continue
            line = json.loads(text)
            at_s = datetime.fromisoformat(line["timestamp"]).timestamp()
            what = f"`{line['event']}` {line['level']}"
            if "outcome" in line:
                what += f" {line['outcome']}"
            if line["event"] == "lines_suppressed":
                what += f" {line['line']}"
            self._timeline.note("log", what, wall_s=at_s)

    async def _probe(self) -> None:
        alive = await ask(self._server.port, "/livez")
        ready = await ask(self._server.port, "/readyz")
        if alive is None or alive[0] != 200:
            self._timeline.note("livez", "no answer" if alive is None else str(alive[0]))
        self.is_ready = ready is not None and ready[0] == 200
        if ready is not None and ready[0] != 200:
            for reason in json.loads(ready[1])["reasons"]:
                why = re.sub(r": \d+$", "", reason["why"])
                self._timeline.note("readyz", f"`{reason['part']}`: {why}")

    async def _read_metrics(self) -> None:
        answer = await ask(self._server.port, "/metrics")
        if answer is None:
            return
        now = {name: float(value) for name, value in SAMPLE.findall(answer[1])}
        for name, usual in USUAL.items():
            if now.get(name, 0) > usual:
                self._timeline.note("metric", f"`{name}`", value=now[name])
        for name, value in now.items():
            if name.startswith("pokerws_ready{") and not value:
                self._timeline.note("metric", f"`{name}` is 0")
        self._count(now)
        self._before = now

    def _count(self, now: dict[str, float]) -> None:
        """Note which counters rose."""
        for name, value in now.items():
            if not name.startswith("pokerws_") or not name.partition("{")[0].endswith("_total"):
                continue
            before = self._before.get(name, 0 if self._before else value)
            # A new process counts from 0.
            rise = value - before if value >= before else value
            if not rise:
                continue
            if name == "pokerws_hands_total":
                self._hand_ended_s = time.monotonic()
            if self.is_calm:
                self._lively.add(name)
            elif name not in self._lively:
                self._timeline.note("metric", f"`{name}`", count=rise)
        if time.monotonic() - self._hand_ended_s > STANDSTILL_S:
            self._timeline.note("metric", "`pokerws_hands_total` stands still")

    async def _read_alerts(self) -> None:
        asked = await asyncio.to_thread(self._monitor.ask, "alerts")
        self.alerts = set()
        for alert in asked["alerts"]:
            name, state = alert["labels"]["alertname"], alert["state"]
            self.alerts.add(name)
            part = alert["labels"].get("part")
            of = f" ({part})" if part else ""
            self._timeline.note("alert", f"`{name}`{of} {state}")
