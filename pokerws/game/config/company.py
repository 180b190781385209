"""A table's options about viewers without a seat: what they see, and whether they are named."""

from typing import Annotated

from msgspec import Meta, Struct

MAX_DELAY_MS = 600_000


class Company(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Options about viewers without a seat.

    With `delay_ms` they see the table later by that time, as for a stream.  With
    `show_cards_later`, late viewers see all hole cards of hands that are over at the table by then.
    With `anonymous_watchers`, they are counted, but not named.
    """

    anonymous_watchers: bool = False
    delay_ms: Annotated[int, Meta(ge=0, le=MAX_DELAY_MS)] = 0
    show_cards_later: bool = False
