"""The texts of the page in all its languages, and what the browser keeps."""

import msgspec

from pokerws.game.cards import RANKS, parse_cards
from pokerws.game.ranks.badugi import badugi_name_of, badugi_strength
from pokerws.game.ranks.words import Kind, in_words
from pokerws.messages import REJECT_CODES
from pokerws.schema.example_details import DETAILS
from tests.node_programs import FOLDER, run


def hands() -> list[str]:
    """The server's words for hands of each kind, with each rank."""
    ranks = RANKS[::-1]
    high = [in_words(kind, first + second) for kind in Kind for first in ranks for second in "2A"]
    badugis = [
        badugi_name_of(badugi_strength(parse_cards(cards), ()) or 0)
        for cards in ("8c5d3hAs", "7c4d2hTs", "7c4d2hTh", "7c4c2cTs", "7c4c2cTc")
    ]
    return [*high, *badugis, "10-8-6-4-A low"]


async def test_all_languages_have_the_same_texts() -> None:
    given = {"codes": list(REJECT_CODES), "details": DETAILS, "hands": hands()}
    output = await run("node", FOLDER / "texts.mjs", given=msgspec.json.encode(given).decode())
    assert output == "texts hold\n"


async def test_settings_survive_any_storage() -> None:
    assert await run("node", FOLDER / "settings.mjs") == "settings hold\n"


async def test_the_equity_of_all_ins_is_that_of_known_hands() -> None:
    assert await run("node", FOLDER / "equity.mjs") == "equity holds\n"
