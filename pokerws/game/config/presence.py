"""Options of a table about absent players."""

from typing import Annotated

from msgspec import Meta, Struct


class PresenceOptions(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How long a table waits for absent players.

    The seat of a player without a connection is freed after `absent_seat_ms`, or sooner if the
    server frees seats sooner.  0 is the server's own time.
    """

    absent_seat_ms: Annotated[int, Meta(ge=0, le=86_400_000)] = 0
