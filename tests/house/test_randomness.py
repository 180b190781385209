"""Decks, keys, tokens and ids come from the operating system's random numbers alone."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# These choose waits and hosts, and the play of bots and of a load; nobody gains by guessing them.
NOT_SECRET = {
    "pokerws/load/generator.py",
    "pokerws/load/pace.py",
    "pokerws/load/play.py",
    "pokerws/server/away.py",
    "pokerws/storage/journal/back_off.py",
    "pokerws/storage/postgres/address/__init__.py",
}


def modules(word: str) -> Iterator[tuple[str, ast.Module]]:
    """The server's modules that have a word in them, by path.

    The client package runs on the players' machines.
    """
    for file in sorted((ROOT / "pokerws").rglob("*.py")):
        path, text = file.relative_to(ROOT).as_posix(), file.read_text(encoding="utf-8")
        if word in text and not path.startswith("pokerws/client/"):
            yield path, ast.parse(text)


def imported(module: ast.Module) -> set[str]:
    """The top-level packages that a module imports."""
    names = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names


def shuffles(module: ast.Module) -> list[str]:
    """The arguments of all calls of `shuffler`."""
    calls = [node for node in ast.walk(module) if isinstance(node, ast.Call)]
    return [
        ast.unparse(call)
        for call in calls
        if isinstance(call.func, ast.Name) and call.func.id == "shuffler"
    ]


def test_nothing_that_must_be_secret_uses_predictable_random_numbers() -> None:
    assert {
        path for path, module in modules("random") if "random" in imported(module)
    } == NOT_SECRET


def test_every_shuffle_draws_from_the_operating_system() -> None:
    found = [call for _, module in modules("shuffler") for call in shuffles(module)]
    assert set(found) == {"shuffler(os.urandom)"}
