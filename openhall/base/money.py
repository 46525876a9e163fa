"""Money as integers of the currency's minor unit. There is no float anywhere near it.

Source of the exponents: ISO 4217. Splits use the largest remainder, leftovers go to the first parts.
"""

from collections.abc import Sequence
from decimal import Decimal

from babel.numbers import format_currency

# Larger than any payment of a city and small enough that a bigint can hold nine thousand of them.
MAX_AMOUNT = 10**15
# What people read before an amount below zero: the true minus, as wide as a plus, and never the end of a line.
MINUS = "−"

# ISO 4217 minor units that are not two.
_EXPONENTS = {
    "JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "ISK": 0, "UGX": 0, "XAF": 0, "XOF": 0, "XPF": 0,
    "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
}  # fmt: skip


def exponent(currency: str) -> int:
    """Decimal places of a currency: 2 for CNY, 0 for JPY, 3 for KWD."""
    return _EXPONENTS.get(currency, 2)


def decimal(amount: int, currency: str) -> Decimal:
    """The amount in major units, exactly: 350 fen -> Decimal('3.50')."""
    return Decimal(amount).scaleb(-exponent(currency))


def format(amount: int, currency: str, language: str) -> str:  # noqa: A001  read as money.format
    """The amount as people of that language write it: 350 CNY -> ¥3.50, -350 CNY -> −¥3.50 with the true minus sign;
    other currencies keep their own sign."""
    text = format_currency(decimal(amount, currency), currency, locale="zh_CN" if currency == "CNY" else language)
    return text.replace("-", MINUS)


def grouped(count: int) -> str:
    """A count as people read it, by thousands: 7474 -> '7,474'."""
    return f"{count:,}".replace("-", MINUS)


def plain(amount: int, currency: str) -> str:
    """The amount in major units without a sign or separators, as machines write it: 350 CNY -> '3.50'."""
    return f"{decimal(amount, currency):f}"


def parse(text: str, currency: str) -> int:
    """The minor units of what a person typed: '3.5', '3。50', '３.５０', '¥3.50', '1,200'. Else ValueError."""
    cleaned = text.strip().translate(_FULL_WIDTH).lstrip("¥").strip()
    whole, point, fraction = cleaned.partition(".")
    groups = whole.split(",")
    if len(groups) > 1 and not (0 < len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:])):
        raise ValueError("misplaced comma")
    whole = "".join(groups)
    digits = whole + fraction
    if not digits.isascii() or not digits.isdecimal() or not whole or (point and not fraction):
        raise ValueError("not an amount")
    places = exponent(currency)
    if len(fraction) > places and fraction[places:].strip("0"):
        raise ValueError("smaller than the smallest coin")
    return int(whole + fraction[:places].ljust(places, "0"))


_FULL_WIDTH = str.maketrans(
    {**{chr(0xFF10 + n): str(n) for n in range(10)}, "．": ".", "。": ".", "，": ",", "￥": "¥"}
)


def split(total: int, weights: Sequence[int]) -> list[int]:
    """Share `total` by `weights`: floors first, then one unit each to the first parts. The sum is always `total`.

    15 by 4/5, 2/25, 3/25 (20, 2, 3) gives 13, 1, 1.
    """
    whole = sum(weights)
    if total < 0 or whole <= 0 or min(weights) < 0:
        raise ValueError("a split needs a total of at least 0 and weights that are not negative and not all 0")
    shares = [total * weight // whole for weight in weights]
    takers = [index for index, weight in enumerate(weights) if weight]
    for index in takers[: total - sum(shares)]:
        shares[index] += 1
    return shares
