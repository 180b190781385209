"""A finished hand in each output format, for `get_hand` and for the `export` command.

`redaction` first removes what a viewer may not see; the writers print everything that remains.
Only an operator exports a hand without redaction.
"""

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Literal

from pokerws.game.cards import UNKNOWN, Card
from pokerws.game.events import HoleCardsDealt, TableEvent
from pokerws.game.redaction import redact, redact_table
from pokerws.game.state import PlayerId
from pokerws.hand_histories.json_hand import as_json
from pokerws.hand_histories.kept_hand import KeptHand
from pokerws.hand_histories.phh.write import write_hand
from pokerws.hand_histories.pokerstars.write import write_pokerstars

TextFormat = Literal["phh", "pokerstars"]
HandFormat = Literal["phh", "pokerstars", "json"]
FORMATS: tuple[HandFormat, ...] = ("phh", "pokerstars", "json")


def seen_by(hand: KeptHand, viewer: PlayerId | None) -> KeptHand:
    """A hand as the viewer saw it; None is a spectator."""
    return hand._replace(
        before=redact_table(hand.before, viewer),
        events=[redact(event, viewer) for event in hand.events],
    )


def as_text(hand: KeptHand, text_format: TextFormat) -> str:
    """A hand in a text format, with every card that its events contain."""
    match text_format:
        case "phh":
            return write_hand(
                hand.before,
                hand.events,
                started_ms=hand.started_ms,
                holes=_known_holes(hand.events),
            )
        case "pokerstars":
            return write_pokerstars(hand.before, hand.events, started_ms=hand.started_ms)


class HandWriter:
    """Formats hands for a file with one or more hands.

    With a `player`, each hand is as that player saw it; with None, no card is hidden.  With
    `sections`, PHH hands get numbered section headers, which the standard requires in a file with
    several hands.  `dealt_in` tells whether the player was dealt in, in any hand so far.
    """

    def __init__(self, hand_format: HandFormat, player: PlayerId | None, *, sections: bool) -> None:
        self.dealt_in = False
        self._format = hand_format
        self._player = player
        self._sections = count(1) if sections else None

    def __call__(self, hand: KeptHand) -> str:
        if self._player is not None:
            hand = seen_by(hand, self._player)
            self.dealt_in = self.dealt_in or any(
                isinstance(event, HoleCardsDealt) and self._player in event.players
                for event in hand.events
            )
        match self._format:
            case "json":
                return as_json(hand) + "\n"
            case "phh":
                text = as_text(hand, "phh")
                return text if self._sections is None else f"[{next(self._sections)}]\n{text}\n"
            case "pokerstars":
                # Readers find the start of the next hand by the empty lines.
                return as_text(hand, "pokerstars") + "\n\n\n"


def _known_holes(events: Sequence[TableEvent]) -> Mapping[int, Sequence[Card]]:
    """The first hole cards by seat, for the seats whose cards are known."""
    dealt = next((event for event in events if isinstance(event, HoleCardsDealt)), None)
    if dealt is None:
        return {}
    return {seat: cards for seat, cards in enumerate(dealt.cards) if cards and UNKNOWN not in cards}
