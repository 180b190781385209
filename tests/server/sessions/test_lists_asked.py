"""Lists of tables over real sockets: parts, an end to watching, and bounds."""

from typing import Any

import pytest

from tests.server.conftest import Connect, Raw


async def open_table(raw: Raw) -> str:
    answer = await raw.ask("create_table", name="One", config={})
    return str(answer["table"])


async def test_a_part_of_the_list_is_read_and_watched_until_it_is_not(
    open_connection: Connect,
) -> None:
    ann, ben = await open_connection("Ann"), await open_connection("Ben")
    tables = [await open_table(ann) for _ in range(3)]
    assert "lists" in ben.welcome["capabilities"]
    page = await ben.ask("list_tables", limit=2)
    rest = await ben.ask("list_tables", limit=2, after=page["next"])
    assert [one["table"] for one in page["tables"] + rest["tables"]] == tables
    assert "next" not in rest

    asked = {"filter": {"free_seats": 1, "name": "one"}, "limit": 2}
    assert (await ben.ask("watch_lobby", **asked))["type"] == "accepted"
    first = await ben.until("lobby")
    assert [one["table"] for one in first["tables"]] == tables[:2]
    assert first["reset"] is first["more"] is True
    await ann.ask("sit", table=tables[0], buy_in=5_000)
    assert [one["players"] for one in (await ben.until("lobby"))["changes"]] == [1]

    assert (await ben.ask("unwatch_lobby"))["type"] == "accepted"
    assert (await ben.ask("unwatch_lobby"))["type"] == "accepted"
    assert (await ben.ask("watch_lobby", limit=1))["type"] == "accepted"
    assert [one["table"] for one in (await ben.until("lobby"))["tables"]] == tables[:1]


@pytest.mark.parametrize("kind", ["list_tables", "watch_lobby"])
@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"limit": 0}, "out_of_range"),
        ({"limit": 201}, "out_of_range"),
        ({"filter": {"name": "x" * 41}}, "out_of_range"),
        ({"filter": {"games": ["NT"] * 65}}, "out_of_range"),
        ({"filter": {"free_seats": 11}}, "out_of_range"),
        ({"filter": {"max_stakes": 10**30}}, "out_of_range"),
        ({"filter": {"players": 1}}, "unknown_field"),
        ({"filter": []}, "wrong_type"),
    ],
)
async def test_what_a_list_may_ask_for_is_bounded(
    open_connection: Connect, kind: str, fields: dict[str, Any], code: str
) -> None:
    ann = await open_connection("Ann")
    assert (await ann.ask(kind, **fields))["code"] == code


@pytest.mark.parametrize("after", [-1, 2**53 + 1, "x"])
async def test_a_page_begins_at_a_number(open_connection: Connect, after: object) -> None:
    answer = await (await open_connection("Ann")).ask("list_tables", after=after)
    assert answer["code"] in ("out_of_range", "wrong_type")
