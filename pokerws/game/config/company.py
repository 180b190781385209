"""A table's options about viewers without a seat: what they see, and whether they are named."""

from typing import Annotated

from msgspec import Meta, Struct

MAX_DELAY_MS = 600_000
MAX_DELAY_HANDS = 20


class Company(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Options about viewers without a seat.

    With `delay_ms` they see the table later by that time, as for a stream.  With `delay_hands` they
    see a hand when that many more have started; with both, when both conditions are met.  With
    `show_cards_later`, late viewers see all hole cards of hands that are over at the table by then.
    With `anonymous_watchers`, they are counted, but not named.
    """

    anonymous_watchers: bool = False
    delay_ms: Annotated[int, Meta(ge=0, le=MAX_DELAY_MS)] = 0
    show_cards_later: bool = False
    delay_hands: Annotated[int, Meta(ge=0, le=MAX_DELAY_HANDS)] = 0

    @property
    def is_delayed(self) -> bool:
        """Whether those without a seat see the table late."""
        return self.delay_ms > 0 or self.delay_hands > 0
