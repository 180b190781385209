"""The browser's `table-state.js` against the Python core, in a real browser."""

import json
import random
from collections.abc import AsyncIterator
from typing import Any, Literal, get_args

import msgspec
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route

from pokerws.game.apply import apply
from pokerws.game.commands import (
    Act,
    Action,
    AddBot,
    AddChips,
    ApproveSeat,
    AutoMuck,
    ChooseGame,
    Close,
    Command,
    ConnectionChanged,
    PostBlind,
    RabbitHunt,
    RemoveBot,
    ReserveSeat,
    RunIt,
    Show,
    Sit,
    SitIn,
    SitOut,
    Stand,
    Straddle,
    TimeUp,
    UseTimeBank,
    VoteBombPot,
)
from pokerws.game.config.clocks import Clocks, DisconnectProtection, LagAllowance, TimeBank
from pokerws.game.config.hosting import HostingRules
from pokerws.game.config.table_config import HouseRules, Mix, Rake, SessionLimits, TableConfig
from pokerws.game.deal import shuffler
from pokerws.game.events import LogRestarted, TableEvent
from pokerws.game.hosting.admission import needs_approval
from pokerws.game.illegal import Illegal
from pokerws.game.redaction import redact, redact_table
from pokerws.game.state import PlayerId, Table, TableId, Turn
from pokerws.game.table import advance, decide, open_table
from pokerws.game.variants import VARIANTS
from pokerws.messages.state_hash import state_hash
from tests.game.hosting.random_hosting import random_hosting
from tests.server.seating_whims import seating_whim
from tests.web.room import WEB_ROOT

pytestmark = pytest.mark.asyncio(loop_scope="session")

# Each variant, and two mixes, twice.
GAMES = 54
STEPS = 60
PLAYERS = ("ann", "bob", "cid", "dee", "eve")

# Returns the state after each batch, and its hash. JSON texts are the fastest values to pass.
APPLY = """async (given) => {
    const { applyEvent, readTable, stateHash } = await import("/client/index.js");
    const { snapshot, batches, viewer } = JSON.parse(given);
    const table = readTable(snapshot);
    const states = batches.map((events) => {
        for (const event of events) applyEvent(table, event);
        return `[${JSON.stringify(table)},"${stateHash(table, viewer)}"]`;
    });
    return `[${states}]`;
}"""
# Returns states as the page reads them.
READ = """async (states) => {
    const { readTable } = await import("/client/state/table-state.js");
    return JSON.stringify(JSON.parse(states).map(readTable));
}"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def page(shared_browser: Browser) -> AsyncIterator[Page]:
    """An empty page that can import the modules."""

    async def answer(route: Route) -> None:
        name = route.request.url.removeprefix("http://pokerws.test/")
        if name:
            await route.fulfill(path=WEB_ROOT / name)
        else:
            await route.fulfill(body="<!doctype html>", content_type="text/html")

    page = await shared_browser.new_page()
    await page.route("http://pokerws.test/**", answer)
    await page.goto("http://pokerws.test/")
    yield page
    await page.close()


class Game:
    """Random play as one viewer receives it: a snapshot, then batches and the state after each."""

    def __init__(self, number: int, rng: random.Random) -> None:
        self._rng = rng
        self._shuffle = shuffler(rng.randbytes)
        self._now_ms = 1_000
        self.viewer = PlayerId(rng.choice([*PLAYERS, "nobody"]))
        self.table = open_table(
            TableId("t"), "Table", config_of(number, rng), PlayerId(PLAYERS[0])
        )[0]
        self.batches: list[list[Any]] = []
        self.states: list[Any] = []
        self.hashes: list[str] = []

    def play(self, steps: int) -> None:
        """Play unwatched, take the snapshot, play on and close the table."""
        for player in map(PlayerId, PLAYERS[: self.table.config.seats]):
            if needs_approval(self.table, player):
                self._play(Sit(player, player.title(), None, 1_000))
                self._play(ApproveSeat(None, player))
            self._play(Sit(player, player.title(), None, self._rng.randint(200, 3_000)))
            self._play(RunIt(player, 3))
        for _ in range(self._rng.randrange(steps)):
            self._step()
        self.snapshot = self._seen()
        self.batches.clear()
        self.states.clear()
        self.hashes.clear()
        for _ in range(steps):
            self._step()
        if not self.table.closed:
            self._show(self._play(Close("operator")))

    def _step(self) -> None:
        try:
            events = self._play(random_command(self.table, self._rng))
        except Illegal:
            return
        self._show(events)

    def _show(self, events: list[Any]) -> None:
        self.batches.append(events)
        self.states.append(self._seen())
        self.hashes.append(state_hash(self.table, self.viewer))

    def _play(self, command: Command) -> list[Any]:
        """Apply a command and return its events, redacted for the viewer."""
        table = self.table
        self._now_ms = max(self._now_ms + self._rng.randrange(3_000), table.deadline_ms or 0)
        seen = []
        events = decide(table, command, self._now_ms, self._shuffle)
        while events:
            for event in events:
                seen.append(wire(redact(event, self.viewer)))
                apply(table, event)
            events = advance(table, self._now_ms)
        return seen

    def _seen(self) -> Any:
        return wire(redact_table(self.table, self.viewer))


def wire(thing: TableEvent | Table) -> Any:
    """A struct as decoded JSON."""
    return msgspec.json.decode(msgspec.json.encode(thing))


async def run(page: Page, script: str, given: object) -> Any:
    """The result of a script that takes and returns JSON."""
    return json.loads(await page.evaluate(script, json.dumps(given)))


def config_of(number: int, rng: random.Random) -> TableConfig:
    """Each variant in turn, then mixes, with all options enabled."""
    codes = [*VARIANTS, "MIX", "MIX"]
    code = codes[number % len(codes)]
    most = VARIANTS[code].max_seats if code in VARIANTS else 6
    rotation: Literal["orbit", "choice"] = rng.choice(["orbit", "choice"])
    return TableConfig(
        variant=code,
        seats=min(rng.randint(2, 6), most),
        ante=rng.choice([0, 10]),
        ante_kind=rng.choice(["each", "big_blind"]),
        min_buy_in=200,
        max_buy_in=3_000,
        mix=Mix(tuple(rng.sample(MIXED, 5)), rotation, 3) if code == "MIX" else Mix(),
        house=HouseRules(
            straddle=rng.choice(["under_the_gun", "mississippi", "sleeper"]),
            run_it=3,
            bomb_pot_every=rng.choice([0, 3]),
            bomb_pot_boards=2,
            rake=Rake(500),
            session=rng.choice([None, SessionLimits(ends_after_ms=100_000)]),
            bomb_pot_vote="majority",
            rabbit_hunt="open",
            seven_deuce=rng.choice([0, 50]),
            stand_up=rng.choice([0, 50]),
        ),
        clocks=Clocks(
            (1_000, 1_000, 0),
            TimeBank(1_000, 1_000, 1, use=rng.choice(["auto", "on_demand"])),
            rng.choice([None, DisconnectProtection(times=20)]),
            rng.choice([None, LagAllowance(turn_ms=2_000)]),
            5,
        ),
        hosting=HostingRules(unlisted=True, approval=rng.random() < 0.5, bank=rng.random() < 0.5),
    )


# Without Kuhn poker, which is for two players.
MIXED = [code for code, variant in VARIANTS.items() if variant.max_seats >= 6]


def random_command(table: Table, rng: random.Random) -> Command:
    """Mostly the action that is due, sometimes another command, not always legal."""
    player = PlayerId(rng.choice(PLAYERS))
    if rng.random() < 0.1 and (wanted := rarely_wanted(table)):
        return rng.choice(wanted)
    if rng.random() < 0.15:
        return random_hosting(rng, table, [PlayerId(one) for one in PLAYERS])
    if table.last_hand is not None and rng.random() < 0.2:
        return random_show(table, player, rng)
    if rng.random() < 0.25:
        others: list[Command] = [
            Sit(player, player.title(), None, rng.randint(200, 3_000)),
            Sit(player, player.title(), None, rng.randint(200, 3_000)),
            Stand(player),
            SitOut(player),
            SitIn(player),
            AddChips(player, rng.randint(1, 500)),
            Straddle(player, on=rng.random() < 0.7),
            RunIt(player, rng.randint(2, 3)),
            AddBot(PlayerId(PLAYERS[0]), "calling_station"),
            RemoveBot(PlayerId(PLAYERS[0]), table.bots[0].player if table.bots else player),
            ChooseGame(player, rng.choice(MIXED)),
            UseTimeBank(player, table.turns),
            *(ConnectionChanged(player, connected=on) for on in (True, False)),
            VoteBombPot(player, on=rng.random() < 0.8),
            AutoMuck(player, on=rng.random() < 0.5),
            *[seating_whim(rng, table, player) for _ in range(4)],
            ReserveSeat(player, player.title()),
        ]
        return rng.choice(others)
    turn = table.hand.turn if table.hand is not None else None
    if turn is None or rng.random() < 0.1:
        return TimeUp(connected=rng.random() < 0.5)
    return random_act(table, turn, rng)


def rarely_wanted(table: Table) -> list[Command]:
    """Commands that random ones seldom hit on: each needs a player in some situation."""
    wanted: list[Command] = [Stand(request.player) for request in table.hosting.requests]
    wanted += [
        PostBlind(seat.player, on=not seat.posts)
        for seat in table.seats
        if seat and seat.owes_blind
    ]
    turn = table.hand.turn if table.hand is not None else None
    if turn is not None and turn.time == "protection" and (seat := table.seats[turn.seat]):
        wanted.append(ConnectionChanged(seat.player, connected=True))
    return wanted


def random_show(table: Table, player: PlayerId, rng: random.Random) -> Command:
    """Show all cards or one of them, or see what would have come."""
    last, number = table.last_hand, table.seat_of(player)
    own = [] if last is None or number is None else last.cards[number]
    return rng.choice(
        (
            Show(player, table.hand_number),
            Show(player, table.hand_number, own[:1]),
            RabbitHunt(player, table.hand_number),
        )
    )


def random_act(table: Table, turn: Turn, rng: random.Random) -> Act:
    """A legal action; folds are rare, so that hands last long."""
    seat, hand = table.seats[turn.seat], table.hand
    assert seat is not None, "the player to act is seated"
    assert hand is not None, "a turn is part of a hand"
    actions = [action for action in turn.actions if action != "fold" or rng.random() < 0.3]
    action = msgspec.convert(rng.choice(actions or turn.actions), Action)
    amount = rng.choice(
        turn.sizes or [turn.min_to, turn.max_to, rng.randint(turn.min_to, turn.max_to)]
    )
    part = hand.seats[turn.seat]
    assert part is not None, "the player to act is in the hand"
    count = rng.randint(max(1, turn.discard_min), max(1, turn.discard_max))
    return Act(
        seat.player,
        turn.number,
        action,
        amount if action in ("bet", "raise") else None,
        rng.sample(part.cards, count) if action == "discard" else None,
    )


async def test_snapshot_and_events_give_the_servers_redacted_table(page: Page) -> None:
    known = {event.__struct_config__.tag for event in get_args(TableEvent)}
    # Viewers never receive the first event of a table, and a deck is rarely too small.  A session
    # starts when two have sat down, before the snapshot.
    missing = known - {
        *("table_opened", "log_restarted", "clock_resumed", "deck_reshuffled", "session_started")
    }
    # It goes on until all kinds of events have come, some of which are rare.
    for number in range(10 * GAMES):
        if number >= GAMES and not missing:
            break
        game = Game(number, random.Random(random.random()))
        game.play(STEPS)
        given = {"snapshot": game.snapshot, "batches": game.batches, "viewer": game.viewer}
        read = await run(page, READ, game.states)
        expected = zip(await run(page, APPLY, given), read, game.hashes, strict=True)
        for step, (applied, state, own_hash) in enumerate(expected):
            assert applied == [state, own_hash], f"after {game.batches[step]}"
        missing -= {event["type"] for batch in game.batches for event in batch}
    assert not missing, "the games do not have all events"


async def test_a_restarted_log_replaces_all_but_the_sequence_number(page: Page) -> None:
    old = open_table(TableId("t"), "Table", TableConfig())[0]
    new = open_table(TableId("t"), "Renamed", TableConfig(seats=3))[0]
    old.seq, new.seq = 7, 99
    event = LogRestarted(new)
    ((state, _),) = await run(page, APPLY, {"snapshot": wire(old), "batches": [[wire(event)]]})
    apply(old, event)
    assert [state] == await run(page, READ, [wire(old)])
    assert state["seq"] == 8


@pytest.mark.parametrize(
    "event",
    [
        {"type": "never_heard_of"},
        {"type": "folded", "seat": 0},
        {"type": "chips_added", "seat": 0, "player": "ann", "amount": 5},
    ],
)
async def test_an_event_that_does_not_fit_changes_nothing(
    page: Page, event: dict[str, Any]
) -> None:
    table = wire(open_table(TableId("t"), "Table", TableConfig())[0])
    script = """async ({table, event}) => {
        const { applyEvent } = await import("/client/state/table-state.js");
        try { applyEvent(table, event); } catch (error) { return [table, error.message]; }
        return [table, null];
    }"""
    after, error = await page.evaluate(script, {"table": table, "event": event})
    assert error
    assert after == table


@pytest.mark.parametrize(
    ("known", "message", "expected"),
    [
        ((1, 10), (1, 11, "ab"), "ab"),
        ((1, 10), (1, 10, "ab"), "b"),
        ((1, 10), (1, 9, "ab"), ""),
        ((1, 10), (1, 12, "ab"), "GapError"),
        ((1, 10), (2, 11, "ab"), "GapError"),
    ],
)
async def test_new_events_are_those_after_the_known_sequence_number(
    page: Page, known: tuple[int, int], message: tuple[int, int, str], expected: str
) -> None:
    script = """async ([[epoch, seq], [at, first, events]]) => {
        const { newEvents, GapError } = await import("/client/state/table-state.js");
        try {
            const message = { epoch: at, seq: first, events: [...events] };
            return newEvents({ epoch, seq }, message).join("");
        } catch (error) {
            return error instanceof GapError ? "GapError" : String(error);
        }
    }"""
    assert await page.evaluate(script, [known, message]) == expected


async def test_the_pauses_of_a_run_out_take_at_most_half_of_the_break(page: Page) -> None:
    script = """async (events) => {
        const { pauses } = await import("/model/pacing.js");
        return pauses(events.map((event) => ({ at_ms: 5_000, ...event })), 1_000);
    }"""
    types = "called cards_shown board_dealt board_dealt board_dealt pot_awarded".split()
    ending = [{"type": name} for name in types]
    assert await page.evaluate(script, ending) == [0] * 6, "no hand is due, so nobody waits"
    ending.append({"type": "next_hand_scheduled"})
    assert await page.evaluate(script, ending) == [0, 0, 500, 500, 500, 500, 0]
    stud = "hole_cards_dealt called cards_shown hole_cards_dealt pot_awarded next_hand_scheduled"
    ending = [{"type": name} for name in stud.split()]
    assert await page.evaluate(script, ending) == [0, 0, 0, 900, 900, 0]
