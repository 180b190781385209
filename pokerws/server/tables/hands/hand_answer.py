"""The answer to `get_hand`, from the events of a hand."""

from collections.abc import Sequence

from msgspec.structs import replace

from pokerws.game.config.table_config import TableConfig
from pokerws.game.events import TableEvent
from pokerws.game.redaction import redact_all
from pokerws.game.state import PlayerId, Table
from pokerws.hand_histories.errors import NotExpressible
from pokerws.hand_histories.formats import as_text
from pokerws.hand_histories.kept_hand import hand_of
from pokerws.messages import Details, GetHand, HandEvents, Refused
from pokerws.server.tables.recent_events import HandPart


def hand_answer(
    message: GetHand, table: Table, branch: int, found: HandPart, player: PlayerId
) -> HandEvents:
    """A finished hand as a player saw it, in the requested format.  Raises Illegal."""
    shown = redact_all(found.events, player)
    text = _text_for(message, table, shown, player)
    answer = HandEvents(message.id, table.id, message.hand, branch, found.seq, [], text)
    if text is not None:
        return answer
    return replace(answer, events=shown, name=table.name, config=_first_config(table))


def _text_for(
    message: GetHand, table: Table, shown: Sequence[TableEvent], player: PlayerId
) -> str | None:
    """The hand in the requested text format; None for JSON.  Raises Illegal."""
    if message.format == "json":
        return None
    hand = hand_of(table.id, table.name, _first_config(table), shown)
    if hand is None:
        raise Refused(
            "unknown_hand",
            f"only the events of hand {message.hand} were kept: ask for them as json",
            Details(field="format", choices=("json",)),
        )
    try:
        return as_text(hand, message.format, viewer=player)
    except NotExpressible as error:
        raise Refused("format_unavailable", str(error)) from error


def _first_config(table: Table) -> TableConfig:
    """The config with which a table was opened."""
    return table.hosting.first_config or table.config
