"""docs/migration.md as an operator runs it: every command in order, on a real server with players.

The troubles of docs/troubleshooting.md are caused one by one, and looked for in the log.

Only the pace is not the guide's: bots do not think, and what comes once a minute or once a second
comes more often. Ports and the database's address are put in the place of the guide's.
"""

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
import yaml
from compose_spec import PyCompose

from pokerws.client import Client, connect
from pokerws.game.state import TableConfig
from pokerws.settings import load
from tests.e2e.faults import Cluster, a_cluster
from tests.e2e.guide import Block, Shell, agrees, blocks, missing, sections
from tests.e2e.process import REPOSITORY, reserve_port
from tests.e2e.troubles import TROUBLES
from tests.postgres_fixtures import Databases
from tests.unlimited import NO_LIMITS

GUIDE = REPOSITORY / "docs" / "migration.md"
DOCUMENT = GUIDE.read_text(encoding="utf-8")
TROUBLESHOOTING = (REPOSITORY / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
# How the guide's own server is reached.
ADDRESS, PORT = "postgres://poker:secret@127.0.0.1:5432/poker", "8765"
PACE = {
    # The port is reserved for this address only.
    "HOST": "127.0.0.1",
    "BOT_MIN_DELAY_MS": "0",
    "BOT_MAX_DELAY_MS": "10",
    "NEXT_HAND_DELAY_MS": "0",
    "REFILL_INTERVAL_MS": "0",
    "REPORT_INTERVAL_MS": "500",
    "COMPARE_INTERVAL_MS": "5",
    **{name.upper(): str(value) for name, value in NO_LIMITS.items()},
}
# Nobody's time is up while the guide is run, and the hand begins at once.
DUEL = TableConfig(seats=2, turn_time_ms=600_000, next_hand_delay_ms=0)

BEFORE = "Before you begin"
STAGES = [
    "Stage 0: in memory",
    "Stage 1: `USE_DB_REPOSITORY`",
    "Stage 2: `USE_EVENT_PERSISTENCE`",
    "Stage 3: `USE_INPUT_VALIDATION`",
    "Stage 4: `USE_DURABLE_ACKS`",
]
BOTH_ARE_PLAYED = Block(
    kind="sql",
    mark="again",
    text="SELECT count(*) FROM games WHERE status = 'active';\n",
    line=0,
    expected=" count\n-------\n     2\n(1 row)\n",
)
AFTERWARDS = ["Back to memory, and forward again", "Keys", "Loading all tables at once", "Archive"]

# The guide starts a server a dozen times.
pytestmark = pytest.mark.timeout(300)
needs_curl = pytest.mark.skipif(not shutil.which("curl"), reason="the guide's operator has curl")
cluster = pytest.fixture(scope="module")(a_cluster)


class People:
    """Two players in the middle of a hand, at a table that is opened where it is not there."""

    def __init__(self, port: int) -> None:
        self._url = f"ws://127.0.0.1:{port}/ws"
        self._tokens: dict[str, str] = {}
        self._players: dict[str, str] = {}

    async def come(self) -> None:
        """Have the hand in play, and go again."""
        async with AsyncExitStack() as stack, asyncio.timeout(120):
            ann, ben = [await stack.enter_async_context(self._player(n)) for n in ("Ann", "Ben")]
            tables = {one.name: one.table for one in await ann.list_tables()}
            if "Duel" in tables:
                view = await ann.watch(tables["Duel"])
            else:
                table = await ann.create_table("Duel", DUEL)
                view = await ann.watch(table)
                for player in (ann, ben):
                    await player.sit(table, 10_000)
            await view.wait_for(lambda view: view.table.hand and view.table.hand.turn)

    @asynccontextmanager
    async def _player(self, name: str) -> AsyncIterator[Client]:
        async with connect(self._url, name=name, token=self._tokens.get(name)) as client:
            assert client.session is not None
            self._tokens[name] = client.session
            self._players.setdefault(name, client.player)
            assert client.player == self._players[name], "the same person after every restart"
            yield client


def as_here(document: str, url: str, port: int) -> str:
    """The guide with the addresses of this machine."""
    return document.replace(ADDRESS, url).replace(PORT, str(port))


@pytest.fixture
def workplace(place: Path) -> Path:
    """A directory that looks like the repository's, where what a server leaves behind is kept."""
    for name in ("server.py", "sql"):
        (place / name).symlink_to(REPOSITORY / name)
    return place


def environment(programs: Path, **more: str) -> Mapping[str, str]:
    """What a shell needs to find our Python and this PostgreSQL's programs."""
    path = os.pathsep.join([str(Path(sys.executable).parent), str(programs), os.environ["PATH"]])
    return {"PATH": path, "HOME": os.environ.get("HOME", "/"), "LANG": "C.UTF-8", **more}


class Operator:
    """Follows the guide in a shell, while two people play."""

    def __init__(self, shell: Shell, document: str, people: People) -> None:
        self._shell = shell
        self._document = document
        self._people = people

    async def follow(self, *headings: str) -> None:
        """Run the commands of these sections, and compare what they print."""
        for heading in headings:
            for block in blocks(self._document, sections(self._document, 2)[heading]):
                await self._came(await self._shell.follow(block))

    async def start_at_the_last_stage(self) -> None:
        """Turn on all flags of the stages, and start."""
        for stage in STAGES[1:]:
            await self._shell.run(f"setting {stage.split('`')[1]} true")
        await self._came(await self._shell.run("start"))
        await self._shell.follow(BOTH_ARE_PLAYED)

    async def _came(self, printed: str) -> None:
        if "server_started" in printed:
            await self._people.come()


@pytest.fixture
async def operator(
    bare_database_url: str, databases: Databases, workplace: Path
) -> AsyncIterator[Operator]:
    given = environment(databases.server.programs, **PACE)
    with reserve_port() as reserved:
        port = reserved.getsockname()[1]
        document = as_here(DOCUMENT, bare_database_url, port)
        async with Shell.opened(workplace, given) as shell:
            yield Operator(shell, document, People(port))


def test_every_command_of_the_guide_is_run() -> None:
    found = sections(DOCUMENT, 2)
    with_commands = [heading for heading in found if blocks(DOCUMENT, found[heading])]
    assert with_commands == ["The five stages", BEFORE, *STAGES, *AFTERWARDS]


@needs_curl
async def test_the_stages_are_what_happens(operator: Operator) -> None:
    await operator.follow("The five stages", BEFORE, *STAGES)


@needs_curl
async def test_what_comes_after_the_stages_is_what_happens(operator: Operator) -> None:
    await operator.follow(BEFORE)
    await operator.start_at_the_last_stage()
    await operator.follow(*AFTERWARDS)


def test_what_the_guide_gives_to_docker_compose_is_the_last_stage() -> None:
    (given,) = (
        block
        for block in sections(DOCUMENT, 2)["With Docker Compose"].split("```")
        if block.startswith("yaml\n")
    )
    text = given.removeprefix("yaml\n")
    override = yaml.safe_load(text)["services"]["server"]["environment"]
    PyCompose.from_yaml(text)
    shipped = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text(encoding="utf-8"))
    environment = {**shipped["services"]["server"]["environment"], **override, "VAULT_KEYS": ""}

    before, after = load({**environment, "USE_DURABLE_ACKS": "false"}), load(environment)

    assert (before.features.use_input_validation, before.features.use_durable_acks) == (True, False)
    assert after.features.use_durable_acks


def test_every_trouble_of_the_guide_is_made_and_no_other() -> None:
    found = sections(TROUBLESHOOTING, 2)
    assert list(found) == list(TROUBLES)


@pytest.mark.parametrize("heading", TROUBLES)
async def test_a_trouble_looks_and_ends_as_the_guide_says(
    cluster: Cluster, workplace: Path, heading: str
) -> None:
    found = blocks(TROUBLESHOOTING, sections(TROUBLESHOOTING, 2)[heading])
    assert found, "it has neither a line of the log nor a command"
    async with TROUBLES[heading](cluster) as trouble:
        given = environment(cluster.postgres.programs, **trouble.environment)
        async with Shell.opened(workplace, given) as shell:
            for block in found:
                if block.kind == "text":
                    await trouble.says(block.text)
                else:
                    await shell.follow(block)


# ---- the comparison itself


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("a 1 b\n", "a … b\n"),
        ("a    b\n", "a b\n"),
        ("a\n-----\n", "a\n---\n"),
        ("x\ny\nz\n", "…\nz\n"),
        ("z\n", "…\nz\n"),
        ("", ""),
        ("a\n\n", "a\n"),
    ],
)
def test_what_the_guide_shows_agrees_with_what_is_printed(printed: str, expected: str) -> None:
    assert agrees(printed, expected)


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("a 1 c\n", "a … b\n"),
        ("a\nb\n", "a\n"),
        ("a\n", "a\nb\n"),
        ("a\nb\n", "a…b\n"),
        ("axb\n", "a.b\n"),
        ("error\n", ""),
        ("y\nx\n", "…\ny\n"),
    ],
)
def test_what_is_printed_otherwise_does_not_agree(printed: str, expected: str) -> None:
    assert not agrees(printed, expected)


def test_lines_of_a_log_are_found_in_their_order_only() -> None:
    log = "at 1: began\nat 2: went on\nat 3: ended\n"
    assert missing(log, "… began\n… ended\n") is None
    assert missing(log, "… ended\n… began\n") == "… began"
    assert missing(log, "at …: went\n") == "at …: went"
