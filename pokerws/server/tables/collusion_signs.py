"""Counts and logs signs of collusion: seats of one address, and chips that flow one way.

They are signs, not proof: friends at home share an address, and weak players lose.  Neither
addresses nor cards are logged.  The server's own bots do not count.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Protocol

import structlog
from msgspec import Struct

from pokerws.game.state import PlayerId, TableId
from pokerws.metrics import Metrics
from pokerws.server.auth.bot_tokens import is_bot
from pokerws.server.clock import Clock
from pokerws.server.tables.presence import Presence

# What flows within this time is added up.
WINDOW_MS = 24 * 3_600_000
# Above this, the pair that has not played together for the longest time is forgotten.
MAX_PAIRS = 10_000
# A flow is one-way if at most a tenth came back.
ONE_WAY = 10
# Stands for all players of the receiver's address.
SAME_ADDRESS = "same_address"

log = structlog.get_logger("pokerws.collusion_signs")


class Signs(Protocol):
    """Takes reports of seats and hands."""

    def sat(self, table: TableId, player: PlayerId, seated: Iterable[PlayerId]) -> None:
        """A player has sat down at a table where the `seated` sit."""

    def hand_over(self, table: TableId, net: Mapping[PlayerId, int]) -> None:
        """A hand is over, with the chips that each player won, or lost if negative."""


class NoSigns:
    """`Signs` that ignores all reports."""

    def sat(self, table: TableId, player: PlayerId, seated: Iterable[PlayerId]) -> None:
        """Part of `Signs`."""

    def hand_over(self, table: TableId, net: Mapping[PlayerId, int]) -> None:
        """Part of `Signs`."""


NO_SIGNS = NoSigns()


class _Flow(Struct):
    """What one player of a pair has won from the other, in chips."""

    won: int = 0
    lost: int = 0
    hands: int = 0
    # The flow that is logged next; it doubles, so that a pair is logged a few times a day.
    alert: int = 0


class CollusionSigns:
    """`Signs` of one address at a table, and of chips that flow one way.

    A flow is logged from `flow_chips` a day on; 0 turns that off.
    """

    def __init__(
        self, presence: Presence, clock: Clock, metrics: Metrics, *, flow_chips: int
    ) -> None:
        self._presence = presence
        self._clock = clock
        self._metrics = metrics
        self._flow_chips = flow_chips
        self._since_ms = clock.now_ms()
        # By receiver and giver; the two directions of a pair share an entry, its first id first.
        self._flows: OrderedDict[tuple[str, str], _Flow] = OrderedDict()

    def sat(self, table: TableId, player: PlayerId, seated: Iterable[PlayerId]) -> None:
        """Part of `Signs`."""
        others = [one for one in seated if one != player and self._shares_address(player, one)]
        if not others:
            return
        self._metrics.same_address_seat()
        log.info("same_address_seats", table=table, player=player, others=others)

    def hand_over(self, table: TableId, net: Mapping[PlayerId, int]) -> None:
        """Part of `Signs`.

        What a player lost counts for the winners in proportion to what they won.
        """
        won = sum(chips for chips in net.values() if chips > 0)
        if not won or not self._flow_chips:
            return
        if self._clock.now_ms() - self._since_ms >= WINDOW_MS:
            self._flows.clear()
            self._since_ms = self._clock.now_ms()
        people = [
            (player, chips, self._presence.address(player))
            for player, chips in net.items()
            if chips and not is_bot(player)
        ]
        winners = [one for one in people if one[1] > 0]
        for loser, lost, address in people:
            if lost > 0:
                continue
            for winner, chips, other in winners:
                shared = address is not None and address == other
                self._moved(table, loser, winner, -lost * chips // won, shared=shared)

    def _moved(
        self, table: TableId, loser: PlayerId, winner: PlayerId, chips: int, *, shared: bool
    ) -> None:
        flow, sign = self._flow(winner, loser)
        _add(flow, sign * chips)
        self._check(flow, sign, table, loser, winner, same_address=shared)
        if shared:
            # Many small flows to one player may be one large one.
            _add(self._flow(loser, SAME_ADDRESS)[0], -chips)
            flow, sign = self._flow(winner, SAME_ADDRESS)
            _add(flow, sign * chips)
            self._check(flow, sign, table, SAME_ADDRESS, winner, same_address=True)

    def _flow(self, winner: str, loser: str) -> tuple[_Flow, int]:
        """The flow of a pair, and 1, or -1 if it is that of the loser."""
        key, sign = (winner, loser), 1
        if loser != SAME_ADDRESS and loser < winner:
            key, sign = (loser, winner), -1
        flow = self._flows.get(key)
        if flow is None:
            flow = self._flows[key] = _Flow(alert=self._flow_chips)
            if len(self._flows) > MAX_PAIRS:
                self._flows.popitem(last=False)
        else:
            self._flows.move_to_end(key)
        return flow, sign

    def _check(
        self,
        flow: _Flow,
        sign: int,
        table: TableId,
        giver: str,
        receiver: str,
        *,
        same_address: bool,
    ) -> None:
        """Report a flow that is large and one-way."""
        there, back = (flow.won, flow.lost) if sign > 0 else (flow.lost, flow.won)
        if there < flow.alert or back * ONE_WAY > there:
            return
        flow.alert = 2 * there
        self._metrics.one_way_flow()
        log.warning(
            "chips_flow_one_way",
            table=table,
            giver=giver,
            receiver=receiver,
            chips=there - back,
            hands=flow.hands,
            same_address=same_address,
        )

    def _shares_address(self, one: PlayerId, other: PlayerId) -> bool:
        """Whether both are connected from one address, and neither is a bot of the server."""
        if is_bot(one) or is_bot(other):
            return False
        address = self._presence.address(one)
        return address is not None and address == self._presence.address(other)


def _add(flow: _Flow, chips: int) -> None:
    flow.hands += 1
    if chips > 0:
        flow.won += chips
    else:
        flow.lost -= chips
