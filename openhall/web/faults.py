"""What is wrong with a field, in the language of whoever asked.

Our own messages are msgids. Those of msgspec, which reads bodies and queries, are told apart by their form; their
English stays exactly as it is.
"""

import re
from collections.abc import Callable

from openhall.base.i18n import N_

_OF_MSGSPEC = [
    (re.compile(pattern), msgid)
    for pattern, msgid in (
        (r"Expected `(?P<wanted>[^`]+)`, got `(?P<got>[^`]+)`", N_("Expected `{wanted}`, got `{got}`")),
        (r"Expected `(?P<wanted>[^`]+)`", N_("Expected `{wanted}`")),
        (
            r"Expected `(?P<wanted>[^`]+)` (?P<bound>[<>]=? \S+)",
            N_("Expected `{wanted}` {bound}"),
        ),
        (
            r"Expected `(?P<wanted>[^`]+)` of length (?P<bound>[<>]=? \S+)",
            N_("Expected `{wanted}` of length {bound}"),
        ),
        (
            r"Expected `(?P<wanted>[^`]+)` matching regex (?P<form>.+)",
            N_("Expected `{wanted}` matching regex {form}"),
        ),
        (r"Object missing required field `(?P<name>[^`]+)`", N_("Object missing required field `{name}`")),
        (r"Object contains unknown field `(?P<name>[^`]+)`", N_("Object contains unknown field `{name}`")),
        (r"Invalid enum value (?P<value>.+)", N_("Invalid enum value {value}")),
        (r"Invalid (?P<form>.+)", N_("Invalid {form}")),
    )
]


def said(message: str, translate: Callable[[str], str]) -> str:
    """The message in the language of `translate`, which takes a msgid; one that nobody knows stays as it is."""
    for form, msgid in _OF_MSGSPEC:
        if match := form.fullmatch(message):
            return translate(msgid).format(**match.groupdict())
    return translate(message)
