"""Games that were really played, and whose finished hands leave the log for files."""

import asyncio
import gzip
from itertools import pairwise

import msgspec
import pytest
from pokerkit import HandHistory

from pokerws.game.events import CardsShown, HoleCardsDealt
from pokerws.game.state import TableId
from pokerws.maintenance import stored_log
from pokerws.maintenance.archive import STATEMENTS
from pokerws.maintenance.errors import ArchiveError
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.connecting import Connection
from pokerws.storage.postgres.store import PostgresStore
from tests.game.pokerkit.pokerkit_hand import no_warnings
from tests.maintenance.archiving import Archiving, after_hand, log_of, over
from tests.storage.played import PlayedGame, open_accounts, play_a_game, writing
from tests.vaults import VAULT


@pytest.mark.parametrize("statement", STATEMENTS, ids=range(len(STATEMENTS)))
async def test_each_statement_is_valid_in_a_migrated_database(
    operator: Connection, statement: str
) -> None:
    assert (await operator.prepare(statement)).get_query() == statement


async def test_finished_hands_leave_the_log_while_another_is_being_played(
    archiving: Archiving, operator: Connection
) -> None:
    played = await play_a_game(archiving.url, hands=5)
    before = await log_of(operator)
    cut = [seq for seq, kind, _ in before if kind == "hand_started"][-1] - 1
    await archiving.holds_together()

    code, lines = await archiving()

    last = over(played)
    path = archiving.place / f"t1-1-{last}.phhs.gz"
    assert code == 0
    assert lines == [
        f"game t1: {last} hands (1 to {last}), {cut} events to {path}",
        f"1 game archived: {last} hands, {cut} events",
    ]
    assert archiving.files == [path.name]
    kept = await log_of(operator)
    assert kept[0][:2] == (cut, "log_restarted")
    assert kept[1:] == [row for row in before if row[0] > cut]
    assert kept[-1][0] == played.actor.table.seq
    await archiving.holds_together()


async def test_the_hands_are_those_that_were_played(archiving: Archiving) -> None:
    played = await play_a_game(archiving.url, hands=5)
    await archiving()

    (file,) = archiving.files
    hands = archiving.hands(file)
    assert [hand["hand"] for hand in hands] == list(range(1, over(played) + 1))
    assert [hand["time"].isoformat() for hand in hands[:2]] == ["00:16:41", "00:16:42"]
    assert {hand["_game"] for hand in hands} == {"t1"}
    for hand, following in pairwise(hands):
        stacks = dict(zip(hand["players"], hand["finishing_stacks"], strict=True))
        for name, stack in zip(following["players"], following["starting_stacks"], strict=True):
            assert stacks[name] == stack
    text = gzip.decompress((archiving.place / file).read_bytes()).decode()
    with no_warnings():
        for hand, read in zip(hands, HandHistory.loads_all(text), strict=True):
            *_, last = read
            assert last.stacks == hand["finishing_stacks"]


async def test_only_hands_that_ended_before_the_date_go(
    archiving: Archiving, operator: Connection
) -> None:
    played = await play_a_game(archiving.url, hands=5)

    await archiving(after_hand(3))

    assert archiving.files == ["t1-1-3.phhs.gz"]
    rows = await operator.fetch(
        "SELECT hand_number FROM game_events WHERE type = 'hand_started' ORDER BY seq"
    )
    assert [row["hand_number"] for row in rows] == list(range(4, over(played) + 2))
    await archiving.holds_together()


async def test_play_goes_on_and_the_next_hands_go_into_the_next_file(
    archiving: Archiving, operator: Connection
) -> None:
    played = await play_a_game(archiving.url, hands=3)
    first = over(played)
    await archiving()
    store = await PostgresStore.open(address_of(archiving.url))
    try:
        async with writing(store) as journal:
            await played.load_again(store, journal, keep_events=True)
            played.play_hands(3)
            played.actor.stop()
    finally:
        await store.close()
    await archiving.holds_together()

    code, _ = await archiving()

    assert code == 0
    # The hand that was in play at first is whole in the second file.  The latest one stays: until
    # the next begins, its cards can still be shown.
    last = played.actor.table.hand_number - 1
    assert archiving.files == [f"t1-1-{first}.phhs.gz", f"t1-{first + 1}-{last}.phhs.gz"]
    hands = archiving.hands(archiving.files[1])
    assert [hand["hand"] for hand in hands] == list(range(first + 1, last + 1))
    assert all("_incomplete" not in hand for hand in hands)
    await archiving.holds_together()


async def test_a_second_run_finds_nothing(archiving: Archiving, operator: Connection) -> None:
    await play_a_game(archiving.url)
    await archiving()
    kept = await log_of(operator)
    made = (archiving.place / archiving.files[0]).read_bytes()

    again = await archiving()

    assert again == (0, ["0 games archived: 0 hands, 0 events"])
    assert await log_of(operator) == kept
    assert (archiving.place / archiving.files[0]).read_bytes() == made


async def test_a_dry_run_says_what_would_be_done_and_does_nothing(
    archiving: Archiving, operator: Connection
) -> None:
    last = over(await play_a_game(archiving.url))
    before = await log_of(operator)

    code, lines = await archiving(dry_run=True)

    assert code == 0
    assert lines[0].startswith(f"game t1: {last} hands (1 to {last}), ")
    assert lines[1].startswith(f"1 game would be archived: {last} hands, ")
    assert not archiving.place.exists()
    assert await log_of(operator) == before


async def test_games_are_read_a_page_at_a_time(
    archiving: Archiving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored_log, "PAGE", 2)
    for game in ("t1", "t2", "t3"):
        await play_a_game(archiving.url, game, hands=2)

    code, lines = await archiving(after_hand(2))

    assert code == 0
    assert lines[-1].startswith("3 games archived: 6 hands, ")
    assert archiving.files == [f"t{number}-1-2.phhs.gz" for number in (1, 2, 3)]
    await archiving.holds_together(3)


async def test_a_live_server_plays_on_while_its_hands_go(
    archiving: Archiving, operator: Connection
) -> None:
    store = await PostgresStore.open(address_of(archiving.url))
    await open_accounts(store)
    try:
        async with writing(store) as journal:
            played = PlayedGame(journal)
            played.sit()
            for _ in range(5):
                played.play_hands(2)
                await journal.flush(10)
                running = asyncio.create_task(archiving())
                while not running.done():
                    played.play_hands(1)
                    await journal.flush(10)
                assert (await running)[0] == 0
                await archiving.holds_together()
            played.actor.stop()
    finally:
        await store.close()
    await archiving()
    await archiving.holds_together()

    hands = [hand for name in archiving.files for hand in archiving.hands(name)]
    last = played.actor.table.hand_number - 1
    assert sorted(hand["hand"] for hand in hands) == list(range(1, last + 1))
    assert len(archiving.files) >= 5
    assert all("finishing_stacks" in hand for hand in hands)


# ---- secrets


async def test_no_card_that_was_not_shown_is_told_even_where_it_can_be_read(
    archiving: Archiving, operator: Connection
) -> None:
    await play_a_game(archiving.url, hands=8)
    dealt: dict[int, set[str]] = {}
    shown: dict[int, set[str]] = {}
    for row in await operator.fetch("SELECT seq, hand_number, payload FROM game_events"):
        event = VAULT.open_event(TableId("t1"), row["hand_number"], row["payload"])
        match event:
            case HoleCardsDealt(cards=cards):
                dealt[row["hand_number"]] = {card for hole in cards for card in hole}
            case CardsShown(cards=cards):
                shown.setdefault(row["hand_number"], set()).update(cards)
            case _:
                pass
        plain = msgspec.json.encode(event).decode()
        await operator.execute(
            "UPDATE game_events SET payload = $1 WHERE seq = $2", plain, row["seq"]
        )

    await archiving()

    (file,) = archiving.files
    hands = archiving.hands(file)
    assert any(shown.values())
    for hand in hands:
        actions = " ".join(hand["actions"])
        secret = dealt[hand["hand"]] - shown.get(hand["hand"], set())
        assert secret
        assert "??" not in secret
        assert not [card for card in secret if card in actions]


# ---- logs and places that are not as they should be


@pytest.mark.parametrize(
    ("tampering", "told"),
    [
        ("payload = '{\"type\":' WHERE seq = 9", "event 9 cannot be read: "),
        ("""payload = '{"type":"juggled"}' WHERE seq = 9""", "event 9 cannot be read: "),
        ("type = 'folded' WHERE seq = 9", "event 9: the column type says 'folded'"),
        ("seq = 1000000 WHERE seq = 9", "event 9 is missing from the log"),
    ],
)
async def test_a_damaged_log_is_left_alone_and_does_not_hold_up_the_others(
    archiving: Archiving, operator: Connection, tampering: str, told: str
) -> None:
    for game in ("t1", "t2"):
        await play_a_game(archiving.url, game)
    await operator.execute(f"UPDATE game_events SET {tampering} AND game_id = 't1'")
    before = await operator.fetch("SELECT * FROM game_events WHERE game_id = 't1' ORDER BY seq")

    code, lines = await archiving(after_hand(5))

    assert code == 1
    assert lines[0].startswith(f"game t1: left alone: {told}")
    assert lines[1].startswith("game t2: 5 hands")
    assert lines[2].endswith(", 1 game left alone")
    assert archiving.files == ["t2-1-5.phhs.gz"]
    after = await operator.fetch("SELECT * FROM game_events WHERE game_id = 't1' ORDER BY seq")
    assert after == before


async def test_a_game_without_a_log_or_without_a_finished_hand_has_nothing_to_archive(
    archiving: Archiving,
) -> None:
    await play_a_game(archiving.url, "t1", hands=0)
    await play_a_game(archiving.url, "t2", keep_events=[False])

    assert await archiving() == (0, ["0 games archived: 0 hands, 0 events"])
    assert not archiving.place.exists()


async def test_hands_of_which_events_were_not_kept_are_told_as_far_as_they_are_known(
    archiving: Archiving,
) -> None:
    played = await play_a_game(archiving.url, hands=2, keep_events=[True, False, True])

    code, _ = await archiving()

    assert code == 0
    (file,) = archiving.files
    told = {hand["hand"]: hand.get("_incomplete", "") for hand in archiving.hands(file)}
    lost_after, lost_before = (number for number, why in told.items() if why)
    assert told[lost_after] == "the events after these were not kept"
    assert told[lost_before] == "the events before these were not kept"
    kept = [*range(1, lost_after + 1), *range(lost_before, over(played) + 1)]
    assert list(told) == kept
    assert 3 <= lost_after < lost_before < over(played)
    await archiving.holds_together()


async def test_of_a_closed_game_the_whole_log_goes(
    archiving: Archiving, operator: Connection
) -> None:
    store = await PostgresStore.open(address_of(archiving.url))
    await open_accounts(store)
    try:
        async with writing(store) as journal:
            played = PlayedGame(journal)
            played.sit()
            played.play_hands(2)
            played.play_until(lambda actor: actor.table.hand is not None)
            played.actor.close("operator")
    finally:
        await store.close()
    table = played.actor.table
    await archiving.holds_together()

    await archiving(after_hand(2))
    # Its last change was after that, so that it is as any other one.
    assert archiving.files == ["t1-1-2.phhs.gz"]
    assert len(await log_of(operator)) > 1
    await archiving.holds_together()

    code, _ = await archiving()

    assert code == 0
    (hand,) = archiving.hands("t1-3-3.phhs.gz")
    assert hand["_cancelled"] is True
    assert [row[:2] for row in await log_of(operator)] == [(table.seq, "log_restarted")]
    await archiving.holds_together()
    assert await archiving() == (0, ["0 games archived: 0 hands, 0 events"])


async def test_a_game_that_was_set_aside_in_the_middle_of_a_hand_keeps_that_hand(
    archiving: Archiving, operator: Connection
) -> None:
    played = await play_a_game(archiving.url, hands=2)
    await operator.execute("UPDATE games SET status = 'closed'")

    code, _ = await archiving()

    assert code == 0
    assert archiving.files == [f"t1-1-{over(played)}.phhs.gz"]
    assert "hand_started" in [kind for _, kind, _ in await log_of(operator)]
    await archiving.holds_together()


@pytest.mark.parametrize("game", ["../../etc/x", "%2F", "Ж" * 60, "a-1", ".", "\n"])
async def test_any_game_has_a_file_in_the_directory(archiving: Archiving, game: str) -> None:
    await play_a_game(archiving.url, game, hands=1)

    code, lines = await archiving(after_hand(1))

    assert code == 0
    assert len(lines) == 2
    (file,) = archiving.files
    assert file.endswith("-1-1.phhs.gz")
    assert archiving.hands(file)[0]["_game"] == game


async def test_a_directory_that_cannot_be_written_to_is_one_clear_line(
    archiving: Archiving, operator: Connection
) -> None:
    await play_a_game(archiving.url)
    archiving.place.write_text("a file")
    before = await log_of(operator)

    with pytest.raises(ArchiveError, match=r"give another directory \(--to\)"):
        await archiving()

    assert await log_of(operator) == before


async def test_a_game_in_quarantine_is_kept_as_it_is(
    archiving: Archiving, operator: Connection
) -> None:
    await play_a_game(archiving.url)
    await operator.execute("UPDATE games SET status = 'quarantined'")
    before = await log_of(operator)

    assert await archiving() == (0, ["0 games archived: 0 hands, 0 events"])
    assert await log_of(operator) == before


async def test_a_hand_in_whose_middle_the_log_begins_anew_without_a_gap_is_one_hand(
    archiving: Archiving,
) -> None:
    store = await PostgresStore.open(address_of(archiving.url))
    await open_accounts(store)
    try:
        async with writing(store) as journal:
            played = PlayedGame(journal)
            played.sit()
            played.play_until(lambda actor: actor.table.hand is not None)
            played.actor.resume(played.clock.now_ms(), 0, restart_log=True)
            played.play_until(lambda actor: actor.table.hand_number == 2)
            played.actor.stop()
    finally:
        await store.close()
    await archiving.holds_together()

    await archiving()

    (hand,) = archiving.hands("t1-1-1.phhs.gz")
    assert "finishing_stacks" in hand
    assert "_incomplete" not in hand
