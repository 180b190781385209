"""What `verify` and `replay` tell with the key of sealed cards, without it, and with another."""

import io
import re

import pytest

from pokerws.maintenance.replay import replay_game
from pokerws.maintenance.stored_log import NO_KEYS
from pokerws.maintenance.verify import verify
from pokerws.storage.postgres.address import address_of
from pokerws.storage.postgres.connecting import Connection
from pokerws.storage.vault.vault import Vault, VaultKey
from tests.maintenance.repairs import SNAPSHOT
from tests.storage.played import play_a_game
from tests.vaults import KEY, VAULT

WRONG = Vault([VaultKey(KEY.id, bytes(32))])
UNCHECKED = "sealed cards of 1 game were not checked: VAULT_KEYS has no key test"


async def verified(url: str, vault: Vault) -> tuple[int, list[str]]:
    """The exit code and the lines."""
    out = io.StringIO()
    code = await verify(address_of(url), "t1", out, io.StringIO(), vault=vault)
    return code, out.getvalue().splitlines()


async def told(url: str, vault: Vault) -> tuple[int, list[str]]:
    """The exit code and the lines."""
    out = io.StringIO()
    code = await replay_game(address_of(url), "t1", out, vault=vault)
    return code, out.getvalue().splitlines()


@pytest.mark.parametrize("keep_events", [[True], [False, True]], ids=["whole log", "begun anew"])
async def test_in_the_middle_of_a_hand_all_but_the_cards_is_verified_without_the_key(
    database_url: str, operator: Connection, keep_events: list[bool]
) -> None:
    await play_a_game(database_url, hands=2, keep_events=keep_events)
    assert await verified(database_url, VAULT) == (0, ["1 game verified, 0 mismatches"])
    assert await verified(database_url, NO_KEYS) == (
        0,
        ["1 game verified, 0 mismatches", UNCHECKED],
    )

    await operator.execute(
        SNAPSHOT + """regexp_replace(snapshot, '"min_raise":\\d+', """
        """'"min_raise":77')"""
    )
    code, lines = await verified(database_url, NO_KEYS)
    assert code == 1
    assert "the snapshot differs from the log at event " in lines[0]
    assert "77 in the snapshot" in lines[0]
    assert lines[-1] == UNCHECKED


async def test_cards_that_do_not_open_are_a_mismatch(database_url: str) -> None:
    await play_a_game(database_url, hands=1)
    code, lines = await verified(database_url, WRONG)
    # Two hands' decks and hole cards, and the snapshot.
    assert (code, lines[-1]) == (1, "1 game verified, 5 mismatches")
    assert all(
        "cannot be opened: the key 'test' does not open its cards" in one for one in lines[:-1]
    )


@pytest.mark.parametrize(
    "moving",
    [
        # The cards of the first hand, into the second.
        """UPDATE game_events SET payload = (
            SELECT payload FROM game_events WHERE type = 'hole_cards_dealt' AND hand_number = 1
        ) WHERE type = 'hole_cards_dealt' AND hand_number = 2""",
        SNAPSHOT + """replace(snapshot, '"sealed":"test:', '"sealed":"test:AA')""",
        SNAPSHOT + """regexp_replace(snapshot, '"sealed":".*?"', '"sealed":""')""",
        "UPDATE games SET key_id = 'other'",
        "UPDATE games SET key_id = NULL",
    ],
)
async def test_moved_edited_or_removed_cards_are_a_mismatch(
    database_url: str, operator: Connection, moving: str
) -> None:
    await play_a_game(database_url, hands=1)
    assert await operator.execute(moving) == "UPDATE 1"
    code, lines = await verified(database_url, VAULT)
    assert code == 1
    assert any("cannot be opened: " in line or "the column key_id" in line for line in lines)


async def test_sealed_cards_are_told_as_unknown_without_the_key_and_shown_with_it(
    database_url: str,
) -> None:
    played = await play_a_game(database_url, hands=0)
    hand = played.actor.table.hand
    assert hand is not None
    assert hand.deck
    secret = {*hand.deck, *(card for seat in hand.seats if seat for card in seat.cards)}

    code, lines = await told(database_url, VAULT)
    text = "\n".join(lines)
    assert code == 0
    assert all(card in text for card in secret)

    code, lines = await told(database_url, NO_KEYS)
    text = "\n".join(lines)
    assert code == 0
    assert not [card for card in secret if re.search(rf" {card}\b", text)]
    assert " ".join(hand.board) in text
    assert "deck unknown" in text
    assert "cards to come: unknown" in text
    assert "Ada ?? ??" in text
    assert lines[-1] == "sealed cards are shown as unknown: VAULT_KEYS has no key test"

    code, lines = await told(database_url, WRONG)
    assert code == 0
    assert "cards to come: unknown" in lines
    assert "which verify tells: event " in lines[-1]


async def test_a_snapshot_without_a_log_is_shown_as_far_as_it_opens(database_url: str) -> None:
    await play_a_game(database_url, hands=0, keep_events=[False])
    _, lines = await told(database_url, VAULT)
    assert "cards to come: unknown" not in lines
    _, lines = await told(database_url, NO_KEYS)
    assert "cards to come: unknown" in lines
    assert lines[-1] == "sealed cards are shown as unknown: VAULT_KEYS has no key test"
    _, lines = await told(database_url, WRONG)
    assert lines[-1].startswith("unknown cards could not be opened: the key 'test' does not open")
