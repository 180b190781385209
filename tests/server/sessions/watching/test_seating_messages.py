"""Waiting for a seat and finding one, on the wire."""

from tests.server.conftest import Connect, Message, Raw


async def waiting(player: Raw) -> Message:
    """The next place that a player is told."""
    while (message := await player.receive())["type"] != "waiting":
        pass
    return message


async def open_table(host: Raw, name: str, *players: Raw, seats: int = 2) -> str:
    config = {"seats": seats, "next_hand_delay_ms": 60_000}
    table: str = (await host.ask("create_table", name=name, config=config))["table"]
    for player in players:
        await player.ask("sit", table=table, buy_in=5_000)
    return table


async def test_a_reserved_seat_is_taken_by_who_was_told(open_connection: Connect) -> None:
    ann, ben, cleo, dan = [await open_connection(name) for name in ("Ann", "Ben", "Cleo", "Dan")]
    table = await open_table(ann, "One", ann, ben)
    full = await cleo.ask("sit", table=table, buy_in=5_000)
    joined = await cleo.ask("join_waiting_list", table=table)
    assert full["code"] == "table_full"
    assert joined["type"] == "accepted"
    assert (await waiting(cleo))["place"] == 1
    again = await cleo.ask("join_waiting_list", table=table, id=joined["id"])
    assert again == joined
    await ann.ask("stand", table=table)
    assert (await waiting(cleo))["seat"] == 0
    refused = await dan.ask("sit", table=table, seat=0, buy_in=5_000)
    assert (refused["code"], refused["details"]) == ("seat_reserved", {"seat": 0})
    assert (await cleo.ask("sit", table=table, buy_in=5_000))["type"] == "accepted"


async def test_quick_seat_reserves_at_the_fullest_table_that_fits(
    open_connection: Connect,
) -> None:
    ann, ben, cleo = [await open_connection(name) for name in ("Ann", "Ben", "Cleo")]
    await open_table(ann, "Empty")
    await open_table(ann, "Full", ann, ben)
    best = await open_table(ann, "Best", ann, ben, seats=3)
    await open_table(ann, "Less", ann, seats=3)
    found = await cleo.ask("quick_seat")
    assert (found["type"], found["table"]) == ("accepted", best)
    assert (await cleo.ask("quick_seat"))["table"] == best
    assert (await cleo.ask("sit", table=best, buy_in=5_000))["type"] == "accepted"
    other = await cleo.ask("quick_seat", filter={"name": "empty"})
    assert other["table"] != best
    none = await ann.ask("quick_seat", filter={"games": ["PO"]})
    assert none["code"] == "no_table_free"


async def test_either_a_table_or_a_filter_is_needed(open_connection: Connect) -> None:
    ann = await open_connection("Ann")
    for fields in ({}, {"table": "t", "filter": {}}):
        assert (await ann.ask("join_waiting_list", **fields))["code"] == "missing_field"
    assert (await ann.ask("leave_waiting_list"))["code"] == "not_waiting"
    assert (await ann.ask("join_waiting_list", filter={}))["type"] == "accepted"
    assert (await waiting(ann)) == {"type": "waiting", "place": 1}
    assert (await ann.ask("leave_waiting_list"))["type"] == "accepted"


async def test_a_new_connection_is_told_the_places_of_its_player(open_connection: Connect) -> None:
    ann = await open_connection("Ann")
    await ann.ask("join_waiting_list", filter={"games": ["PO"]})
    again = await open_connection()
    await again.ask("hello", token=ann.welcome["session"])
    assert (await waiting(again))["place"] == 1
