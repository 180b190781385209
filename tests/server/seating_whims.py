"""What a player may want of a seat, at random: to wait for one, to leave later, chips, blinds."""

from random import Random

from pokerws.game import commands
from pokerws.game.state import AutoBuy, PlayerId, Table


def seating_whim(rng: Random, table: Table, player: PlayerId) -> commands.Command:
    """A command of a player, which may be refused."""
    if table.seat_of(player) is None:
        return rng.choice(
            (
                commands.JoinWaitingList(player, player.upper()),
                commands.JoinWaitingList(player, player.upper()),
                commands.LeaveWaitingList(player),
            )
        )
    config = table.config
    amounts = (0, config.min_buy_in, config.max_buy_in)
    left = rng.choice((None, config.max_buy_in))
    return rng.choice(
        (
            commands.PostBlind(player, rng.random() < 0.7),
            commands.Stay(player),
            commands.SitOut(player, "next_big_blind"),
            commands.Stand(player, rng.choice(("hand", "next_big_blind"))),
            commands.SitIn(player, rng.choice(("wait", "post"))),
            commands.AutoChips(player, AutoBuy(rng.choice(amounts), rng.choice(amounts), left)),
            commands.BringChips(player),
        )
    )
