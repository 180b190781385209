"""The command `load` on real servers."""

import asyncio
import io
import re
from collections.abc import AsyncIterator

import pytest

from pokerws.arguments import parser
from pokerws.load.command import LIMITS, load
from pokerws.load.unlimited import rates, unlimited
from pokerws.settings import load as load_settings
from pokerws.settings import variables
from tests.e2e.process import ServerProcess


async def run(*words: str, **settings: str) -> tuple[int, str, str]:
    """Exit code and output."""
    out, err = io.StringIO(), io.StringIO()
    asked = parser().parse_args(["load", *words])
    code = await asyncio.to_thread(load, load_settings(settings), asked, out, err)
    return code, out.getvalue(), err.getvalue()


@pytest.fixture
async def server() -> AsyncIterator[ServerProcess]:
    """A server with exactly what the command tells an operator to set."""
    process = ServerProcess(**{name.lower(): value for name, value in unlimited(rates()).items()})
    await process.start()
    yield process
    if process.running:
        assert await process.stop() == 0


async def test_a_load_is_played_and_said_to_be_as_fast_as_it_is(server: ServerProcess) -> None:
    before = await server.metrics()
    code, said, err = await run(
        *("--url", server.socket_url, "--tables", "2", "--connections", "20", "--seconds", "1")
    )
    assert (code, err) == (0, "")
    assert re.search(
        r"^connected +20 within .* 12 players at 2 tables, 8 others$", said, re.MULTILINE
    )
    assert re.search(r"^answers +p50 [\d.]+ ms, p99 [\d.]+ ms", said, re.MULTILINE)
    assert re.search(r"^server +\d+% of a processor; memory \d+ MiB", said, re.MULTILINE)
    rate = re.search(r" ([\d,]+) actions/s", said)
    assert rate is not None
    now = await server.metrics()
    counted = 'pokerws_commands_total{answer="accepted",command="act"}'
    # The second is after one of warming up.
    assert now[counted] - before.get(counted, 0) >= int(rate[1].replace(",", "")) > 0
    assert now['pokerws_session_closes_total{code="1000"}'] >= 20


async def test_a_rate_is_kept(server: ServerProcess) -> None:
    address = {"PORT": str(server.port), "HOST": "127.0.0.1"}
    code, said, _ = await run("--tables", "2", "--rate", "20", "--seconds", "2", **address)
    assert code == 0
    rate = re.search(r" ([\d,]+) actions/s", said)
    assert rate is not None
    assert 0 < int(rate[1]) < 60


async def test_a_server_with_limits_is_refused_with_what_to_set() -> None:
    # Those of the settings, and none of the tests' own.
    names = {name.lower() for name in variables()}
    usual = {name: default for name, default in defaults().items() if name in names}
    process = ServerProcess(**usual)
    await process.start()
    try:
        code, said, err = await run("--url", process.socket_url)
        assert (code, said) == (1, "")
        assert all(name in err for name in LIMITS.values())
        assert "load --settings > load.env" in err
        assert not (await process.metrics())["pokerws_tables_in_memory"]
    finally:
        assert await process.stop() == 0


def defaults() -> dict[str, object]:
    """The limits as they are unless somebody sets them."""
    found = {name: field.default for name, field in variables().items()}
    return {name.lower(): found[name] for name in unlimited(rates())}


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--url", "ws://192.0.2.1:8765/ws"), "192.0.2.1 is not this machine"),
        (("--url", "ws://poker.example/ws"), "say --yes"),
        (("--url", "wss://127.0.0.1:8765/ws"), "does not speak TLS"),
        (("--url", "127.0.0.1:8765"), "expected an address like ws://127.0.0.1:8765/ws"),
    ],
)
async def test_nothing_is_connected_without_an_address_that_is_mine(
    words: tuple[str, ...], why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def connected(*_: object, **__: object) -> None:
        raise AssertionError("it has connected")

    monkeypatch.setattr("socket.create_connection", connected)
    code, said, err = await run(*words)
    assert (code, said) == (1, "")
    assert why in err


async def test_a_server_that_is_not_there_is_one_line() -> None:
    code, _, err = await run("--url", "ws://127.0.0.1:9/ws")
    assert code == 1
    assert re.fullmatch(r"pokerws: .*Connection refused\n", err)


@pytest.mark.parametrize("words", ["--seconds 601", "--tables 0", "--connections -1", "--rate x"])
def test_a_load_has_bounds(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args(["load", *words.split()])
    assert "expected a number from 1 to" in capsys.readouterr().err


async def test_the_settings_for_a_load_are_settings() -> None:
    code, said, _ = await run("--settings")
    assert code == 0
    given = dict(line.split("=") for line in said.splitlines())
    limits = load_settings(given).limits
    assert limits.max_connections_per_address == 0
    assert "REFUSAL_RATE" not in given
