"""Tasks by key, one at most for each."""

import asyncio

from pokerws.server.keyed_tasks import KeyedTasks


async def test_a_task_that_has_ended_does_not_keep_the_next_one_from_beginning() -> None:
    """Not even in the turn in which nobody was told yet."""
    tasks = KeyedTasks[str, None]()
    seen: list[bool] = []

    async def work() -> None:
        asyncio.get_running_loop().call_soon(lambda: seen.append("a" in tasks or len(tasks) > 0))

    task = tasks.start_task("a", work(), "work")
    assert (list(tasks), tasks.get("a")) == (["a"], task)
    await task
    assert (seen, list(tasks)) == ([False], [])


async def test_the_end_of_a_former_task_leaves_the_latest_one_alone() -> None:
    tasks = KeyedTasks[str, int]()
    go_on = asyncio.Event()

    async def first() -> int:
        await go_on.wait()
        return 1

    async def second() -> int:
        await asyncio.Event().wait()
        return 2

    former, latest = (
        tasks.start_task("a", first(), "first"),
        tasks.start_task("a", second(), "second"),
    )
    go_on.set()
    assert await former == 1
    await asyncio.sleep(0)
    assert tasks.get("a") is latest
    tasks.cancel_all()
    (outcome,) = await asyncio.gather(latest, return_exceptions=True)
    assert isinstance(outcome, asyncio.CancelledError)
    assert len(tasks) == 0


async def test_a_task_that_is_cancelled_is_gone_at_once() -> None:
    tasks = KeyedTasks[str, bool]()
    task = tasks.start_task("a", asyncio.Event().wait(), "wait")
    tasks.cancel("a")
    tasks.cancel("b")
    assert "a" not in tasks
    (outcome,) = await asyncio.gather(task, return_exceptions=True)
    assert isinstance(outcome, asyncio.CancelledError)
