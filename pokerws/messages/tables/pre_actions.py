"""The messages about pre-actions: what a player wants to do in the next turn."""

from pokerws.game.betting.pre_actions import DropReason, PreActionName
from pokerws.game.state import TableId
from pokerws.messages.fields import CommandId, Counter, Message, Stack, TableRef


class PreAct(Message, frozen=True, tag="pre_act"):
    """Set what to do in the next turn of this betting round; it replaces an earlier pre-action.

    `check_fold` checks if that is free, and folds otherwise; `call_any` calls whatever it costs.
    `amount` is for `raise`, the player's total for the street, and for `call`, what the player sees
    it cost.  With `street` it is refused if that street is over.  Without an `action` the player
    takes it back.  See [at a table](#at-a-table).
    """

    id: CommandId
    table: TableRef
    hand: Counter
    action: PreActionName | None = None
    amount: Stack | None = None
    street: Counter | None = None


class PreActionHeld(Message, frozen=True, tag="pre_action"):
    """The player's pre-action at a table, sent to the player's own connections that watch it.

    Without an `action` none is held.  Then `reason` says why it was dropped, absent if the player
    took it back: `acted` in the turn, `bet_changed`, `round_over`, the player is `away` (sits out
    or leaves), or the table was `rolled_back`.
    """

    table: TableId
    hand: int
    action: PreActionName | None = None
    amount: int | None = None
    reason: DropReason | None = None
