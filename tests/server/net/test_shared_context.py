"""Clients who share a context, and get some of its frames compressed and others not."""

import json
import random
import zlib

from pokerws.server.net.deflate import TAIL, WINDOW_BITS
from pokerws.server.net.shared_context import MIN_CHAIN, NOTHING, SharedContext


class Inflater:
    """A client's side of the context."""

    def __init__(self) -> None:
        self.last = NOTHING
        self._inflater = zlib.decompressobj(-WINDOW_BITS)

    def is_shown(self, context: SharedContext, message: bytes) -> bool:
        """Take a message, as a connection sends it; whether it came compressed."""
        found = context.frame(message, self.last, is_text=True)
        if found is None:
            return False
        frame, self.last = found
        assert frame[0] == 0xC1
        payload = frame[2:] if frame[1] < 126 else frame[4:]
        assert self._inflater.decompress(payload + TAIL) == message
        return True


def test_clients_can_inflate_all_that_they_get_whatever_else_they_miss() -> None:
    """Clients of several tables, who join, leave, fall behind and come back."""
    rng = random.Random(7)
    tables = [SharedContext() for _ in range(3)]
    clients = [Inflater() for _ in range(6)]
    compressed = 0
    for number in range(3000):
        table = rng.choice(tables)
        if rng.random() < 0.01:
            table.forget()
        message = json.dumps({"seq": number, "events": ["checked", rng.random()]}).encode()
        for client in rng.sample(clients, rng.randrange(len(clients))):
            compressed += client.is_shown(table, message)
    assert compressed > 500


def test_one_who_comes_later_is_soon_sent_compressed_messages() -> None:
    context, (early, late) = SharedContext(), (Inflater(), Inflater())
    messages = [b'{"seq":%d}' % number for number in range(3 * MIN_CHAIN)]
    for message in messages[:MIN_CHAIN]:
        assert early.is_shown(context, message)
    shown = [
        (early.is_shown(context, message), late.is_shown(context, message))
        for message in messages[MIN_CHAIN:]
    ]
    assert shown[0] == (True, False), "the others are not disturbed at once"
    assert shown[1:] == [(True, True)] * (len(shown) - 1)
