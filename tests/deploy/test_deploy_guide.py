"""docs/deploy.md leads from nothing to a TLS server in ten commands.

Those that write files are run, in a scratch directory in place of `/`.  Packages, accounts, systemd
and certificates are the machine's, and are not touched here.
"""

import os
import re
import subprocess
from pathlib import Path

import pytest
from dotenv import dotenv_values

from pokerws.settings import Settings, load, variables
from pokerws.storage.postgres.address import address_of
from tests.e2e.guide import FENCE, sections
from tests.e2e.process import REPOSITORY, ServerProcess
from tests.external.programs import program
from tests.vaults import VAULT_KEYS

PAGE = (REPOSITORY / "docs" / "deploy.md").read_text(encoding="utf-8")
START = sections(PAGE, 2)["From nothing to a TLS server"]
# What runs here: the name, and what writes or copies files.
HERE = ("DOMAIN=", "sed ", "install ")
OPT = "/opt/pokerws"


def commands() -> list[str]:
    (fence,) = (found for found in FENCE.finditer(START) if found[1] == "sh")
    return fence[3].splitlines()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A machine's files after the commands that can be run here."""
    for folder in ("etc/systemd/system", "etc/caddy", "opt"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / OPT.lstrip("/")).symlink_to(REPOSITORY)
    script = [line for line in commands() if line.startswith(HERE)]
    assert len(script) == 4
    text = "\n".join(line.partition(" && systemctl")[0] for line in script)
    text = text.replace("poker.example\n", "cards.example\n", 1)
    text = re.sub(r"(?<= )/(?=etc/|opt/)", f"{tmp_path}/", text)
    subprocess.run(["bash", "-euo", "pipefail", "-c", text], check=True, timeout=60)
    return tmp_path


def settings_of(root: Path) -> Settings:
    given = dotenv_values(root / "etc/pokerws.env")
    assert set(given) <= set(variables())
    return load({name: value or "" for name, value in given.items()})


def test_there_are_ten_commands() -> None:
    assert len(commands()) == 10
    assert "Ten commands" in START


def test_the_files_that_are_named_are_there() -> None:
    named = {
        path.removeprefix(f"{OPT}/")
        for line in commands()
        for path in re.findall(rf"{OPT}/[\w./-]+", line)
    }
    made = {name for name in named if name.startswith(".venv")}
    assert len(named - made) == 5
    assert all((REPOSITORY / name).is_file() for name in named - made)


def test_the_commands_make_what_the_unit_reads(root: Path) -> None:
    for unit in ("pokerws.service", "pokerws.socket"):
        made = root / "etc/systemd/system" / unit
        assert made.read_bytes() == (REPOSITORY / "deploy/systemd" / unit).read_bytes()
    service = (root / "etc/systemd/system/pokerws.service").read_text()
    script = "\n".join(commands())
    (settings,) = re.findall(r"^EnvironmentFile=/(.*)$", service, re.MULTILINE)
    assert (root / settings).stat().st_mode & 0o777 == 0o600
    (command,) = re.findall(r"^ExecStart=(\S+) serve$", service, re.MULTILINE)
    assert command == f"{OPT}/.venv/bin/pokerws"
    assert f"python3 -m venv {OPT}/.venv && {OPT}/.venv/bin/pip install " in script
    (user,) = re.findall(r"^User=(.*)$", service, re.MULTILINE)
    (state,) = re.findall(r"^WorkingDirectory=(.*)$", service, re.MULTILINE)
    assert re.search(rf"^useradd .*--home-dir {state} .* {user}$", script, re.MULTILINE)


def test_the_settings_are_durable_and_fit_the_database_that_is_made(root: Path) -> None:
    settings = settings_of(root)
    assert settings.features.use_durable_acks
    assert settings.network.allowed_hosts == ("cards.example",)
    address = address_of(settings.storage.database_url)
    (made,) = [line for line in commands() if "createdb" in line]
    assert (
        f"createuser {address.user} && createdb --owner={address.user} {address.database}" in made
    )
    # Peer authentication, over the socket of Debian's PostgreSQL: there is no password.
    assert (address.hosts, address.password) == (("/run/postgresql",), None)


def test_caddy_understands_its_file_and_forwards_to_the_socket(root: Path) -> None:
    file = root / "etc/caddy/Caddyfile"
    text = file.read_text()
    assert "\ncards.example {\n" in text
    socket = (root / "etc/systemd/system/pokerws.socket").read_text()
    (forwarded,) = re.findall(r"reverse_proxy (\S+)", text)
    assert f"ListenStream={forwarded}\n" in socket
    subprocess.run(
        [program("caddy"), "validate", "--adapter", "caddyfile", "--config", file],
        env={**os.environ, "HOME": str(root), "XDG_DATA_HOME": str(root)},
        check=True,
        capture_output=True,
        timeout=60,
    )


async def test_a_server_starts_with_the_settings(root: Path, bare_database_url: str) -> None:
    given = {**dotenv_values(root / "etc/pokerws.env"), "DATABASE_URL": bare_database_url}
    del given["PORT"]
    server = ServerProcess(
        **{name.lower(): value for name, value in given.items()}, vault_keys=VAULT_KEYS
    )
    await server.start()
    assert await server.unready() == set()
    assert await server.stop() == 0


def test_the_operators_command_has_what_the_unit_has() -> None:
    (command,) = (
        found[3]
        for found in FENCE.finditer(sections(PAGE, 2)["With systemd"])
        if found[3].startswith("systemd-run")
    )
    service = (REPOSITORY / "deploy/systemd/pokerws.service").read_text(encoding="utf-8")
    for name, option in {
        "User": "--uid=",
        "WorkingDirectory": "--working-directory=",
        "EnvironmentFile": "--property=EnvironmentFile=",
    }.items():
        (value,) = re.findall(rf"^{name}=(.*)$", service, re.MULTILINE)
        assert f"{option}{value} " in command
