"""One card of several can be shown; the others stay hidden."""

from pokerws.game.cards import UNKNOWN, parse_cards
from pokerws.game.commands import Show
from pokerws.game.events import HandShown, PartShown
from pokerws.game.redaction import redact_table
from pokerws.game.secret_cards import public_table
from tests.game.script import Game, Player, encode, refused


def over() -> tuple[Game, list[Player]]:
    game = Game()
    players = game.seat(1_000, 1_000, 1_000)
    game.deal(alice="AsAh", bob="KsKh", carol="4c5d")
    game.folds_around()
    return game, players


def shows(player: Player, cards: str) -> None:
    player.game.play(Show(player.id, 1, parse_cards(cards)))


def test_one_card_is_shown_and_the_other_stays_hidden() -> None:
    game, (alice, bob, _) = over()
    shows(alice, "Ah")
    assert game.events == [PartShown(1, 0, parse_cards("Ah"))]
    seen = redact_table(game.table, bob.id).last_hand
    assert seen is not None
    assert seen.parts[0] == ["Ah"]
    assert seen.cards[0] == [UNKNOWN, UNKNOWN]
    for stored in (redact_table(game.table, None), public_table(game.table)):
        assert b"As" not in encode(stored)
    own = redact_table(game.table, alice.id).last_hand
    assert own is not None
    assert own.cards[0] == parse_cards("AsAh")


def test_the_last_hidden_card_shows_the_whole_hand() -> None:
    game, (alice, _, _) = over()
    shows(alice, "Ah")
    shows(alice, "As")
    assert game.events == [HandShown(1, 0, parse_cards("AsAh"))]


def test_the_rest_can_be_shown_without_naming_it() -> None:
    game, (alice, _, _) = over()
    shows(alice, "Ah")
    alice.shows()
    assert game.events == [HandShown(1, 0, parse_cards("AsAh"))]


def test_both_cards_by_name_are_the_whole_hand() -> None:
    game, (alice, _, _) = over()
    shows(alice, "AhAs")
    assert game.events == [HandShown(1, 0, parse_cards("AsAh"))]


def test_only_own_cards_are_shown_each_once() -> None:
    game, (alice, _, _) = over()
    for cards in ("Ks", "AhAh", "", "AhKs"):
        with refused(game, "not_your_cards"):
            shows(alice, cards)
    shows(alice, "Ah")
    with refused(game, "nothing_to_show"):
        shows(alice, "Ah")
    alice.shows()
    with refused(game, "nothing_to_show"):
        shows(alice, "As")


def test_who_leaves_takes_the_shown_card_along() -> None:
    game, (alice, _, _) = over()
    shows(alice, "Ah")
    alice.stands()
    last = game.table.last_hand
    assert last is not None
    assert last.parts[0] == []
