"""Base classes of the events."""

from msgspec import Struct


# Events never refer to one another, so the garbage collector does not have to track them.
class Event(Struct, frozen=True, tag_field="type", omit_defaults=True, gc=False):
    """Base of all events.  The tag is the snake_case name of the class."""


class OfHosting(Event, frozen=True):
    """Base of the events about what the host decides, and about requests to the host."""


class OfHand(Event, frozen=True):
    """Base of the events within a hand, after its start and before its end."""
