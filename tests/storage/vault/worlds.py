"""The same play in other worlds: with other hidden cards, or under another key of the vault.

A hand is played once.  Then it is played again with hidden cards exchanged for each other, so that
whatever is public stays as it was: bets, boards, open cards, and the cards of a showdown.  What a
store is given in both worlds can only differ in what depends on hidden cards.  If such a text is
the same under another key, anybody can find the cards by trying all, however it was made.
"""

import itertools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from msgspec.structs import replace

from pokerws.game.cards import Card
from pokerws.game.commands import Act, Command, RunIt, Show, Sit
from pokerws.game.config.table_config import HouseRules, Mix, TableConfig
from pokerws.game.deal import shuffler
from pokerws.game.events import (
    BoardDealt,
    CardsDrawn,
    CardsMucked,
    CardsShown,
    HandShown,
    HandStarted,
    HoleCardsDealt,
    PotAwarded,
    TableEvent,
)
from pokerws.game.next_hand import games_of
from pokerws.game.state import PlayerId, TableId
from pokerws.game.table import open_table
from pokerws.game.variants import VARIANTS
from pokerws.messages import Watch
from pokerws.server.tables.actor import TableActor
from pokerws.server.tables.interfaces import TableJournal
from pokerws.storage.journal.change_builder import ChangeBuilder
from pokerws.storage.store import Change, TableSnapshot
from pokerws.storage.vault.vault import Vault, VaultKey
from tests.server.fakes import FakeJournal, FakeOwner, FakeViewer, ManualClock
from tests.server.random_action import random_action

T1 = TableId("t1")
PLAYERS = [PlayerId(f"p{number}") for number in range(7)]
# Both have one id, so that nothing but the secret differs.
KEY, OTHER_KEY = (VaultKey("test", Random(seed).randbytes(32)) for seed in (1, 2))
# By hand, which card stands for which; others for themselves.
Exchange = Mapping[int, Mapping[Card, Card]]
# A player's command, or None for the clock.
Script = list[Command | None]
_SHOWDOWN = (CardsShown, CardsMucked, PotAwarded)
HOUSE = HouseRules(run_it=2, bomb_pot_every=2, bomb_pot_boards=2)


def config_of(variant: str) -> TableConfig:
    """A table of a variant or mix; of draws with so many players that the deck runs out."""
    games = [VARIANTS[game] for game in games_of(TableConfig(variant=variant))]
    draws = any(street.draw for game in games for street in game.streets)
    seats = min(7 if draws else 4, *(game.max_seats for game in games))
    return TableConfig(
        variant=variant,
        seats=seats,
        house=HouseRules() if draws else HOUSE,
        mix=Mix(rotation="hands", hands=1),
    )


class _Noting(ChangeBuilder):
    """Notes the events of each change as they are, not sealed."""

    def __init__(self, state: TableSnapshot, vault: Vault) -> None:
        super().__init__(state, 1, vault)
        self.noted: list[tuple[int, Sequence[TableEvent]]] = []

    def next(self, events: Sequence[TableEvent], *more: Any, **named: Any) -> Change:
        change = super().next(events, *more, **named)
        # The first change opens the table.
        self.noted.append((change.hand_number, events if change.expected else ()))
        return change


class World:
    """A table, and what its journal is given.  The random numbers are the same in every world."""

    def __init__(
        self,
        config: TableConfig,
        key: VaultKey,
        *,
        exchange: Exchange | None = None,
        journal: TableJournal | None = None,
        seed: int = 1,
    ) -> None:
        self.clock = ManualClock()
        self.spectator = FakeViewer("sam")
        self.script: Script = []
        # Before each step of the script, how many changes there were.
        self.before: list[int] = []
        vault = Vault([key])
        self._fake = FakeJournal()
        self._exchange: Exchange = exchange or {}
        self._hands = 0
        # The games of a mix share a deck.
        self._deck = VARIANTS[games_of(config)[0]].deck
        self._ids = map(str, itertools.count(1))
        self._shuffle = shuffler(Random(seed).randbytes)
        table, events = open_table(T1, "T", config)
        state = TableSnapshot(table)
        self.actor = TableActor(
            state,
            1,
            clock=self.clock,
            shuffle=self._deal,
            journal=journal or self._fake,
            keep_events=True,
            owner=FakeOwner(),
            vault=vault,
        )
        self._builder = _Noting(state, vault)
        self.actor._changes = self.actor.recorder._changes = self._builder
        self._fake.actor = self.actor
        self.actor.opened(events)
        self.actor.watch(self.spectator, Watch("w", T1))

    @property
    def changes(self) -> list[Change]:
        return self._fake.changes

    def _deal(self, cards: Sequence[Card]) -> list[Card]:
        """The same shuffle, of exchanged cards."""
        deck = self._deck
        self._hands += len(cards) == len(deck)
        there = self._exchange.get(self._hands, {})
        back = {other: card for card, other in there.items()}
        # The rules pass cards in the order of the deck.
        shuffled = self._shuffle(sorted((back.get(c, c) for c in cards), key=deck.index))
        return [there.get(card, card) for card in shuffled]

    def do(self, command: Command | None) -> None:
        """Do one step of a script, with exchanged cards."""
        self.before.append(len(self.changes))
        self.script.append(command)
        if command is None:
            assert self.actor.table.deadline_ms is not None
            self.clock.advance(self.actor.table.deadline_ms - self.clock.now_ms())
            return
        assert isinstance(command, Act | RunIt | Show | Sit)
        if isinstance(command, Act) and command.cards is not None:
            there = self._exchange.get(self._hands, {})
            command = replace(command, cards=[there.get(card, card) for card in command.cards])
        seq = self.actor.table.seq
        self.actor.handle(FakeViewer(command.player), next(self._ids), command)
        assert self.actor.table.seq > seq, f"{command} was refused"

    def play(self, hands: int, seed: int = 1) -> None:
        """Play some hands at random; some of the cards of a hand that is over are shown."""
        rng, table = Random(seed), self.actor.table
        for number in range(table.config.seats):
            player = PLAYERS[number]
            self.do(Sit(player, player, number, table.config.max_buy_in))
            if table.config.house.run_it > 1:
                self.do(RunIt(player, 2))
        while table.hand is not None or table.hand_number < hands:
            if table.hand is not None:
                self.do(random_action(rng, table, folds=0.15))
            elif table.next_hand_at_ms is None:
                return
            else:
                self._show(rng)
                self.do(None)
        self._show(rng)

    def _show(self, rng: Random) -> None:
        table = self.actor.table
        last = table.last_hand
        if last is None or rng.random() < 0.5:
            return
        number = next((n for n, cards in enumerate(last.cards) if cards), None)
        seat = None if number is None else table.seats[number]
        if seat is not None:
            self.do(Show(seat.player, last.number))

    @property
    def events(self) -> list[tuple[int, Sequence[TableEvent]]]:
        """The events of each change, with the number of the hand."""
        return self._builder.noted


def run(
    config: TableConfig,
    key: VaultKey,
    script: Script,
    exchange: Exchange,
    journal: TableJournal | None = None,
) -> World:
    """The world in which a script has been played."""
    world = World(config, key, exchange=exchange, journal=journal)
    for command in script:
        world.do(command)
    return world


def exchanged(world: World, changes: int) -> Exchange:
    """Other hidden cards for each hand, by what has been shown after so many changes."""
    fixed = defaultdict[int, set[Card]](set)
    held = defaultdict[tuple[int, int], list[Card]](list)
    games = dict[int, str]()
    for hand, event in [(hand, one) for hand, some in world.events[:changes] for one in some]:
        match event:
            case HoleCardsDealt(cards=cards, up=up):
                fixed[hand].update(itertools.chain(*up))
                for seat, own in enumerate(cards):
                    held[hand, seat] += own
            case CardsDrawn(seat=seat, discarded=discarded, drawn=drawn):
                kept = [card for card in held[hand, seat] if card not in discarded]
                held[hand, seat] = kept + drawn
            case BoardDealt(cards=cards) | CardsShown(cards=cards) | HandShown(cards=cards):
                fixed[hand].update(cards)
            case CardsMucked(seat=seat):
                # With other cards, that player might have won.
                fixed[hand].update(held[hand, seat])
            case HandStarted(variant=variant):
                games[hand] = variant
            case _:
                pass
    return {hand: _rotated(games[hand], fixed[hand]) for hand in games}


def _rotated(variant: str, fixed: set[Card]) -> dict[Card, Card]:
    hidden = [card for card in VARIANTS[variant].deck if card not in fixed]
    by = len(hidden) // 2
    return dict(zip(hidden, hidden[by:] + hidden[:by], strict=True))


def until(world: World, changes: int) -> Script:
    """The part of a script that made the first so many changes."""
    return [step for step, at in zip(world.script, world.before, strict=True) if at < changes]


def before_showdown(world: World) -> int:
    """How many changes there were before the cards of the last hand were shown or compared."""
    last = world.actor.table.hand_number
    for number, (hand, events) in enumerate(world.events):
        if hand == last and any(isinstance(event, _SHOWDOWN) for event in events):
            return number
    return len(world.events)
