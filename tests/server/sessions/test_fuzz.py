"""Tens of thousands of hostile frames, while a table is played: each gets its one answer.

FUZZ_FRAMES sets how many, and FUZZ_SEED repeats a run that failed.
"""

import asyncio
import os
import random
import resource
from collections import Counter
from typing import Any, cast

import msgspec
import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs

from pokerws.game.cards import Card
from pokerws.game.config.clocks import Clocks, LagAllowance, TimeBank
from pokerws.game.config.hosting import HostingRules
from pokerws.game.config.table_config import HouseRules, Mix, Rake, TableConfig
from pokerws.game.state import PlayerId, Turn
from pokerws.messages import JSON, MSGPACK, REJECT_CODES, WIRES, CloseCode, client_decoder
from pokerws.storage.memory_accounts import MemoryAccounts
from tests.fuzz.decoder_target import ANSWERS
from tests.fuzz.frames import Frames
from tests.server.fakes import ManualClock
from tests.server.in_process import Client, open_context
from tests.server.random_play import RandomPlay

# What is played in each part.
GAMES: tuple[dict[str, Any], ...] = (
    {"house": HouseRules(straddle="sleeper", run_it=3, bomb_pot_vote="majority", rake=Rake(500))},
    {"variant": "F2L3D", "hosting": HostingRules(bank=True)},
    {"variant": "F7S", "clocks": Clocks(bank=TimeBank(use="on_demand"), lag=LagAllowance())},
    {"variant": "MIX", "mix": Mix(("NP", "PO/8"), "choice")},
)
PARTS = len(GAMES)
FRAMES = int(os.environ.get("FUZZ_FRAMES", "40000")) // PARTS
SEED = int(os.environ.get("FUZZ_SEED", "0")) or random.SystemRandom().randrange(1, 2**32)
MAX_GROWTH_KB = 100_000
PLAYERS, CLIENTS = 8, 6


class Head(msgspec.Struct):
    type: str
    code: str = ""


HEADS: dict[Any, Any] = {
    JSON: msgspec.json.Decoder(Head),
    MSGPACK: msgspec.msgpack.Decoder(Head),
}


class Siege:
    """A table that is played in peace, one that is attacked, and the attackers."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, rng: random.Random, game: dict[str, Any]
    ) -> None:
        self.rng, self.clock = rng, ManualClock()
        strict = open_context(self.clock, rng)
        decoders = {wire: client_decoder(strict=False, wire=wire) for wire in WIRES.values()}
        self.contexts = [strict, replace(strict, decoders=decoders, strict=False)]
        slow, self._fast = (
            TableConfig(turn_time_ms=ms, next_hand_delay_ms=10, **game) for ms in (60_000, 1_000)
        )
        self.peace = RandomPlay(
            monkeypatch, slow, seed=rng.getrandbits(32), context=strict, clock=self.clock
        )
        self.peace.watch_all()
        self.hands = 0
        self._open()
        self.answers: Counter[str] = Counter()
        self.closed = 0
        self.frames = Frames(
            rng,
            {
                "table": lambda: self.actor.table.id,
                "turn": lambda: self.actor.table.turns,
                "hand": lambda: self.actor.table.hand_number,
                "after_seq": lambda: rng.randint(0, self.actor.table.seq),
                "buy_in": lambda: 5_000,
                "action": lambda: rng.choice(self.turn.actions if self.turn else ["fold"]),
                "amount": lambda: rng.choice((None, self.turn.min_to if self.turn else 1)),
                "cards": lambda: rng.choice((None, self.held[:1], self.held)),
                "variant": lambda: rng.choice(("NT", "NP", "PO/8")),
                "token": lambda: None,
                "player": self.player,
            },
        )
        self.clients = [self.client() for _ in range(CLIENTS)]

    def _open(self) -> None:
        """Open the table that is attacked; its host is one of the attackers."""
        self.actor = self.contexts[0].lobby.create("F", self._fast, PlayerId("f0"))

    def player(self) -> str:
        """One of the attackers."""
        return f"f{self.rng.randrange(PLAYERS)}"

    @property
    def turn(self) -> Turn | None:
        """Whose turn it is at the table that is attacked."""
        hand = self.actor.table.hand
        return None if hand is None else hand.turn

    @property
    def held(self) -> list[Card]:
        """The hidden cards of whoever is to act there."""
        hand, turn = self.actor.table.hand, self.turn
        part = None if hand is None or turn is None else hand.seats[turn.seat]
        return [] if part is None else part.cards

    def client(self) -> Client:
        """Somebody new, who has said hello or is about to."""
        context, wire = self.rng.choice(self.contexts), self.rng.choice((JSON, MSGPACK))
        known = self.rng.random() < 0.9
        return Client(context, wire, self.player() if known else None)

    async def attack(self) -> None:
        """Send one frame, which has to be answered once."""
        number = self.rng.randrange(CLIENTS)
        client = self.clients[number]
        wire = client.session.wire
        frame = self.frames.frame(wire)
        client.take()
        await client.sends(frame)
        heads = [HEADS[wire].decode(sent) for sent in client.take()]
        answers = [head for head in heads if head.type in ANSWERS]
        assert len(answers) == 1, (frame, heads)
        [answer] = answers
        assert answer.type != "rejected" or answer.code in REJECT_CODES
        self.answers[answer.code or answer.type] += 1
        if client.is_closed:
            self.closed += 1
            for _ in range(3):
                await asyncio.sleep(0)
            assert client.connection.closed_with in (CloseCode.BAD_MESSAGES, CloseCode.LOGGED_OUT)
            client.leave()
            self.clients[number] = self.client()

    def go_on(self) -> None:
        """Let time pass, and the peaceful ones play."""
        if self.actor.table.closed:
            self.hands += self.actor.table.hand_number
            self._open()
        self.clock.advance(self.rng.randint(0, 3_000))
        self.peace.act_at_once()
        for client in self.peace.clients:
            client.take()

    def check_chips(self) -> None:
        """All chips are in accounts or at tables."""
        context = self.contexts[0]
        accounts = cast("MemoryAccounts", context.cashier._accounts)
        actors = [context.lobby.at(summary.table) for summary in context.lobby.summaries()]
        at_tables = sum(actor.table.chips for actor in actors if actor is not None)
        assert sum(accounts._balances.values()) + at_tables == 0


@pytest.mark.parametrize("part", range(PARTS))
async def test_every_hostile_frame_gets_one_answer_and_play_goes_on(
    monkeypatch: pytest.MonkeyPatch, part: int
) -> None:
    print(f"FUZZ_SEED={SEED}")  # noqa: T201  It is shown when the test fails.
    siege = Siege(monkeypatch, random.Random(SEED + part), GAMES[part])
    before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with capture_logs() as lines:
        for number in range(FRAMES):
            await siege.attack()
            if number % 40 == 0:
                siege.go_on()
            if number % 1_000 == 0:
                siege.check_chips()
                faults = [line for line in lines if line["log_level"] in ("error", "critical")]
                assert not faults
                lines.clear()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb < MAX_GROWTH_KB
    assert siege.peace.oracle.ended_hands > FRAMES // 1_000
    # It proves nothing where everything is refused, or nothing.
    assert siege.hands + siege.actor.table.hand_number > FRAMES // 10_000
    well = sum(siege.answers[kind] for kind in ANSWERS)
    assert FRAMES // 20 < well < FRAMES // 2
