"""QR codes of links are read by a decoder that has no line in common with the encoder."""

import json

import zxingcpp

from tests.node_programs import FOLDER, run

# Each of the 15 versions, full and with room, and the longest text.
LENGTHS = (
    1,
    14,
    15,
    26,
    42,
    43,
    62,
    84,
    106,
    122,
    152,
    180,
    181,
    213,
    251,
    287,
    331,
    362,
    363,
    412,
)
LINK = "https://poker.example/home/#table=0123456789ab&key=Zx-_ä"
SCALE = 3
BORDER = 4


def read(rows: list[str]) -> list[str]:
    """The texts of the codes in an image with these modules."""
    light = "0" * (len(rows) + 2 * BORDER)
    around = [light] * BORDER
    lines = [*around, *(f"{'0' * BORDER}{row}{'0' * BORDER}" for row in rows), *around]
    pixels = b"".join(
        bytes(0 if module == "1" else 255 for module in line for _ in range(SCALE))
        for line in lines
        for _ in range(SCALE)
    )
    size = len(lines) * SCALE
    return [
        code.text for code in zxingcpp.read_barcodes(memoryview(pixels).cast("B", (size, size)))
    ]


async def test_a_decoder_reads_the_codes_of_links_of_all_lengths() -> None:
    texts = [LINK, *((LINK.replace("ä", "a") * 9)[:length] for length in LENGTHS)]
    codes = json.loads(await run("node", FOLDER / "qr.mjs", given=json.dumps(texts)))
    assert [read(code) for code in codes] == [[text] for text in texts]
    assert {(len(code) - 17) // 4 for code in codes} == set(range(1, 16))
