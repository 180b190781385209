"""Receipts are stored with the table, so that a newer server must find those of an older one."""

from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from pokerws.game.cards import parse_cards
from pokerws.game.commands import (
    Act,
    AddChips,
    ChooseGame,
    Command,
    RunIt,
    Show,
    Sit,
    SitIn,
    SitOut,
    Stand,
    Straddle,
)
from pokerws.game.config.table_config import TableConfig
from pokerws.game.state import PlayerId, Table, TableId
from pokerws.messages import Refused
from pokerws.server.tables.receipts import Receipts
from pokerws.storage.store import Receipt, TableSnapshot
from pokerws.storage.vault.vault import Vault, VaultKey
from tests.vaults import KEY, VAULT

ANN = PlayerId("ann")
T1 = TableId("t1")
NEW = VaultKey("new", bytes(reversed(range(32))))
DISCARDS = Act(ANN, 7, "discard", cards=parse_cards("7c2s"))
# Each command, its digest under the key of tests, and the one that version 0.1.0 has stored.  A new
# field of a command must leave both as they are.
STORED: list[tuple[Command, str, str]] = [
    (Act(ANN, 7, "fold"), ".Uw6DPDkk9ajl", "4B0Kc5qEST39"),
    (Act(ANN, 7, "raise", 600), ".LdMclMtHWAW7", "M3wgO9WAe/aL"),
    (DISCARDS, ".2ZM/BmgrM2PB", "DH98t/X1gv1V"),
    (Sit(ANN, "Ann", 2, 2_000), "$.QFL/pVpXvBgN", "$Zdngno2+q4rp"),
    (AddChips(ANN, None), "$.FKxMN/7ZG+oD", "$69CI0cRdWz0w"),
    (Stand(ANN), "$.ssjlTGY8/GSC", "$zH5VSuZgWRiU"),
    (SitOut(ANN), ".nq9ogh3knSm4", "zH5VSuZgWRiU"),
    (Show(ANN, 3), ".RvOD4voneKEe", "LFWC8bu0RQ4B"),
    (Straddle(ANN, on=True), ".X2IDq0oMiLaO", "Iq8zVQSniwqd"),
    (RunIt(ANN, 2), ".ej7T5KPNdyOK", "3ST2QVv9Pr3/"),
    (ChooseGame(ANN, "NT"), ".XbYEFKuNz4a0", "/uYh0iOD89uK"),
]
# Between 0.1.0 and keyed digests, that of a draw had the number of its cards only.
BY_COUNT = "XSs0OVYyUJak"


def loaded(digest: str, *, seq: int = 5, keys: Sequence[VaultKey] = (KEY,)) -> Receipts:
    """The receipts of a table that is loaded with this one, by a server with these keys."""
    vault = Vault(keys)
    table = Table(T1, "T", TableConfig())
    stored, _ = VAULT.seal_snapshot(TableSnapshot(table, {ANN: [Receipt(digest, seq)]}))
    snapshot = vault.open_snapshot(T1, stored)
    return Receipts(T1, snapshot.receipts, vault.receipt_digests)


def accepted(command: Command, *, is_stored: bool = True) -> Receipts:
    """The receipts of a table where a command with the id c1 has just been accepted."""
    vault = VAULT if is_stored else Vault(())
    receipts = Receipts(T1, {}, vault.receipt_digests, is_stored=is_stored)
    receipt = receipts.receipt_of(ANN, "c1", command, 5)
    receipts.add(ANN, receipt, [], table=Table(T1, "T", TableConfig()))
    return receipts


def found(receipts: Receipts, command: Command, command_id: str = "c1") -> int | None:
    receipt = receipts.find(ANN, command_id, command)
    return None if receipt is None else receipt.seq


stored_or_not = pytest.mark.parametrize("is_stored", [True, False])


@pytest.mark.parametrize(("command", "keyed", "older"), STORED, ids=[old for *_, old in STORED])
def test_a_receipt_that_is_stored_is_found_by_its_command(
    command: Command, keyed: str, older: str
) -> None:
    assert accepted(command).kept == {ANN: [Receipt(keyed, 5, "c1")]}
    upgraded = loaded(older).kept[ANN][0].digest
    for digest in (keyed, older, upgraded):
        for keys in ([KEY], [NEW, KEY]):
            receipts = loaded(digest, keys=keys)
            assert found(receipts, command) == 5
            assert found(receipts, command, "c2") is None


def test_a_draw_that_was_stored_by_its_number_of_cards_is_found() -> None:
    assert found(loaded(BY_COUNT), DISCARDS) == 5
    assert found(loaded(BY_COUNT), replace(DISCARDS, cards=parse_cards("7c"))) is None


@stored_or_not
def test_a_draw_of_other_cards_is_not_taken_for_a_repetition(*, is_stored: bool) -> None:
    receipts = accepted(DISCARDS, is_stored=is_stored)
    assert found(receipts, DISCARDS) == 5
    for other in (None, [], parse_cards("7c"), parse_cards("7c2h")):
        with pytest.raises(Refused, match="id_conflict"):
            found(receipts, replace(DISCARDS, cards=other))


@stored_or_not
def test_a_command_is_not_taken_for_another_one_with_the_same_fields(*, is_stored: bool) -> None:
    # Clients that count their ids from 1 use them again on the next connection.
    with pytest.raises(Refused, match="id_conflict"):
        found(accepted(SitOut(ANN), is_stored=is_stored), SitIn(ANN))


@stored_or_not
def test_the_balance_of_the_account_may_have_changed_meanwhile(*, is_stored: bool) -> None:
    receipts = accepted(Sit(ANN, "Ann", 2, 2_000, balance=9_000), is_stored=is_stored)
    assert found(receipts, Sit(ANN, "Ann", 2, 2_000, balance=7_000)) == 5
    with pytest.raises(Refused, match="id_conflict"):
        found(receipts, Sit(ANN, "Ann", 2, 3_000, balance=9_000))


def test_equal_commands_at_two_tables_of_two_players_or_servers_have_unlike_digests() -> None:
    digests = VAULT.receipt_digests
    bob = PlayerId("bob")
    made = {
        digests.digest_of(T1, ANN, "c1", DISCARDS),
        digests.digest_of(TableId("t2"), ANN, "c1", DISCARDS),
        digests.digest_of(T1, bob, "c1", DISCARDS),
        *(Vault(()).receipt_digests.digest_of(T1, ANN, "c1", DISCARDS) for _ in range(2)),
        Vault([NEW]).receipt_digests.digest_of(T1, ANN, "c1", DISCARDS),
    }
    assert len(made) == 6


def test_an_upgraded_digest_depends_on_the_key_too() -> None:
    upgraded = {loaded("DH98t/X1gv1V", keys=[key]).kept[ANN][0].digest for key in (KEY, NEW)}
    assert len(upgraded | {"DH98t/X1gv1V"}) == 3


@pytest.mark.parametrize("command", [command for command, *_ in STORED])
def test_without_a_database_a_command_is_found_in_the_same_process(command: Command) -> None:
    receipts = accepted(command, is_stored=False)
    assert found(receipts, command) == 5
    assert found(receipts, command, "c2") is None
    # Nothing is stored, so no digest is made; those of chips are marked all the same.
    (receipt,) = receipts.kept[ANN]
    assert receipt.digest == ("$" if isinstance(command, Sit | AddChips | Stand) else "")


def test_receipts_stay_unkeyed_until_there_is_a_key_that_lasts() -> None:
    # A command of the operator may read them without a key.
    receipts = loaded("DH98t/X1gv1V", keys=())
    assert receipts.kept == {ANN: [Receipt("DH98t/X1gv1V", 5)]}


def test_a_key_that_is_gone_takes_its_receipts_with_it() -> None:
    keyed = accepted(DISCARDS).kept[ANN][0].digest
    assert found(loaded(keyed, keys=[NEW]), DISCARDS) is None
