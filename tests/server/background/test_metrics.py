"""What is counted, and who may read it."""

import asyncio
import hmac
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from pokerws.game.config.table_config import TableConfig
from pokerws.game.deal import shuffler
from pokerws.game.illegal import Illegal
from pokerws.game.state import TableId
from pokerws.messages import CloseCode, Limits
from pokerws.metrics import Metrics, Readings
from pokerws.server.app import App
from pokerws.server.net.http import is_this_machine
from pokerws.server.tables.lobby import Lobby
from pokerws.storage.errors import StoreUnavailable
from pokerws.storage.journal.back_off import BackOff
from pokerws.storage.journal.journal import Journal
from pokerws.storage.outcomes import NoMetrics, Outcome
from pokerws.storage.vault.vault import Vault
from tests.server.conftest import Connect
from tests.server.fakes import ManualClock, open_cashier
from tests.server.net.test_http import request
from tests.storage.changes import change
from tests.storage.faulty_store import FaultyStore
from tests.storage.memory_store import MemoryStore

TOKEN = "a-token-of-some-length"
SOON_S = 60
Sample = tuple[str, frozenset[tuple[str, str]]]


class Scrape:
    """The values of a text in Prometheus' format."""

    def __init__(self, text: bytes) -> None:
        self._values: dict[Sample, float] = {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in text_string_to_metric_families(text.decode())
            for sample in family.samples
        }

    def __getitem__(self, name: str) -> float:
        return self.of(name)

    def of(self, name: str, **labels: str) -> float:
        """The value of a name with these labels."""
        return self._values[name, frozenset(labels.items())]

    def labels_of(self, name: str) -> list[dict[str, str]]:
        """With which labels a name is there."""
        return [dict(labels) for found, labels in self._values if found == name]


async def scrape(app: App) -> Scrape:
    status, _, body = await request(app, "GET /metrics HTTP/1.1\nHost: localhost\n\n")
    assert status == 200
    return Scrape(body)


# ---- over HTTP


async def test_the_counters_follow_the_play(app: App, open_connection: Connect) -> None:
    ann = await open_connection("Ann")
    created = await ann.ask("create_table", name="One", config={})
    table = created["table"]
    await ann.ask("sit", table=table, seat=0, buy_in=10_000)
    refused = await ann.ask("sit", table=table, seat=1, buy_in=10_000)

    now = await scrape(app)

    commands = "pokerws_commands_total"
    assert now.of(commands, command="hello", answer="accepted") == 1
    assert now.of(commands, command="create_table", answer="accepted") == 1
    assert now.of(commands, command="sit", answer="accepted") == 1
    assert now.of(commands, command="sit", answer=refused["code"]) == 1
    operations = "pokerws_game_operations_total"
    assert now.of(operations, operation="create_game", outcome="IN_MEMORY") == 1
    assert now.of(operations, operation="save_game", outcome="IN_MEMORY") == 2
    assert now.of(operations, operation="save_game", outcome="DB_FAILED") == 0
    assert (now["pokerws_connections"], now["pokerws_tables_in_memory"]) == (1, 1)
    found = now.of(operations, operation="get_game", outcome="IN_MEMORY")
    await ann.ask("watch", table=table)
    now = await scrape(app)
    assert now.of(operations, operation="get_game", outcome="IN_MEMORY") == found + 1


async def test_what_cannot_be_read_is_counted_without_a_word_of_the_client(
    app: App, open_connection: Connect
) -> None:
    ann = await open_connection("Ann")
    for frame in ("{", '{"type":"made_up","id":"x"}', '{"type":"sit","id":"y"}'):
        await ann.connection.send(frame)
        await ann.until("rejected")

    now = await scrape(app)

    labels = now.labels_of("pokerws_commands_total")
    assert {one["answer"] for one in labels if one["command"] == "unreadable"} == {
        "not_json",
        "unknown_type",
        "missing_field",
    }
    assert {one["command"] for one in labels} == {"hello", "unreadable"}


async def test_connections_are_counted_by_how_they_ended(
    app: App, open_connection: Connect
) -> None:
    garbled = await open_connection()
    for _ in range(Limits(0).max_violations):
        await garbled.connection.send("{")
        await garbled.until("rejected")
    await garbled.connection.wait_closed()
    strange = await open_connection("Ann")
    await strange.connection.close(4999, "a code of its own")
    plain = await open_connection("Ben")
    await plain.connection.close()
    now = await scrape(app)
    async with asyncio.timeout(SOON_S):
        while now["pokerws_connections"]:
            now = await scrape(app)

    closes = "pokerws_session_closes_total"
    assert now.of(closes, code=str(int(CloseCode.BAD_MESSAGES))) == 1
    assert now.of(closes, code="other") == 1
    assert now.of(closes, code="1000") == 1
    assert len(now.labels_of(closes)) == 3


async def test_metrics_are_text_for_prometheus_and_head_has_no_body(app: App) -> None:
    status, headers, body = await request(app, "GET /metrics?x=1 HTTP/1.1\nHost: localhost\n\n")
    assert status == 200
    assert headers["content-type"].startswith("text/plain; version=")
    assert headers["content-type"].count("charset") == 1
    assert b"# TYPE pokerws_save_batch_seconds histogram" in body
    assert b"# TYPE pokerws_changes_dropped_total counter" in body
    assert b"_created" not in body
    status, headers, body = await request(app, "HEAD /metrics HTTP/1.1\nHost: localhost\n\n")
    assert (status, body) == (200, b"")
    assert int(headers["content-length"]) > 0


@pytest.mark.parametrize("header", ["Forwarded: for=x", "X-Forwarded-For: 192.0.2.1", "Via: 1.1 p"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_what_a_proxy_passes_on_finds_no_metrics(app: App, method: str, header: str) -> None:
    for authorization in ("", "Authorization: Bearer \n", "Authorization: Bearer x\n"):
        text = f"{method} /metrics HTTP/1.1\nHost: localhost\n{header}\n{authorization}\n"
        status, _, body = await request(app, text)
        assert status == 404
        assert b"pokerws" not in body


@pytest.mark.settings(metrics_token=TOKEN)
@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (f"Authorization: Bearer {TOKEN}\n", 200),
        (f"authorization: bearer  {TOKEN}\n", 200),
        ("", 404),
        (f"Authorization: {TOKEN}\n", 404),
        (f"Authorization: Basic {TOKEN}\n", 404),
        (f"Authorization: Bearer {TOKEN[:-1]}\n", 404),
        (f"Authorization: Bearer {TOKEN}x\n", 404),
        ("Authorization: Bearer \n", 404),
        (f"Authorization: Bearer {TOKEN}\nAuthorization: Bearer {TOKEN}\n", 404),
    ],
)
async def test_where_there_is_a_token_it_is_needed(app: App, headers: str, expected: int) -> None:
    # As a proxy on this machine asks for another: it may say so, or not.
    for passed_on in ("X-Forwarded-For: 192.0.2.1\n", ""):
        text = f"GET /metrics HTTP/1.1\nHost: localhost\n{passed_on}{headers}\n"
        status, _, _ = await request(app, text)
        assert status == expected


@pytest.mark.settings(metrics_token=TOKEN)
async def test_the_token_is_compared_in_constant_time(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time of `==` would tell how many characters are right; hmac.compare_digest's does not."""
    compared: list[set[object]] = []

    def compare_digest(one: bytes, other: bytes) -> bool:
        compared.append({one, other})
        return False

    monkeypatch.setattr(hmac, "compare_digest", compare_digest)
    text = f"GET /metrics HTTP/1.1\nHost: localhost\nAuthorization: Bearer {TOKEN}\n\n"
    status, _, _ = await request(app, text)
    assert (status, compared) == (404, [{TOKEN.encode()}])


@pytest.mark.settings(trusted_proxies=("10.0.0.0/8",))
async def test_behind_a_proxy_nobody_reads_metrics_without_a_token(app: App) -> None:
    status, _, _ = await request(app, "GET /metrics HTTP/1.1\nHost: localhost\n\n")
    assert status == 404


@pytest.mark.settings(trusted_proxies=("10.0.0.0/8",), metrics_token=TOKEN)
async def test_behind_a_proxy_who_has_the_token_reads_metrics(app: App) -> None:
    text = f"GET /metrics HTTP/1.1\nHost: localhost\nAuthorization: Bearer {TOKEN}\n\n"
    status, _, _ = await request(app, text)
    assert status == 200


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("127.0.0.1", True),
        ("127.8.9.1", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("::ffff:192.0.2.1", False),
        ("192.0.2.1", False),
        ("10.0.0.1", False),
        ("0.0.0.0", False),
        ("fe80::1%eth0", False),
        ("", False),
    ],
)
def test_only_a_loopback_address_is_this_machine(address: str, *, expected: bool) -> None:
    assert is_this_machine(address) is expected


def test_two_servers_in_one_process_count_apart() -> None:
    one, other = Metrics(), Metrics()
    one.operation("create_game", Outcome.IN_MEMORY)
    assert one.operations()["create_game", "IN_MEMORY"] == 1
    assert other.operations()["create_game", "IN_MEMORY"] == 0


def test_comparisons_and_readings_are_in_the_text() -> None:
    waiting = 3
    metrics = Metrics(Readings(changes_waiting=lambda: waiting, oldest_change_ms=lambda: 1500))
    metrics.comparison("mismatch")
    assert Scrape(metrics.text())["pokerws_changes_waiting"] == 3
    waiting = 4
    now = Scrape(metrics.text())
    assert (now["pokerws_changes_waiting"], now["pokerws_oldest_change_seconds"]) == (4, 1.5)
    assert now.of("pokerws_comparisons_total", outcome="mismatch") == 1
    assert now.of("pokerws_comparisons_total", outcome="match") == 0


# ---- what the journal and the lobby count


OpenJournal = Callable[..., Journal]


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
async def journal_on(metrics: Metrics) -> AsyncIterator[OpenJournal]:
    journals = []

    def start(store: MemoryStore, **options: Any) -> Journal:
        at_once = BackOff(first_s=0, most_s=0)
        journal = Journal(store, back_off=at_once, **{"metrics": metrics, **options})
        journal.start()
        journals.append(journal)
        return journal

    yield start
    for journal in journals:
        await journal.stop(0)


def counted(metrics: Metrics) -> dict[str, int]:
    """What is not 0, with the operation and the outcome in one word."""
    return {".".join(labels): count for labels, count in metrics.operations().items() if count}


async def test_a_new_table_is_counted_as_made_and_as_saved(
    journal_on: OpenJournal, metrics: Metrics
) -> None:
    journal = journal_on(FaultyStore())
    journal.put(change(version=3))
    await journal.flush(SOON_S)
    journal.put(change(expected=3))
    await journal.flush(SOON_S)

    assert counted(metrics) == {"create_game.DB_SUCCESS": 1, "save_game.DB_SUCCESS": 2}
    now = Scrape(metrics.text())
    assert now["pokerws_save_batch_seconds_count"] == 2
    assert (now["pokerws_save_batch_tables_sum"], now["pokerws_save_batch_events_sum"]) == (2, 4)


async def test_an_outage_is_counted_at_each_try_for_each_table(
    journal_on: OpenJournal, metrics: Metrics
) -> None:
    journal = journal_on(FaultyStore("before", "bug", "before"))
    journal.put(change("t1"))
    journal.put(change("t2"))
    await journal.flush(SOON_S)

    assert counted(metrics) == {
        "save_game.DB_FAILED": 6,
        "save_game.DB_SUCCESS": 2,
        "create_game.DB_SUCCESS": 2,
    }


async def test_a_row_that_somebody_has_edited_is_a_conflict(
    journal_on: OpenJournal, metrics: Metrics
) -> None:
    store = FaultyStore()
    journal = journal_on(store)
    journal.put(change())
    await journal.flush(SOON_S)
    store.edit("t1", 77)
    journal.put(change(expected=1))
    await journal.flush(SOON_S)

    assert counted(metrics)["save_game.DB_CONFLICT"] == 1
    assert "save_game.DB_FAILED" not in counted(metrics)


async def test_a_table_of_another_server_is_fenced(
    journal_on: OpenJournal, metrics: Metrics
) -> None:
    store = FaultyStore()
    journal = journal_on(store)
    journal.put(change())
    await journal.flush(SOON_S)
    await store.claim(TableId("t1"))
    journal.put(change(expected=1))
    await journal.flush(SOON_S)

    assert counted(metrics)["save_game.FENCED"] == 1


async def test_a_table_that_the_store_refuses_has_failed_once(
    journal_on: OpenJournal, metrics: Metrics
) -> None:
    journal = journal_on(FaultyStore())
    journal.put(change("t1"))
    journal.put(change("t2", snapshot=b"\x00"))
    await journal.flush(SOON_S)

    assert counted(metrics) == {
        "create_game.DB_SUCCESS": 1,
        "save_game.DB_SUCCESS": 1,
        "save_game.DB_FAILED": 1,
    }


async def test_a_fault_in_the_counting_stops_no_writing(journal_on: OpenJournal) -> None:
    class Broken(NoMetrics):
        def operation(self, operation: str, outcome: str, tables: int = 1) -> None:
            raise ZeroDivisionError

        def batch(self, events: int, seconds: float, waited_s: Sequence[float]) -> None:
            raise ZeroDivisionError

    store = FaultyStore("before")
    journal = journal_on(store, metrics=Broken())
    journal.put(change())
    await journal.flush(SOON_S)

    assert await store.seqs() == [1]


class AwayStore(MemoryStore):
    """A store that lists its tables, and gives one only while it is there."""

    away = False

    async def claim(
        self, table: TableId, above_epoch: int = 0, shown_seq: int = 0, seen_seq: int = 0
    ) -> Any:
        if self.away:
            raise StoreUnavailable("connection refused")
        return await super().claim(table, above_epoch, shown_seq, seen_seq)


async def test_finding_a_table_is_counted_by_where_it_was_found(
    journal_on: OpenJournal, metrics: Metrics
) -> None:
    store = AwayStore()

    def lobby() -> Lobby:
        return Lobby(
            store=store,
            journal=journal,
            keep_events=True,
            clock=ManualClock(),
            shuffle=shuffler(bytes),
            cashier=open_cashier(ManualClock(), store),
            max_tables=5,
            vault=Vault([]),
            metrics=metrics,
        )

    journal = journal_on(store)
    table = lobby().create("One", TableConfig()).table.id
    await journal.flush(SOON_S)
    later = lobby()
    await later.start()

    store.away = True
    with pytest.raises(Illegal):
        await later.find(table)
    store.away = False
    await later.find(table)
    await later.find(table)

    found = {what: count for what, count in counted(metrics).items() if what.startswith("get")}
    assert found == {"get_game.DB_FAILED": 1, "get_game.DB_HYDRATE": 1, "get_game.IN_MEMORY": 1}
