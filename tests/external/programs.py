"""Programs of other projects: where they are, how a test runs one, and what happens without it."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from pokerws.storage.postgres.embedded.unprivileged import SystemAccount

# Debian keeps servers out of an ordinary account's PATH.
SYSTEM = "/usr/sbin:/usr/local/sbin:/sbin"
# Against hanging only.
MOST_S = 60.0


def program(name: str, *directories: Path) -> Path:
    """Where a program is.  Without it the test is skipped, or fails under CI."""
    places = os.pathsep.join([*map(str, directories), os.environ.get("PATH", ""), SYSTEM])
    found = shutil.which(name, path=places)
    if found is None:
        message = f"{name} is not installed: run tests/install-servers.sh"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return Path(found)


def changed(text: str, changes: Mapping[str, str]) -> str:
    """A file of deploy/ with what is different here."""
    for old, new in changes.items():
        assert old in text, f"{old!r} is not in the file of deploy/ any more"
        text = text.replace(old, new)
    return text


def account_for(directory: Path) -> SystemAccount:
    """The account without rights that a server runs as; the directory is handed over to it."""
    account = SystemAccount.for_owner_of(directory)
    account.own(directory)
    return account


@contextmanager
def running(
    *command: str | Path, account: SystemAccount, cwd: Path, is_ready: Callable[[], bool]
) -> Iterator[subprocess.Popen[bytes]]:
    """A server in the foreground, from when it is ready until the block's end."""
    log = cwd / f"{Path(command[0]).name}.out"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            user=account.uid if account.change else None,
            group=account.gid if account.change else None,
            extra_groups=[] if account.change else None,
        )
    with process:
        try:
            deadline = time.monotonic() + MOST_S
            while not is_ready():
                said = log.read_text(errors="replace")
                assert process.poll() is None, f"{command[0]} has ended: {said}"
                assert time.monotonic() < deadline, f"{command[0]} is not ready: {said}"
                time.sleep(0.02)
            yield process
        finally:
            process.terminate()
            try:
                process.wait(MOST_S)
            except subprocess.TimeoutExpired:
                process.kill()
                raise


def accepts(port: int) -> bool:
    """Whether something listens on a port of this machine."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
