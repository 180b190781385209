from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.cluster.nats_server import NatsServer, nats_server


@pytest.fixture
def nats(tmp_path: Path) -> Iterator[NatsServer]:
    """A NATS server that is not started yet."""
    with nats_server(tmp_path) as server:
        yield server
