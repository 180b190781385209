"""Holds the pre-actions of players, and says when the server acts for them.

Pre-actions are kept in memory only, so a restart loses them; a server that gives the table to
another one tells that of them.  Only the player's own connections are
told.  When a turn with a pre-action begins, the server acts after a random pause, which does not
depend on the player's choice.
"""

import secrets
from collections.abc import Callable, Sequence

from pokerws.game.betting.pre_actions import (
    DropReason,
    PreAction,
    answer_in,
    fault_of,
    pre_action,
)
from pokerws.game.commands import Act
from pokerws.game.illegal import Illegal
from pokerws.game.state import PlayerId, Table
from pokerws.messages import PreAct, PreActionHeld
from pokerws.server.clock import Clock
from pokerws.server.tables.hand_pace import PaceLimits
from pokerws.server.tables.interfaces import Viewer
from pokerws.server.tables.viewers import Viewers


class PreActions:
    """The pre-actions at `table`, by seat in `held`.

    `at_ms` is when the server acts in the current turn, in table time; None without a pre-action of
    its player.  Then the turn cannot time out.
    """

    __slots__ = ("_clock", "_limits", "_table", "_turn", "_viewers", "at_ms", "held")

    def __init__(self, table: Table, viewers: Viewers, clock: Clock, limits: PaceLimits) -> None:
        # Plain attributes, since every change reads them.
        self.held: dict[int, PreAction] = {}
        self.at_ms: int | None = None
        self._table = table
        self._viewers = viewers
        self._clock = clock
        self._limits = limits
        # The seat, number and deadline of the turn for which `at_ms` is.
        self._turn: tuple[int, int, int] | None = None

    def accept(self, player: PlayerId, message: PreAct) -> Callable[[], None]:
        """Hold a player's pre-action, or take it back.  Raises Illegal.

        Returns a function that tells the player's connections, to be called after the answer.
        """
        if message.action is None:
            self._take_back(player, message.hand)
            news = PreActionHeld(self._table.id, message.hand)
        else:
            wish = pre_action(
                *(self._table, player, message.hand, message.action),
                amount=message.amount,
                street=message.street,
            )
            self.held[wish.seat] = wish
            news = _news(self._table, wish)
        return lambda: self._viewers.send_own(player, news)

    def take_over(self, wishes: Sequence[PreAction]) -> None:
        """Hold pre-actions that another server held, and tell their players, also what was dropped.

        Later ones of the same players go before.
        """
        for wish in wishes:
            fault = fault_of(self._table, wish)
            if fault is None and wish.seat not in self.held:
                self.held[wish.seat] = wish
                self._viewers.send_own(wish.player, _news(self._table, wish))
            elif fault is not None:
                dropped = PreActionHeld(self._table.id, wish.hand, reason=fault)
                self._viewers.send_own(wish.player, dropped)
        self.follow()

    def _take_back(self, player: PlayerId, hand: int) -> None:
        """Forget a pre-action, also in the turn itself.  Raises Illegal."""
        number = self._table.seat_of(player)
        if number is None:
            raise Illegal("not_seated", "you have no seat at this table")
        if number in self.held and self.held[number].hand == hand:
            del self.held[number]
            self.follow()

    def follow(self) -> None:
        """Drop pre-actions that do not fit the changed table, and set `at_ms`."""
        hand = self._table.hand
        turn = None if hand is None else hand.turn
        before = None if self._turn is None else self._turn[:2]
        for wish in tuple(self.held.values()):
            has_acted = before is not None and before[0] == wish.seat
            if has_acted and (turn is None or (turn.seat, turn.number) != before):
                self._drop(wish, "acted")
            elif reason := fault_of(self._table, wish):
                self._drop(wish, reason)
        if turn is None or turn.seat not in self.held:
            self.at_ms = self._turn = None
        elif (now := (turn.seat, turn.number, turn.deadline_ms)) != self._turn:
            self._turn = now
            pause_ms = self._limits.pre_act_delay_ms
            pause_ms += secrets.randbelow(self._limits.pre_act_spread_ms + 1)
            self.at_ms = min(self._clock.table_ms() + pause_ms, turn.deadline_ms)

    @property
    def command(self) -> Act | None:
        """The action of the player whose turn it is, if that player has a pre-action."""
        hand = self._table.hand
        turn = None if hand is None else hand.turn
        if turn is None or (wish := self.held.get(turn.seat)) is None:
            return None
        return answer_in(turn, wish)

    def tell(self, viewer: Viewer) -> None:
        """Tell a viewer, after its snapshot or missed events, which pre-action is held for its
        player.
        """
        for wish in self.held.values():
            if wish.player == viewer.player:
                self._viewers.send_to(viewer, _news(self._table, wish))

    def roll_back(self) -> None:
        """Tell the players at once that all pre-actions are dropped, since the table is loaded
        again.
        """
        for wish in self.held.values():
            news = PreActionHeld(self._table.id, wish.hand, reason="rolled_back")
            for viewer in self._viewers.of_player(wish.player):
                viewer.send_table_frame(viewer.wire.encode(news))
        self.held.clear()
        self.at_ms = None

    def _drop(self, wish: PreAction, reason: DropReason) -> None:
        del self.held[wish.seat]
        news = PreActionHeld(self._table.id, wish.hand, reason=reason)
        self._viewers.send_own(wish.player, news)


def _news(table: Table, wish: PreAction) -> PreActionHeld:
    return PreActionHeld(table.id, wish.hand, wish.action, wish.amount)
