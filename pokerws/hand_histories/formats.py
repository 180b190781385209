"""A finished hand in each output format, for `get_hand` and for the `export` command.

`redaction` first removes what a viewer may not see; the writers print everything that remains.
Only an operator exports a hand without redaction.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Literal

from pokerws.game.cards import UNKNOWN, Card
from pokerws.game.counted import counted
from pokerws.game.events import HoleCardsDealt, TableEvent
from pokerws.game.redaction import redact, redact_table
from pokerws.game.state import PlayerId
from pokerws.hand_histories.currency import CHIPS, Money
from pokerws.hand_histories.errors import NotExpressible
from pokerws.hand_histories.json_hand import as_json
from pokerws.hand_histories.kept_hand import KeptHand
from pokerws.hand_histories.ohh.write import write_ohh
from pokerws.hand_histories.phh.write import write_hand
from pokerws.hand_histories.pokerstars.write import write_pokerstars

TextFormat = Literal["phh", "pokerstars", "ohh"]
HandFormat = Literal["phh", "pokerstars", "ohh", "json"]
FORMATS: tuple[HandFormat, ...] = ("phh", "pokerstars", "ohh", "json")
# The events of JSON are those of the protocol, which counts chips.
MONEY_FORMATS: tuple[HandFormat, ...] = ("phh", "pokerstars", "ohh")

HIDDEN_CARDS = (
    "warning: these hands have the hidden cards of all players; use --as PLAYER for the view of one"
)


def seen_by(hand: KeptHand, viewer: PlayerId | None) -> KeptHand:
    """A hand as the viewer saw it; None is a spectator."""
    return hand._replace(
        before=redact_table(hand.before, viewer),
        events=[redact(event, viewer) for event in hand.events],
    )


def as_text(
    hand: KeptHand,
    text_format: TextFormat,
    *,
    viewer: PlayerId | None = None,
    money: Money = CHIPS,
) -> str:
    """A hand in a text format, with every card that its events contain.

    `viewer` is the player whose view it is, if any.  Raises NotExpressible.
    """
    started_ms = hand.started_ms
    match text_format:
        case "phh":
            return write_hand(
                *(hand.before, hand.events),
                started_ms=started_ms,
                holes=_known_holes(hand.events),
                money=money,
            )
        case "pokerstars":
            return write_pokerstars(hand.before, hand.events, started_ms=started_ms, money=money)
        case "ohh":
            return write_ohh(
                hand.before, hand.events, started_ms=started_ms, hero=viewer, money=money
            )


class HandWriter:
    """Formats hands for a file with one or more hands.

    With a `player`, each hand is as that player saw it; with None, no card is hidden.  With
    `sections`, PHH hands get numbered section headers, which the standard requires in a file with
    several hands.  `dealt_in` tells whether the player was dealt in, in any hand so far.  A hand
    that the format cannot express becomes an empty text, and a line of `notes`.
    """

    def __init__(
        self,
        hand_format: HandFormat,
        player: PlayerId | None,
        *,
        sections: bool,
        money: Money = CHIPS,
    ) -> None:
        self.dealt_in = False
        self._left_out: Counter[str] = Counter()
        self._money = money
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
        if self._format == "json":
            return as_json(hand) + "\n"
        try:
            text = as_text(hand, self._format, viewer=self._player, money=self._money)
        except NotExpressible as error:
            self._left_out[str(error)] += 1
            return ""
        match self._format:
            case "phh":
                return text if self._sections is None else f"[{next(self._sections)}]\n{text}\n"
            case "pokerstars":
                # Readers find the start of the next hand by the empty lines.
                return text + "\n\n\n"
            case "ohh":
                # The specification has an empty line between hands.
                return text + "\n\n"

    def notes(self) -> list[str]:
        """What the reader of the hands so far should know, one line each."""
        notes = [
            f"{counted(hands, 'hand')} left out: {why}" for why, hands in self._left_out.items()
        ]
        return [HIDDEN_CARDS, *notes] if self._player is None else notes


def _known_holes(events: Sequence[TableEvent]) -> Mapping[int, Sequence[Card]]:
    """The first hole cards by seat, for the seats whose cards are known."""
    dealt = next((event for event in events if isinstance(event, HoleCardsDealt)), None)
    if dealt is None:
        return {}
    return {seat: cards for seat, cards in enumerate(dealt.cards) if cards and UNKNOWN not in cards}
