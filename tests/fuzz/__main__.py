"""Fuzz the decoder, led by what code is reached: `python -m tests.fuzz [libFuzzer's options]`.

An input that is not answered is written into var/fuzz; `python -m tests.fuzz FILE` repeats it.
"""

import asyncio
import sys
from functools import partial
from pathlib import Path

import atheris  # type: ignore[import-untyped]  # Only `make fuzz` installs it.
import structlog

with atheris.instrument_imports(include=["pokerws"]):
    from tests.fuzz.decoder_target import one_input, write_corpus

# Kept between runs, with what was found.
CORPUS = Path("var/fuzz/corpus")
SEEDS = 500


def main() -> None:
    """Run until what the options say, or a fault."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger("critical"))
    options = sys.argv
    if all(option.startswith("-") for option in sys.argv[1:]):
        write_corpus(CORPUS, SEEDS, seed=1)
        options = [*sys.argv, f"-artifact_prefix={CORPUS.parent}/", str(CORPUS)]
    with asyncio.Runner() as runner:
        atheris.Setup(options, partial(one_input, runner))
        atheris.Fuzz()


main()
