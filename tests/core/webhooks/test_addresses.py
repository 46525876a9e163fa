"""Where webhooks may go, by the text of a URL and by the address it leads to."""

import ipaddress

import pytest

from openhall.base.errors import Problem
from openhall.core.webhooks.addresses import is_allowed, is_public, target

INVALID, NOT_HTTPS, NOT_PUBLIC = "webhooks.url_invalid", "webhooks.url_not_https", "webhooks.url_not_public"


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0", "10.1.2.3", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254", "169.254.169.254",
        "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1",
        "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
        "168.63.129.16", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::a00:1",
        "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:a00:1::1", "2002:7f00:1::1",
        "fc00::1", "fd12:3456::1", "fe80::1", "fec0::1", "ff02::1", "5f00::1",
    ],
)  # fmt: skip
def test_a_special_address_is_not_told(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "1.1.1.1",
        "8.8.8.8",
        "172.32.0.1",
        "223.5.5.5",
        "2400:3200::1",
        "2606:4700::1111",
        "64:ff9b::808:808",
        "2002:808:808::1",
    ],
)
def test_an_address_of_the_internet_is_told(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    ("url", "authority", "path"),
    [
        ("https://shop.example", "shop.example", "/"),
        ("https://Shop.Example:443/hook", "shop.example", "/hook"),
        ("HTTPS://shop.example:8443/a/b?c=d&e", "shop.example:8443", "/a/b?c=d&e"),
        ("https://8.8.8.8/x", "8.8.8.8", "/x"),
        ("https://[2606:4700::1111]:444/", "[2606:4700::1111]:444", "/"),
        ("https://xn--fiqs8s.example/", "xn--fiqs8s.example", "/"),
    ],
)
def test_a_good_address_is_taken_apart(url: str, authority: str, path: str) -> None:
    found = target(url, loopback=False)
    assert (found.scheme, found.authority, found.path, found.loopback) == ("https", authority, path, False)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("", INVALID),
        ("shop.example/hook", INVALID),
        ("ftp://shop.example/", INVALID),
        ("https://", INVALID),
        ("https:///path", INVALID),
        ("https://name:word@shop.example/", INVALID),
        ("https://8.8.8.8@shop.example/", INVALID),
        ("https://shop.example/#part", INVALID),
        ("https://shop.example\\@10.0.0.1/", INVALID),
        ("https://shop.example/a b", INVALID),
        ("https://shop.example/\r\nhost: x", INVALID),
        ("https://店.example/", INVALID),
        ("https://shop.example:0/", INVALID),
        ("https://shop.example:99999/", INVALID),
        ("https://shop.example:port/", INVALID),
        ("https://shop..example/", INVALID),
        ("https://shop.example./", INVALID),
        ("https://-shop.example/", INVALID),
        ("https://[fe80::1%25eth0]/", INVALID),
        ("https://[::1/", INVALID),
        ("https://2130706433/", INVALID),
        ("https://0x7f.1/", INVALID),
        ("https://127.1/", INVALID),
        ("https://0177.0.0.1/", INVALID),
        ("https://shop.example/" + "x" * 500, INVALID),
        ("http://shop.example/", NOT_HTTPS),
        ("http://127.0.0.1/", NOT_HTTPS),
        ("https://127.0.0.1/", NOT_PUBLIC),
        ("https://10.0.0.1/", NOT_PUBLIC),
        ("https://169.254.169.254/latest/meta-data", NOT_PUBLIC),
        ("https://[::1]/", NOT_PUBLIC),
        ("https://[::ffff:10.0.0.1]/", NOT_PUBLIC),
        ("https://localhost/", NOT_PUBLIC),
        ("https://hall/", NOT_PUBLIC),
        ("https://db.internal/", NOT_PUBLIC),
        ("https://printer.local/", NOT_PUBLIC),
        ("https://router.home.arpa/", NOT_PUBLIC),
    ],
)
def test_another_address_is_refused_with_the_reason(url: str, code: str) -> None:
    with pytest.raises(Problem) as refused:
        target(url, loopback=False)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "url", ["http://localhost:8080/x", "http://127.0.0.1:9/", "http://[::1]:9/", "https://localhost/"]
)
def test_the_demo_may_tell_this_machine_and_nothing_else(url: str) -> None:
    found = target(url, loopback=True)
    assert found.loopback
    assert is_allowed(found, ipaddress.ip_address("127.0.0.1"))
    assert is_allowed(found, ipaddress.ip_address("::1"))
    assert not is_allowed(found, ipaddress.ip_address("10.0.0.1"))
    assert not is_allowed(found, ipaddress.ip_address("8.8.8.8"))


@pytest.mark.parametrize("url", ["http://shop.example/", "http://10.0.0.1/", "https://10.0.0.1/", "https://hall/"])
def test_in_the_demo_other_inner_addresses_stay_refused(url: str) -> None:
    with pytest.raises(Problem):
        target(url, loopback=True)


def test_in_the_demo_a_name_that_leads_to_this_machine_stays_refused() -> None:
    assert not is_allowed(target("https://shop.example/", loopback=True), ipaddress.ip_address("127.0.0.1"))
