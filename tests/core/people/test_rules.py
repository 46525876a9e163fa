"""Phone numbers, codes, tokens, device labels and redirects: pure rules."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openhall.base.errors import Problem
from openhall.core.people import rules


@pytest.mark.parametrize(
    "written",
    [
        "13800138000",
        "138 0013 8000",
        "138-0013-8000",
        "+8613800138000",
        "+86 138 0013 8000",
        "+86 (138) 0013.8000",
        "0086 13800138000",
        "8613800138000",
        "１３８００１３８０００",
        "＋８６　１３８　００１３　８０００",
        "\u202d13800138000\u202c",
        "  13800138000\n",
    ],
)
def test_one_mainland_mobile_has_one_form_however_it_is_written(written: str) -> None:
    assert rules.phone(written) == "+8613800138000"


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("+44 20 7946 0123", "+442079460123"),
        ("+852 9123 4567", "+85291234567"),
        ("00 65 9123 4567", "+6591234567"),
        ("+1234567", "+1234567"),
        ("+123456789012345", "+123456789012345"),
    ],
)
def test_numbers_of_other_countries_are_kept_in_full(written: str, canonical: str) -> None:
    assert rules.phone(written) == canonical


@pytest.mark.parametrize(
    "written",
    [
        "",
        " ",
        "abc",
        "110",
        "12800138000",
        "1380013800",
        "138001380000",
        "010 6512 3456",
        "+86 10 6512 3456",
        "+123456",
        "+1234567890123456",
        "+0123456789",
        "++8613800138000",
        "138001380o0",
        "13800138000'; --",
        "١٣٨٠٠١٣٨٠٠٠",
        "1" * 100,
        "\x0013800138000",
    ],
)
def test_what_is_not_a_mobile_number_is_refused(written: str) -> None:
    assert rules.phone(written) is None


@given(st.text(max_size=80))
def test_a_canonical_phone_is_its_own_canonical_form(written: str) -> None:
    canonical = rules.phone(written)
    assert canonical is None or rules.phone(canonical) == canonical


def test_a_masked_phone_shows_neither_middle_nor_whole() -> None:
    assert rules.masked("+8613800138000") == "138****8000"
    assert rules.masked("+442079460123") == "+44****0123"
    assert rules.masked("+1234567") == "+12****67"
    assert rules.spaced("+8613800138000") == "138 0013 8000"
    assert rules.spaced("+6591234567") == "+6591234567"


def test_a_code_is_six_digits_and_may_begin_with_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("secrets.randbelow", lambda bound: 42 if bound == 10**6 else -1)
    assert rules.new_code() == "000042"


@pytest.mark.parametrize("written", ["012345", "012 345", " 012345 ", "０１２３４５", "012-345"])
def test_a_code_is_read_however_it_is_typed(written: str) -> None:
    assert rules.code(written) == "012345"


@pytest.mark.parametrize("written", ["", "12345", "1234567", "12345a", "1" * 100])
def test_what_is_not_six_digits_is_not_a_code(written: str) -> None:
    assert rules.code(written) is None


def test_the_code_is_found_in_its_message_and_not_in_longer_numbers() -> None:
    assert rules.code_in("【长安】验证码 012345，5 分钟内有效。") == "012345"
    assert rules.code_in("Your code is 987654.") == "987654"
    assert rules.code_in("Order 12345678 is ready.") is None


def test_a_code_hash_depends_on_secret_phone_and_code() -> None:
    hashes = {
        rules.code_hash(secret, phone, code)
        for secret in ("one", "two")
        for phone in ("+8613800138000", "+8613900139000")
        for code in ("000000", "000001")
    }
    assert len(hashes) == 8


def test_a_token_is_long_unique_and_stored_as_a_hash() -> None:
    token = rules.new_token()
    assert len(token) == 43
    assert token != rules.new_token()
    hashed = rules.token_hash(token)
    assert hashed is not None
    assert len(hashed) == 32
    assert token.encode() not in hashed


@pytest.mark.parametrize("invented", ["", "x", "a" * 42, "a" * 44, "a" * 42 + "é", "a" * 42 + " ", "a" * 1_000_000])
def test_what_cannot_be_a_token_is_not_even_hashed(invented: str) -> None:
    assert rules.token_hash(invented) is None


CHROME = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Mobile Safari/537.36"
)
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Mobile Safari/604.1"
WECHAT = "Mozilla/5.0 (Linux; Android 12; HarmonyOS) AppleWebKit/537.36 Chrome/107 Mobile Safari MicroMessenger/8.0.40"


@pytest.mark.parametrize(
    ("user_agent", "label"),
    [
        (CHROME, "Chrome on Android"),
        (SAFARI, "Safari on iPhone"),
        (WECHAT, "WeChat on HarmonyOS"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/156.0 Safari/537.36 Edg/156.0", "Edge on Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        ("curl/8.5.0", "curl"),
        ("python-httpx/0.28.1", "Python"),
        ("Mozilla/5.0 (Android)", "Android"),
        ("<script>alert(1)</script>", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_a_device_label_is_short_and_recognisable(user_agent: str | None, label: str) -> None:
    assert rules.device(user_agent) == label


def test_a_display_name_is_tidied_and_bounded() -> None:
    assert rules.display_name("  王  小明 \n") == "王 小明"
    assert rules.display_name(" \t ") is None
    with pytest.raises(Problem) as unclear:
        rules.display_name("x" * 99)
    assert unclear.value.code == "people.display_name_unclear"


def test_what_a_passkey_is_called_is_cut_and_hides_nothing() -> None:
    assert rules.label(" My\u200b phone\n\u202e ") == "My phone"
    assert rules.label("x" * 99) == "x" * rules.NAME_MAX
    assert rules.label("\u3164") is None


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("a-socket", "a-socket"),
    ],
)
def test_an_address_is_counted_by_whoever_may_choose_it(address: str, counted: str) -> None:
    assert rules.address_key(address) == counted
