"""A table's options about company: who watches, and what watchers see."""

from typing import Annotated

from msgspec import Meta, Struct

MAX_DELAY_MS = 600_000


class Company(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Options about those who watch a table.

    With `delay_ms`, those without a seat see the table so much later, as for a stream.  With
    `show_cards_later` they then see all hole cards, if the hand is over by that time.  With
    `anonymous_watchers`, they are counted, but not named.
    """

    anonymous_watchers: bool = False
    delay_ms: Annotated[int, Meta(ge=0, le=MAX_DELAY_MS)] = 0
    show_cards_later: bool = False
