"""Where a server listens, what it shows, and what its own clients dial."""

import errno
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from pokerws.client import connect as connect_client
from pokerws.server.app import App
from pokerws.server.net.addresses import ListenError, listen, places_of
from tests.settings import settings_of

V4, V6 = "127.0.0.1", "::1"


def has_ipv6() -> bool:
    try:
        with socket.create_server((V6, 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


needs_ipv6 = pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")
FAMILIES = [V4, *([V6] if has_ipv6() else [])]


Serving = Callable[..., AbstractAsyncContextManager[App]]


@pytest.fixture
def serving(tmp_path: Path) -> Serving:
    @asynccontextmanager
    async def serving(*host: str) -> AsyncIterator[App]:
        nowhere = f"embedded:{tmp_path / 'none'}"
        given = {"host": host} if host else {}
        app = App(settings_of(port=0, database_url=nowhere, **given))
        await app.start()
        yield app
        await app.stop()

    return serving


def answers(host: str, port: int) -> bool:
    """Whether something listens there."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        return probe.connect_ex((host, port)) == 0


@pytest.mark.parametrize(
    ("host", "listens", "dialled"),
    [
        ((), FAMILIES, V4),
        (("::",), FAMILIES, V4),
        (("0.0.0.0",), [V4], V4),
        (("127.0.0.2",), ["127.0.0.2"], "127.0.0.2"),
        ((V4, V6), FAMILIES, V4),
        ((V4, "127.0.0.2", V4), [V4, "127.0.0.2"], V4),
        (("0.0.0.0", "::"), FAMILIES, V4),
        # Every address is one of these: no second socket for it, which would find the port in use.
        ((V4, "0.0.0.0", "127.0.0.2"), [V4], V4),
        pytest.param((V6,), [V6], f"[{V6}]", marks=needs_ipv6),
        pytest.param((V6, V4), [V6, V4], f"[{V6}]", marks=needs_ipv6),
    ],
)
async def test_it_listens_on_each_address_at_one_port_and_is_dialled_there(
    serving: Serving, host: tuple[str, ...], listens: list[str], dialled: str
) -> None:
    async with serving(*host) as app:
        port = app.port
        assert [one for one in (V4, "127.0.0.2", V6) if answers(one, port)] == sorted(
            {*listens, *(["127.0.0.2"] if {"0.0.0.0", "::"} & {*host} else [])}
        )
        assert app.address == f"http://{dialled}:{port}/"
        assert app.socket_url == f"ws://{dialled}:{port}/ws"
        async with connect_client(app.socket_url, name="Ada") as client:
            assert client.player
            servers = app.listener._port._servers
            (accepted,) = (one for server in servers for one in server.connections)
            # Without it each small frame would wait for the client's delayed acknowledgement.
            delays = accepted.transport.get_extra_info("socket")
            assert delays.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


async def test_a_name_is_listened_on_and_shown_as_it_was_given(
    serving: Serving,
) -> None:
    async with serving("localhost") as app:
        assert app.address == f"http://localhost:{app.port}/"
        async with connect_client(app.socket_url, name="Ada") as client:
            assert client.player


@pytest.mark.parametrize("code", [errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL])
async def test_a_machine_without_ipv6_listens_on_ipv4(
    serving: Serving, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    create = socket.create_server

    def without_ipv6(address: Any, *, family: int, **more: Any) -> socket.socket:
        if family == socket.AF_INET6:
            raise OSError(code, "no IPv6")
        return create(address, family=family, **more)

    monkeypatch.setattr(socket, "create_server", without_ipv6)
    for host in ((), ("::",)):
        async with serving(*host) as app:
            assert app.address == f"http://{V4}:{app.port}/"
    with pytest.raises(ListenError, match=r"^cannot listen on \[::1\]:0: this machine has no"):
        listen(await places_of((V6,)), 0)


@pytest.mark.parametrize(
    ("host", "refusal"),
    [
        ("192.0.2.1", "cannot listen on 192.0.2.1:0: this machine has no such address; set HOST"),
        (f"{V4},192.0.2.1", "cannot listen on 192.0.2.1:"),
        ("no-such-name.invalid", "HOST names no-such-name.invalid, which has no address: "),
        ("a" * 64, f"HOST names {'a' * 64}, which has no address: "),
    ],
)
async def test_an_address_that_is_not_this_machines_is_named_in_one_line(
    host: str, refusal: str
) -> None:
    with pytest.raises(ListenError) as caught:
        listen(await places_of(host.split(",")), 0)
    assert str(caught.value).startswith(refusal)
    assert "HOST" in str(caught.value)
    assert "\n" not in str(caught.value)


async def test_of_several_addresses_the_one_in_use_is_named_and_the_others_are_let_go() -> None:
    with socket.create_server(("127.0.0.2", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ListenError, match=rf"^cannot listen on 127.0.0.2:{port}: it is in use"):
            listen(await places_of((V4, "127.0.0.2")), port)
        assert not answers(V4, port)


async def test_with_port_0_one_port_is_found_that_is_free_at_every_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    create, tries = socket.create_server, list[int]()

    def taken_at_first(address: Any, **more: Any) -> socket.socket:
        if address[0] != V4 and len(tries) < 2:
            tries.append(address[1])
            raise OSError(errno.EADDRINUSE, "in use")
        return create(address, **more)

    monkeypatch.setattr(socket, "create_server", taken_at_first)
    opened = listen(await places_of((V4, "127.0.0.2")), 0)
    assert len({one.getsockname()[1] for one in opened}) == 1
    assert len(tries) == 2
    assert not any(answers(V4, port) for port in tries if port != opened[0].getsockname()[1])
    for one in opened:
        one.close()


def test_a_client_of_this_machine_dials_loopback_for_all_addresses() -> None:
    def dialled(*host: str) -> tuple[str, ...]:
        return settings_of(host=host).network.dial_hosts

    assert dialled("0.0.0.0") == (V4,)
    assert dialled("::") == (V4, V6)
    assert dialled(V4, V6) == (V4, V6)
    assert dialled("192.0.2.1", "0.0.0.0", V4) == ("192.0.2.1", V4)
