"""Code 128 as a picture, for scanners that read no QR codes. Digits only: subset C holds two digits in a symbol.

Sixty lines of our own: the published table of 107 patterns, and rectangles. The well-kept library for it writes a style
attribute on every bar, which our content security policy refuses, and sizes in millimetres. What is drawn here is read
back in the tests by a decoder that is not ours.
"""

_START_C, _STOP = 105, 106
_MODULO = 103
# Ten modules of white on each side belong to the code.
_QUIET = 10
_HEIGHT = 44

# Widths of bar, space, bar, space, bar, space for the values 0 to 105; the stop pattern has one bar more.
_PATTERNS = (
    "212222", "222122", "222221", "121223", "121322", "131222", "122213", "122312", "132212", "221213", "221312",
    "231212", "112232", "122132", "122231", "113222", "123122", "123221", "223211", "221132", "221231", "213212",
    "223112", "312131", "311222", "321122", "321221", "312212", "322112", "322211", "212123", "212321", "232121",
    "111323", "131123", "131321", "112313", "132113", "132311", "211313", "231113", "231311", "112133", "112331",
    "132131", "113123", "113321", "133121", "313121", "211331", "231131", "213113", "213311", "213131", "311123",
    "311321", "331121", "312113", "312311", "332111", "314111", "221411", "431111", "111224", "111422", "121124",
    "121421", "141122", "141221", "112214", "112412", "122114", "122411", "142112", "142211", "241211", "221114",
    "413111", "241112", "134111", "111242", "121142", "121241", "114212", "124112", "124211", "411212", "421112",
    "421211", "212141", "214121", "412121", "111143", "111341", "131141", "114113", "114311", "411113", "411311",
    "113141", "114131", "311141", "411131", "211412", "211214", "211232", "2331112",
)  # fmt: skip


def values(digits: str) -> list[int]:
    """The symbol values of an even number of digits: start, pairs, checksum, stop."""
    if not digits.isascii() or not digits.isdecimal() or len(digits) % 2:
        raise ValueError("subset C holds an even number of digits")
    pairs = [int(digits[at : at + 2]) for at in range(0, len(digits), 2)]
    check = (_START_C + sum(place * value for place, value in enumerate(pairs, start=1))) % _MODULO
    return [_START_C, *pairs, check, _STOP]


def svg(digits: str) -> str:
    """An inline-able SVG without a size of its own, on white, with its quiet zones.

    Hidden from screen readers: the digits stand beside it as text.
    """
    bars, x = [], _QUIET
    for value in values(digits):
        for place, width in enumerate(map(int, _PATTERNS[value])):
            if place % 2 == 0:
                bars.append(f"M{x} 0h{width}v{_HEIGHT}h-{width}z")
            x += width
    whole = x + _QUIET
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole} {_HEIGHT}" aria-hidden="true">'
        f'<path fill="#fff" d="M0 0h{whole}v{_HEIGHT}H0z"/><path d="{"".join(bars)}"/></svg>'
    )
