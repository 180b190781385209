"""The ledger of one table: chips brought and taken away, who pays whom, and both as CSV."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from pokerws.game.lifecycle import chips_put_in
from pokerws.game.state import PlayerId, Table
from pokerws.storage.accounts import HOUSE, RAKE, AccountId, TableTotal, player_account, player_of

# Up to so many players that owe or are owed, payments are as few as there can be.
EXACT_PLAYERS = 10
# A spreadsheet takes a cell that begins with one of these for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class LedgerLine(NamedTuple):
    """A player's chips at a table: brought, taken away, and there now, bets in play included."""

    player: PlayerId
    bought_in: int
    cashed_out: int
    stack: int

    @property
    def net(self) -> int:
        """What the player has won, or lost if negative."""
        return self.cashed_out + self.stack - self.bought_in


class Payment(NamedTuple):
    """Chips that a player owes another one."""

    source: PlayerId
    target: PlayerId
    amount: int


def stacks_at(table: Table | None) -> dict[PlayerId, int]:
    """The chips of each player at a table, with those put into the hand in play."""
    if table is None:
        return {}
    put_in = {} if table.hand is None else chips_put_in(table, table.hand)
    return {
        seat.player: seat.stack + put_in.get(number, 0)
        for number, seat in enumerate(table.seats)
        if seat is not None
    }


def lines_of(totals: Iterable[TableTotal], stacks: Mapping[PlayerId, int]) -> list[LedgerLine]:
    """The lines of accounts.  Chips from before there were accounts are the house's."""
    return [
        LedgerLine(player, bought_in, cashed_out, stacks.get(player, 0))
        for account, bought_in, cashed_out in totals
        if account != RAKE
        for player in (holder_of(account),)
    ]


def rake_in(totals: Iterable[TableTotal]) -> int:
    """The chips that the house took of the pots."""
    return sum(total.cashed_out for total in totals if total.account == RAKE)


def with_bank(table: Table, totals: Iterable[TableTotal], *, is_over: bool) -> list[TableTotal]:
    """The totals of a table, with the lines of its bank if it has one.

    In `totals`, the chips of a bank are the house's.  When the table `is_over`, the stacks in its
    state have gone back too.
    """
    if not table.config.hosting.bank:
        return list(totals)
    left = stacks_at(table) if is_over else {}
    players = [
        TableTotal(
            player_account(line.player), line.given, line.returned + left.get(line.player, 0)
        )
        for line in table.hosting.bank
    ]
    return sorted((*players, *(total for total in totals if total.account == RAKE)))


def holder_of(account: AccountId) -> PlayerId:
    """The player of an account; `house` for the house's."""
    return player_of(account) or PlayerId(account)


# ---- who pays whom


def settle_all(lines: Iterable[LedgerLine], rake: int = 0) -> list[Payment]:
    """Payments that settle a table, with the rake paid to the house."""
    nets = {line.player: line.net for line in lines}
    house = holder_of(HOUSE)
    nets[house] = nets.get(house, 0) + rake
    return settle(nets)


def settle(nets: Mapping[PlayerId, int]) -> list[Payment]:
    """Payments that settle a table.  The nets must add up to zero.

    With at most `EXACT_PLAYERS` who owe or are owed, the number of payments is minimal; otherwise
    it is less than that of the players.
    """
    open_nets = [(player, net) for player, net in sorted(nets.items()) if net]
    groups = [open_nets]
    if len(open_nets) <= EXACT_PLAYERS:
        groups = _groups(open_nets)
    return [payment for group in groups for payment in _pay(group)]


def _pay(group: Sequence[tuple[PlayerId, int]]) -> list[Payment]:
    """The largest debt goes to the largest claim, until one of them is settled."""
    owing = sorted(((-net, player) for player, net in group if net < 0), reverse=True)
    owed = sorted(((net, player) for player, net in group if net > 0), reverse=True)
    payments = []
    while owing and owed:
        (debt, payer), (claim, payee) = owing[0], owed[0]
        amount = min(debt, claim)
        payments.append(Payment(payer, payee, amount))
        owing[0], owed[0] = (debt - amount, payer), (claim - amount, payee)
        owing, owed = ([one for one in side if one[0]] for side in (owing, owed))
        owing.sort(reverse=True)
        owed.sort(reverse=True)
    return payments


def _groups(nets: Sequence[tuple[PlayerId, int]]) -> list[list[tuple[PlayerId, int]]]:
    """The players in as many groups as can settle among themselves.

    A group of n needs n - 1 payments, so more groups are fewer payments.
    """
    full = (1 << len(nets)) - 1
    sums, most, last = [0] * (full + 1), [0] * (full + 1), [0] * (full + 1)
    for chosen in range(1, full + 1):
        lowest = (chosen & -chosen).bit_length() - 1
        sums[chosen] = sums[chosen & (chosen - 1)] + nets[lowest][1]
        members = (place for place in range(len(nets)) if chosen >> place & 1)
        last[chosen] = max(members, key=lambda place: most[chosen ^ (1 << place)])
        most[chosen] = most[chosen ^ (1 << last[chosen])] + (sums[chosen] == 0)
    groups: list[list[tuple[PlayerId, int]]] = []
    chosen = full
    while chosen:
        if sums[chosen] == 0 or not groups:
            groups.append([])
        groups[-1].append(nets[last[chosen]])
        chosen ^= 1 << last[chosen]
    return groups


# ---- CSV


def csv_of(
    lines: Iterable[LedgerLine],
    names: Mapping[PlayerId, str],
    payments: Iterable[Payment],
    rake: int = 0,
) -> str:
    """The ledger for a spreadsheet; names cannot act as formulas."""
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\r\n").writerow
    write(("player", "name", "bought_in", "cashed_out", "stack", "net"))
    for line in lines:
        name = names.get(line.player, line.player)
        write((_cell(line.player), _cell(name), *line[1:], line.net))
    if rake:
        write(())
        write(("rake", rake))
    first = True
    for payment in payments:
        if first:
            write(())
            write(("from", "to", "amount"))
            first = False
        write((_cell(payment.source), _cell(payment.target), payment.amount))
    return out.getvalue()


def _cell(text: str) -> str:
    return f"'{text}" if text.lstrip().startswith(_FORMULA) or text.startswith(_FORMULA) else text
