"""A session for each variant and mix: random play, at first from the middle of a hand on."""

from collections.abc import Iterator

from pokerws.game import commands
from pokerws.game.config.table_config import HouseRules, LimitStakes, Mix, TableConfig
from pokerws.game.illegal import Illegal
from pokerws.game.variants import MIXES, VARIANTS
from tests.conformance.recording import PLAYERS, RAILBIRD, Play, Recorder
from tests.conformance.session import Session

MOST_STEPS = 300
CUSTOM = "MIX"
CUSTOM_GAMES = ("NT", "FB", "F7S/8", "PO5")


def family(code: str) -> str:
    """The folder of a variant or mix."""
    if code in MIXES:
        return "mixes"
    streets = VARIANTS[code].streets
    if any(street.up for street in streets):
        return "stud"
    if not any(street.board for street in streets):
        return "draw"
    return "omaha" if VARIANTS[code].from_hole == 2 else "holdem"


def config_of(code: str, number: int) -> TableConfig:
    """Stakes and options that differ from game to game."""
    codes = (CUSTOM_GAMES if code == CUSTOM else MIXES[code].games) if code in MIXES else (code,)
    has_board = all(street.board for street in VARIANTS[codes[0]].streets[1:2])
    return TableConfig(
        variant=code,
        seats=min(4, *(VARIANTS[each].max_seats for each in codes)),
        ante=(0, 10)[number % 2],
        ante_kind=("each", "big_blind")[number // 2 % 2],
        min_buy_in=200,
        max_buy_in=20_000,
        next_hand_delay_ms=2_000,
        limit=LimitStakes(small_bet=100) if number % 3 == 0 else LimitStakes(),
        mix=Mix(CUSTOM_GAMES, "choice", 1) if code == CUSTOM else Mix(hands=2, rotation="hands"),
        house=HouseRules(
            straddle=("none", "under_the_gun", "mississippi", "sleeper")[number % 4],
            run_it=3 if has_board else 1,
            bomb_pot_every=(0, 2)[number % 5 == 4],
            bomb_pot_boards=2,
            max_bets=(0, 4)[number % 2],
        ),
    )


def sessions() -> Iterator[Session]:
    """One for each game, alternately of a player and of a spectator."""
    for number, code in enumerate([*VARIANTS, *MIXES]):
        config = config_of(code, number)
        viewer = RAILBIRD if number % 3 == 2 else PLAYERS[number % 2]
        play = Play(config, seed=number)
        stacks = [(700, 4_000, 1_500, 2_500)[(seat + number) % 4] for seat in range(config.seats)]
        play.seat(*stacks)
        for player in PLAYERS[: config.seats]:
            play.do(commands.RunIt(player, 3))
            play.do(commands.Straddle(player, on=True))
        recorder = Recorder(play, viewer)
        for _ in range(0 if number % 2 else 3):
            step(play)
        recorder.connect()
        for _ in range(MOST_STEPS):
            if has_whole_hand(recorder) and play.turn is None:
                break
            step(play)
        else:
            raise RuntimeError(f"{code} came to no end")
        name = (MIXES[code] if code in MIXES else VARIANTS[code]).name
        file = code.lower().replace("/", "-")
        yield Session(f"{family(code)}/{file}", f"{name}, played at random", recorder)


def has_whole_hand(recorder: Recorder) -> bool:
    """Whether the viewer has seen a hand that got beyond its first street."""
    types = [event["type"] for event in recorder.events]
    started = types.index("hand_started") if "hand_started" in types else len(types)
    return types[started:].count("bets_collected") > 1


def step(play: Play) -> None:
    """The next thing that happens at a table whose players act at random."""
    dice, table = play.dice, play.table
    if play.turn is None:
        if table.last_hand is not None and dice.happens(0.4):
            play.do(commands.Show(dice.choice(PLAYERS), table.hand_number))
        if table.game is not None and dice.happens(0.5):
            play.do(commands.ChooseGame(dice.choice(PLAYERS), dice.choice(CUSTOM_GAMES)))
        for number, seat in enumerate(table.seats):
            if seat is not None and not seat.stack:
                play.do(commands.AddChips(seat.player, 1_000 + 100 * number))
                play.do(commands.SitIn(seat.player))
        play.deal()
    elif dice.happens(0.04):
        play.wait()
    else:
        try:
            play.act_randomly()
        except Illegal:
            play.wait()
