"""The pay code as text: eighteen digits that a payer shows to a cashier.

Two digits say what it is, sixteen follow. Our two beginnings lie outside what the large wallets use (10-15 WeChat Pay,
25-30 Alipay, 62 UnionPay), so a counter that takes several can tell them apart. Online codes are random; offline codes
are eight digits that name a device and eight that only this device can make now. The same digits stand in the QR code,
in the Code 128, and as the number of an EMVCo consumer-presented payload under our own application id.
"""

from openhall.core.payments.codes import cpm, schemes, short
from openhall.core.payments.codes.reasons import CodeError
from openhall.core.payments.codes.schemes import Network

ONLINE, OFFLINE = "71", "72"
LENGTH = 18
BODY = LENGTH - len(ONLINE)
HALF = BODY // 2

# A proprietary, unregistered application id (ISO 7816-5, category F): F0 and "openhall".
APPLICATION_ID = "F0" + b"openhall".hex().upper()

_GROUP = 3


def is_ours(text: str) -> bool:
    """Whether a scanned or typed text has the form of a pay code of a hall."""
    return isinstance(read(text), str)


def read(text: str) -> str | Network | None:
    """What a cashier's scanner read: our eighteen digits, another network's code, or neither."""
    text = text.strip()
    # What scanners read nearly always; to look for digits of other scripts and blanks between them takes far longer.
    if len(text) == LENGTH and text.startswith((ONLINE, OFFLINE)) and text.isascii() and text.isdecimal():
        return text
    if text.startswith(cpm.PREFIX):
        return _of_payload(text) or schemes.of_text(text)
    digits = short.digits_of(text)
    if digits is not None and len(digits) == LENGTH and digits.startswith((ONLINE, OFFLINE)):
        return digits
    return schemes.of_text(digits or text)


def payload(digits: str) -> str:
    """The EMVCo consumer-presented payload (base64) that carries these digits."""
    return cpm.of_number(APPLICATION_ID, digits)


def show(digits: str) -> list[str]:
    """In the groups in which they are shown and read aloud: six of three, which also make two even lines."""
    return [digits[at : at + _GROUP] for at in range(0, len(digits), _GROUP)]


def _of_payload(text: str) -> str | None:
    try:
        number = cpm.parse(text).number(APPLICATION_ID)
    except CodeError:
        return None
    return number if number and len(number) == LENGTH and number.startswith((ONLINE, OFFLINE)) else None
