"""PostgreSQL's own benchmark as a ceiling: one connection, one updated row of games a commit."""

import asyncio
import re
import tempfile
from pathlib import Path

from bench.place import BATCH_TABLES, Place
from bench.played import Played
from pokerws.game.state import TableId

PREFIX = "pgbench-"
# Rows in turn, so that the client knows each one's version without asking.
SCRIPT = rf"""
\set id :done % {BATCH_TABLES}
\set version :first + :done / {BATCH_TABLES}
\set done :done + 1
UPDATE games
SET total_pot = :done, version = :version + 1, snapshot = :snapshot, updated_at = now()
WHERE id = '{PREFIX}' || :id AND version = :version AND epoch = 1
"""  # noqa: S608  nothing in it comes from anyone
VERSIONS = f"SELECT sum(version)::bigint FROM games WHERE id LIKE '{PREFIX}%'"  # noqa: S608


class Pgbench:
    """pgbench on 200 rows, which `openings` make."""

    def __init__(self, place: Place, played: Played) -> None:
        self.openings = [
            played.opening(TableId(f"{PREFIX}{number}")) for number in range(BATCH_TABLES)
        ]
        self._place = place
        self._first = played.opened.version
        # One of the mean size, as a client sends it.
        by_size = sorted((step.snapshot for step in played.steps), key=len)
        self._snapshot = by_size[len(by_size) // 2].decode()
        self._done = 0

    async def run(self, seconds: float) -> float:
        """Updates a second, over a while."""
        with tempfile.TemporaryDirectory() as directory:
            script = Path(directory) / "update.sql"
            script.write_text(SCRIPT, encoding="utf-8")
            defined = (f"done={self._done}", f"first={self._first}", f"snapshot={self._snapshot}")
            process = await asyncio.create_subprocess_exec(
                self._place.server.programs / "pgbench",
                *("--no-vacuum", "--protocol=prepared", "--client=1", "--jobs=1"),
                *(f"--time={max(1, round(seconds))}", f"--file={script}"),
                *(f"--define={variable}" for variable in defined),
                self._place.server.dsn,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            out, error = await process.communicate()
        done = re.search(r"actually processed: (\d+)", out.decode())
        rate = re.search(r"tps = ([\d.]+)", out.decode())
        if process.returncode or done is None or rate is None:
            raise RuntimeError(f"pgbench failed: {error.decode()}")
        self._done += int(done[1])
        return float(rate[1])

    async def check(self) -> None:
        """That each update found its row."""
        versions = await self._place.bare.fetchval(VERSIONS)
        assert versions == self._first * BATCH_TABLES + self._done, "updates missed their rows"
