"""A port for operators with a token."""

import socket

import pytest


@pytest.fixture
def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as trying:
        trying.bind(("127.0.0.1", 0))
        port: int = trying.getsockname()[1]
    return port
