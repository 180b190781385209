"""Minified modules are the modules: they have the same syntax tree."""

from pathlib import Path

import pytest

from pokerws.server.net.site import site_of
from tests.node_programs import FOLDER, run
from tests.web.room import WEB_ROOT


def minified_page(folder: Path) -> Path:
    site = site_of(WEB_ROOT)
    for path in WEB_ROOT.rglob("*.js"):
        name = path.relative_to(WEB_ROOT).as_posix()
        file = site.file(f"/{site.folder}{name}")
        assert file is not None
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(file.body("identity"))
    return folder


@pytest.mark.asyncio(loop_scope="session")
async def test_minified_modules_have_the_trees_of_their_sources(tmp_path: Path) -> None:
    folder = minified_page(tmp_path)
    assert len((folder / "app.js").read_bytes()) < (WEB_ROOT / "app.js").stat().st_size
    assert await run("node", FOLDER / "same-tree.mjs", WEB_ROOT, folder) == ""


@pytest.mark.asyncio(loop_scope="session")
async def test_the_comparison_finds_a_difference(tmp_path: Path) -> None:
    folder = minified_page(tmp_path)
    with (folder / "app.js").open("a") as file:
        file.write(";f()")
    assert await run("node", FOLDER / "same-tree.mjs", WEB_ROOT, folder) == "app.js\n"
