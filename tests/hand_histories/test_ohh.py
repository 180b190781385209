"""Open Hand History: the JSON fits its specification, and its numbers come to the real stacks."""

import json
from decimal import Decimal
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from pokerws.game.cards import Card
from pokerws.game.commands import Close, Show
from pokerws.game.events import PotAwarded, TableEvent, UncalledBetReturned
from pokerws.game.redaction import redact
from pokerws.game.state import PlayerId, TableId
from pokerws.game.variants import VARIANTS
from pokerws.hand_histories.currency import CHIPS, Money
from pokerws.hand_histories.errors import NotExpressible
from pokerws.hand_histories.formats import HandWriter
from pokerws.hand_histories.hand_id import hand_id
from pokerws.hand_histories.kept_hand import KeptHand
from pokerws.hand_histories.ohh.write import write_ohh
from tests.game.pokerkit.played_hands import PlayedHand, played_hands
from tests.hand_histories.ohh_schema import SCHEMA
from tests.hand_histories.test_pokerstars import START_MS, Scripted, run_twice, side_pots
from tests.hand_histories.test_pokerstars_read import open_cards, stacks_after

GAMES = ("NT", "PT", "FT", "PO", "NO", "FO", "FO/8", "PO/8", "NO/8")
_CHECK = Draft202012Validator(SCHEMA)
DEAD = ("Post Ante", "Post Dead")


def written(
    hand: PlayedHand,
    events: list[TableEvent] | None = None,
    hero: PlayerId | None = None,
    money: Money = CHIPS,
) -> dict[str, Any]:
    """The hand in the JSON, once it is found to be as the specification says."""
    text = write_ohh(
        hand.before, events or hand.events, started_ms=START_MS, hero=hero, money=money
    )
    document = json.loads(text, parse_float=Decimal)
    _CHECK.validate(json.loads(text))
    ohh: dict[str, Any] = document["ohh"]
    check_order(ohh)
    return ohh


def check_order(ohh: dict[str, Any]) -> None:
    """Numbers count up, ids name players, and the streets are in order."""
    ids = [player["id"] for player in ohh["players"]]
    assert ids == [*range(len(ids))]
    assert [each["id"] for each in ohh["rounds"]] == [*range(len(ohh["rounds"]))]
    assert [pot["number"] for pot in ohh["pots"]] == [*range(len(ohh["pots"]))]
    assert ohh["rounds"][0]["street"] == "Preflop"
    for each in ohh["rounds"]:
        numbers = [action["action_number"] for action in each["actions"]]
        assert numbers == [*range(len(numbers))]
        assert {action["player_id"] for action in each["actions"]} <= {*ids}
        assert each["street"] != "Preflop" or "Bet" not in {a["action"] for a in each["actions"]}


def stacks_read(ohh: dict[str, Any]) -> dict[str, Decimal]:
    """The stacks after the hand as a reader finds them, by the specification alone.

    A bet that nobody called in full is no part of the pots: its player has the rest back.
    """
    stacks = {player["id"]: Decimal(player["starting_stack"]) for player in ohh["players"]}
    last: dict[int, Decimal] = {}
    for each in ohh["rounds"]:
        live: dict[int, Decimal] = {}
        for action in each["actions"]:
            amount = Decimal(action.get("amount", 0))
            stacks[action["player_id"]] -= amount
            if action["action"] not in DEAD and amount:
                live[action["player_id"]] = live.get(action["player_id"], Decimal(0)) + amount
        last = live or last
    paid = sum((Decimal(each["starting_stack"]) for each in ohh["players"]), Decimal(0))
    paid -= sum(stacks.values())
    uncalled = paid - sum(Decimal(pot["amount"]) for pot in ohh["pots"])
    if uncalled:
        most = max(last, key=last.__getitem__)
        others = [bet for player, bet in last.items() if player != most]
        assert uncalled == last[most] - max(others, default=Decimal(0))
        stacks[most] += uncalled
    for pot in ohh["pots"]:
        won = sum(Decimal(win["win_amount"]) for win in pot["player_wins"])
        assert won + Decimal(pot["rake"]) == Decimal(pot["amount"])
        for win in pot["player_wins"]:
            stacks[win["player_id"]] += Decimal(win["win_amount"])
    return {player["name"]: stacks[player["id"]] for player in ohh["players"]}


@pytest.mark.parametrize("game", GAMES)
def test_a_reader_comes_to_the_stacks_and_pots_of_the_hand(game: str) -> None:
    returned = 0
    for hand in played_hands(game, 5, 6, 9):
        ohh = written(hand)
        assert stacks_read(ohh) == stacks_after(hand)
        won = [share for e in hand.events if isinstance(e, PotAwarded) for share in e.shares]
        assert sum(pot["amount"] for pot in ohh["pots"]) == sum(share.amount for share in won)
        dollars = written(hand, money=Money("USD"))
        assert (ohh["currency"], dollars["currency"]) == ("XPM", "USD")
        assert stacks_read(dollars) == {
            name: Decimal(stack).scaleb(-2) for name, stack in stacks_after(hand).items()
        }
        returned += any(isinstance(event, UncalledBetReturned) for event in hand.events)
    assert returned


@pytest.mark.parametrize("game", ["NT", "PO/8"])
def test_no_card_is_told_that_the_player_did_not_see(game: str) -> None:
    for hand in played_hands(game, 4, 8, 5):
        for player in map(PlayerId, ("p1", "nobody")):
            ohh = written(hand, [redact(event, player) for event in hand.events], player)
            told = {card for each in ohh["rounds"] for card in each.get("cards", ())}
            for each in ohh["rounds"]:
                for action in each["actions"]:
                    told.update(action.get("cards", ()))
            assert {Card(card) for card in told} <= open_cards(hand.events, player)
            heroes = [each["id"] for each in ohh["players"] if each["name"] == player]
            assert [ohh["hero_player_id"]] == (heroes or [None])
            assert ("Observed" in ohh["flags"]) == (not heroes)


def test_a_hand_is_told_street_by_street() -> None:
    hand = side_pots()
    ohh = written(
        PlayedHand(hand.before, hand.events),
        [redact(event, PlayerId("Ann")) for event in hand.events],
        PlayerId("Ann"),
    )
    assert ohh["game_number"] == str(hand_id(TableId("6f1e0c9ab2d4"), 1))
    assert ohh["start_date_utc"] == "2026-01-15T20:00:00Z"
    assert (ohh["game_type"], ohh["bet_limit"]["bet_type"]) == ("Holdem", "NL")
    assert (ohh["hero_player_id"], ohh["dealer_seat"], ohh["flags"]) == (0, 1, [])
    named = [
        (each["street"], action["player_id"], action["action"], action.get("amount"))
        for each in ohh["rounds"]
        for action in each["actions"]
    ]
    assert named == [
        ("Preflop", 1, "Post SB", 50),
        ("Preflop", 2, "Post BB", 100),
        ("Preflop", 1, "Dealt Cards", None),
        ("Preflop", 2, "Dealt Cards", None),
        ("Preflop", 0, "Dealt Cards", None),
        ("Preflop", 0, "Raise", 300),
        ("Preflop", 1, "Call", 250),
        ("Preflop", 2, "Raise", 1_900),
        ("Preflop", 0, "Call", 200),
        ("Preflop", 1, "Call", 700),
        ("Showdown", 1, "Shows Cards", None),
        ("Showdown", 2, "Shows Cards", None),
        ("Showdown", 0, "Shows Cards", None),
    ]
    dealt = [action.get("cards") for action in ohh["rounds"][0]["actions"][2:5]]
    assert dealt == [None, None, ["Qs", "Qd"]]
    assert [action["is_allin"] for action in ohh["rounds"][0]["actions"][5:]] == [
        *(False, False, True, True, True)
    ]
    assert [each.get("cards") for each in ohh["rounds"]] == [
        *(None, ["2c", "7d", "Qh"], ["3s"], ["4d"], None)
    ]
    assert ohh["pots"] == [
        {
            "number": 0,
            "amount": 1_500,
            "rake": 0,
            "player_wins": [{"player_id": 0, "win_amount": 1_500}],
        },
        {
            "number": 1,
            "amount": 1_000,
            "rake": 0,
            "player_wins": [{"player_id": 1, "win_amount": 1_000}],
        },
    ]


def test_a_board_that_is_run_twice_has_its_rounds_twice() -> None:
    hand = run_twice()
    ohh = written(PlayedHand(hand.before, hand.events))
    streets = [(each["street"], each.get("cards")) for each in ohh["rounds"]]
    assert streets[2:-1] == [
        ("Turn", ["2d"]),
        ("River", ["Kd"]),
        ("Turn", ["5h"]),
        ("River", ["6h"]),
    ]
    assert "Run_It_Twice" in ohh["flags"]


def test_cards_that_are_shown_after_the_hand_are_in_the_showdown() -> None:
    hand = Scripted("NT", (1_000, 1_000), "AsKsAhKd")
    hand.acts("Ann", "fold")
    assert "Showdown" not in str(written(PlayedHand(hand.before, hand.events)))
    hand.then(Show(PlayerId("Ben"), 1))
    events = [redact(event, PlayerId("Ann")) for event in hand.events]
    last = written(PlayedHand(hand.before, events))["rounds"][-1]
    assert last["street"] == "Showdown"
    assert last["actions"] == [
        {"action_number": 0, "player_id": 1, "action": "Shows Cards", "cards": ["As", "Ah"]}
    ]


# ---- what the specification does not have


@pytest.mark.parametrize("game", sorted({*VARIANTS} - {*GAMES}))
def test_a_game_that_the_specification_does_not_have_is_refused(game: str) -> None:
    (hand,) = played_hands(game, 2, 1, 6)
    with pytest.raises(NotExpressible, match="does not have "):
        written(hand)


def test_hands_that_were_cancelled_or_of_which_a_part_is_missing_are_refused() -> None:
    hand = Scripted("NT", (1_000, 1_000, 1_000), "")
    hand.acts("Ann", "raise", 300)
    played = PlayedHand(hand.before, hand.events)
    with pytest.raises(NotExpressible, match="incomplete"):
        written(played)
    midway = PlayedHand(hand.table, [])
    with pytest.raises(NotExpressible, match="incomplete"):
        written(midway)
    hand.then(Close("operator"))
    with pytest.raises(NotExpressible, match="cancelled"):
        written(played)


def test_an_export_leaves_such_hands_out_and_says_how_many() -> None:
    write = HandWriter("ohh", None, sections=True)
    texts = []
    for game in ("F7S", "NT", "F7S", "FB", "NT"):
        (hand,) = played_hands(game, 2, 1, 7)
        kept = KeptHand(hand.before, 1, START_MS, hand.events, [], [])
        texts.append(write(kept))
    assert [bool(text) for text in texts] == [False, True, False, False, True]
    assert write.notes()[1:] == [
        "2 hands left out: Open Hand History does not have Fixed-limit seven card stud",
        "1 hand left out: Open Hand History does not have Fixed-limit badugi",
    ]
    # The specification has one empty line between hands.
    hands = "".join(texts).removesuffix("\n\n").split("\n\n")
    assert [[*json.loads(each)] for each in hands] == [["ohh"]] * 2
