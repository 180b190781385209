"""From where a client comes, directly and through proxies."""

import pytest
from websockets.datastructures import Headers

from pokerws.server.net.client_address import TrustedProxies, counted_as, parse

PROXIES = ("10.0.0.0/8", "2001:db8:aaaa::/48", "192.0.2.7")


def origin(peer: str, *lines: str, proxies: tuple[str, ...] = PROXIES) -> str:
    headers = Headers([("X-Forwarded-For", line) for line in lines])
    return str(TrustedProxies(proxies).origin(peer, headers))


def test_without_proxies_nobody_is_believed() -> None:
    assert origin("203.0.113.9", "198.51.100.1", proxies=()) == "203.0.113.9"
    assert origin("127.0.0.1", "198.51.100.1", proxies=()) == "127.0.0.1"


def test_who_is_no_proxy_is_not_believed() -> None:
    assert origin("203.0.113.9", "198.51.100.1") == "203.0.113.9"


def test_a_proxy_is_believed_about_who_asked_it() -> None:
    assert origin("10.1.2.3", "198.51.100.1") == "198.51.100.1"
    assert origin("192.0.2.7", "198.51.100.1") == "198.51.100.1"
    assert origin("2001:db8:aaaa::5", "2001:db8:9::1") == "2001:db8:9::1"


def test_what_the_client_itself_wrote_to_the_left_is_not_believed() -> None:
    assert origin("10.1.2.3", "127.0.0.1, 198.51.100.1") == "198.51.100.1"
    assert origin("10.1.2.3", "127.0.0.1", "10.9.9.9, 198.51.100.1") == "198.51.100.1"


def test_a_chain_of_proxies_is_followed_to_the_first_that_is_none() -> None:
    assert origin("10.1.2.3", "6.6.6.6, 198.51.100.1, 192.0.2.7, 10.0.0.1") == "198.51.100.1"
    assert origin("10.1.2.3", "6.6.6.6, 198.51.100.1", "192.0.2.7", "10.0.0.1") == "198.51.100.1"


@pytest.mark.parametrize("line", ["", "unknown", "_hidden", "198.51.100.1, nonsense", "1.2.3"])
def test_what_is_no_address_counts_as_the_proxy_itself(line: str) -> None:
    assert origin("10.1.2.3", line) == "10.1.2.3"


def test_a_proxy_that_says_nothing_is_the_client() -> None:
    assert origin("10.1.2.3") == "10.1.2.3"


def test_a_socket_without_an_address_has_none() -> None:
    assert origin("") == "None"
    assert counted_as(None) == "unknown"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("192.0.2.1", "192.0.2.1"),
        (" 192.0.2.1:5000 ", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("[::ffff:192.0.2.1]:5000", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::9]:5000", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::/64"),
    ],
)
def test_an_address_counts_as_itself_and_of_ipv6_as_its_64(text: str, expected: str) -> None:
    assert counted_as(parse(text)) == expected


def test_a_proxy_is_known_by_its_ipv4_address_written_as_ipv6() -> None:
    assert origin("::ffff:10.1.2.3", "::ffff:198.51.100.1") == "198.51.100.1"
