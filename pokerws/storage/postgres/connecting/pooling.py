"""Finding out whether a pooler, such as PgBouncer or Supavisor, is before a database, and its mode.

A pooler in session mode lends a backend of PostgreSQL to a client for its whole session, which is
as good as a direct connection.  In transaction mode the next transaction may run on another one.
To take session mode for transaction mode costs time; the reverse would break play.  So transaction
mode is assumed unless everything seen speaks against it.
"""

from collections.abc import Sequence
from dataclasses import replace

from pokerws.storage.errors import StoreUnavailable
from pokerws.storage.postgres.address import Address
from pokerws.storage.postgres.connecting import Connection, connected

BACKEND = "SELECT pg_backend_pid()"
# Rounds in which two clients would be given the same backend, if any two could be.
ROUNDS = 3
ANSWER_S = 5.0


async def with_pooler(address: Address, application: str) -> Address:
    """The address with its pooler found out, unless it says itself.  Raises StoreUnavailable."""
    if address.pooler is not None:
        return address
    # Nothing may be left behind on a backend that others use, too.
    probing = replace(address, pooler="transaction", settings={}, schema=None)
    async with connected(probing, application, answer_s=ANSWER_S) as first:
        if not await is_pooled(first):
            return replace(address, pooler="none")
        try:
            async with connected(probing, application, answer_s=ANSWER_S) as second:
                own = await keeps_backends((first, second))
        except StoreUnavailable as error:
            raise StoreUnavailable(
                f"the pooler at {address.place} gives no second connection ({error}): "
                "raise its pool size for this user and database to at least 6 (default_pool_size)"
            ) from error
    return replace(address, pooler="session" if own else "transaction")


async def is_pooled(connection: Connection) -> bool:
    """Whether something answers in place of the backend that was connected to.

    A pooler makes up the process id that it gives to its client at the start, since the backend
    behind it may change.
    """
    return bool(await connection.fetchval(BACKEND) != connection.get_server_pid())


async def keeps_backends(clients: Sequence[Connection]) -> bool:
    """Whether each of two or more open clients has a backend to itself.

    It says no unless all that it sees tells so.  Without a backend of its own a client gets one
    that was just free: the one that another client was seen with, or, while a transaction holds
    that, another one than before.
    """
    first, *others = clients
    own = {client: await client.fetchval(BACKEND) for client in clients}
    for _ in range(ROUNDS):
        if len(set(own.values())) < len(clients):
            return False
        for other in others:
            async with other.transaction():
                held = await other.fetchval(BACKEND)
                if held != own[other] or await first.fetchval(BACKEND) != own[first]:
                    return False
    return True
