"""Random hands that PokerKit plays by its own rules, and writes down in the standard's terms."""

from random import Random
from typing import Any, NamedTuple

from pokerkit import Automation, HandHistory, Mode, State

CODES = tuple(HandHistory.game_types)
_STUD = ("F7S", "F7S/8", "FR")
_MOST_PLAYERS = {"N2L1D": 7, "F2L3D": 6, "FB": 8, "F7S": 8, "F7S/8": 8, "FR": 8}


class Plan(NamedTuple):
    """Forced bets and stacks, as PokerKit takes them; `bets` are the fields of the variant."""

    code: str
    stacks: list[int]
    antes: list[int]
    trimmed: bool
    blinds: list[int] | None
    bets: dict[str, int]


def random_record(rng: Random, code: str) -> dict[str, Any]:
    """A hand as a record, with the `final_stacks` that PokerKit comes to."""
    plan = _random_plan(rng, code)
    fields: dict[str, Any] = {"antes": plan.antes}
    if plan.blinds is not None:
        fields["blinds_or_straddles"] = plan.blinds
    kind: Any = HandHistory.game_types[code]
    game = kind(
        automations=tuple(Automation),
        ante_trimming_status=plan.trimmed,
        mode=Mode.CASH_GAME,
        **{f"raw_{name}": amounts for name, amounts in fields.items()},
        **plan.bets,
    )
    state = game(tuple(plan.stacks), len(plan.stacks))
    eagerness = rng.choice((0.2, 0.4, 0.7))
    while state.status:
        _act(rng, state, code, eagerness)
    return {
        "variant": code,
        "ante_trimming_status": plan.trimmed,
        "starting_stacks": plan.stacks,
        "actions": HandHistory.from_game_state(game, state).actions,
        "final_stacks": list(state.stacks),
        **fields,
        **plan.bets,
    }


def _random_plan(rng: Random, code: str) -> Plan:
    count = rng.randint(2, _MOST_PLAYERS.get(code, 10))
    big = rng.choice((2, 10, 100))
    deepest = rng.choice((3, 15, 100))
    stacks = [rng.randint(1, rng.choice((3, deepest)) * big) for _ in range(count)]
    each = [max(1, big // 5)] * count
    antes, trimmed = rng.choice(
        [
            (each, True),
            (each, False),
            ([rng.choice((0, 1, big)) for _ in range(count)], True),
            ([0, big, *[0] * (count - 2)], False),
            ([0] * count, True),
        ]
    )
    if code in _STUD or code == "NS":
        antes, trimmed = each, True
    bets = {"small_bet": big, "big_bet": 2 * big} if code[0] == "F" else {"min_bet": big}
    if code in _STUD:
        bets["bring_in"] = rng.randint(1, big - 1)
        return Plan(code, stacks, antes, trimmed, None, bets)
    return Plan(code, stacks, antes, trimmed, _random_blinds(rng, code, count, big), bets)


def _random_blinds(rng: Random, code: str, count: int, big: int) -> list[int]:
    if code == "NS":
        # Heads-up the button is named first.
        return [big, 0] if count == 2 else [*[0] * (count - 1), big]
    blinds = [rng.choice((big // 2, big // 2, max(1, big // 3), big)), big, *[0] * (count - 2)]
    if count > 3:
        match rng.randrange(8):
            case 0:
                blinds[2] = 2 * big
            case 1:
                blinds[-1] = 2 * big
            case 2:
                blinds[rng.randrange(3, count)] = -big
            case 3:
                blinds[0] = 0
            case _:
                pass
    return blinds


def _act(rng: Random, state: State, code: str, eagerness: float) -> None:
    """One decision."""
    place = state.stand_patter_or_discarder_index
    if place is not None:
        held = list(state.hole_cards[place])
        state.stand_pat_or_discard(tuple(rng.sample(held, rng.choice((0, 1, 2, 3, len(held))))))
        return
    if state.can_post_bring_in() and rng.random() > eagerness / 2:
        state.post_bring_in()
        return
    least = state.min_completion_betting_or_raising_to_amount
    most = state.max_completion_betting_or_raising_to_amount
    if least is not None and (rng.random() < eagerness or state.can_post_bring_in()):
        assert most is not None
        # PokerKit takes eight or better with fixed limits for a pot-limit game.
        to = least if code == "FO/8" else rng.choice((least, rng.randint(least, most), most))
        state.complete_bet_or_raise_to(to)
    elif state.checking_or_calling_amount and rng.random() < 0.2:
        state.fold()
    else:
        state.check_or_call()
