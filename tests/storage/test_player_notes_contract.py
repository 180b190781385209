"""Players' notes: one suite for memory and Postgres."""

from collections.abc import AsyncIterator

import pytest

from pokerws.game.state import PlayerId
from pokerws.storage.player_notes import MemoryPlayerNotes, NoteChange, PlayerNote, PlayerNotes
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.store import PostgresStore

ANN, BEN, CLEO = PlayerId("p_ann"), PlayerId("p_ben"), PlayerId("p_cleo")


@pytest.fixture(params=["memory", "postgres"])
async def notes(request: pytest.FixtureRequest) -> AsyncIterator[PlayerNotes]:
    if request.param == "memory":
        yield MemoryPlayerNotes()
        return
    postgres = await PostgresStore.open(address_of(request.getfixturevalue("database_url")))
    yield postgres.player_notes
    await postgres.close()


async def test_a_note_and_a_mute_do_not_change_each_other(notes: PlayerNotes) -> None:
    assert await notes.change(ANN, BEN, NoteChange("tight", "red"), most=9)
    assert await notes.change(ANN, BEN, NoteChange(muted=True), most=9)
    assert await notes.of(ANN) == [PlayerNote(BEN, "tight", "red", True)]
    assert await notes.change(ANN, BEN, NoteChange("loose", ""), most=9)
    assert await notes.of(ANN) == [PlayerNote(BEN, "loose", "", True)]
    assert await notes.of(BEN) == []


async def test_an_empty_note_is_erased(notes: PlayerNotes) -> None:
    await notes.change(ANN, BEN, NoteChange("tight", ""), most=9)
    await notes.change(ANN, BEN, NoteChange(muted=True), most=9)
    await notes.change(ANN, BEN, NoteChange("", ""), most=9)
    assert await notes.of(ANN) == [PlayerNote(BEN, muted=True)]
    await notes.change(ANN, BEN, NoteChange(muted=False), most=9)
    assert await notes.of(ANN) == []


async def test_there_are_at_most_so_many(notes: PlayerNotes) -> None:
    assert await notes.change(ANN, CLEO, NoteChange("one", ""), most=1)
    assert not await notes.change(ANN, BEN, NoteChange("two", ""), most=1)
    # One of those that are there can be changed, and what is nothing can be erased.
    assert await notes.change(ANN, CLEO, NoteChange("changed", ""), most=1)
    assert await notes.change(ANN, BEN, NoteChange("", ""), most=1)
    assert await notes.change(BEN, ANN, NoteChange("own", ""), most=1)
    assert await notes.of(ANN) == [PlayerNote(CLEO, "changed")]
