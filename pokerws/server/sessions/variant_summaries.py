"""Summaries of the server's games, for `welcome`."""

from hashlib import blake2b

import msgspec

from pokerws.game.variants import MIXES, VARIANTS, Variant
from pokerws.messages import MixSummary, VariantSummary


def _summary(variant: Variant) -> VariantSummary:
    return VariantSummary(
        name=variant.name,
        betting=variant.betting.value,
        forced=variant.forced.value,
        max_seats=variant.max_seats,
        draws=sum(bool(street.draw) for street in variant.streets),
        board=variant.has_board,
    )


VARIANT_SUMMARIES = {code: _summary(variant) for code, variant in VARIANTS.items()}
MIX_SUMMARIES = {code: MixSummary(mix.name, mix.games) for code, mix in MIXES.items()}
# Changes with any of the summaries.
GAMES_ETAG = blake2b(
    msgspec.json.encode((VARIANT_SUMMARIES, MIX_SUMMARIES)), digest_size=8
).hexdigest()
