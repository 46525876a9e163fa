"""A payload as a QR picture: SVG for pages and posters, PNG for printers and chats.

Error level M (15 % may be dirty or torn) at least; segno raises it to Q or H when that costs no larger symbol. The
quiet zone of four modules and the white ground belong to the picture, so it scans in dark mode and on a coloured
poster too. The SVG carries no style attribute, no script and no identifier: it may stand inside a page with a strict
content security policy.
"""

import io
from functools import lru_cache

import segno

_QUIET_ZONE = 4
_PNG_PIXELS = 1000
# A shop looks at the same code over and over, and to draw one takes as long as many payments.
_KEPT = 256


def fleeting_svg(payload: str, title: str = "") -> str:
    """An inline-able SVG without a size of its own: the page's style sheet decides how large it is.

    Nothing is kept of it: for codes that nobody sees twice.
    """
    out = io.BytesIO()
    _make(payload).save(
        out, kind="svg", border=_QUIET_ZONE, light="#fff", title=title or None,
        xmldecl=False, svgns=True, omitsize=True, nl=False, svgclass="qr", lineclass=None,
    )  # fmt: skip
    return out.getvalue().decode()


@lru_cache(maxsize=_KEPT)
def svg(payload: str, title: str = "") -> str:
    """The same, kept for the next time."""
    return fleeting_svg(payload, title)


@lru_cache(maxsize=_KEPT)
def png(payload: str) -> bytes:
    """A black and white PNG of about 1000 x 1000 pixels, sharp enough for a poster."""
    code = _make(payload)
    modules = code.symbol_size(scale=1, border=_QUIET_ZONE)[0]
    out = io.BytesIO()
    code.save(out, kind="png", border=_QUIET_ZONE, scale=max(1, round(_PNG_PIXELS / modules)), light="#fff")
    return out.getvalue()


def _make(payload: str) -> segno.QRCode:
    # UTF-8 without an ECI header: phones guess it right, and some payment apps refuse a header.
    return segno.make(payload, error="m", encoding="utf-8", micro=False)
