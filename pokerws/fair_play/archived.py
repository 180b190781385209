"""Reads a hand from the fields of an archived one (`hand_histories/phh/write.py`).

Its decisions have no times, and `at_ms` is the hand's start.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from pokerws.fair_play.decisions import Decision, Kind
from pokerws.fair_play.hands import SeenHand
from pokerws.game.state import PlayerId, TableId

_KINDS: Mapping[str, Kind] = {"f": "fold", "cc": "call", "cbr": "raise"}


def hand_of_record(fields: Mapping[str, Any], *, own_chips: bool) -> SeenHand | None:
    """The hand of a record; None for one that was cancelled, is not whole, or is not ours.

    Raises LookupError, TypeError and ValueError for one that is damaged.
    """
    if "finishing_stacks" not in fields or "_player_ids" not in fields or "_incomplete" in fields:
        return None
    players = [PlayerId(player) for player in fields["_player_ids"]]
    stacks = dict(zip(players, fields["starting_stacks"], strict=True))
    ends = dict(zip(players, fields["finishing_stacks"], strict=True))
    nets = {player: ends[player] - stack for player, stack in stacks.items()}
    return SeenHand(
        *(TableId(fields["_game"]), fields["hand"], nets, stacks),
        # Who folds gets nothing back.
        paid={player: -net for player, net in nets.items()},
        decisions=list(_decisions(players, fields["actions"], started_ms(fields))),
        own_chips=own_chips,
    )


def started_ms(fields: Mapping[str, Any]) -> int:
    """When the hand began, to the second."""
    day = datetime(fields["year"], fields["month"], fields["day"], tzinfo=UTC)
    at = datetime.combine(day, fields["time"], UTC)
    return round(at.timestamp() * 1000)


def _decisions(
    players: Sequence[PlayerId], actions: Sequence[str], at_ms: int
) -> Iterator[Decision]:
    left, street, is_dealing = list(players), 0, True
    for text in actions:
        words, _, comment = text.partition("#")
        who, what, *_ = words.split()
        if who == "d":
            street += not is_dealing
            is_dealing = True
            continue
        is_dealing = False
        player = players[int(who.removeprefix("p")) - 1]
        # The comment says that nobody decided: the clock did, or the rules of a bomb pot.
        if (kind := _KINDS.get(what)) is not None and not comment:
            against = tuple(one for one in left if one != player)
            yield Decision(player, kind, street, at_ms, None, against)
        if what == "f":
            left.remove(player)
