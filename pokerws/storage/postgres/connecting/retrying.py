"""Statements that PostgreSQL rolled back in favour of another one, which are tried again."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import asyncpg
import structlog

# Nothing of the transaction is left, and the connection is as before.
ROLLED_BACK = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)
# Few, since PostgreSQL takes a second to detect a deadlock.
RETRIES = 3

T = TypeVar("T")

log = structlog.get_logger("pokerws.postgres")


async def retried(run: Callable[[], Awaitable[T]], error: BaseException | None = None) -> T:
    """Run a statement that is a transaction of its own, and again if it is rolled back.

    `error` is that of a first attempt by the caller, one of ROLLED_BACK.
    """
    for retry in range(1, RETRIES + 1):
        if error is None:
            try:
                return await run()
            except ROLLED_BACK as rolled_back:
                error = rolled_back
        log.warning("statement_retried", retry=retry, error=type(error).__name__)
        error = None
    return await run()
