"""Which events show cards."""

import re
from typing import get_args

from pokerws.game.events import DeckReshuffled, HandStarted, LogRestarted, TableEvent
from pokerws.game.secret_cards import REVEALING_TYPES

# Nobody sees what these have.
HIDDEN = {HandStarted, DeckReshuffled, LogRestarted}


def test_every_event_with_cards_reveals_them_or_is_hidden_from_everybody() -> None:
    with_cards = {
        kind
        for kind in get_args(TableEvent)
        if any(re.search(r"\b(Card|Table)\b", hint) for hint in hints_of(kind))
    }

    assert with_cards - HIDDEN == set(REVEALING_TYPES)


def hints_of(kind: type) -> list[str]:
    """The types of an event's fields, as they are written."""
    return [str(hint) for hint in kind.__annotations__.values()]
