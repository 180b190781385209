"""Node.js for tests: where it is, and programs of tests/node that it runs."""

import asyncio
import os
import shutil
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent / "node"
TIME_LIMIT_S = 150


def find(program: str) -> str:
    """The path of `node`, or of a program among the packages.

    Without it the test is skipped, or fails under CI.
    """
    # Where the machine has none, tests/install-node.sh puts one beside Python.
    places = [FOLDER / "node_modules" / ".bin", Path(sys.executable).parent]
    path = os.pathsep.join([*map(str, places), os.environ.get("PATH", "")])
    found = shutil.which(program, path=path)
    if found is None or not (FOLDER / "node_modules").is_dir():
        message = f"there is no {program}: run tests/install-node.sh"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return found


async def run(*arguments: str | Path, given: str = "") -> str:
    """What a program prints, with `given` to read.  It fails the test if it fails."""
    program, *others = arguments
    process = await asyncio.create_subprocess_exec(
        find(str(program)),
        *others,
        env={**os.environ, "PATH": f"{Path(find('node')).parent}{os.pathsep}{os.environ['PATH']}"},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(TIME_LIMIT_S):
            output, _ = await process.communicate(given.encode())
    except TimeoutError:
        process.kill()
        await process.wait()
        pytest.fail(f"{program} did not come to an end")
    assert process.returncode == 0, output.decode()
    return output.decode()
