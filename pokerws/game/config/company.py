"""A table's options about company: who watches, and what watchers see."""

from msgspec import Struct


class Company(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Options about those who watch a table.

    With `anonymous_watchers`, those without a seat are counted, but not named.
    """

    anonymous_watchers: bool = False
