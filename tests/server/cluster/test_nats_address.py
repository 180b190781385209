import re
from pathlib import Path

import pytest

from pokerws.server.cluster.bus import BusRefused
from pokerws.server.cluster.nats_address import TlsFiles, nats_address


def test_a_url_has_servers_and_credentials() -> None:
    address = nats_address("nats://node:p%40ss@one,nats://two:5, nats://[::1]:6/")
    assert address.servers == ("nats://one:4222", "nats://two:5", "nats://[::1]:6")
    assert (address.login, address.token) == (("node", "p@ss"), None)
    assert not address.is_tls_required


def test_a_name_without_a_password_is_a_token() -> None:
    address = nats_address("tls://s3cret@one")
    assert (address.login, address.token) == (None, "s3cret")
    assert address.is_tls_required


def test_a_url_without_credentials_has_none() -> None:
    address = nats_address("nats://one")
    assert (address.login, address.token) == (None, None)


def test_an_address_is_shown_without_its_secrets() -> None:
    assert "s3cret" not in repr(nats_address("nats://node:s3cret@one"))


@pytest.mark.parametrize(
    "url",
    [
        *("", "s3cret", "one:4222", "http://s3cret@one", "nats://", "nats://s3cret@"),
        *("nats://u:s3cret@one:port", "nats://s3cret@one:0", "nats://s3cret@one:70000"),
        *("nats://s3cret@one/path", "nats://s3cret@one?x=1", "nats://s3cret@[one"),
        *("nats://s3cret@one,tls://two", "nats://a@one,nats://s3cret@two", "nats://s3cret@one,"),
    ],
)
def test_another_url_is_refused_without_being_shown(url: str) -> None:
    with pytest.raises(BusRefused, match=r"NATS") as refused:
        nats_address(url)
    assert "s3cret" not in str(refused.value)


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    missing = tmp_path / "ca.pem"
    with pytest.raises(BusRefused, match=re.escape(str(missing))):
        nats_address("tls://one", TlsFiles(ca=missing))
    missing.write_text("nonsense")
    with pytest.raises(BusRefused, match=re.escape(str(missing))):
        nats_address("tls://one", TlsFiles(ca=missing))
