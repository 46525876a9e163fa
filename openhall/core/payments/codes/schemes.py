"""Whose code is it? Recognises the networks a resident is likely to meet, so that the hall can name them."""

import re

from msgspec import Struct

from openhall.core.payments.codes import cpm, mpm
from openhall.core.payments.codes.reasons import CodeError


class Network(Struct, frozen=True):
    """A payment network that is not this hall. `name` is its own brand name, "" when nobody knows it.

    `payer` is True for a code that a payer shows to a cashier: scanning one by mistake is common, and needs another
    word.
    """

    name: str
    payer: bool = False


# Identifier in sub-field 00 of an account template, upper case -> network. An application id ends where the
# registry's part of it ends, so that part is compared as a prefix; reverse domains are compared whole.
_BY_DOMAIN = {
    "SG.PAYNOW": "PayNow",
    "SG.COM.NETS": "NETS",
    "HK.COM.HKICL": "FPS",
    "BR.GOV.BCB.PIX": "Pix",
    "ID.CO.QRIS.WWW": "QRIS",
    "COM.P2PQRPAY": "QR Ph",
    "PH.PPMI.P2M": "QR Ph",
}
_BY_APPLICATION = {
    "A000000677": "PromptPay",
    "A000000727": "VietQR",
    "A000000615": "DuitNow",
    "A000000524": "RuPay",
    "A000000333": "UnionPay",
    "A000000003": "Visa",
    "A000000004": "Mastercard",
    "A000000025": "American Express",
    "A000000065": "JCB",
    "A000000152": "Discover",
}
# SGQR is a label shared by several networks: its identity stands in template 51, the networks themselves from 26 up.
_SGQR = "SG.SGQR"
# A KHQR account is named bank-style ("someone@bank") in 29 or 30 and has no registered identifier; the country decides.
_KHQR_TEMPLATES = ("29", "30")

_CARDS = {
    "Visa": ("02", "03"),
    "Mastercard": ("04", "05"),
    "Discover": ("09", "10"),
    "American Express": ("11", "12"),
    "JCB": ("13", "14"),
    "UnionPay": ("15", "16"),
    "EMVCo": ("06", "07", "08", *(f"{n:02d}" for n in range(17, 26))),
}

_LINKS = (
    ("upi:", "UPI"),
    ("https://qr.alipay.com/", "Alipay"),
    ("https://mobilecodec.alipay.com/", "Alipay"),
    ("alipays:", "Alipay"),
    ("alipayqr:", "Alipay"),
    ("wxp:", "WeChat Pay"),
    ("weixin:", "WeChat Pay"),
    ("https://wx.tenpay.com/", "WeChat Pay"),
    ("https://payapp.weixin.qq.com/", "WeChat Pay"),
    ("https://qr.95516.com/", "UnionPay"),
)
_PAYERS = (
    (re.compile(r"(?:2[5-9]|30)[0-9]{14,22}"), "Alipay"),
    (re.compile(r"1[0-5][0-9]{16}"), "WeChat Pay"),
    (re.compile(r"62[0-9]{17}"), "UnionPay"),
)


def of_text(text: str) -> Network | None:
    """The network of a link or of what a payer shows; None for any other text."""
    lowered = text[:64].lower()
    for prefix, name in _LINKS:
        if lowered.startswith((prefix, prefix.replace("https:", "http:"))):
            return Network(name)
    for pattern, name in _PAYERS:
        if pattern.fullmatch(text):
            return Network(name, payer=True)
    if text.startswith(cpm.PREFIX):
        return _of_payer(text)
    return None


def of_payload(code: mpm.Mpm) -> Network:
    """The network of a merchant-presented payload; several are named together, an unknown one has an empty name."""
    names: dict[str, None] = {}
    for field in code.fields:
        if name := _of_account(field.id, code):
            names[name] = None
    if code.value("51", "00") == _SGQR:
        inside = ", ".join(names)
        return Network(f"SGQR ({inside})" if inside else "SGQR")
    return Network(", ".join(names))


def _of_account(tag: str, code: mpm.Mpm) -> str | None:
    for name, tags in _CARDS.items():
        if tag in tags:
            return name
    if not "26" <= tag <= "51" and not "80" <= tag <= "99":
        return None
    identifier = (code.value(tag, "00") or "").upper()
    known = _BY_DOMAIN.get(identifier) or _of_application(identifier)
    if known:
        return known
    if tag in _KHQR_TEMPLATES and "@" in identifier and (code.value("58") or "").upper() == "KH":
        return "KHQR"
    return None


def _of_application(identifier: str) -> str | None:
    return next((name for prefix, name in _BY_APPLICATION.items() if identifier.startswith(prefix)), None)


def _of_payer(text: str) -> Network:
    """A damaged payer's code still is a payer's code: the name is then unknown, and nothing else changes."""
    try:
        offered = cpm.parse(text).application_ids()
    except CodeError:
        return Network("", payer=True)
    names = (name for name in map(_of_application, offered) if name)
    return Network(next(names, ""), payer=True)
