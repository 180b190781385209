"""The folders of the page's modules and what each may import; no import runs back or in a circle.

Types count like code: `import("../client/protocol.js").Connection` in a comment is an import too.
"""

import posixpath
import re
from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import PurePosixPath

import pytest

from tests.web.room import WEB_ROOT

# A folder may import itself and the folders named here. `app.js` builds the page from all of them.
MAY_IMPORT: dict[str, set[str]] = {
    "client": set(),  # The npm package, which is used without the page.
    "net": {"client"},
    "texts": set(),  # The catalogues, and how a text is taken from them.
    "model": {"client", "net", "texts"},
    "ui": {"client", "net", "model", "texts"},
    "account": {"client", "net", "model", "texts", "ui"},
    "config": {"client", "net", "model", "texts", "ui"},
    "lobby": {"client", "net", "model", "texts", "ui", "config"},
    "host": {"client", "net", "model", "texts", "ui", "config"},
    "alerts": {"client", "model", "texts"},
    "settings": {"client", "model", "texts", "ui", "alerts"},
    "my-tables": {"client", "net", "model", "texts", "ui", "alerts"},
    "table": {"client", "net", "model", "texts", "ui", "account", "host", "settings"},
    # What there is after a hand.
    "hands": {"client", "net", "model", "texts", "ui", "table"},
    "app.js": {
        *("client", "net", "model", "texts", "ui", "account", "lobby", "table", "hands"),
        *("settings", "my-tables"),
    },
    # Scripts of their own: before all modules, of the offline page, and of its worker.
    "reload.js": set(),
    "offline.js": set(),
    "worker.js": set(),
}
MOST_FILES = 20
MOST_FILE_LINES = 450

IMPORT = re.compile(r"""(?:\bfrom\s*|\bimport\s*\(\s*|^import\s*)["']([^"']+)["']""", re.MULTILINE)


def imports_of(name: str, source: str) -> list[str]:
    """The modules that a module imports: as paths from the page's root if they are relative."""
    folder = PurePosixPath(name).parent.as_posix()
    return [
        posixpath.normpath(posixpath.join(folder, target)) if target.startswith(".") else target
        for target in IMPORT.findall(source)
    ]


def import_faults(sources: Mapping[str, str]) -> list[str]:
    """Imports against the rules, and circles, one line each.  `sources` is by path."""
    graph = {name: imports_of(name, source) for name, source in sources.items()}
    faults = [
        f"{name} may not import {target}"
        for name, targets in graph.items()
        for target in targets
        if not may_import(name, target)
    ]
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        faults.append("circle: " + " < ".join(error.args[1]))
    return faults


def may_import(name: str, target: str) -> bool:
    room, other = name.partition("/")[0], target.partition("/")[0]
    return other == room or other in MAY_IMPORT[room]


def page_modules() -> dict[str, str]:
    """The page's modules by path; a file of types counts as the module that it describes."""
    paths = [*WEB_ROOT.rglob("*.js"), *WEB_ROOT.rglob("*/*.d.ts")]
    return {
        path.relative_to(WEB_ROOT).as_posix().replace(".d.ts", ".js"): path.read_text("utf-8")
        for path in sorted(paths)
    }


def test_every_import_of_the_page_is_allowed() -> None:
    modules = page_modules()
    assert {name.partition("/")[0] for name in modules} == set(MAY_IMPORT)
    assert import_faults(modules) == []


def test_no_file_or_folder_of_the_page_is_too_large() -> None:
    lists = {WEB_ROOT / "client" / "messages.d.ts", *(WEB_ROOT / "texts").glob("??.js")}
    files = [path for path in WEB_ROOT.rglob("*") if path.is_file() and path not in lists]
    texts = [path for path in files if path.suffix != ".png"]
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in texts}
    assert [path for path, length in lengths.items() if length > MOST_FILE_LINES] == []
    folders = [path.parent for path in files]
    assert [folder for folder in set(folders) if folders.count(folder) > MOST_FILES] == []


@pytest.mark.parametrize(
    "sources",
    [
        {"client/a.js": 'import { b } from "../net/b.js";'},
        {"net/a.js": 'import { b } from "../model/b.js";'},
        {"model/a.js": 'import { b } from "../app.js";'},
        {"ui/a.js": '/** @type {import("../table/b.js").B} */'},
        {"account/a.js": 'const b = await import("../lobby/b.js");'},
        {"lobby/a.js": 'import "../table/b.js";'},
        {"table/a.js": 'export { b } from "../lobby/b.js";'},
        {"table/a.js": 'import { b } from "elsewhere";'},
        {"ui/a.js": 'import { b } from "./b.js";', "ui/b.js": '/** @type {import("./a.js").A} */'},
    ],
)
def test_the_checker_finds_a_forbidden_import(sources: dict[str, str]) -> None:
    assert len(import_faults(sources)) == 1


def test_the_checker_lets_an_allowed_import_pass() -> None:
    types = '/** @typedef {import("../client/messages.js").Act} Act */'
    source = f'import {{ a }} from "../net/a.js";\n{types}'
    assert import_faults({"model/b.js": source, "app.js": 'import "./model/b.js";'}) == []
