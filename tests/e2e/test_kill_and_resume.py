"""`kill -9` in the middle of a hand, a new start on the same database, and the hand goes on."""

import asyncio
from pathlib import Path

from msgspec.structs import replace

from pokerws.client import Client, CommandRejected, TableView, connect
from pokerws.game.commands import Action
from pokerws.game.state import TableId, Turn
from tests.e2e.database import check_database
from tests.e2e.process import ServerProcess
from tests.simulation.crash import BACKOFF

BUY_IN = 10_000
MAX_CALL = 800


async def sit_down(server: ServerProcess, client: Client) -> TableView:
    """Watch the bots' table and take a seat there."""
    created = await server.logged("create_game")
    view = await client.watch(TableId(created["table"]))
    await client.sit(view.id, BUY_IN)
    return view


async def stay_in(client: Client, view: TableView, turn: Turn) -> None:
    """Check, or call what does not cost the whole stack: a busted player has no more turns."""
    action: Action = "check" if "check" in turn.actions else "call"
    while True:
        try:
            await client.act(view.id, turn.number, "fold" if turn.call > MAX_CALL else action)
        except CommandRejected as refused:
            # On a loaded machine the database may be so late that play is paused meanwhile.
            if refused.code != "paused":
                raise
            await view.wait_for(lambda view: view.table.status == "active")
        else:
            return


async def play_until_street(client: Client, view: TableView, street: int) -> None:
    """Stay in cheaply until it is the player's turn on that street or a later one."""
    while True:
        turn = await view.wait_for(lambda view: view.turn)
        hand = view.table.hand
        assert hand is not None
        if hand.street >= street:
            return
        await stay_in(client, view, turn)


def what_is_seen(view: TableView) -> dict[str, object]:
    """What the player to act sees of the hand."""
    hand, turn = view.table.hand, view.turn
    assert hand is not None
    assert turn is not None
    return {
        "hand": hand.number,
        "cards": view.cards,
        "board": hand.board,
        "street": hand.street,
        "turn": (turn.seat, turn.number, turn.actions, turn.call, turn.min_to, turn.max_to),
        "bets": [seat and (seat.bet, seat.in_pots, seat.folded) for seat in hand.seats],
        "stacks": [seat and (seat.player, seat.stack) for seat in view.table.seats],
    }


async def killed_in_mid_hand(server: ServerProcess, client: Client) -> TableView:
    """Play to the flop, kill the server, start it again: the hand goes on as it was seen."""
    view = await sit_down(server, client)
    await play_until_street(client, view, 1)
    before = what_is_seen(view)
    await server.all_written(view.seq)
    await server.kill()
    await server.start()
    # It is answered after what was missed.
    await client.stats(view.id)
    await view.wait_for(lambda view: view.turn)
    assert what_is_seen(view) == before
    return view


async def test_a_hand_goes_on_after_kill_9_with_the_same_cards_and_turn(
    server: ServerProcess, database_url: str
) -> None:
    await server.start()
    async with connect(server.socket_url, name="Hanna", backoff=BACKOFF) as client:
        view = await killed_in_mid_hand(server, client)

        number = view.table.hand_number
        while view.table.hand_number == number:
            turn = await view.wait_for(lambda view: view.turn or view.table.hand_number != number)
            if isinstance(turn, Turn):
                await stay_in(client, view, turn)
    hydrated = [line for line in server.log("get_game") if line["outcome"] == "DB_HYDRATE"]
    assert len(hydrated) == 1
    assert await server.stop() == 0
    assert len(await check_database(database_url)) == 1


async def test_statistics_are_the_same_after_kill_9(server: ServerProcess) -> None:
    await server.start()
    async with connect(server.socket_url, name="Hanna", backoff=BACKOFF) as client:
        view = await sit_down(server, client)
        turn = await view.wait_for(lambda view: view.turn)
        while view.table.hand_number < 3:
            await stay_in(client, view, turn)
            turn = await view.wait_for(lambda view: view.turn)
        # It is Hanna's turn, so no hand ends meanwhile.
        before = await client.stats(), await client.stats(view.id)
        assert before[0].players[0].hands
        await server.all_written(view.seq)
        await server.kill()
        await server.start()
        after = await client.stats(), await client.stats(view.id)
        for one, other in zip(before, after, strict=True):
            assert one == replace(other, id=one.id)
    assert await server.stop() == 0


async def test_a_command_whose_answer_was_lost_is_carried_out_once(
    server: ServerProcess,
) -> None:
    await server.start()
    async with connect(server.socket_url, name="Hanna", backoff=BACKOFF) as client:
        view = await sit_down(server, client)
        seq = view.seq
        await server.all_written(view.seq)
        await server.kill()
        # The view is not told yet that the connection is gone: this is sent into the void first.
        leaving = asyncio.create_task(client.stand(view.id))
        await server.start()
        await leaving
        await view.wait_for(lambda view: view.seat is None)
        assert view.seq > seq


async def test_a_stopped_server_has_stored_all_and_leaves_no_postgres_running(
    server: ServerProcess, place: Path
) -> None:
    server.settings["DATABASE_URL"] = f"embedded:{place / 'postgres'}"
    await server.start()
    async with connect(server.socket_url, name="Hanna", backoff=BACKOFF) as client:
        view = await sit_down(server, client)
        await view.wait_for(lambda view: view.turn)
    assert await server.stop() == 0
    pid_file = place / "postgres/cluster/data/postmaster.pid"
    assert pid_file.parent.is_dir()
    assert not pid_file.exists()
    (stopped,) = server.log("server_stopped")
    assert stopped["all_stored"] is True
