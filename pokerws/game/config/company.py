"""A table's options about company: who watches, and what watchers see."""

from typing import Annotated

from msgspec import Meta, Struct

MAX_DELAY_MS = 600_000
MAX_DELAY_HANDS = 20


class Company(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Options about those who watch a table.

    With `delay_ms`, those without a seat see the table so much later, as for a stream.  With
    `delay_hands` they see a hand when so many more have started; with both, when both have come.
    With `show_cards_later` they then see all hole cards, if the hand is over by that time.  With
    `anonymous_watchers`, they are counted, but not named.
    """

    anonymous_watchers: bool = False
    delay_ms: Annotated[int, Meta(ge=0, le=MAX_DELAY_MS)] = 0
    show_cards_later: bool = False
    delay_hands: Annotated[int, Meta(ge=0, le=MAX_DELAY_HANDS)] = 0

    @property
    def is_delayed(self) -> bool:
        """Whether those without a seat see the table late."""
        return self.delay_ms > 0 or self.delay_hands > 0
