"""`server.py archive` as tests run it, on games of `played.py`."""

import gzip
import io
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pokerws.game.counted import counted
from pokerws.maintenance.archive import archive
from pokerws.maintenance.verify import verify
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.connecting import Connection
from tests.storage.played import PlayedGame
from tests.vaults import VAULT

# The clock of a played game starts here, and each of its hands takes a second.
OPENED_MS = 1_000_000
LATER = datetime(2000, 1, 1, tzinfo=UTC)


def after_hand(number: int) -> datetime:
    """A moment after a hand of a played game, and before the next."""
    return datetime.fromtimestamp((OPENED_MS + number * 1_000 + 500) / 1_000, UTC)


class Archiving:
    """The command on one database and one directory."""

    def __init__(self, url: str, place: Path) -> None:
        self.url = url
        self.place = place

    async def __call__(
        self, before: datetime = LATER, *, dry_run: bool = False
    ) -> tuple[int, list[str]]:
        """The exit code and the lines."""
        out, bar = io.StringIO(), io.StringIO()
        code = await archive(
            address_of(self.url), before, out, bar, place=self.place, dry_run=dry_run
        )
        return code, out.getvalue().splitlines()

    @property
    def files(self) -> list[str]:
        """The names of all files that there are."""
        return sorted(path.name for path in self.place.iterdir()) if self.place.exists() else []

    def hands(self, name: str) -> list[dict[str, Any]]:
        """The hands in a file."""
        text = gzip.decompress((self.place / name).read_bytes()).decode()
        sections = tomllib.loads(text)
        assert list(sections) == [str(number + 1) for number in range(len(sections))]
        return list(sections.values())

    async def holds_together(self, games: int = 1) -> None:
        """What `verify` says, cards included."""
        out = io.StringIO()
        code = await verify(address_of(self.url), None, out, io.StringIO(), vault=VAULT)
        totals, ledger = out.getvalue().splitlines()
        assert (code, totals) == (0, f"{counted(games, 'game')} verified, 0 mismatches")
        assert ledger.endswith(" verified, 0 mismatches")


def over(played: PlayedGame) -> int:
    """How many hands are over, as one more is being played."""
    assert played.actor.table.hand is not None
    return played.actor.table.hand_number - 1


async def log_of(operator: Connection) -> list[tuple[int, str, str]]:
    rows = await operator.fetch("SELECT seq, type, payload FROM game_events ORDER BY game_id, seq")
    return [(row["seq"], row["type"], row["payload"]) for row in rows]
