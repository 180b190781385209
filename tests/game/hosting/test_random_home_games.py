"""Home games in which everything happens at once: all options, a host who changes them, and bots.

After every command no chip is lost, a table that follows the stored events is the same one, the
ledger and the lines of the bank add up, and it is known what the table waits for.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from random import Random

import pytest
from msgspec.structs import replace

from pokerws.game import commands as c
from pokerws.game.apply import apply
from pokerws.game.betting.actions import hand_seat
from pokerws.game.blinds.button import ready_seats
from pokerws.game.cards import Card
from pokerws.game.config.hosting import HostingRules
from pokerws.game.config.seating import Seating
from pokerws.game.config.table_config import SessionLimits, TableConfig
from pokerws.game.events import HandStarted, RakeTaken, TableClosed, TableEvent
from pokerws.game.hosting.bots import player_of_bot
from pokerws.game.illegal import Illegal
from pokerws.game.seating.auto_chips import players_due
from pokerws.game.seating.waiting_for import waiting_for
from pokerws.game.state import PlayerId, TableId
from pokerws.game.table import open_table, play, replay
from pokerws.game.variants import MIXES, VARIANTS
from pokerws.storage.accounts import HOUSE, AccountId, player_of, table_account, transfers_of
from tests.game.hosting.random_hosting import random_hosting
from tests.game.random_configs import random_config
from tests.game.random_hands import random_act
from tests.game.script import decode_event, encode
from tests.server.seating_whims import seating_whim

HOST, EULER, VENN = PlayerId("p0"), player_of_bot("Euler"), player_of_bot("Venn")
PLAYERS = [PlayerId(f"p{number}") for number in range(7)]
EVERYBODY = [*PLAYERS, EULER, VENN]
COMMANDS = 400
MOST_MISSED = 4


def home_config(rng: Random, code: str) -> TableConfig:
    """A table of any game for a few players, with any options of all kinds."""
    config = random_config(rng, code)
    limits = SessionLimits(rng.choice((0, 100_000)), rng.choice((0, 40)))
    return replace(
        config,
        seats=min(4, config.seats),
        turn_time_ms=1_000,
        house=replace(config.house, session=rng.choice((None, limits))),
        hosting=HostingRules(*(rng.random() < 0.5 for _ in range(3))),
        seating=Seating(
            rng.choice(("dead", "moving")),
            rng.choice((0, 60_000)),
            reserve_ms=5_000,
            waiting_list=rng.choice((0, 3)),
            auto_chips=rng.random() < 0.7,
        ),
    )


class HomeGame:
    """The table, what follows its stored events, and the chips of all accounts."""

    def __init__(self, rng: Random, code: str) -> None:
        self.rng, self.code = rng, code
        config = home_config(rng, code)
        self.table, opened = open_table(TableId("t"), "Home", config, HOST)
        self.follower = replay(decode_event(encode(event)) for event in opened)
        self.now_ms = 0
        self.raked = 0
        self.balances: Counter[AccountId] = Counter()
        # The hands in a row that players missed who were ready.
        self.missed: Counter[PlayerId] = Counter()
        self.kinds: set[type[TableEvent]] = set()

    def shuffle(self, cards: Sequence[Card]) -> list[Card]:
        return self.rng.sample(cards, len(cards))

    def plays(self, command: c.Command) -> None:
        with suppress(Illegal):
            self.took(play(self.table, command, self.now_ms, self.shuffle))

    def took(self, events: list[TableEvent]) -> None:
        """Follow the events, and check what must hold."""
        self.kinds.update(map(type, events))
        for event in events:
            if isinstance(event, HandStarted):
                self.check_dealt_in(event)
            apply(self.follower, decode_event(encode(event)))
            if isinstance(event, RakeTaken):
                self.raked += event.amount
        assert encode(self.follower) == encode(self.table)
        for move in transfers_of(self.table, events, self.now_ms):
            self.balances[move.source] -= move.amount
            self.balances[move.target] += move.amount
        self.check_chips()
        self.check_wait(events)

    def check_dealt_in(self, event: HandStarted) -> None:
        """Nobody who is ready waits longer than a blind takes to go around."""
        for number, seat in enumerate(self.follower.seats):
            if seat is not None:
                is_missed = number in ready_seats(self.follower) and number not in event.order
                self.missed[seat.player] = self.missed[seat.player] + 1 if is_missed else 0
                assert self.missed[seat.player] <= MOST_MISSED

    def check_chips(self) -> None:
        table, hosting = self.table, self.table.hosting
        assert self.balances[table_account(table.id)] == table.chips
        assert all(seat is None or seat.stack >= 0 for seat in table.seats)
        if not table.config.hosting.bank:
            assert self.balances[HOUSE] == self.raked
            return
        assert not [account for account in self.balances if player_of(account) is not None]
        out = sum(line.given - line.returned for line in hosting.bank)
        assert out == table.chips + self.raked

    def check_wait(self, events: list[TableEvent]) -> None:
        """Somebody acts, a clock runs, or it is known why not."""
        table = self.table
        if table.hand is not None:
            turn = table.hand.turn
            assert turn is not None
            assert table.deadline_ms == turn.deadline_ms
        elif table.next_hand_at_ms is not None:
            assert not table.hosting.paused
        elif not table.closed:
            assert waiting_for(table) is not None
            assert table.hosting.paused or len(ready_seats(table)) < 2
        else:
            assert not events or any(isinstance(event, TableClosed) for event in events)
            assert table.deadline_ms is None
            assert table.chips == 0
            assert not table.waiting

    # ---- what happens

    def step(self) -> None:
        kinds: tuple[tuple[float, Callable[[], None]], ...] = (
            (0.35, self.act),
            (0.5, self.let_time_pass),
            (0.68, self.come_or_go),
            (0.78, self.wish),
            (0.86, self.host),
            (0.94, self.serve),
            (1.0, self.use_extras),
        )
        chance = self.rng.random()
        next(happen for most, happen in kinds if chance < most)()

    def act(self) -> None:
        hand = self.table.hand
        if hand is None or hand.turn is None:
            self.let_time_pass()
            return
        turn, seat = hand.turn, self.table.seats[hand.turn.seat]
        assert seat is not None
        held = hand_seat(hand, turn.seat).cards
        act = random_act(self.rng, turn, turn.actions, held)
        self.plays(replace(act, player=seat.player))

    def let_time_pass(self) -> None:
        deadline_ms = self.table.deadline_ms
        if deadline_ms is None:
            self.now_ms += 1_000
        elif self.rng.random() < 0.5:
            self.now_ms = max(self.now_ms, deadline_ms)
            self.took(
                play(
                    self.table,
                    c.TimeUp(connected=self.rng.random() < 0.5),
                    self.now_ms,
                    self.shuffle,
                )
            )
        elif (hand := self.table.hand) is not None and hand.turn is not None:
            player = self.rng.choice(PLAYERS)
            connection = c.ConnectionChanged(player, self.rng.random() < 0.5)
            self.plays(self.rng.choice((connection, c.UseTimeBank(player, hand.turn.number))))

    def come_or_go(self) -> None:
        player, config = self.rng.choice(EVERYBODY), self.table.config
        if self.table.seat_of(player) is None:
            buy_in = self.rng.randint(config.min_buy_in, config.max_buy_in)
            entry: c.Entry = self.rng.choice(("post", "wait"))
            self.plays(c.Sit(player, player, None, buy_in, entry=entry))
        elif self.rng.random() < 0.3:
            self.plays(c.Stand(player))
        else:
            self.plays(self.rng.choice((c.SitOut(player), c.SitIn(player), c.SitIn(player))))
            self.plays(c.AddChips(player, None))

    def wish(self) -> None:
        self.plays(seating_whim(self.rng, self.table, self.rng.choice(EVERYBODY)))

    def host(self) -> None:
        """The host decides something, often who plays at the table and by which config."""
        chance, table = self.rng.random(), self.table
        if chance < 0.3:
            wanted = self.rng.choice(("Euler", "Venn"))
            self.plays(c.AddBot(table.host or HOST, "calling_station", wanted))
        elif chance < 0.4:
            self.plays(c.RemoveBot(table.host or HOST, self.rng.choice((EULER, VENN))))
        elif chance < 0.6:
            code = self.rng.choice((self.code, "NT", "FT", "F7S"))
            other, fixed = home_config(self.rng, code), table.config.hosting
            hosting = replace(other.hosting, unlisted=fixed.unlisted, bank=fixed.bank)
            other = replace(other, seats=table.config.seats, hosting=hosting)
            self.plays(c.ChangeTable(None, other))
        else:
            self.plays(random_hosting(self.rng, table, EVERYBODY))

    def serve(self) -> None:
        """What the server does: it brings chips, offers seats, and goes on after a crash."""
        for player in players_due(self.table):
            self.plays(c.BringChips(player, self.rng.choice((None, 0, 10**9))))
        waiting = [one.player for one in self.table.waiting] or [self.rng.choice(PLAYERS)]
        self.plays(c.ReserveSeat(waiting[0], waiting[0]))
        self.plays(c.DropWaiters(tuple(self.rng.sample(waiting, self.rng.randint(0, 1)))))
        if self.rng.random() < 0.3:
            saved_ms, cancel = self.now_ms, self.rng.random() < 0.3
            self.now_ms += 20_000
            resume = c.Resume(saved_ms, 5_000, restart_log=True, cancel_hand=cancel)
            self.plays(resume)

    def use_extras(self) -> None:
        player, last = self.rng.choice(EVERYBODY), self.table.last_hand
        number = 0 if last is None else last.number
        self.plays(c.VoteBombPot(player, True))
        self.plays(c.Show(player, number, None))
        self.plays(c.RabbitHunt(player, number))
        self.plays(c.AutoMuck(player, self.rng.random() < 0.5))
        self.plays(c.Straddle(player, True))


@pytest.mark.parametrize("code", [*VARIANTS, *MIXES])
def test_whatever_happens_in_a_home_game_is_whole(code: str) -> None:
    for number in range(2):
        game = HomeGame(Random(f"home {code} {number}"), code)
        for step in range(COMMANDS):
            try:
                game.step()
            except Exception as error:
                error.add_note(f"table {number} of {code}, step {step}: {game.table}")
                raise
            if game.table.closed:
                break
        game.plays(c.Close("operator"))
        assert game.table.closed
