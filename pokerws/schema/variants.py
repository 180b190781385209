"""The variants and mixes as a JavaScript module, with what the web page needs to show them.

The server generates it, so that a new variant works in the page without changes to the page.  The
types of the module are in `pokerws/web/variants.d.ts`.
"""

import msgspec

from pokerws.game.variants import MIXES, VARIANTS, Variant


def variants_js() -> bytes:
    """The whole module."""
    variants = {code: _facts(variant) for code, variant in VARIANTS.items()}
    mixes = {code: {"name": mix.name, "games": mix.games} for code, mix in MIXES.items()}
    return b"export const VARIANTS = %b;\nexport const MIXES = %b;\n" % (
        msgspec.json.encode(variants),
        msgspec.json.encode(mixes),
    )


def _facts(variant: Variant) -> dict[str, object]:
    streets = variant.streets
    return {
        "name": variant.name,
        "betting": variant.betting,
        "forced": variant.forced,
        "seats": variant.max_seats,
        "streets": [street.name for street in streets],
        "down": sum(street.down for street in streets),
        "up": sum(street.up for street in streets),
        "board": sum(street.board for street in streets),
        "fromHole": variant.from_hole,
        "draws": any(street.draw for street in streets),
        "hiLo": len(variant.rankings) > 1,
    }
