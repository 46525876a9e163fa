"""The objects a merchant-presented payload is made of: id (2 digits), length (2 digits, in characters), value."""

from collections.abc import Iterable

from msgspec import Struct

from openhall.core.payments.codes.reasons import CodeError, Reason

_HEADER = 4


class Field(Struct, frozen=True):
    """One data object. `at` is where its id starts in the whole payload, in characters from 0."""

    id: str
    value: str
    at: int


def split(text: str, *, at: int = 0, parent: str = "", complete: bool = True) -> tuple[Field, ...]:
    """The objects of `text` in their order; raises CodeError for a wrong length or a repeated id.

    `complete` says that nothing is missing at the end. Then a value that runs past the end means that its length is
    wrong; otherwise it means that the text was cut off.
    """
    past_the_end = Reason.BAD_LENGTH if complete else Reason.CUT_OFF
    fields: list[Field] = []
    seen: set[str] = set()
    here = 0
    while here < len(text):
        tag, position = parent + text[here : here + 2], at + here
        start = here + _HEADER
        header = text[here:start]
        if not _digits(header):
            raise CodeError(Reason.BAD_LENGTH, tag=_before(fields, parent, tag), position=position)
        if len(header) < _HEADER:
            raise CodeError(past_the_end, tag=tag, position=position)
        length = int(header[2:])
        value = text[start : start + length]
        if len(value) < length:
            raise CodeError(past_the_end, tag=tag, position=position, computed=str(len(value)), expected=str(length))
        if length == 0:
            raise CodeError(Reason.BAD_LENGTH, tag=tag, position=position, expected="00")
        if tag in seen:
            raise CodeError(Reason.DUPLICATE_ID, tag=tag, position=position)
        seen.add(tag)
        fields.append(Field(header[:2], value, position))
        here = start + length
    return tuple(fields)


def join(fields: Iterable[Field]) -> str:
    """The text of these objects: for what `split` returned, the very text it was given."""
    return "".join(f"{field.id}{len(field.value):02d}{field.value}" for field in fields)


def field(tag: str, value: str) -> str:
    """One object as text, for the generator, which is strict: ValueError for what the format does not allow."""
    if len(tag) != 2 or not _digits(tag):
        raise ValueError(f"an id is two digits, not {tag!r}")
    if not 1 <= len(value) <= 99:
        raise ValueError(f"the value of {tag} has 1 to 99 characters, not {len(value)}")
    return f"{tag}{len(value):02d}{value}"


def _before(fields: list[Field], parent: str, tag: str) -> str:
    """Where digits of an id should stand and do not, the object before it has the wrong length: name that one."""
    return parent + fields[-1].id if fields else tag


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit()
