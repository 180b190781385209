"""The meaning of each field, for all documents.

An entry applies to all structs with a field of that name.  An entry with a struct's name takes
precedence.
"""

from pokerws.schema.meanings.of_config import CONFIG
from pokerws.schema.meanings.of_events import EVENTS
from pokerws.schema.meanings.of_messages import MESSAGES
from pokerws.schema.meanings.of_state import STATE

MEANINGS = MESSAGES | STATE | CONFIG | EVENTS


def meaning_of(struct: str, field: str) -> str | None:
    """The meaning of a struct's field, or None if there is no entry."""
    return MEANINGS.get(f"{struct}.{field}", MEANINGS.get(field))
