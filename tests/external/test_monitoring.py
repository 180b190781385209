"""Debian's Prometheus with the configuration of `deploy/monitoring/`, and the queries there."""

import asyncio
import json
import re
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import yaml
from websockets.asyncio.client import connect

from tests.e2e.faults import serving
from tests.e2e.guide import anchors
from tests.e2e.process import REPOSITORY, ServerProcess
from tests.external.programs import program
from tests.external.prometheus import MONITORING, RULES, TOKEN, prometheus
from tests.server.cluster.nats_server import NatsServer, nats_server

DASHBOARD = json.loads((MONITORING / "grafana" / "dashboard.json").read_text(encoding="utf-8"))
# What Grafana puts into a query.
VARIABLES = {"$__rate_interval": "1m", "$instance": ".*"}
SELECTOR = re.compile(r"\b(?:pokerws_\w+|process_\w+|up)\b(?:\{[^}]*\})?")


def queries() -> Iterator[str]:
    """Those of the alerts and of the dashboard."""
    yield from (rule["expr"] for rule in RULES)
    for panel in DASHBOARD["panels"]:
        for target in panel.get("targets", ()):
            query = target["expr"]
            for name, value in VARIABLES.items():
                query = query.replace(name, value)
            yield query


def promtool(*arguments: str | Path) -> str:
    """What the tool says.  It must find no fault."""
    ran = subprocess.run(
        [program("promtool"), *arguments], capture_output=True, text=True, check=False, timeout=60
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def test_the_configuration_and_its_rules_are_valid() -> None:
    # The token's file is there only in a container.
    said = promtool("check", "config", "--syntax-only", MONITORING / "prometheus.yml")
    assert "SUCCESS" in said
    assert f"{len(RULES)} rules found" in promtool("check", "rules", MONITORING / "alerts.yml")


def test_alerts_come_with_their_cause_and_not_without() -> None:
    promtool("test", "rules", Path(__file__).parent / "monitoring" / "alerts_test.yml")


def test_the_runbook_has_a_section_for_each_alert_and_no_other() -> None:
    page = (REPOSITORY / "docs" / "runbook.md").read_text(encoding="utf-8")
    sections = re.findall(r"^## (\w+)$", page, re.MULTILINE)
    assert sections == [rule["alert"] for rule in RULES]
    assert {rule["labels"]["severity"] for rule in RULES} == {"page", "ticket"}
    for rule in RULES:
        where, _, heading = rule["annotations"]["runbook"].partition("#")
        assert where == "docs/runbook.md"
        assert heading in anchors(page)
        assert heading == rule["alert"].lower()
        said = page.split(f"\n## {rule['alert']}\n")[1].partition("\n## ")[0]
        assert "*You see:*" in said
        assert "*Do:*" in said


def test_each_panel_of_the_dashboard_has_a_title_an_explanation_and_room_of_its_own() -> None:
    panels = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
    assert all(panel["title"] and panel["description"] and panel["targets"] for panel in panels)
    taken = [
        (x, y)
        for panel in DASHBOARD["panels"]
        for place in [panel["gridPos"]]
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(taken) == len(set(taken))
    assert max(x for x, _ in taken) < 24
    # Grafana is given the data source under the name that the panels have.
    source = yaml.safe_load((MONITORING / "grafana" / "datasource.yml").read_text(encoding="utf-8"))
    (uid,) = {panel["datasource"]["uid"] for panel in panels}
    assert [one["uid"] for one in source["datasources"]] == [uid]


@pytest.fixture
async def nats(tmp_path: Path) -> AsyncIterator[NatsServer]:
    with nats_server(tmp_path) as server:
        await server.start()
        yield server


@pytest.fixture
async def server(database_url: str, nats: NatsServer) -> AsyncIterator[ServerProcess]:
    """A server where bots play, with everything on; one client was refused, and has left."""
    settings = {"bots": 2, "bot_min_delay_ms": 0, "bot_max_delay_ms": 100, "metrics_token": TOKEN}
    settings["cluster_url"] = nats.url
    async with serving(database_url, durable=True, next_hand_delay_ms=0, **settings) as process:
        async with connect(process.socket_url) as client:
            await client.send('{"type":"made_up","id":"1"}')
            await client.recv()
        yield process


async def test_each_query_finds_what_a_server_exposes(server: ServerProcess) -> None:
    with prometheus(server.port) as monitor:
        # In a thread, so that the server's output is read meanwhile.
        await asyncio.to_thread(
            monitor.wait_for, "pokerws_hands_total > 0", "pokerws_session_closes_total"
        )
        wanted = set()
        for query in queries():
            monitor.query(query)
            wanted |= set(SELECTOR.findall(query))
        assert len(wanted) > 40
        assert [selector for selector in sorted(wanted) if not monitor.query(selector)] == []
        rules = [rule for group in monitor.ask("rules")["groups"] for rule in group["rules"]]
        assert {rule["name"] for rule in rules} == {rule["alert"] for rule in RULES}
        assert [rule["name"] for rule in rules if rule["state"] != "inactive"] == []
        assert [rule["name"] for rule in rules if rule.get("lastError")] == []
    assert await server.stop() == 0
