"""Exports the finished hands of a game's log: `python server.py export --game ID`.

This module decides which hands are exported.  The caller decides on their format and on which cards
are visible.  It only reads.
"""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import TextIO

from pokerws.game.events import LogRestarted
from pokerws.hand_histories.cutter import HandCutter
from pokerws.hand_histories.kept_hand import KeptHand
from pokerws.maintenance.errors import NotStored
from pokerws.maintenance.log_replay import LogReplay
from pokerws.maintenance.stored_log import (
    NO_KEYS,
    NO_LIMIT,
    ReadEvent,
    StoredGame,
    log_bounds,
    one_view,
    open_stored,
    printable,
    read_game,
    read_log,
)
from pokerws.program import PROGRAM
from pokerws.storage.postgres.address import Address
from pokerws.storage.postgres.connecting import Connection
from pokerws.storage.vault.vault import Vault


async def export(
    address: Address,
    game: str,
    out: TextIO,
    notes: TextIO,
    *,
    write: Callable[[KeptHand], str],
    hand: int | None = None,
    vault: Vault = NO_KEYS,
) -> int:
    """Write the finished hands of a game, or one of them, to `out`; warnings go to `notes`.

    Returns 0, or 1 if the log is damaged; the export ends there.  Raises DatabaseError, and
    NotStored for an unknown game, an unknown hand, or one that is not over.
    """
    async with open_stored(address) as connection, one_view(connection):
        row = await read_game(connection, game)
        last = await _last_event(connection, row, hand)
        hands = FinishedHands(game, row.hand_number, hand)
        async for kept in hands.read(connection, vault, last):
            out.write(write(kept))
        for note in hands.notes():
            print(f"pokerws: {note}", file=notes)
    if hand is not None and not hands.told and not hands.log.broken:
        which = f"hand {hand} of game {printable(game)}"
        if hands.unfinished:
            raise NotStored(
                f"{which} is still being played, or its end is not stored yet: a hand can be "
                "exported when it is over"
            )
        raise NotStored(
            f"{which} is not in the log: archive has moved it into a file (look where archive --to "
            "put them), or its events were not kept"
        )
    return 1 if hands.log.broken else 0


async def _last_event(connection: Connection, row: StoredGame, hand: int | None) -> int:
    """The last event to read.  Raises NotStored."""
    name = printable(row.id)
    if await log_bounds(connection, row.id) is None:
        raise NotStored(f"game {name} has no log: its events were not kept")
    if hand is None:
        return NO_LIMIT
    if not 1 <= hand <= row.hand_number:
        raise NotStored(f"game {name} has no hand {hand}: it has had {row.hand_number}")
    bounds = await log_bounds(connection, row.id, hand)
    return 0 if bounds is None else bounds.last


class FinishedHands:
    """Reads the hands of a log, or the `wanted` one, keeping only the current one.

    `latest` is the number of the hand that may still be in play.  It becomes `unfinished` if its
    end is not in the log.
    """

    def __init__(self, game: str, latest: int, wanted: int | None) -> None:
        self.log = LogReplay(game)
        self.told = 0
        self.unfinished: int | None = None
        self._latest = latest
        self._wanted = wanted
        self._taken_out = 0
        self._cutter = HandCutter(wanted)

    async def read(
        self, connection: Connection, vault: Vault, last: int
    ) -> AsyncGenerator[KeptHand, None]:
        """The hands up to an event, without one at the end that may still be in play."""
        async with aclosing(read_log(connection, vault, self.log.game, last)) as events:
            async for read in events:
                done = self._take(read)
                if done is not None:
                    self.told += 1
                    yield done
                if self.log.broken:
                    break
        over, hand = self._cutter.over, self._cutter.finish()
        if hand is None:
            return
        if over or hand.number < self._latest:
            self.told += 1
            yield hand
        else:
            self.unfinished = hand.number

    def _take(self, read: ReadEvent) -> KeptHand | None:
        """Replay an event.  Returns the hand that it completes or cuts short, if any."""
        log, event, done = self.log, read.event, None
        if event is not None:
            if log.table is None and isinstance(event, LogRestarted) and event.table is not None:
                self._taken_out = event.table.hand_number - (event.table.hand is not None)
            done = self._cutter.begin(log.table, event, read.at_ms)
        if log.take(read) and event is not None:
            self._cutter.add(event, read.row.seq, read.at_ms)
        return done

    def notes(self) -> list[str]:
        """Warnings for the reader of the export, one line each."""
        notes, log = [], self.log
        if self._taken_out and self._wanted is None:
            hands = "hand 1 is" if self._taken_out == 1 else f"hands 1 to {self._taken_out} are"
            notes.append(
                f"{hands} not in the log: archive has moved them into files, or their events were "
                "not kept"
            )
        if self.unfinished is not None and self._wanted is None:
            notes.append(
                f"hand {self.unfinished} is left out: it is still being played, or its end is not "
                "stored yet"
            )
        if log.missing_keys:
            keys = ", ".join(printable(key) for key in sorted(log.missing_keys))
            notes.append(f"sealed cards are shown as unknown: VAULT_KEYS has no key {keys}")
        if log.mismatches:
            damaged = "the log is damaged" if log.broken else "there are mismatches in the log"
            notes.append(f"{damaged}: {log.mismatches[-1]}; see {PROGRAM} verify")
        return notes
