"""An operator's shells for the guides that these tests run."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.e2e.process import REPOSITORY
from tests.external.debian_postgres import DebianPostgres
from tests.vaults import VAULT_KEYS


@pytest.fixture
def workplace(place: Path) -> Path:
    """A directory with the server's program, where the operator's files are left."""
    (place / "server.py").symlink_to(REPOSITORY / "server.py")
    return place


def operator(server: DebianPostgres, **more: str) -> Mapping[str, str]:
    """The environment of somebody with our Python, this PostgreSQL's programs and the key."""
    places = (str(Path(sys.executable).parent), str(server.programs), os.environ["PATH"])
    return {"PATH": os.pathsep.join(places), "LANG": "C.UTF-8", "VAULT_KEYS": VAULT_KEYS, **more}
