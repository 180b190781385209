from hypothesis import given
from hypothesis import strategies as st

from pokerws.server.cluster.incoming import Incoming
from pokerws.server.cluster.packets import (
    MOST_FRAMES,
    Beat,
    Incarnation,
    Packet,
    Peer,
    decode,
    encode,
    loads,
    name_of,
    subject_of,
)

NAME, INCARNATION = "n" * 64, "i" * 64
LEAST_PACKET = 256

frames_lists = st.lists(
    st.integers(0, 3_000).map(lambda size: (size.to_bytes(2, "big") * (size // 2 + 1))[:size]),
    max_size=40,
)


def packets(frames: list[bytes], most_bytes: int) -> list[bytes]:
    return [
        encode(Packet(NAME, INCARNATION, number, load.frames, load.continues, load.more))
        for number, load in enumerate(loads(frames, most_bytes), 1)
    ]


def received(incoming: Incoming, messages: list[bytes]) -> list[bytes]:
    frames: list[bytes] = []
    for message in messages:
        packet = decode(message)
        assert isinstance(packet, Packet)
        order = incoming.count_packet(packet.link_no)
        whole = None if order == "old" else incoming.frames(packet)
        assert whole is not None
        frames += whole
    return frames


@given(frames_lists, st.integers(LEAST_PACKET, 5_000))
def test_frames_arrive_as_they_were_in_packets_that_are_not_too_long(
    frames: list[bytes], most_bytes: int
) -> None:
    messages = packets(frames, most_bytes)
    assert received(Incoming(0), messages) == frames
    assert all(len(message) <= most_bytes for message in messages)


@given(frames_lists, st.integers(LEAST_PACKET, 5_000), st.data())
def test_of_packets_that_are_lost_no_frame_is_made_up(
    frames: list[bytes], most_bytes: int, data: st.DataObject
) -> None:
    # A frame's content says which one it is, so none can be mistaken for another.
    frames = [number.to_bytes(2, "big") + frame for number, frame in enumerate(frames)]
    messages = packets(frames, most_bytes)
    kept = [message for message in messages if data.draw(st.booleans())]
    incoming = Incoming(0)
    arrived = received(incoming, kept)
    positions = [frames.index(frame) for frame in arrived]
    assert positions == sorted(set(positions))
    lost = len(messages) != len(kept)
    assert lost or arrived == frames
    # The end of the link shows what is missing last, and nothing is missing twice.
    is_last_lost = bool(messages) and messages[-1] not in kept
    assert incoming.count_beat(len(messages)) == ("gap" if is_last_lost else "next")
    assert incoming.count_beat(len(messages)) == "next"


def test_as_many_frames_as_possible_go_into_a_packet() -> None:
    assert len(packets([b"x" * 300] * 100, 1_048_576)) == 1
    assert len(packets([b""] * (MOST_FRAMES + 1), 1_048_576)) == 2
    assert packets([], 1_048_576) == []


def test_the_longest_names_and_numbers_fit_the_room_that_is_left_for_them() -> None:
    (load,) = loads([b"x" * 9_835], 10_000)
    message = encode(Packet(NAME, INCARNATION, 2**53, load.frames, continues=False, more=False))
    assert 9_950 < len(message) <= 10_000
    assert len(list(loads([b"x" * 9_836], 10_000))) == 2


def test_a_beat_is_what_it_was() -> None:
    beat = Beat(NAME, INCARNATION, 0, is_last=True)
    assert decode(encode(beat)) == beat


def test_a_nodes_name_cannot_reach_into_other_subjects() -> None:
    for name in ("poker.example:8765", "*", ">", "a b", "", "ä" * 100):
        subject = subject_of(Peer(name_of(name), Incarnation("i1")))
        assert subject.count(".") == 3
        assert subject.isascii()
        assert not set("*> ") & set(subject)
    assert name_of("node-1") == "node-1"
