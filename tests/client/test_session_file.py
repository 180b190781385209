"""A program that keeps its session in a file is the same player when it is started again."""

from pathlib import Path

import pytest

from pokerws.client import CommandRejected, connect
from pokerws.server.app import App
from tests.settings import settings_of


async def a_server(tmp_path: Path) -> App:
    app = App(settings_of(port=0, database_url=f"embedded:{tmp_path / 'none'}"))
    await app.start()
    return app


async def test_the_next_run_is_the_same_player(tmp_path: Path) -> None:
    app, file = await a_server(tmp_path), tmp_path / "ann.session"
    try:
        async with connect(app.socket_url, name="Ann", session_file=file) as client:
            player = client.player
        assert file.stat().st_mode & 0o777 == 0o600
        async with connect(app.socket_url, name="Ann", session_file=file) as client:
            assert client.player == player
        with pytest.raises(CommandRejected, match="another player") as refused:
            async with connect(app.socket_url, name="Ann"):
                pass
        assert refused.value.code == "name_taken"
    finally:
        await app.stop()


async def test_a_session_that_the_server_does_not_know_makes_way_for_a_new_one(
    tmp_path: Path,
) -> None:
    app, file = await a_server(tmp_path), tmp_path / "ann.session"
    file.write_text("of another server")
    try:
        async with connect(app.socket_url, name="Ann", session_file=file) as client:
            assert client.welcome.name == "Ann"
            assert file.read_text() == client.session
    finally:
        await app.stop()


async def test_without_a_name_there_is_nobody_to_come_as(tmp_path: Path) -> None:
    app, file = await a_server(tmp_path), tmp_path / "ann.session"
    file.write_text("of another server")
    try:
        with pytest.raises(CommandRejected) as refused:
            async with connect(app.socket_url, session_file=file):
                pass
        assert refused.value.code == "bad_token"
        assert file.read_text() == "of another server"
    finally:
        await app.stop()
