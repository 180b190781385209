"""What the admin commands cost who does not use them: no import."""

import json
import subprocess
import sys


def imported(program: str) -> set[str]:
    """The modules that a program of one line has imported."""
    code = f"{program}; import sys, json; print(json.dumps(list(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_a_server_without_admin_commands_imports_nothing_of_them() -> None:
    modules = imported("import pokerws.cli; pokerws.cli.parser()")
    assert "pokerws.server.app" in modules
    assert not [one for one in modules if one.startswith(("pokerws.admin", "pokerws.server.admin"))]
    assert not [one for one in modules if one.startswith("websockets.sync")]


def test_the_command_imports_no_driver_and_no_server() -> None:
    modules = imported("import pokerws.admin.command")
    assert not modules & {"asyncpg", "uvloop", "jwt", "cryptography"}
    rooms = ("tables", "sessions", "background", "relays", "net")
    parts = (*(f"pokerws.server.{room}" for room in rooms), "pokerws.storage.postgres")
    assert not [one for one in modules if one.startswith(parts)]
