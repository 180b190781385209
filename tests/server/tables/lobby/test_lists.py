"""The list of tables: pages, filters, and what those who watch it make of its changes."""

import random
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from pokerws.game.config.hosting import HostingRules
from pokerws.game.config.table_config import LimitStakes, TableConfig
from pokerws.game.state import PlayerId, Seat, TableId, WantedBot
from pokerws.messages import (
    JSON,
    MSGPACK,
    ListTables,
    Lobby,
    ServerMessage,
    TableFilter,
    Tables,
    TableSummary,
    WatchLobby,
    Wire,
    server_decoder,
)
from pokerws.server.net.shared_context import SharedContext
from pokerws.server.tables.actors.lobby_news import summary_of
from pokerws.server.tables.lobby.feed import LobbyFeed
from pokerws.server.tables.lobby.list_watchers import (
    GATHER_MS,
    HANDS_GATHER_MS,
    MS_PER_WATCHER,
    PAUSE_MS,
    SLICE,
)
from tests.server.fakes import FakeViewer, ManualClock, open_memory_lobby

WIRES = (JSON, MSGPACK)
FILTERS = (
    TableFilter(),
    TableFilter(free_seats=1),
    TableFilter(games=("NT", "FT")),
    TableFilter(min_stakes=100, max_stakes=200, free_seats=2),
    TableFilter(name="Ä 1"),
)
CONFIGS = (
    TableConfig(seats=2),
    TableConfig(seats=6, big_blind=400),
    TableConfig(variant="FT", seats=3, limit=LimitStakes(small_bet=200, big_bet=400)),
    TableConfig(variant="F7S", seats=4),
)


class House:
    """A list of tables, and its clock."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.feed = LobbyFeed(self.clock)
        self._opened = 0

    def open(self, config: TableConfig = CONFIGS[0], players: int = 0) -> TableId:
        self._opened += 1
        table = TableId(f"t{self._opened}")
        self.feed.note(TableSummary(table, f"ä {self._opened}", "waiting", players, 0, config))
        return table

    def summary(self, table: TableId) -> TableSummary:
        return next(one for one in self.feed.summaries() if one.table == table)

    def seat(self, table: TableId, players: int) -> None:
        self.feed.note(replace(self.summary(table), players=players))

    def deal(self, table: TableId) -> None:
        now = self.summary(table)
        self.feed.note(replace(now, hand_number=now.hand_number + 1))

    def close(self, table: TableId) -> None:
        self.feed.close(table)

    def anything(self, rng: random.Random) -> None:
        """One random change."""
        tables = [one.table for one in self.feed.summaries()]
        what = rng.choice(("open", "seat", "seat", "deal", "close", "host"))
        if what == "open" or not tables:
            self.open(rng.choice(CONFIGS))
        elif what == "seat":
            table = rng.choice(tables)
            self.seat(table, rng.randint(0, self.summary(table).config.seats))
        elif what == "deal":
            self.deal(rng.choice(tables))
        elif what == "host":
            now = self.summary(rng.choice(tables))
            config = replace(now.config, big_blind=rng.choice((100, 400)))
            self.feed.note(replace(now, config=config, paused=rng.random() < 0.5))
        else:
            self.close(rng.choice(tables))

    def ask(self, wire: Wire = JSON, **fields: object) -> Tables:
        message = ListTables("l", **fields)  # type: ignore[arg-type]  # of many types
        answer = server_decoder(wire).decode(wire.encode(self.feed.answer(message, wire)))
        assert isinstance(answer, Tables)
        return answer

    def pages(self, limit: int, wanted: TableFilter | None = None) -> Iterator[Tables]:
        page = self.ask(limit=limit, filter=wanted)
        yield page
        while page.next is not None:
            page = self.ask(limit=limit, filter=wanted, after=page.next)
            yield page


class Watcher(FakeViewer):
    """A client that keeps the tables it is sent, as the protocol says."""

    def __init__(self, wire: Wire = JSON) -> None:
        super().__init__("ann")
        self.wire = wire
        self.tables: dict[TableId, TableSummary] = {}
        self.more = False
        self.messages: list[Lobby] = []

    def _take_in(self, frame: bytes) -> None:
        message: ServerMessage = server_decoder(self.wire).decode(frame)
        assert isinstance(message, Lobby)
        self.messages.append(message)
        self.frames.append(frame)
        if message.reset:
            self.tables.clear()
            assert all(summary.status != "closed" for summary in message.tables)
        for table in message.left:
            # It may have closed right before the first message.
            self.tables.pop(table, None)
        for summary in message.tables:
            self.tables[summary.table] = summary
            if summary.status == "closed":
                del self.tables[summary.table]
        for change in message.changes:
            fields = msgspec.structs.asdict(change)
            if change.config is None:
                del fields["config"]
            self.tables[change.table] = replace(self.tables[change.table], **fields)
        self.more = message.more

    def send(self, frame: bytes) -> None:
        self._take_in(frame)

    def send_table_frame(self, frame: bytes, shared: SharedContext | None = None) -> None:
        self._take_in(frame)

    def news(self) -> list[Lobby]:
        """The messages since the last call."""
        news, self.messages = self.messages, []
        return news


@pytest.fixture
def house() -> House:
    return House()


def watch(house: House, wire: Wire = JSON, **fields: object) -> Watcher:
    watcher = Watcher(wire)
    house.feed.watchers.subscribe(watcher, WatchLobby("w", **fields))  # type: ignore[arg-type]
    return watcher


# ---- pages


def test_a_client_that_asks_for_no_part_of_the_list_is_sent_all_of_it(house: House) -> None:
    for _ in range(250):
        house.open()
    answer = house.ask()
    assert answer == Tables("l", house.feed.summaries())
    assert b'"next":' not in JSON.encode(answer)


def test_pages_are_the_tables_oldest_first_and_the_last_one_has_no_next(house: House) -> None:
    tables = [house.open() for _ in range(4)]
    pages = list(house.pages(2))
    assert [[one.table for one in page.tables] for page in pages] == [tables[:2], tables[2:]]
    assert len(house.ask(filter=TableFilter()).tables) == 4
    assert house.ask(after=2**53).tables == []


def test_a_page_has_a_hundred_tables_unless_the_client_says_otherwise(house: House) -> None:
    for _ in range(201):
        house.open()
    assert [len(page.tables) for page in house.pages(200)] == [200, 1]
    assert len(house.ask(after=0).tables) == 100


@pytest.mark.parametrize("seed", range(20))
def test_pages_read_while_tables_come_and_go_have_each_lasting_table_once(seed: int) -> None:
    rng, house = random.Random(seed), House()
    for _ in range(60):
        house.open()
    before = {one.table for one in house.feed.summaries()}
    listed = []
    for page in house.pages(rng.randint(1, 10)):
        listed += [one.table for one in page.tables]
        for _ in range(5):
            house.anything(rng)
    lasting = before & {one.table for one in house.feed.summaries()}
    assert lasting <= set(listed)
    assert len(listed) == len(set(listed))


@pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.subprotocol)
def test_a_list_is_encoded_once_for_all_who_ask_until_it_changes(house: House, wire: Wire) -> None:
    house.open()
    table = house.open()
    for asked in (ListTables("1"), ListTables("1", limit=2), ListTables("1", FILTERS[1])):
        first = house.feed.answer(asked, wire).tables
        again = house.feed.answer(replace(asked, id="2"), wire)
        assert again.tables is first
        assert again.id == "2"
        house.deal(table)
        assert house.feed.answer(asked, wire).tables is not first


# ---- filters


def tables_of(house: House, wanted: TableFilter) -> list[str]:
    return [one.table for one in house.ask(filter=wanted).tables]


def test_a_filter_selects_by_game_stakes_free_seats_and_name(house: House) -> None:
    no_limit, high, limit, stud = (house.open(config) for config in CONFIGS)
    house.seat(no_limit, 2)
    house.seat(high, 5)
    assert tables_of(house, TableFilter(games=("F7S", "NT"))) == [no_limit, high, stud]
    assert tables_of(house, TableFilter(free_seats=1)) == [high, limit, stud]
    assert tables_of(house, TableFilter(free_seats=2)) == [limit, stud]
    assert tables_of(house, TableFilter(min_stakes=200)) == [high, limit]
    assert tables_of(house, TableFilter(max_stakes=200)) == [no_limit, limit, stud]
    assert tables_of(house, TableFilter(name="Ä 3")) == [limit]
    assert tables_of(house, TableFilter(games=("NT",), min_stakes=300)) == [high]
    assert tables_of(house, TableFilter(games=("unknown",))) == []


def test_the_stakes_of_a_mix_are_the_lowest_of_its_games(house: House) -> None:
    mix = TableConfig(variant="8-GAME", seats=6, limit=LimitStakes(small_bet=40, big_bet=80))
    table = house.open(mix)
    assert tables_of(house, TableFilter(max_stakes=40)) == [table]
    assert tables_of(house, TableFilter(max_stakes=39)) == []


def test_a_stored_table_that_cannot_be_played_is_listed(house: House) -> None:
    config = TableConfig("new game")
    table = house.open(config)
    assert tables_of(house, TableFilter(min_stakes=config.big_blind)) == [table]


# ---- watching


@pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.subprotocol)
@pytest.mark.parametrize("seed", range(12))
def test_what_a_watcher_makes_of_the_changes_is_what_a_new_one_is_sent(
    seed: int, wire: Wire
) -> None:
    rng, house = random.Random(seed), House()
    for _ in range(rng.randint(0, 12)):
        house.open(rng.choice(CONFIGS))
    parts = [{"filter": wanted, "limit": rng.randint(1, 8)} for wanted in FILTERS]
    parts += [{"limit": 200}, {}]
    watchers = [(part, watch(house, wire, **part)) for part in parts]
    for _ in range(60):
        for _ in range(rng.randint(1, 4)):
            house.anything(rng)
        if rng.random() < 0.2:
            part = rng.choice(parts)
            watchers.append((part, watch(house, wire, **part)))
        if rng.random() < 0.2:
            house.feed.watchers.resend(rng.choice(watchers)[1])
        if rng.random() < 0.7:
            house.clock.advance(rng.choice((GATHER_MS // 2, GATHER_MS, HANDS_GATHER_MS)))
    house.clock.advance(2 * HANDS_GATHER_MS)
    for part, watcher in watchers:
        listed = house.ask(filter=part.get("filter"), limit=part.get("limit"))
        assert watcher.tables == {one.table: one for one in listed.tables}
        # Tables behind the window may have closed; that is not noticed.
        assert watcher.more or listed.next is None


def test_changes_are_sent_without_what_never_changes(house: House) -> None:
    table, watcher = house.open(), watch(house, limit=10)
    watcher.news()
    house.seat(table, 1)
    house.clock.advance(GATHER_MS)
    assert msgspec.json.decode(watcher.frames[-1]) == {
        "type": "lobby",
        "tables": [],
        "changes": [{"table": table, "status": "waiting", "players": 1, "hand_number": 0}],
    }


def test_bots_that_wait_for_people_are_counted(house: House) -> None:
    watcher = watch(house, limit=10)
    table = open_memory_lobby(house.clock)[0].create("One", CONFIGS[1]).table
    bots = [WantedBot(PlayerId(f"bot_{name}"), name, "balanced") for name in ("Ada", "Carl")]
    for table.bots, table.seats[0] in ((bots, None), (bots, Seat(bots[0].player, "Ada", 1_000))):
        house.feed.note(summary_of(table))
        house.clock.advance(GATHER_MS)
    assert watcher.tables[table.id].bots_waiting == 1


def test_an_unlisted_table_is_in_no_list_and_leaves_no_gap(house: House) -> None:
    first = house.open()
    hidden = house.open(replace(CONFIGS[0], hosting=HostingRules(unlisted=True)))
    watcher, last = watch(house, limit=10), house.open()
    house.clock.advance(GATHER_MS)
    assert [one.table for one in house.ask().tables] == [first, last]
    assert [page.next for page in house.pages(limit=1)] == [1, None]
    assert set(watcher.tables) == {first, last}
    assert hidden in house.feed
    assert hidden in house.feed.unused()
    house.close(hidden)
    assert hidden not in house.feed


def test_tables_that_no_longer_meet_the_filter_leave_the_list(house: House) -> None:
    first, second, third = (house.open() for _ in range(3))
    watcher = watch(house, filter=TableFilter(free_seats=1), limit=2)
    assert list(watcher.tables) == [first, second]
    assert watcher.more
    watcher.news()
    house.seat(first, 2)
    house.close(second)
    house.clock.advance(GATHER_MS)
    (message,) = watcher.news()
    assert message.left == [first, second]
    assert list(watcher.tables) == [third]
    house.seat(first, 0)
    house.clock.advance(GATHER_MS)
    assert list(watcher.tables) == [third, first]


def test_hand_numbers_alone_wait_for_the_next_news_or_some_seconds(house: House) -> None:
    table, watcher = house.open(), watch(house, limit=10)
    house.deal(table)
    house.clock.advance(GATHER_MS)
    watcher.news()
    house.deal(table)
    house.clock.advance(HANDS_GATHER_MS - GATHER_MS)
    assert watcher.news() == []
    house.clock.advance(GATHER_MS)
    assert [change.hand_number for m in watcher.news() for change in m.changes] == [2]
    house.deal(table)
    house.seat(table, 1)
    house.clock.advance(GATHER_MS)
    assert [change.hand_number for m in watcher.news() for change in m.changes] == [3]


def test_what_a_watcher_does_not_see_sends_it_nothing(house: House) -> None:
    house.open()
    watcher = watch(house, limit=1)
    later = house.open()
    house.clock.advance(GATHER_MS)
    watcher.news()
    house.seat(later, 1)
    house.clock.advance(GATHER_MS)
    assert watcher.news() == []


@pytest.mark.parametrize("fields", [{}, {"limit": 5}])
def test_watchers_of_the_same_tables_share_the_bytes(house: House, fields: dict[str, Any]) -> None:
    table = house.open()
    watchers = [watch(house, **fields) for _ in range(3)]
    house.seat(table, 1)
    house.clock.advance(GATHER_MS)
    for frames in zip(*(watcher.frames for watcher in watchers), strict=True):
        assert all(frame is frames[0] for frame in frames)


def test_filters_that_mean_the_same_share_a_view(house: House) -> None:
    house.open()
    one = watch(house, filter=TableFilter(games=("NT", "FT", "NT"), name="Ä"))
    other = watch(house, filter=TableFilter(games=("FT", "NT"), name="ä"))
    assert one.frames[0] is other.frames[0]


def test_watching_again_replaces_the_filter_and_sends_the_list_again(house: House) -> None:
    small, large = house.open(CONFIGS[0]), house.open(CONFIGS[1])
    watcher = watch(house, limit=10)
    wanted = WatchLobby("w", TableFilter(min_stakes=400))
    house.feed.watchers.subscribe(watcher, wanted)
    assert list(watcher.tables) == [large]
    watcher.news()
    house.seat(small, 1)
    house.clock.advance(GATHER_MS)
    assert watcher.news() == []


def test_those_who_no_longer_watch_are_sent_nothing(house: House) -> None:
    table, watcher, other = house.open(), watch(house, limit=10), watch(house, limit=10)
    house.seat(table, 1)
    house.feed.watchers.forget(watcher)
    house.feed.watchers.forget(watcher)
    watcher.news()
    other.news()
    house.clock.advance(GATHER_MS)
    assert watcher.news() == []
    assert len(other.news()) == 1
    house.feed.watchers.forget(other)
    house.seat(table, 0)
    house.clock.advance(GATHER_MS)
    assert house.clock.next_alarm_ms is None


def test_a_round_for_many_watchers_lets_others_have_their_turn(house: House) -> None:
    table = house.open()
    watchers = [watch(house, limit=10) for _ in range(3 * SLICE)]
    house.seat(table, 1)
    house.clock.advance(max(GATHER_MS, len(watchers) * MS_PER_WATCHER))
    told = [watcher for watcher in watchers if watcher.tables[table].players]
    assert 0 < len(told) <= SLICE
    # Some leave in the middle of the round, and others come: all have the table as it is.
    gone = next(watcher for watcher in watchers if watcher not in told)
    house.feed.watchers.forget(gone)
    come = watch(house, limit=10)
    house.seat(table, 2)
    house.clock.advance(4 * PAUSE_MS)
    assert all(
        watcher.tables[table].players for watcher in [*watchers, come] if watcher is not gone
    )
    assert not gone.tables[table].players
    house.clock.advance(4 * SLICE * MS_PER_WATCHER + 4 * PAUSE_MS)
    assert {w.tables[table].players for w in [*watchers, come] if w is not gone} == {2}


class Broken(Watcher):
    """A viewer for whom nothing can be sent."""

    def send_table_frame(self, frame: bytes, shared: SharedContext | None = None) -> None:
        raise RuntimeError("a bug")


def test_a_viewer_that_cannot_be_sent_anything_does_not_stop_the_others(house: House) -> None:
    table, watchers = house.open(), [watch(house, limit=10) for _ in range(3)]
    watchers[1].send_table_frame = Broken().send_table_frame  # type: ignore[method-assign]
    for players in (1, 2):
        house.seat(table, players)
        house.clock.advance(GATHER_MS)
        assert [w.tables[table].players for w in watchers] == [players, 0, players]
