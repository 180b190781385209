"""One Postgres and one NATS for the drills of a module."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.faults import a_cluster
from tests.server.cluster.nats_server import NatsServer, nats_server

postgres = pytest.fixture(scope="module")(a_cluster)


@pytest.fixture(scope="module")
def nats(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NatsServer]:
    with nats_server(Path(tmp_path_factory.mktemp("nats"))) as server:
        yield server
