"""A running Prometheus, with the configuration and the alerts of `deploy/monitoring/`."""

import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote
from urllib.request import urlopen

import yaml

from tests.e2e.process import REPOSITORY, reserve_port
from tests.external.programs import MOST_S, account_for, changed, program, running
from tests.postgres_fixtures import new_directory

MONITORING = REPOSITORY / "deploy" / "monitoring"
TOKEN = "a-token-of-some-length"
RULES = [
    rule
    for group in yaml.safe_load((MONITORING / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    for rule in group["rules"]
]


class Prometheus:
    """A running Prometheus."""

    def __init__(self, port: int) -> None:
        self._port = port

    def ask(self, path: str) -> Any:
        """The data of an answer of its API.  Raises HTTPError for a query with a fault."""
        with urlopen(f"http://127.0.0.1:{self._port}/api/v1/{path}", timeout=30) as answer:
            return json.loads(answer.read())["data"]

    def query(self, query: str) -> list[dict[str, Any]]:
        """The series that a query finds now."""
        found: list[dict[str, Any]] = self.ask(f"query?query={quote(query)}")["result"]
        return found

    def wait_for(self, *queries: str) -> None:
        """Wait until all queries find something; it takes up targets after five seconds."""
        deadline = time.monotonic() + MOST_S
        while not all(self.query(query) for query in queries):
            assert time.monotonic() < deadline, queries
            time.sleep(0.05)


def is_ready(port: int) -> bool:
    """It accepts connections before it answers queries."""
    try:
        with urlopen(f"http://127.0.0.1:{port}/-/ready", timeout=MOST_S):
            return True
    except OSError:
        return False


@contextmanager
def prometheus(target: int, interval: str = "200ms") -> Iterator[Prometheus]:
    """Prometheus with our files; target, times and the token's file are the test's."""
    directory, reserved = new_directory(), reserve_port()
    port: int = reserved.getsockname()[1]
    changes = {
        "/run/secrets/metrics_token": f"{directory}/token",
        "_interval: 5s": f"_interval: {interval}",
    }
    text = (MONITORING / "prometheus.yml").read_text(encoding="utf-8")
    (directory / "prometheus.yml").write_text(changed(text, changes))
    (directory / "token").write_text(TOKEN)
    shutil.copy(MONITORING / "alerts.yml", directory)
    servers = (MONITORING / "servers.yml").read_text(encoding="utf-8")
    assert "[server:8765]" in servers
    (directory / "servers.yml").write_text(
        servers.replace("[server:8765]", f"[127.0.0.1:{target}]")
    )
    command = (
        program("prometheus"),
        f"--config.file={directory}/prometheus.yml",
        f"--storage.tsdb.path={directory}/data",
        f"--web.listen-address=127.0.0.1:{port}",
        "--log.level=warn",
    )
    try:
        account = account_for(directory)
        with running(*command, account=account, cwd=directory, is_ready=lambda: is_ready(port)):
            yield Prometheus(port)
    finally:
        reserved.close()
        shutil.rmtree(directory)
