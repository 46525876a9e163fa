"""Bodies of the API mean exactly what they say: "350" is no number, 3.5 no count, true no amount."""

import re
from functools import cache
from typing import Any

import msgspec
from litestar import Request

from openhall.base.errors import malformed
from openhall.base.i18n import N_

_PATH = re.compile(r" - at `\$\.?([^`]*)`$")


async def strict_body(request: Request[Any, Any, Any]) -> None:
    """Refuse a body that Litestar would bend into shape: it converts leniently, because query strings need that."""
    parameter = request.route_handler.parsed_fn_signature.parameters.get("data")
    if parameter is None:
        return
    try:
        _decoder(parameter.annotation).decode(await request.body())
    except msgspec.ValidationError as wrong:
        text = str(wrong)
        path = _PATH.search(text)
        field = path[1] if path and path[1] else "body"
        raise malformed(errors=[{"field": field, "message": _PATH.sub("", text)}]) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise malformed(errors=[{"field": "body", "message": N_("Expected JSON in UTF-8")}]) from None


@cache
def _decoder(shape: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(shape)
