"""Amounts as they are said aloud, in Chinese and English."""

from openhall.base import money

_DIGITS = "零一二三四五六七八九"
_PLACES = ("", "十", "百", "千")
_GROUPS = ("", "万", "亿", "兆")


def chinese_number(number: int) -> str:
    """A whole number from 0 to below 10^16 as it is said: 10 -> 十, 105 -> 一百零五, 20003 -> 二万零三."""
    if not 0 <= number < 10**16:
        raise ValueError("a number from 0 to below 10^16 is needed")
    if number == 0:
        return _DIGITS[0]
    said, gap = "", False
    for group in reversed(range(4)):
        part = number // 10 ** (4 * group) % 10_000
        if part == 0:
            gap = bool(said)
            continue
        if said and (gap or part < 1000):
            said += _DIGITS[0]
        said += _four_digits(part) + _GROUPS[group]
        gap = False
    # A leading 一十 is said 十: ten yuan is 十元, while a hundred and ten keeps its 一百一十.
    return said.removeprefix("一") if said.startswith("一十") else said


def _four_digits(part: int) -> str:
    said, gap = "", False
    for place in reversed(range(4)):
        digit = part // 10**place % 10
        if digit == 0:
            gap = bool(said)
            continue
        said += (_DIGITS[0] if gap else "") + _DIGITS[digit] + _PLACES[place]
        gap = False
    return said


def amount(minor: int, currency: str, language: str) -> str:
    """An amount as it is said: 350 CNY is 三元五角 in Chinese and "3 yuan 50" in English.

    Other currencies are said as the plain number with the currency's code.
    """
    if minor < 0:
        raise ValueError("a negative amount is not said aloud")
    if currency != "CNY":
        return f"{money.plain(minor, currency)} {currency}"
    return _chinese_yuan(minor) if language.startswith("zh") else _english_yuan(minor)


def _chinese_yuan(minor: int) -> str:
    yuan, jiao, fen = minor // 100, minor // 10 % 10, minor % 10
    if minor == 0:
        return "零元"
    said = f"{chinese_number(yuan)}元" if yuan else ""
    if jiao:
        said += f"{_DIGITS[jiao]}角"
    elif yuan and fen:
        said += _DIGITS[0]
    return said + (f"{_DIGITS[fen]}分" if fen else "")


_IN_CAPITALS = str.maketrans("零一二三四五六七八九十百千", "零壹贰叁肆伍陆柒捌玖拾佰仟")


def capitals(minor: int) -> str:
    """Yuan in capital numerals, as on cheques, where no stroke turns one number into another: 123450 is
    壹仟贰佰叁拾肆元伍角. 整 ends whole yuan."""
    said = _chinese_yuan(minor)
    # In capitals nothing is left out: ten is 壹拾.
    said = f"一{said}" if said.startswith("十") else said
    return said.translate(_IN_CAPITALS) + ("整" if said.endswith("元") else "")


def _english_yuan(minor: int) -> str:
    yuan, fen = divmod(minor, 100)
    if not yuan and fen:
        return f"{fen} fen"
    return f"{yuan} yuan {fen:02d}" if fen else f"{yuan} yuan"
