import re
import subprocess
import sys

import pytest

from bench.live.profile import NotProfiled, find_py_spy, read, sample, text

RAW = """\
run (loop.py:1);handle (actor.py:9);encode (json.c:3) 6
run (loop.py:1);handle (actor.py:9) 3
run (loop.py:1);write (libc.so.6) 1
"""
BUSY = """\
from msgspec.json import encode

def busy():
    cards = ["As"] * 1000
    while True:
        encode(cards)

busy()
"""


def test_functions_come_by_the_time_of_their_own() -> None:
    lines = [line.split() for line in text(read(RAW)).splitlines()]
    assert lines[0][:2] == ["10", "samples,"]
    assert lines[3:] == [
        ["60.0%", "60.0%", "encode", "(json.c:3)"],
        ["30.0%", "90.0%", "handle", "(actor.py:9)"],
        ["10.0%", "10.0%", "write", "(libc.so.6)"],
    ]


def test_a_server_that_did_nothing_has_no_profile() -> None:
    with pytest.raises(NotProfiled, match="did nothing"):
        text(read(""))


def test_a_running_process_is_sampled_down_to_its_functions_in_c() -> None:
    process = subprocess.Popen([sys.executable, "-c", BUSY])
    try:
        said = text(sample(find_py_spy(), process.pid, 1))
    except NotProfiled as reason:
        # Some machines let nobody look into a process.
        if not re.search("(?i)permi(ssion|tted)", str(reason)):
            raise
        pytest.skip(str(reason))
    finally:
        process.kill()
        process.wait()
    assert "json_encode_list (msgspec/_core" in said


def test_a_process_that_is_gone_has_no_profile() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    with pytest.raises(NotProfiled, match="py-spy cannot read"):
        sample(find_py_spy(), process.pid, 1)
