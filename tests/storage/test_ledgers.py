"""Who pays whom, and the ledger as CSV."""

import csv
import io
import random
from itertools import combinations

import pytest

from pokerws.game.state import PlayerId
from pokerws.storage.ledgers import EXACT_PLAYERS, LedgerLine, csv_of, settle


def nets_of(*amounts: int) -> dict[PlayerId, int]:
    return {PlayerId(f"p{place:02}"): amount for place, amount in enumerate(amounts)}


def after(nets: dict[PlayerId, int]) -> dict[PlayerId, int]:
    """What is left of the nets when all have paid."""
    left = dict(nets)
    for payer, payee, amount in settle(nets):
        assert amount > 0
        left[payer] += amount
        left[payee] -= amount
    return left


@pytest.mark.parametrize("players", [0, 1, 2, 5, EXACT_PLAYERS, 60])
def test_when_all_have_paid_nobody_owes_anything(players: int) -> None:
    rng = random.Random(players)
    for _ in range(20):
        amounts = [rng.randint(-9, 9) for _ in range(players)]
        if amounts:
            amounts[0] -= sum(amounts)
        nets = nets_of(*amounts)
        assert not any(after(nets).values())
        assert len(settle(nets)) <= max(0, players - 1)


def test_who_can_settle_among_themselves_pay_nobody_else() -> None:
    # The largest debt to the largest claim would take four payments.
    nets = nets_of(-5, -4, 3, 2, 4)
    assert len(settle(nets)) == 3
    assert not any(after(nets).values())


def test_few_players_need_as_few_payments_as_there_can_be() -> None:
    rng = random.Random(1)
    for _ in range(60):
        amounts = [rng.randint(-4, 4) for _ in range(6)]
        amounts[0] -= sum(amounts)
        nets = [amount for amount in amounts if amount]
        assert len(settle(nets_of(*amounts))) == len(nets) - most_groups(nets)


def most_groups(nets: list[int]) -> int:
    """Into how many groups that add up to zero the nets can be split, by trying all."""
    if not nets:
        return 0
    found = [1]
    for size in range(len(nets) - 1):
        for others in combinations(range(1, len(nets)), size):
            group = {0, *others}
            if not sum(nets[place] for place in group):
                rest = [net for place, net in enumerate(nets) if place not in group]
                found.append(1 + most_groups(rest))
    return max(found)


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", " =1+1", 'a,"b"', "Zoë"])
def test_no_name_is_a_formula_for_a_spreadsheet(name: str) -> None:
    line = LedgerLine(PlayerId("p1"), 500, 200, 100)
    text = csv_of([line], {line.player: name}, settle({PlayerId("a"): -1, PlayerId("b"): 1}))
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows[0] == ["player", "name", "bought_in", "cashed_out", "stack", "net"]
    _, shown, *amounts = rows[1]
    assert amounts == ["500", "200", "100", "-200"]
    assert shown in {name, f"'{name}"}
    assert shown.lstrip()[0] not in "=+-@"
    assert rows[-1] == ["a", "b", "1"]
