"""A process that makes one report: `python -m pokerws.maintenance.players.audit_process`.

A server starts it, so that reading thousands of hands takes no time from play.  It reads an `Order`
and writes an `Answer`, both as JSON.
"""

import asyncio
import sys

import msgspec

from pokerws.fair_play.report import Answer, Order
from pokerws.maintenance.errors import MaintenanceError
from pokerws.maintenance.players.audit import report_on
from pokerws.storage.errors import DatabaseError
from pokerws.storage.postgres.address import address_of


def main() -> None:
    """Answer the order on standard input."""
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=Order)
    try:
        address = address_of(order.database_url, order.schema)
        answer = Answer(asyncio.run(report_on(address, order.inquiry)))
    except (DatabaseError, MaintenanceError) as error:
        answer = Answer(failed=str(error))
    sys.stdout.buffer.write(msgspec.json.encode(answer))


if __name__ == "__main__":
    main()
