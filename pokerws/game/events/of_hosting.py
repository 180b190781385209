"""Events of the host's decisions, and of requests for seats."""

from pokerws.game.config.table_config import TableConfig
from pokerws.game.events.base import Event, OfHosting
from pokerws.game.state import PlayerId, SeatClock, WantedBot


class SeatRequested(OfHosting, frozen=True, tag="seat_requested"):
    """A player asks the host for a seat, to buy in for `buy_in`.

    The `player`, `name` and `buy_in` are added at the end of the `requests` of `hosting`.
    """

    player: PlayerId
    name: str
    buy_in: int


class SeatApproved(OfHosting, frozen=True, tag="seat_approved"):
    """The host lets a player sit down, now and later.

    The player is removed from the `requests` of `hosting`, and added at the end of `approved`.
    """

    player: PlayerId


class SeatDenied(OfHosting, frozen=True, tag="seat_denied"):
    """The host refuses a player a seat, or takes an approval back.

    The player is removed from the `requests` and `approved` of `hosting`.
    """

    player: PlayerId


class SeatRequestWithdrawn(OfHosting, frozen=True, tag="seat_request_withdrawn"):
    """A player withdrew the request for a seat.

    The player is removed from the `requests` of `hosting`.
    """

    player: PlayerId


class PlayerKicked(OfHosting, frozen=True, tag="player_kicked"):
    """The host removes a player from the seat; `player_stood` or `player_leaving` follows.

    The player is removed from the `approved` of `hosting`.
    """

    seat: int
    player: PlayerId


class PlayerBanned(OfHosting, frozen=True, tag="player_banned"):
    """The host bans a player from the seats of this table.

    The player is removed from the `requests` and `approved` of `hosting`, and added at the end of
    `banned`.
    """

    player: PlayerId


class PlayerUnbanned(OfHosting, frozen=True, tag="player_unbanned"):
    """The host ends the ban of a player.

    The player is removed from the `banned` of `hosting`.
    """

    player: PlayerId


class PlayerMuted(OfHosting, frozen=True, tag="player_muted"):
    """The host lets a player say nothing at this table any more; with `on` false, again.

    The player is added at the end of the `muted` of `hosting`, or removed from it.
    """

    player: PlayerId
    on: bool


class TablePaused(OfHosting, frozen=True, tag="table_paused"):
    """The host pauses the table: the hand in play is the last one until `table_resumed`.

    The `paused` of `hosting` becomes true.
    """


class TableResumed(OfHosting, frozen=True, tag="table_resumed"):
    """The host ends the pause.

    The `paused` of `hosting` becomes false.
    """


class ChangePlanned(OfHosting, frozen=True, tag="change_planned"):
    """The config changes to `config` when this hand is over; without one, the plan is dropped.

    The `next_config` of `hosting` becomes `config`.
    """

    config: TableConfig | None = None


class TableChanged(OfHosting, frozen=True, tag="table_changed"):
    """The table has another config, between two hands.

    The table's `config` becomes this one, and the `next_config` of `hosting` null.  If the
    `first_config` of `hosting` is null, it becomes the earlier config.  The `game` becomes null if
    `variant` or `mix` changes.  If there are `clocks`, one for each seat, they become the `clock`
    of the seats.  If there is `ends_at_ms`, it becomes that of `extras`, and their `last_hand`
    becomes 0.
    """

    config: TableConfig
    clocks: list[SeatClock | None] | None = None
    ends_at_ms: int | None = None


class HostChanged(OfHosting, frozen=True, tag="host_changed"):
    """Another player is the host now.

    The table's `host` becomes the player.
    """

    player: PlayerId


class LinkRenewed(OfHosting, frozen=True, tag="link_renewed"):
    """The unlisted table has a new link; earlier ones are not valid any more.

    The `link` of `hosting` becomes this one.
    """

    link: int


class ChipsGiven(OfHosting, frozen=True, tag="chips_given"):
    """The host gave a player chips from the table's bank.

    The seat's `stack` grows by `amount`, and so does the `given` of the player's line in the `bank`
    of `hosting`.
    """

    seat: int
    player: PlayerId
    amount: int


class ChipsTaken(OfHosting, frozen=True, tag="chips_taken"):
    """The host took chips from a player, back to the table's bank.

    The seat's `stack` shrinks by `amount`, and the `returned` of the player's line in the `bank` of
    `hosting` grows by it.
    """

    seat: int
    player: PlayerId
    amount: int


HostingEvent = (
    SeatRequested
    | SeatApproved
    | SeatDenied
    | SeatRequestWithdrawn
    | PlayerKicked
    | PlayerBanned
    | PlayerUnbanned
    | PlayerMuted
    | TablePaused
    | TableResumed
    | ChangePlanned
    | TableChanged
    | HostChanged
    | LinkRenewed
    | ChipsGiven
    | ChipsTaken
)


class BotsWanted(Event, frozen=True, tag="bots_wanted"):
    """The host added or removed a bot: these `bots` are wanted from now on.

    The table's `bots` become the event's.
    """

    bots: list[WantedBot]
