"""docs/migration.md as an operator runs it: every command in order, on a real server with players.

The troubles of docs/troubleshooting.md are caused one by one, and looked for in the log.
"""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import yaml
from compose_spec import PyCompose

from pokerws.settings import load
from tests.e2e.faults import Cluster, a_cluster
from tests.e2e.guide import Shell, agrees, blocks, missing, sections
from tests.e2e.operator import DOCUMENT, PACE, PAGE, Operator, People, as_here, environment
from tests.e2e.process import REPOSITORY, reserve_port
from tests.e2e.troubles import TROUBLES
from tests.postgres_fixtures import Databases

TROUBLESHOOTING = (REPOSITORY / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
BEFORE = "Before you begin"
STAGES = [
    "Stage 0: in memory",
    "Stage 1: `USE_DB_REPOSITORY`",
    "Stage 2: `USE_EVENT_PERSISTENCE`",
    "Stage 3: `USE_INPUT_VALIDATION`",
    "Stage 4: `USE_DURABLE_ACKS`",
]
AFTERWARDS = ["Back to memory, and forward again", "Keys", "Loading all tables at once", "Archive"]

# The guide starts a server a dozen times.
pytestmark = pytest.mark.timeout(300)
needs_curl = pytest.mark.skipif(not shutil.which("curl"), reason="the guide's operator has curl")
cluster = pytest.fixture(scope="module")(a_cluster)


@pytest.fixture
def workplace(place: Path) -> Path:
    """A directory that looks like the repository's, where what a server leaves behind is kept."""
    for name in ("server.py", "sql"):
        (place / name).symlink_to(REPOSITORY / name)
    return place


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
    assert with_commands == [PAGE, BEFORE, *STAGES, *AFTERWARDS]


@needs_curl
async def test_the_guide_is_what_happens(operator: Operator) -> None:
    prepare, *steps = operator.page()
    await operator.run(prepare)
    await operator.follow(BEFORE)
    for step, stage in zip(steps, STAGES, strict=False):
        await operator.run(step)
        await operator.follow(stage)
    await operator.run(*steps[len(STAGES) :])
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
        ("a: 1 hand, 14 events\n", "a: … hands, … events\n"),
    ],
)
def test_what_the_guide_shows_agrees_with_what_is_printed(printed: str, expected: str) -> None:
    assert agrees(printed, expected)


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("a 1 c\n", "a … b\n"),
        ("a: 2 hand\n", "a: … hands\n"),
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
