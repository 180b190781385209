"""Receipts are stored with the table, so that a newer server must find those of an older one."""

import pytest
from msgspec import json
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
    SitOut,
    Stand,
    Straddle,
)
from pokerws.game.state import PlayerId, Table, TableConfig, TableId
from pokerws.server.tables.receipts import Receipts, digest_of, older_digest_of
from pokerws.storage.store import Receipt

ANN = PlayerId("ann")
TABLE = Table(TableId("t1"), "T", TableConfig())
# A new field of a command must leave these as they are.
STORED: list[tuple[Command, str]] = [
    (Act(ANN, 7, "fold"), "4B0Kc5qEST39"),
    (Act(ANN, 7, "raise", 600), "M3wgO9WAe/aL"),
    (Act(ANN, 7, "discard", cards=parse_cards("7c2s")), "XSs0OVYyUJak"),
    (Sit(ANN, "Ann", 2, 2_000), "$Zdngno2+q4rp"),
    (AddChips(ANN, None), "$69CI0cRdWz0w"),
    (Stand(ANN), "$zH5VSuZgWRiU"),
    (SitOut(ANN), "zH5VSuZgWRiU"),
    (Show(ANN, 3), "LFWC8bu0RQ4B"),
    (Straddle(ANN, on=True), "Iq8zVQSniwqd"),
    (RunIt(ANN, 2), "3ST2QVv9Pr3/"),
    (ChooseGame(ANN, "NT"), "/uYh0iOD89uK"),
]


@pytest.mark.parametrize(("command", "digest"), STORED, ids=[digest for _, digest in STORED])
def test_a_receipt_that_is_stored_is_found_by_its_command(command: Command, digest: str) -> None:
    kept = {ANN: [Receipt(digest, 5)]}
    assert Receipts(kept).find(ANN, digest_of("c1", command)) == Receipt(digest, 5)
    assert Receipts(kept).find(ANN, digest_of("c2", command)) is None
    new = Receipts({})
    new.add(ANN, Receipt(digest_of("c1", command), 5), [], table=TABLE)
    assert json.encode(new.kept) == json.encode(kept)


def test_an_action_without_cards_is_not_taken_for_one_with_them() -> None:
    discards = Act(ANN, 7, "discard", cards=parse_cards("7c2s"))
    receipts = Receipts({})
    receipts.add(ANN, Receipt(digest_of("c1", discards), 5), [], table=TABLE)
    assert receipts.find(ANN, digest_of("c1", discards)) is not None
    for other in (None, [], parse_cards("7c")):
        assert receipts.find(ANN, digest_of("c1", replace(discards, cards=other))) is None


def test_no_receipt_tells_which_cards_were_discarded() -> None:
    # A reader of the database could try all discards that there are.
    discards = Act(ANN, 7, "discard", cards=parse_cards("7c2s"))
    other = replace(discards, cards=parse_cards("AhKh"))
    assert digest_of("c1", discards) == digest_of("c1", other)


def test_a_discard_that_an_older_version_stored_is_found() -> None:
    discards = Act(ANN, 7, "discard", cards=parse_cards("7c2s"))
    receipt = Receipt("DH98t/X1gv1V", 5)
    receipts = Receipts({ANN: [receipt]})
    digest, older = digest_of("c1", discards), older_digest_of("c1", discards)
    assert receipts.find(ANN, digest, older) == receipt
