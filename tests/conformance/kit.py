"""The files of the conformance kit that are made from the engine."""

from collections.abc import Iterator

from tests.conformance import clients, games, tables
from tests.conformance.session import Session


def sessions() -> Iterator[Session]:
    """All recorded sessions."""
    yield from games.sessions()
    yield from tables.sessions()
    yield from clients.sessions()


def files() -> dict[str, str]:
    """The content of each file, by its path below the kit's folder."""
    texts = {f"sessions/{session.name}.jsonl": session.text() for session in sessions()}
    index = "".join(f"{path}\n" for path in texts)
    return {"sessions.txt": index, **texts}
