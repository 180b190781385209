import json

import pytest
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.server import ServerProtocol

from pokerws.load.frames import close_frame, pong_frame, span, text_frame


@pytest.mark.parametrize("length", [0, 1, 125, 126, 65_535, 65_536])
def test_a_frame_is_found_when_its_last_byte_has_arrived(length: int) -> None:
    payload = bytes(range(256)) * 257
    frame = Frame(Opcode.TEXT, payload[:length]).serialize(mask=False)
    data, at = b"before" + frame + b"behind", len(b"before")
    end = at + len(frame)
    found = span(data, at, end)
    assert found is not None
    assert data[slice(*found)] == payload[:length]
    assert found[1] == end
    for missing in {1, 2, len(frame) - 1, len(frame)}:
        assert span(data, at, end - missing) is None


@pytest.mark.parametrize("length", [1, 125, 126, 4000])
def test_the_library_reads_what_is_sent(length: int) -> None:
    server = ServerProtocol(state=State.OPEN)
    text = json.dumps("x" * length).encode()
    server.receive_data(text_frame(text) + pong_frame(b"there") + close_frame())
    received = [frame for frame in server.events_received() if isinstance(frame, Frame)]
    assert [(frame.opcode, bytes(frame.data)) for frame in received] == [
        (Opcode.TEXT, text),
        (Opcode.PONG, b"there"),
        (Opcode.CLOSE, (1000).to_bytes(2, "big")),
    ]
