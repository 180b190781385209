"""What each way of installing the package brings is enough for what it is meant for.

A fresh environment for each would take minutes. Instead a Python starts without its site-packages,
and sees just the distributions that the installation would have.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.distributions import PROJECT, ROOT, brought, parts

SERVER = PROJECT["optional-dependencies"]["server"]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A place for a program, with the package in it."""
    (tmp_path / "pokerws").symlink_to(ROOT / "pokerws")
    return tmp_path


def run(place: Path, requirements: list[str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a Python that sees what the requirements bring, and `place`."""
    for name in brought(requirements):
        for part in parts(name):
            (place / part.name).symlink_to(part)
    return subprocess.run(
        [sys.executable, "-S", "-B", *arguments],
        cwd=place,
        env={"PYTHONPATH": str(place), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
    )


def test_the_client_and_its_bots_need_nothing_of_the_servers(place: Path) -> None:
    imports = "import pokerws.client, pokerws.client.bots, pokerws.maintenance.replay_hands"
    ended = run(place, PROJECT["dependencies"], "-c", imports)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_the_client_needs_all_that_it_brings(place: Path) -> None:
    imports = "import pokerws.client.bots, sys; print(*sys.modules)"
    ended = run(place, PROJECT["dependencies"], "-c", imports)
    assert set(PROJECT["dependencies"]) <= set(ended.stdout.split())


@pytest.mark.parametrize(
    "command", [[str(ROOT / "server.py")], ["-c", "from pokerws.cli import main; main()"]]
)
def test_the_server_says_what_to_install_where_it_was_left_out(
    place: Path, command: list[str]
) -> None:
    ended = run(place, PROJECT["dependencies"], *command)
    assert ended.returncode == 1
    assert re.fullmatch(r"pokerws: .+: pip install '\.\[server\]'\n", ended.stderr)


def test_the_server_needs_nothing_of_the_tests(place: Path) -> None:
    ended = run(place, [*PROJECT["dependencies"], *SERVER], str(ROOT / "server.py"), "--help")
    assert (ended.returncode, ended.stderr) == (0, "")


def test_who_develops_has_the_server_too() -> None:
    assert "pokerws[server,embedded,cluster]" in PROJECT["optional-dependencies"]["dev"]
