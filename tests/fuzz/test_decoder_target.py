"""What the fuzzer runs is run here too, over what it starts from, so that it cannot rot unseen."""

import asyncio
from pathlib import Path

from structlog.testing import capture_logs

from tests.fuzz.decoder_target import one_input, write_corpus


def test_each_seed_of_the_corpus_gets_one_answer(tmp_path: Path) -> None:
    write_corpus(tmp_path, 300, seed=1)
    with capture_logs(), asyncio.Runner() as runner:
        for file in sorted(tmp_path.iterdir()):
            one_input(runner, file.read_bytes())
        one_input(runner, b"")
