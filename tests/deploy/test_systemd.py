"""The units of `deploy/systemd/`, read by systemd's own tool and compared with the settings."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from pokerws.cli import BAD_SETTINGS
from pokerws.settings import load
from tests.e2e.process import REPOSITORY
from tests.external.programs import program

UNITS = REPOSITORY / "deploy" / "systemd"
SERVICE = (UNITS / "pokerws.service").read_text(encoding="utf-8")
SOCKET = (UNITS / "pokerws.socket").read_text(encoding="utf-8")
# Ten times what systemd calls the exposure: 10.0 is a unit that protects nothing.
MOST_EXPOSED = 13


def value(unit: str, name: str) -> str:
    """The only value of a name in a unit."""
    (found,) = re.findall(rf"^{name}=(.*)$", unit, re.MULTILINE)
    return str(found)


def analyze(folder: Path, *arguments: str, service: str = SERVICE) -> tuple[int, str]:
    """Exit code and output of systemd-analyze for the unit, as if pokerws were installed."""
    (command, _) = value(service, "ExecStart").split(" ", 1)
    installed = service.replace(command, shutil.which("true") or "")
    (folder / "pokerws.service").write_text(installed, encoding="utf-8")
    (folder / "pokerws.socket").write_text(SOCKET, encoding="utf-8")
    ran = subprocess.run(
        [program("systemd-analyze"), *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return ran.returncode, ran.stdout + ran.stderr


def verify(folder: Path, service: str = SERVICE) -> tuple[int, str]:
    return analyze(folder, "verify", "./pokerws.service", "./pokerws.socket", service=service)


def test_systemd_understands_each_line(tmp_path: Path) -> None:
    assert verify(tmp_path) == (0, "")


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("WatchdogSec=30", "WatchdogSec=often"),
        ("ProtectSystem=strict", "ProtectSystm=strict"),
        ("SystemCallFilter=@system-service", "SystemCallFilter=@system-services"),
        ("RestrictAddressFamilies=AF_INET ", "RestrictAddressFamilies=INET "),
    ],
)
def test_a_mistake_would_be_found(tmp_path: Path, right: str, wrong: str) -> None:
    assert right in SERVICE
    _, said = verify(tmp_path, SERVICE.replace(right, wrong))
    assert "pokerws.service" in said


def test_the_service_may_do_little_else_than_serve(tmp_path: Path) -> None:
    exposed = ("security", "--offline=yes", f"--threshold={MOST_EXPOSED}", "./pokerws.service")
    code, said = analyze(tmp_path, *exposed)
    assert code == 0, said
    code, _ = analyze(tmp_path, *exposed, service=SERVICE.replace("NoNewPrivileges=yes", ""))
    assert code == 1


def test_its_limits_are_those_that_the_settings_need() -> None:
    settings = load({})
    assert int(value(SERVICE, "TimeoutStopSec")) * 1000 > settings.network.stop_timeout_ms
    assert int(value(SERVICE, "LimitNOFILE")) >= 2 * settings.limits.max_connections
    assert int(value(SERVICE, "RestartPreventExitStatus")) == BAD_SETTINGS
    ports = re.findall(r"^ListenStream=\S+:(\d+)$", SOCKET, re.MULTILINE)
    assert ports == [str(settings.network.port)] * len(settings.network.host)


def test_what_the_server_makes_is_in_the_only_folder_that_it_may_write() -> None:
    settings = load({})
    assert value(SERVICE, "WorkingDirectory") == f"/var/lib/{value(SERVICE, 'StateDirectory')}"
    assert settings.vault.key_file.startswith("var/")
