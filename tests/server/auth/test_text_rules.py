"""What names and chat may be made of, in both ways of checking, and whose name is whose."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pokerws.game.illegal import Illegal
from pokerws.messages import MAX_CHAT_LENGTH, MAX_NAME_LENGTH
from pokerws.server.auth.confusables import skeleton
from pokerws.server.auth.text_rules import MAX_MARKS, chat_text, player_name, table_name

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
TECHNOLOGIST = "\U0001f469\U0001f3fd\u200d\U0001f4bb"
HEART_ON_FIRE = "\u2764\ufe0f\u200d\U0001f525"

HARMFUL = {
    "a control character": "a\x07b",
    "an escape for terminals": "a\x1b[31mb",
    "a zero byte": "a\x00b",
    "a line break": "a\nb",
    "a next-line": "a\x85b",
    "a line separator": "a\u2028b",
    "a paragraph separator": "a\u2029b",
    "a right-to-left override": "a\u202eb",
    "an isolate": "a\u2066b",
    "a direction mark": "a\u200fb",
    "a zero-width space": "a\u200bb",
    "a byte-order mark": "a\ufeffb",
    "a soft hyphen": "a\u00adb",
    "a lone surrogate": "a\ud800b",
    "private use": "a\ue000b",
    "unassigned": "a\U0003fffdb",
    "a no-break space": "a\u00a0b",
    "nothing to see": " ",
}
UNSEEN = {
    "a joiner between letters": "a\u200db",
    "a joiner at the end": "\U0001f468\u200d",
    "a joiner at the start": "\u200d\U0001f468",
    "a filler": "a\u3164b",
    "a blank of braille": "a\u2800b",
    "a variation of a letter": "a\ufe0f",
    "an ideographic variation": "a\U000e0100",
    "a filler of Khitan": "a\U00016fe4",
    "a note without a head": "a\U0001d159b",
    "a modifier of SignWriting": "a\U0001da9b",
    "a place for an object": "a\ufffcb",
    "a pile of marks": "a" + "\u0335" * (MAX_MARKS + 1),
    "a mark on nothing": "\u0301a",
    "marks alone": "\u0301\u0302",
}
WELCOME = ["Ann", "José", "Łukasz", "李小龍", "Нина", "שרה", "ผู้เล่น", "O’Brien", "<b>", "!?"]
EMOJI = [FAMILY, TECHNOLOGIST, HEART_ON_FIRE, "#\ufe0f\u20e3", "\U0001f1eb\U0001f1f7"]


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("what", HARMFUL)
def test_what_could_harm_a_page_a_log_or_a_database_is_refused(what: str, *, strict: bool) -> None:
    for kept, code in ((player_name, "bad_name"), (chat_text, "invalid_value")):
        with pytest.raises(Illegal) as refused:
            kept(HARMFUL[what], strict=strict)
        assert refused.value.code == code
        assert refused.value.detail


@pytest.mark.parametrize("what", UNSEEN)
def test_what_cannot_be_seen_is_refused_where_texts_are_checked_strictly(what: str) -> None:
    for kept in (player_name, table_name, chat_text):
        with pytest.raises(Illegal):
            kept(UNSEEN[what], strict=True)


@pytest.mark.parametrize("what", UNSEEN)
def test_what_cannot_be_seen_is_in_no_name_however_texts_are_checked(what: str) -> None:
    for kept in (player_name, table_name):
        with pytest.raises(Illegal, match="bad_name"):
            kept(UNSEEN[what], strict=False)


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("text", WELCOME + EMOJI)
def test_names_of_all_languages_and_emoji_are_welcome(text: str, *, strict: bool) -> None:
    assert player_name(text, strict=strict) == text
    assert chat_text(f"so, {text} said", strict=strict) == f"so, {text} said"


def test_strictly_checked_texts_are_kept_in_one_form() -> None:
    assert player_name("Jose\u0301", strict=True) == "José"
    assert table_name("Jose\u0301", strict=True) == "José"
    assert chat_text("Jose\u0301", strict=True) == "José"
    assert player_name("Jose\u0301", strict=False) == "Jose\u0301"


def test_a_text_that_grows_with_its_form_stays_within_its_bounds() -> None:
    # In the form NFC this letter of Devanagari is two.
    assert len(player_name("\u0958" * (MAX_NAME_LENGTH // 2), strict=True)) == MAX_NAME_LENGTH
    with pytest.raises(Illegal, match="at most 24"):
        player_name("\u0958" * (MAX_NAME_LENGTH // 2 + 1), strict=True)
    with pytest.raises(Illegal, match="at most 300"):
        chat_text("\u0958" * MAX_CHAT_LENGTH, strict=True)


@pytest.mark.parametrize("name", [" Ann", "Ann ", "\u3000Ann"])
@pytest.mark.parametrize("strict", [True, False])
def test_a_name_has_no_space_at_its_ends(name: str, *, strict: bool) -> None:
    with pytest.raises(Illegal):
        player_name(name, strict=strict)


def test_a_strictly_checked_name_has_single_spaces() -> None:
    assert player_name("Ann B C", strict=True) == "Ann B C"
    with pytest.raises(Illegal, match="two spaces"):
        player_name("Ann  B", strict=True)
    assert chat_text(" so  what ", strict=True) == " so  what "


@given(text=st.text(max_size=40), strict=st.booleans())
def test_what_is_kept_is_one_printable_line_and_is_kept_again_as_it_is(
    *, text: str, strict: bool
) -> None:
    try:
        kept = player_name(text, strict=strict)
    except Illegal:
        return
    assert kept == (unicodedata.normalize("NFC", text) if strict else text)
    assert player_name(kept, strict=strict) == kept
    assert len(kept.splitlines()) == 1
    assert not any(unicodedata.category(one) in ("Cc", "Zl", "Zp", "Cs", "Co") for one in kept)
    assert not any(unicodedata.bidirectional(one) in ("RLO", "LRO", "RLE", "RLI") for one in kept)
    assert skeleton(kept)
    kept.encode()


# ---- names that look the same


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Alice", "ALICE"),
        ("Alice", "\u0410lice"),  # Cyrillic
        ("Alice", "\uff21\uff4c\uff49\uff43\uff45"),  # Full width
        ("Alice", "a1ice"),
        ("Alice", "Al\u0131ce"),  # Without its dot
        ("Alice", "Ali\u0307ce"),  # With one more
        ("Alice", "A l.i-c_e!"),
        ("Alice", "\U0001d400lice"),  # Mathematical
        ("Dan", "\u0500an"),  # Of which only the small one is a look-alike
        ("Illia", "lllia"),
        ("Oscar", "0scar"),
        ("barn", "bam"),
        ("will", "vvill"),
        ("Nick", "\u039dick"),  # Greek
        ("paypal", "\u0440\u0430\u0443\u0440\u0430\u04cf"),
        ("Jose\u0301", "José"),
        ("Strasse", "Straße"),
        ("Bob", "B\u3164ob"),
        ("Rich", "Rich\u17b4"),
        ("Rich", "Rich\u180b"),
        ("Rich", "Rich\U000e0100"),
        ("Rich", "Rich\U000e01ef"),
        ("Rich", "Rich\U00016fe4"),
        ("Rich", "Rich\U0001d159"),
        ("Rich", "Rich\U0001da9b"),
        ("Rich", "Rich\ufffc"),
        ("Rich", "Rich\u1cd0"),
        ("Rich", "R\u1ecbch"),  # With a dot below
        ("Rich", "Rich\u0301"),
        ("Rich", "Rich\u20dd"),
        ("José", "Jose"),
        ("Jose\u200d\u0301", "José"),
        ("Søren", "So\u0338ren"),
        ("Łukasz", "Lukasz"),
        ("Anna", "A\u0273\u0273a"),  # With a retroflex hook
        ("Anna", "\u1d00\u0274\u0274\u1d00"),  # Small capitals
        ("!", "!\u17b4"),
        ("!", "!\u0301"),
        ("\u2764\ufe0f", "\u2764"),
    ],
)
def test_names_that_look_the_same_have_one_skeleton(one: str, other: str) -> None:
    assert skeleton(one) == skeleton(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Ann", "Anne"), ("José", "Josh"), ("bob", "carol"), ("P1", "P2"), ("!", "?"), ("李", "王")],
)
def test_names_that_do_not_look_the_same_have_two(one: str, other: str) -> None:
    assert skeleton(one) != skeleton(other)


@pytest.mark.parametrize("mark", "\u034f\u17b4\ufe00\ufffc\U00016fe4\U0001d159\U000e0100")
@pytest.mark.parametrize("strict", [True, False])
def test_nothing_invisible_is_in_a_name_in_either_way_of_checking(
    mark: str, *, strict: bool
) -> None:
    for name in ("Rich" + mark, "Ri" + mark + "ch", mark):
        with pytest.raises(Illegal, match="bad_name"):
            player_name(name, strict=strict)
    assert chat_text("so " + mark, strict=False) == "so " + mark


# What Unicode calls default ignorable (DerivedCoreProperties), from and to.
IGNORABLE = """
    AD AD  34F 34F  61C 61C  115F 1160  17B4 17B5  180B 180F  200B 200F  202A 202E  2060 206F
    3164 3164  FE00 FE0F  FEFF FEFF  FFA0 FFA0  FFF0 FFF8  1BCA0 1BCA3  1D173 1D17A  E0000 E0FFF
""".split()


def test_what_need_not_be_shown_makes_no_difference_between_names() -> None:
    ends = [int(one, 16) for one in IGNORABLE]
    for first, last in zip(ends[::2], ends[1::2], strict=True):
        for point in range(first, last + 1):
            assert skeleton(f"Ri{chr(point)}ch") == skeleton("Rich"), hex(point)
            assert skeleton(f"!{chr(point)}") == "!", hex(point)


@pytest.mark.parametrize(
    ("names", "apart"),
    [
        (["कमल", "कोमल", "कमला", "विमल"], 4),  # Vowels that take room of their own
        (["सुमन", "समन", "सेमन"], 1),  # Vowels above and below
        (["แดง", "ดำ", "เล็ก", "ผู้เล่น"], 4),
        (["มา", "ม่า", "ม้า"], 1),  # Tones
        (["שרה", "משה", "אברהם"], 3),
        (["אברהם", "אַבְרָהָם"], 1),  # Points
        (["محمد", "أحمد", "علي"], 3),
        (["محمد", "محمّد", "مُحَمَّد"], 1),
        (["Hoàng", "Hoang"], 1),
        (["한글", "한국", "하늘"], 3),
        (["さくら", "かえで"], 2),
    ],
)
def test_names_of_scripts_with_marks_are_one_where_they_differ_by_marks_alone(
    names: list[str], apart: int
) -> None:
    for name in names:
        assert player_name(name, strict=True)
    assert len({skeleton(name) for name in names}) == apart
