"""The limit of open files, in a process of its own whose limits are lowered."""

import json
import subprocess
import sys

import pytest

from tests.e2e.process import REPOSITORY

PROGRAM = """
import json, resource, sys
from pokerws.server.limits.open_files import raise_open_files
soft, hard, connections = map(int, sys.argv[1:])
resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
files = raise_open_files(connections)
print(json.dumps([files.is_low, files.advice, resource.getrlimit(resource.RLIMIT_NOFILE)[0]]))
"""


def raised(soft: int, hard: int, connections: int) -> tuple[bool, str, int]:
    """Whether the limit is low, the advice, and the soft limit afterwards."""
    command = [sys.executable, "-c", PROGRAM, *map(str, (soft, hard, connections))]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    is_low, advice, now = json.loads(done.stdout)
    return is_low, advice, now


@pytest.mark.parametrize(
    ("connections", "expected"),
    [
        (10, 120),  # As many again for half-open connections, and a hundred for the rest.
        (300, 500),  # The hard limit, which is enough for the connections themselves.
        (0, 500),
    ],
)
def test_the_soft_limit_is_raised_as_far_as_needed(connections: int, expected: int) -> None:
    is_low, _, now = raised(64, 500, connections)
    assert (is_low, now) == (False, expected)


def test_a_soft_limit_that_is_higher_already_is_left() -> None:
    assert raised(400, 500, 10)[2] == 400


def test_a_hard_limit_that_is_too_low_is_told_with_what_would_fit() -> None:
    is_low, advice, now = raised(64, 500, 401)
    assert (is_low, now) == (True, 500)
    assert "ulimit -n) to 501, or lower MAX_CONNECTIONS to 400" in advice
