"""Where a server under load spends its time: samples of the running process, as text.

The server is the one that users run; nothing is added to it.  py-spy reads its stack from outside.
It has to be allowed to: as root, or where kernel.yama.ptrace_scope is 0.  Of a server in memory,
functions in C are told too, for which it is stopped at each sample; one that stores would seem to
have lost its database, and is not stopped.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import MappingProxyType

from msgspec.structs import replace

from bench.live.load import Load
from bench.live.rounds import measure
from bench.live.servers import OTHER_CPU, pin, running

PROFILES = Path(__file__).parents[1] / "profiles"
SAMPLES_A_SECOND = 100
FUNCTIONS = 40
# Beyond what it takes to take the samples: py-spy reads the symbols of all libraries first.
GRACE_S = 60.0

# A stack, outermost function first, and how often it was seen.
Samples = Sequence[tuple[list[str], int]]


class NotProfiled(Exception):
    """There is no profile, and why."""


def profile_round(
    name: str,
    load: Load,
    settings: Mapping[str, str] = MappingProxyType({}),
    *,
    stopping: bool = True,
    directory: Path = PROFILES,
) -> Path:
    """Play a scenario's load once more on our server, and write where its time went to `name`.txt.

    The middle half of what is played is sampled.  With `stopping` each sample stops the server for
    some time, so that fewer actions are played, and nothing else should be measured meanwhile.
    Raises NotProfiled.
    """
    py_spy = find_py_spy()
    with running("ours", settings) as server:
        load = replace(load, port=server.port)
        # A moment of the same load tells how long it takes until all sit.
        set_up_s = measure(replace(load, seconds=0.1, warm_up_s=0.0)).set_up_s
        with ThreadPoolExecutor(1) as pool:
            playing = pool.submit(measure, load)
            time.sleep(set_up_s + load.warm_up_s + load.seconds / 4)
            samples = sample(py_spy, server.pid, load.seconds / 2, stopping=stopping)
            played = playing.result()
    directory.mkdir(exist_ok=True)
    path = directory / f"{name}.txt"
    said = (
        f"{name}: {load.tables} tables of {load.seats} seats and {load.spectators} "
        f"spectators, {load.style}, {played.actions_per_s:,.0f} actions/s while sampled."
    )
    path.write_text(f"{said}\n{text(samples)}", encoding="utf-8")
    return path


def sample(py_spy: str, pid: int, seconds: float, *, stopping: bool = True) -> Samples:
    """The stacks of a process for some seconds.  Raises NotProfiled where that is not allowed."""
    with tempfile.TemporaryDirectory(prefix="pokerws-profile-") as directory:
        stacks = Path(directory) / "stacks"
        command = [
            *(py_spy, "record", "--pid", str(pid), "--duration", str(max(1, round(seconds)))),
            *(
                "--rate",
                str(SAMPLES_A_SECOND),
                "--native" if stopping else "--nonblocking",
                "--function",
            ),
            *("--format", "raw", "--output", str(stacks)),
        ]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        pin(process.pid, OTHER_CPU)
        try:
            said, _ = process.communicate(timeout=seconds + GRACE_S)
        finally:
            process.kill()
            process.wait()
        if process.returncode:
            raise NotProfiled(f"py-spy cannot read the server: {said.decode().strip()}")
        return read(stacks.read_text(encoding="utf-8"))


def read(raw: str) -> Samples:
    """The samples in py-spy's raw format: functions separated by semicolons, a blank, a count."""
    lines = (line.rpartition(" ") for line in raw.splitlines())
    return [(stack.split(";"), int(count)) for stack, _, count in lines]


def text(samples: Samples) -> str:
    """The functions with the most time of their own, for people."""
    own: Counter[str] = Counter()
    all_in: Counter[str] = Counter()
    for stack, count in samples:
        own[stack[-1]] += count
        for function in set(stack):
            all_in[function] += count
    total = own.total()
    if not total:
        raise NotProfiled("the server did nothing while it was sampled")
    lines = [
        f"{total} samples, {SAMPLES_A_SECOND} a second, of when it was not idle.",
        "",
        f"{'own':>7}{'with callees':>15}  function",
    ]
    lines += [
        f"{count / total:7.1%}{all_in[function] / total:15.1%}  {function}"
        for function, count in own.most_common(FUNCTIONS)
    ]
    return "\n".join(lines) + "\n"


def find_py_spy() -> str:
    """The path of py-spy."""
    found = shutil.which("py-spy", path=str(Path(sys.executable).parent)) or shutil.which("py-spy")
    if found is None:
        raise NotProfiled("there is no py-spy here: pip install '.[bench]'")
    return found
