"""Every line of every game has a form that real files of PokerStars have.

The forms follow fpdb's collection (https://github.com/jejellyroll-fr/fpdb-3, folder
regression-test-files).  Hands of which a part is missing, and bomb pots, have none there.
"""

import re

import pytest

from pokerws.hand_histories.currency import Money
from pokerws.hand_histories.pokerstars.write import write_pokerstars
from tests.game.pokerkit.played_hands import played_hands
from tests.hand_histories.test_pokerstars_read import GAMES, seats_of

WHO, CASH = r"p\d", r"\$\d+(?:\.\d\d)?"
CARDS = r"\[[2-9TJQKA][cdhs](?: [2-9TJQKA][cdhs])*\]"
RANK = r"(?:Deuce|Three|Four|Five|Six|Seven|Eight|Nine|Ten|Jack|Queen|King|Ace)"
RANKS = rf"(?:{RANK}s|Sixes)"
LOW = r"[2-9TJQKA](?:,[2-9TJQKA])*"
HIGH = (
    rf"(?:high card {RANK}|a pair of {RANKS}|two pair, {RANKS} and {RANKS}"
    rf"|(?:three|four) of a kind, {RANKS}|a straight(?: flush)?, {RANK} to {RANK}"
    rf"|a flush, {RANK} high|a full house, {RANKS} full of {RANKS}|a Royal Flush)"
)
HAND = rf"(?:{HIGH}|HI: {HIGH}(?:; LO: {LOW})?|Lo: (?:{LOW}|{HIGH})|(?:Badugi|[123]-card): {LOW})"
PLACE = r"(?: \((?:button|small blind|big blind|button blind)\))*"
ENDED = rf"(?:won \({CASH}\)|lost) with (?:a )?{HAND}"
NTH = r"(?:FIRST |SECOND |THIRD )?"
POT = r"(?:main pot|side pot(?:-\d)?|pot)"
WHEN = (
    r"(?:before Flop|on the (?:Flop|Turn|River|\dth Street|3rd Street)"
    r"|before the Draw|after the (?:(?:1st|2nd|3rd) )?Draw)"
)
FORMS = (
    rf"Table '[^']+' \d-max(?: Seat #\d is the button)?|Seat \d: {WHO} \({CASH} in chips\)",
    (
        rf"{WHO}: posts (?:the ante|small blind|big blind|small & big blinds|button blind|straddle)"
        rf" {CASH}(?: and is all-in)?"
    ),
    rf"{WHO}: (?:brings in for|calls|bets) {CASH}(?: and is all-in)?",
    rf"{WHO}: raises {CASH} to {CASH}(?: and is all-in)?|{WHO}: (?:folds|checks)",
    rf"{WHO}: (?:discards \d cards?(?: {CARDS})?|stands pat(?: on {CARDS})?)",
    (
        rf"\*\*\* {NTH}(?:HOLE CARDS|FLOP|TURN|RIVER|SHOW DOWN|DEALING HANDS|DRAW|SUMMARY"
        rf"|3rd STREET|\dth STREET) \*\*\*(?: {CARDS}){{0,2}}"
    ),
    rf"Dealt to {WHO}(?: {CARDS}){{1,2}}|Uncalled bet \({CASH}\) returned to {WHO}",
    r"Betting is capped|Pair on board - a double bet is allowed|The deck is reshuffled",
    rf"{WHO}: (?:shows {CARDS}(?: \({HAND}\))?|mucks hand|doesn't show hand)",
    rf"{WHO} collected {CASH} from {POT}|No low hand qualified",
    rf"Total pot {CASH}(?: (?:Main|Side) pot(?:-\d)? {CASH}\.)* \| Rake \$0",
    rf"{NTH}Board {CARDS}|Hand was run (?:twice|three times)",
    (
        rf"Seat \d: {WHO}{PLACE} (?:folded {WHEN}(?: \(didn't bet\))?|collected \({CASH}\)"
        rf"|mucked(?: {CARDS})?|showed {CARDS} and {ENDED}(?:, and {ENDED})*)"
    ),
)
LINE = re.compile("|".join(FORMS))
# Pineapple and Kuhn poker have streets of their own, since PokerStars does not have these games.
OURS = {"NP", "NCP", "FK"}


@pytest.mark.parametrize("game", sorted({*GAMES} - OURS))
def test_every_line_has_a_form_that_pokerstars_uses(game: str) -> None:
    for hand in played_hands(game, seats_of(game), 3, 3):
        text = write_pokerstars(hand.before, hand.events, started_ms=1_000, money=Money("USD"))
        others = [line for line in text.splitlines()[1:] if not LINE.fullmatch(line)]
        assert others == []
