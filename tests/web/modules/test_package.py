"""The npm package of the client: what is in it, and that it works in a project of its own."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

import pokerws
from pokerws.server.app import App
from tests.node_programs import FOLDER, run
from tests.settings import settings_of
from tests.unlimited import NO_LIMITS
from tests.web.room import WEB_ROOT

CLIENT = WEB_ROOT / "client"
LICENSE = Path(__file__).resolve().parents[3] / "LICENSE"
# Node.js 20 needs this option for its WebSocket; newer versions still accept it.
WITH_WEBSOCKET = ("--experimental-websocket",)
QUIET = ("--offline", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error")
EXAMPLE = re.compile(r"^```js\n(import .*?)^```", re.MULTILINE | re.DOTALL)

USE = """\
import { Connection, type TableState, TableView, VARIANTS, stateHash } from "pokerws-client";
import type { Snapshot } from "pokerws-client/messages";

const connection = new Connection({ url: "ws://127.0.0.1/ws", name: "Ann", capabilities: [] });
connection.on("snapshot", (snapshot: Snapshot) => snapshot.state.seats.length);
connection.request({ type: "act", table: "t", turn: 7, action: "fold" });
// @ts-expect-error A turn is a number.
connection.request({ type: "act", table: "t", turn: "7", action: "fold" });
// @ts-expect-error There is no such message.
connection.on("weather", () => {});
// @ts-expect-error An action has a turn.
connection.request({ type: "act", table: "t", action: "fold" });
// @ts-expect-error There is no such command.
connection.request({ type: "deal" });
// @ts-expect-error A table of the lobby has no seats.
connection.on("lobby", ({ tables }) => tables[0].seats);

const view = new TableView(connection, "t", {
  onEvent: (event) => event.type === "hand_ended" && view.close(),
});
const table: TableState | null = view.table;
export const stack: number | undefined = table?.seats[0]?.stack;
export const hash: string | null = table && stateHash(table, "p_ann");
export const streets: string[] = VARIANTS["NT"]!.streets;
// @ts-expect-error There is no such field.
table?.weather;
"""
WITH_WS = """\
import { createRequire } from "node:module";
import { Connection } from "pokerws-client";

const [url, packages] = process.argv.slice(2);
const { WebSocket } = createRequire(packages)("ws");
const connection = new Connection({ url, name: "Wes", WebSocket });
connection.start();
console.log((await connection.ready()).name);
connection.stop();
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project in which the packed package is installed."""
    folder = tmp_path_factory.mktemp("project")
    cache = f"--cache={folder / 'cache'}"
    (folder / "package.json").write_text('{"private": true, "type": "module"}')
    await run("npm", "pack", CLIENT, f"--pack-destination={folder}", cache, *QUIET)
    (tarball,) = folder.glob("*.tgz")
    await run("npm", "install", tarball, f"--prefix={folder}", cache, *QUIET)
    return folder


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def url() -> AsyncIterator[str]:
    app = App(settings_of(port=0, session_key="k" * 32, **NO_LIMITS))
    await app.start()
    yield app.socket_url
    await app.stop()


def test_the_version_is_that_of_the_server() -> None:
    manifest = json.loads((CLIENT / "package.json").read_text(encoding="utf-8"))
    assert manifest["version"] == pokerws.__version__
    assert "dependencies" not in manifest
    assert f"pokerws-client-{pokerws.__version__}.tgz" in (CLIENT / "README.md").read_text()
    assert (CLIENT / "LICENSE").read_text() == LICENSE.read_text()


def declarations(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in folder.rglob("*.d.ts")
    }


@pytest.mark.asyncio(loop_scope="session")
async def test_the_types_are_those_of_the_modules(tmp_path: Path) -> None:
    await run("tsc", "--project", FOLDER / "types.json", "--outDir", tmp_path)
    made, kept = declarations(tmp_path), declarations(CLIENT / "types")
    for name in ("messages.d.ts", "variants.d.ts"):
        # These describe the package's files of the same name.
        assert kept.pop(name) == f'export * from "../{name.replace(".d.ts", ".js")}";\n'
    assert kept == made, "run: make docs"


def test_the_package_has_all_files_of_its_folder(project: Path) -> None:
    installed = project / "node_modules" / "pokerws-client"
    packed = {path.relative_to(installed) for path in installed.rglob("*") if path.is_file()}
    kept = {path.relative_to(CLIENT) for path in CLIENT.rglob("*") if path.is_file()}
    assert packed == kept
    top = {path.parts[0] for path in packed}
    assert top >= {"README.md", "LICENSE", "index.js", "protocol.js", "state"}
    assert not list(project.glob("node_modules/*/node_modules"))


@pytest.mark.asyncio(loop_scope="session")
async def test_the_example_of_its_readme_plays_a_hand(project: Path, url: str) -> None:
    found = EXAMPLE.search((CLIENT / "README.md").read_text(encoding="utf-8"))
    assert found is not None
    (project / "example.js").write_text(found[1], encoding="utf-8")
    output = await run("node", *WITH_WEBSOCKET, project / "example.js", url)
    lines = [line.split(" | ") for line in output.splitlines() if " | " in line]
    cards, board, action = lines[-1]
    assert len(cards.split()) == 2
    assert len(board.split()) == 5
    assert action == "check"


@pytest.mark.asyncio(loop_scope="session")
async def test_it_takes_the_websocket_of_another_package(project: Path, url: str) -> None:
    (project / "with-ws.js").write_text(WITH_WS)
    output = await run("node", project / "with-ws.js", url, FOLDER / "package.json")
    assert output == "Wes\n"


@pytest.mark.asyncio(loop_scope="session")
async def test_it_runs_the_conformance_kit(project: Path) -> None:
    program = project / "node_modules/pokerws-client/conformance/run.mjs"
    assert "sessions conform" in await run("node", program, "table/closed")


@pytest.mark.asyncio(loop_scope="session")
async def test_a_strict_project_can_use_its_types(project: Path) -> None:
    (project / "use.ts").write_text(USE)
    found = EXAMPLE.search((CLIENT / "README.md").read_text(encoding="utf-8"))
    assert found is not None
    (project / "example.js").write_text(found[1], encoding="utf-8")
    options = {
        "strict": True,
        "noUncheckedIndexedAccess": True,
        "allowJs": True,
        "checkJs": True,
        "noEmit": True,
        "target": "es2022",
        "module": "nodenext",
        "lib": ["es2023", "dom"],
        "types": [],
        "skipDefaultLibCheck": True,
    }
    (project / "node.d.ts").write_text("declare const process: { argv: string[] };")
    config = {"compilerOptions": options, "files": ["node.d.ts", "use.ts", "example.js"]}
    (project / "tsconfig.json").write_text(json.dumps(config))
    assert not await run("tsc", "--project", project)
