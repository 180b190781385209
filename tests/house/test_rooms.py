"""What each part of the code may import: the arrows as tables, and their checker.

The checker takes source text, so that it is itself checked, on code that breaks each rule.
"""

import ast
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# A room is a folder or a module directly in pokerws/; `server.py` starts the command line.  Every
# room may import itself and the bare package, which holds nothing but its version.
MAY_IMPORT: dict[str, set[str]] = {
    "server.py": {"main"},
    "main": {"admin", "cli", "health"},
    "health": {"settings"},
    "admin": {"fair_play", "moderate", "program", "server", "settings"},
    "arguments": {"hand_histories", "health", "load", "moderate", "program", "server"},
    "cli": {
        "arguments",
        "doctor",
        "fair_play",
        "game",
        "hand_histories",
        "health",
        "load",
        "logs",
        "maintenance",
        "moderate",
        "nodes",
        "program",
        "serve",
    }
    | {"server", "settings", "storage", "workers"},
    "serve": {"client", "server", "service_manager", "settings", "table_bots"},
    "table_bots": {"client", "game", "server"},
    "client": {"game", "messages"},
    "doctor": {"program", "server", "settings", "storage"},
    "fair_play": {"game", "hand_histories"},
    "game": set(),
    "hand_histories": {"game"},
    "load": {"program", "settings"},
    "logs": set(),
    "maintenance": {"fair_play", "game", "hand_histories", "program", "storage"},
    "messages": {"game"},
    "moderate": {"client", "game", "messages", "server", "settings"},
    "metrics": {"storage"},
    "nodes": {"game", "maintenance", "server", "settings", "storage"},
    "pokerws": set(),
    "program": set(),
    "schema": {"game", "messages"},
    "server": {
        "fair_play",
        "game",
        "hand_histories",
        "logs",
        "messages",
        "metrics",
        "program",
        "schema",
    }
    | {"settings", "storage"},
    "service_manager": set(),
    "settings": {"program"},
    "storage": {"game", "program"},
    "workers": {"logs", "serve", "server", "service_manager", "settings", "storage"},
}

# The same inside of a room, from the bottom up: a part may import the ones before it.
LAYERS = {
    "server": (
        "isolation groups keyed_tasks player_locks clock limits cluster auth net tables moderation "
        "company sessions background relays away listener front draining parts persistence "
        "readings stops admin operators app"
    ).split(),
    "storage": (
        "errors phases fsync ahead admin_log accounts connections ledgers links names "
        "player_notes chat sanctions hand_index store log_events outcomes memory_accounts vault "
        "journal null postgres"
    ).split(),
}

# Libraries that only these rooms, parts of them or modules may know.
RESERVED = {
    "asyncpg": {"storage.postgres"},
    "nats": {"server.cluster.nats_bus"},
    "websockets": {"admin", "client", "server.net", "server.admin"},
}

# The rules are a pure function of their arguments.
GAME_BANS = frozenset(
    "asyncio datetime importlib io logging multiprocessing os pathlib random secrets select "
    "selectors shutil signal socket sqlite3 ssl structlog subprocess tempfile threading time "
    "urllib uuid".split()
)
GAME_LIBRARIES = frozenset({"msgspec", "phevaluator"})

UNTELLING_NAMES = frozenset({"common", "helpers", "manager", "managers", "misc", "util", "utils"})
MOST_FILES = 20
MOST_FILE_LINES = 450
MOST_FUNCTION_LINES = 70


def room_of(module: str) -> str:
    """The room of a dotted module; `server` alone is server.py."""
    first, *rest = module.split(".")
    if first == "server":
        return "server.py"
    return rest[0] if rest else "pokerws"


def module_of(path: Path) -> str:
    """The dotted name of a file, relative to the checkout."""
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(path: Path, source: str) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything imported, wherever in the file; names are made absolute.

    `from pokerws import game` imports the room game, so what is taken from a package counts too.
    """
    module = module_of(path).split(".")
    package = module if path.name == "__init__.py" else module[:-1]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                yield node.lineno, f"{base}.{alias.name}" if base == "pokerws" else base


def part_of(module: str) -> tuple[str, str]:
    """The room of a dotted module, and the part of it, which may be empty."""
    return room_of(module), [*module.split("."), "", ""][2]


def import_faults(path: Path, source: str) -> list[str]:
    """The imports of a file that break the rules, one line each."""
    module = module_of(path)
    room = room_of(module)
    if room not in MAY_IMPORT:
        return [f"{path}: the room {room!r} is not in MAY_IMPORT"]
    return [
        f"{path}:{line}: {module} may not import {name}"
        for line, name in imports_of(path, source)
        if not may_import(module, name)
    ]


def may_import(module: str, name: str) -> bool:
    """Whether `module` may import the dotted `name`."""
    room, part = part_of(module)
    library = name.partition(".")[0]
    if library in {"pokerws", "server"}:
        target = room_of(name)
        if target == room and room in LAYERS:
            return may_climb(LAYERS[room], part, part_of(name)[1])
        # `from pokerws import __version__` takes no room.
        return target in {room, "pokerws", "__version__"} or target in MAY_IMPORT[room]
    if library in {"tests", "bench"}:
        return False
    if room == "game":
        standard = library in sys.stdlib_module_names
        return library not in GAME_BANS if standard else library in GAME_LIBRARIES
    return library not in RESERVED or bool(
        {room, f"{room}.{part}", module.removeprefix("pokerws.")} & RESERVED[library]
    )


def may_climb(layers: Sequence[str], part: str, target: str) -> bool:
    """Whether a part of a room may import another one of the same room."""
    if target in {"", part} or not part:
        return True
    return target in layers and part in layers and layers.index(target) < layers.index(part)


def circle(imports: Mapping[str, Iterable[str]]) -> list[str]:
    """The modules of a circle of imports, the first one twice; empty if there is none."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        found: list[str] = error.args[1]
        return found
    return []


def graph_of(paths: Iterable[Path]) -> dict[str, set[str]]:
    """Which of our modules each of them imports; `from package import module` counts as both."""
    sources = {module_of(path): path for path in paths}
    graph: dict[str, set[str]] = {}
    for module, path in sources.items():
        named: set[str] = set()
        for node in ast.walk(ast.parse(read(path))):
            if isinstance(node, ast.ImportFrom) and node.module:
                named.add(node.module)
                named |= {f"{node.module}.{alias.name}" for alias in node.names}
            elif isinstance(node, ast.Import):
                named |= {alias.name for alias in node.names}
        graph[module] = (named & sources.keys()) - {module}
    return graph


def statements(tree: ast.Module) -> Iterator[ast.AST]:
    """The statements of a module, however deep: a tenth of its nodes, and all its functions."""
    found: list[ast.AST] = [tree]
    for node in found:
        for part in ("body", "orelse", "finalbody", "handlers", "cases"):
            found += getattr(node, part, ())
        yield node


def size_faults(path: Path, source: str) -> list[str]:
    """The file and the functions in it that are too long, one line each."""
    faults = []
    lines = len(source.splitlines())
    if lines > MOST_FILE_LINES:
        faults.append(f"{path}: {lines} lines, of {MOST_FILE_LINES} at most")
    for node in statements(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > MOST_FUNCTION_LINES:
                faults.append(
                    f"{path}:{node.lineno}: {node.name} has {length} lines, "
                    f"of {MOST_FUNCTION_LINES} at most"
                )
    return faults


def python_files(*places: str) -> list[Path]:
    """Our Python files in these folders or at these paths, relative to the checkout."""
    found = [
        path
        for place in places
        for path in ([ROOT / place] if place.endswith(".py") else (ROOT / place).rglob("*.py"))
        if path.is_file()
    ]
    return sorted(path.relative_to(ROOT) for path in found)


def test_every_import_follows_an_arrow() -> None:
    files = python_files("pokerws", "server.py")
    faults = [fault for path in files for fault in import_faults(path, read(path))]
    assert files
    assert not faults, "\n".join(faults)


def test_every_room_of_the_table_exists() -> None:
    rooms = {room_of(module_of(path)) for path in python_files("pokerws", "server.py")}
    assert rooms == MAY_IMPORT.keys()
    assert set().union(*MAY_IMPORT.values()) <= rooms


def test_no_imports_run_in_a_circle() -> None:
    assert circle(graph_of(python_files("pokerws", "server.py"))) == []
    assert circle({"a": ["b"], "b": ["c"], "c": ["a"]}) != []


def test_every_part_of_a_layered_room_has_its_layer() -> None:
    for room, layers in LAYERS.items():
        folder = ROOT / "pokerws" / room
        parts = {path.stem for path in folder.iterdir() if not path.name.startswith("_")}
        assert parts == set(layers)


def test_no_folder_has_more_files_than_fit_on_a_screen() -> None:
    counts = Counter(path.parent for path in python_files("pokerws", "tests", "bench"))
    assert {str(folder): count for folder, count in counts.items() if count > MOST_FILES} == {}


def test_no_file_or_function_is_too_long() -> None:
    files = python_files("pokerws", "server.py", "tests", "bench")
    faults = [fault for path in files for fault in size_faults(path, read(path))]
    assert not faults, "\n".join(faults)


def test_every_module_has_a_name_that_tells_what_it_owns() -> None:
    files = python_files("pokerws", "server.py", "tests", "bench")
    assert [path for path in files if path.stem in UNTELLING_NAMES] == []


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("pokerws/game/table.py", "import asyncio"),
        ("pokerws/game/table.py", "import os.path"),
        ("pokerws/game/table.py", "from time import monotonic"),
        ("pokerws/game/table.py", "import structlog"),
        ("pokerws/game/table.py", "import numpy"),
        ("pokerws/game/table.py", "def f():\n    import random"),
        ("pokerws/game/table.py", "from pokerws import messages"),
        ("pokerws/game/table.py", "from pokerws.storage.store import Store"),
        ("pokerws/game/table.py", "from ..storage import store"),
        ("pokerws/game/table.py", "from .. import messages"),
        ("pokerws/game/__init__.py", "from ..server import app"),
        ("pokerws/messages.py", "from pokerws.server.sessions.session import Session"),
        ("pokerws/settings.py", "from . import logs"),
        ("pokerws/storage/memory_accounts.py", "from pokerws.server import lobby"),
        ("pokerws/storage/memory_accounts.py", "import websockets"),
        ("pokerws/server/app.py", "import asyncpg"),
        ("pokerws/server/app.py", "from asyncpg.pool import Pool"),
        ("pokerws/server/cluster/links.py", "from nats.aio.client import Client"),
        ("pokerws/server/cluster/links.py", "from pokerws.server.tables.actor import TableActor"),
        ("pokerws/server/app.py", "from pokerws.client import bots"),
        ("pokerws/server/app.py", "import server"),
        ("pokerws/server/app.py", "from tests import conftest"),
        ("pokerws/client/bots.py", "from pokerws.storage import store"),
        ("pokerws/newroom.py", ""),
        ("server.py", "from pokerws.server.app import App"),
        ("server.py", "import asyncpg"),
        ("pokerws/health.py", "from pokerws import __version__, server"),
        ("pokerws/cli.py", "from pokerws import messages"),
        ("pokerws/serve.py", "from pokerws.cli import main"),
        ("pokerws/server/app.py", "from pokerws.serve import serve"),
    ],
)
def test_the_checker_finds_a_forbidden_import(path: str, source: str) -> None:
    assert len(import_faults(Path(path), source)) == 1


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("pokerws/game/table.py", "import hashlib\nimport msgspec\nfrom phevaluator import x"),
        ("pokerws/game/table.py", "from pokerws.game.cards import Card\nfrom . import pots"),
        ("pokerws/storage/postgres/store.py", "import asyncpg\nfrom pokerws.game import events"),
        (
            "pokerws/server/net/http.py",
            "import websockets\nfrom pokerws import __version__, messages",
        ),
        ("pokerws/server/cluster/nats_bus.py", "import nats\nfrom pokerws.server import limits"),
        ("pokerws/client/view.py", "import websockets\nfrom pokerws.game import events"),
        ("server.py", "import sys\nfrom pokerws.main import main"),
        ("pokerws/cli.py", "import asyncio\nfrom pokerws import settings\nimport pokerws.serve"),
    ],
)
def test_the_checker_lets_an_allowed_import_pass(path: str, source: str) -> None:
    assert import_faults(Path(path), source) == []


def test_the_checker_finds_what_is_too_long() -> None:
    function = "def long():\n" + "    pass\n" * MOST_FUNCTION_LINES
    assert len(size_faults(Path("server.py"), function)) == 1
    assert len(size_faults(Path("server.py"), "x = 1\n" * (MOST_FILE_LINES + 1))) == 1
    assert size_faults(Path("server.py"), "x = 1\n" * MOST_FILE_LINES) == []


def read(path: Path) -> str:
    return (ROOT / path).read_text(encoding="utf-8")
