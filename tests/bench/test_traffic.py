from bench.traffic import count

HANDS = 12


def test_compression_and_messagepack_save_bytes_of_the_same_messages() -> None:
    traffic = count(HANDS)
    text, packed = traffic["JSON"], traffic["MessagePack"]
    assert text.messages == packed.messages > 10 * HANDS
    assert text.compressed < 0.8 * packed.plain < 0.8 * text.plain
    assert packed.compressed < text.compressed
    assert text.private < text.compressed < text.plain / 2


def test_the_session_is_the_same_each_time() -> None:
    assert count(2) == count(2)
