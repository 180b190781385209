"""Breaks lines for claims of docs/security.md and cluster.md, and shows that a test fails.

Each mutant runs in a copy of the checkout, with the tests of its claim.  First those tests must
pass without a mutant.  Exit status 1: a mutant was not noticed, or could not run.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import NamedTuple
from xml.etree import ElementTree as ET

from tests.mutants.mutants import ROOT, Mutant, mutants

# What a copy needs: all that tests read or start.  The rest is large, or belongs to this machine.
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", "__pycache__", "node_modules", "build", "var", ".*_cache", ".hypothesis"
)
PYTEST = (sys.executable, "-m", "pytest", "-q", "-x", "--tb=line", "-p", "no:cacheprovider")
# A test that waits in vain for what a mutant has removed has noticed it, too: one that takes so
# many times as long as the slowest one of its claim without a mutant, or as this.
LONGER = 4
LEAST_SLOWEST_S = 2.0
# What a mutant's tests may take to start.
GRACE_S = 30
# pytest's exit status when tests ran and some of them failed.
FAILED = 1
UNBROKEN_TIMEOUT_S = 900


def copy(target: Path) -> Path:
    """A copy of the checkout, with the tools of this one."""
    shutil.copytree(ROOT, target, ignore=LEFT_OUT, symlinks=True)
    for tools in (".venv", "tests/node/node_modules"):
        if (ROOT / tools).exists():
            (target / tools).symlink_to((ROOT / tools).resolve())
    return target


class Took(NamedTuple):
    """How long the cases of a test take without a mutant, in seconds."""

    slowest_s: float
    total_s: float


def run(
    checkout: Path, arguments: Iterable[str], timeout_s: float, *, compiles: bool = False
) -> tuple[int, str]:
    """Run tests in a copy; returns pytest's exit status and output.

    With `compiles`, later runs use what this one has compiled.  Raises TimeoutExpired, with the
    tests and all that they started ended.
    """
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "" if compiles else "1"}
    with subprocess.Popen(
        [*PYTEST, *arguments],
        cwd=checkout,
        env=environment,
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        process_group=0,
    ) as tests:
        try:
            output, _ = tests.communicate(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            os.killpg(tests.pid, signal.SIGKILL)
            raise
        return tests.returncode, output


def time_unbroken(checkout: Path, tests: Iterable[str], workers: int) -> dict[str, Took] | None:
    """Run tests without a mutant; returns how long each takes, or None if one fails."""
    report = checkout / "unbroken.xml"
    options = (f"--junitxml={report}", f"--numprocesses={workers}", "--dist=loadfile")
    status, output = run(checkout, [*options, *tests], UNBROKEN_TIMEOUT_S, compiles=True)
    if status != 0:
        print(output, "The tests fail without a mutant.", sep="\n")
        return None
    took: dict[str, Took] = {}
    for case in ET.parse(report).iter("testcase"):
        name = case.attrib["name"].partition("[")[0]
        test = f"{case.attrib['classname'].replace('.', '/')}.py::{name}"
        case_s, before = float(case.attrib["time"]), took.get(test, Took(0, 0))
        took[test] = Took(max(before.slowest_s, case_s), before.total_s + case_s)
    return took


def judge(checkout: Path, mutant: Mutant, usual: Mapping[str, Took]) -> str:
    """Break the copy, run the tests and mend it; returns what is wrong, or ''."""
    slowest_s = max(LEAST_SLOWEST_S, *(usual[test].slowest_s for test in mutant.tests))
    total_s = sum(usual[test].total_s for test in mutant.tests)
    file = checkout / mutant.file
    changed = file.stat()
    before = mutant.apply(checkout)
    try:
        status, output = run(
            checkout,
            [f"--timeout={LONGER * slowest_s:.0f}", *mutant.tests],
            GRACE_S + LONGER * (slowest_s + total_s),
        )
    except subprocess.TimeoutExpired:
        # The failure of a test that ran out of time was lost in a task, and the test hangs.
        return ""
    finally:
        file.write_text(before, encoding="utf-8")
        # What was compiled of it is valid again.
        os.utime(file, ns=(changed.st_atime_ns, changed.st_mtime_ns))
    if status == FAILED:
        return ""
    if status == 0:
        return "NOT NOTICED"
    return f"did not run, pytest's exit status is {status}:\n{output[-2000:]}"


def work(
    checkout: Path,
    usual: Mapping[str, Took],
    waiting: "SimpleQueue[Mutant | None]",
    wrong: list[Mutant],
) -> None:
    """Judge mutants until there are none left."""
    while (mutant := waiting.get()) is not None:
        began = time.monotonic()
        try:
            # Some tests look at random play, which may miss a fault once.
            fault = judge(checkout, mutant, usual) and judge(checkout, mutant, usual)
        except (OSError, ValueError, subprocess.TimeoutExpired) as error:
            fault = str(error)
        if fault:
            wrong.append(mutant)
        took_s = time.monotonic() - began
        print(f"{fault or 'noticed'} in {took_s:.1f} s: {mutant}", flush=True)


def judge_all(chosen: Sequence[Mutant], workers: int) -> list[Mutant]:
    """Judge mutants in parallel; returns those that were not noticed."""
    waiting: SimpleQueue[Mutant | None] = SimpleQueue()
    for mutant in (*chosen, *[None] * workers):
        waiting.put(mutant)
    wrong: list[Mutant] = []
    with tempfile.TemporaryDirectory(prefix="pokerws-mutants-") as root:
        first = copy(Path(root, "0"))
        tests = dict.fromkeys(test for mutant in chosen for test in mutant.tests)
        usual = time_unbroken(first, tests, workers)
        if usual is None:
            return list(chosen)
        others = [Path(root, str(number)) for number in range(1, workers)]
        for other in others:
            shutil.copytree(first, other, symlinks=True)
        threads = [
            Thread(target=work, args=(checkout, usual, waiting, wrong), daemon=True)
            for checkout in (first, *others)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return wrong


def main() -> int:
    """Run the mutants whose text contains one of the arguments; without any, all."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("words", nargs="*", help="claims or files; without any, all mutants")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    every = list(mutants())
    chosen = [one for one in every if not given.words or any(w in str(one) for w in given.words)]
    wrong = judge_all(chosen, max(1, given.workers))
    claims = len({mutant.claim for mutant in chosen})
    print(f"{len(chosen)} mutants of {claims} claims, {len(wrong)} not noticed")
    return 1 if wrong or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
