"""The bases of all events."""

from msgspec import Struct


# Events never refer to one another, so the garbage collector need not look at them.
class Event(Struct, frozen=True, tag_field="type", omit_defaults=True, gc=False):
    """Base of all events.  The tag is the snake_case name of the class."""


class OfHand(Event, frozen=True):
    """Base of those that happen within a hand, after its start and before its end."""
