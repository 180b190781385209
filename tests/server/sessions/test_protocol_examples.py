"""What the protocol document shows is what a server does: its examples are said to real ones."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from pokerws.schema.transcripts import Transcript, transcripts
from tests.server.protocol import (  # noqa: F401  They add situations.
    chips,
    databases,
    games,
    hosting,
    moderation,
)
from tests.server.protocol.servers import Servers
from tests.server.protocol.sessions import SITUATIONS
from tests.server.protocol.transcript_player import Scene

DOCUMENT = (Path(__file__).parents[3] / "docs/protocol.md").read_text(encoding="utf-8")
EXAMPLES = transcripts(DOCUMENT)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def servers(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Servers]:
    with pytest.MonkeyPatch.context() as patch:
        servers = Servers(tmp_path_factory.mktemp("examples"), patch)
        yield servers
        await servers.stop()


def test_every_situation_is_one_that_the_document_names() -> None:
    assert set(SITUATIONS) == {example.given for example in EXAMPLES}


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.timeout(20)
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.heading.replace("`", ""))
async def test_what_the_document_shows_is_what_a_server_does(
    servers: Servers, example: Transcript
) -> None:
    scene = Scene(servers)
    async with scene.ends:
        await SITUATIONS[example.given](scene)
        await scene.play(example)
