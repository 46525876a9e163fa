"""Pure rules of merchants: what a shop may be called, and what it may be."""

from openhall.base import visible
from openhall.city.merchants import categories, problems
from openhall.city.merchants.types import NewShop

NAME_LENGTH = 40


def checked(*, name: str, category: str, city: str) -> NewShop:
    """What a person typed, as it is registered; the first problem in the order of `problems`."""
    clean, place, kind = clean_name(name), clean_name(city), categories.find(category)
    if clean is None:
        raise problems.name_invalid()
    if place is None:
        raise problems.city_invalid()
    if kind is None:
        raise problems.category_unknown(known=[known.word for known in categories.CATEGORIES])
    return NewShop(clean, kind.code, place)


def clean_name(text: str) -> str | None:
    """The name as it is registered; None when it cannot be a name of 1 to 40 characters (`visible.name`)."""
    return visible.name(text, NAME_LENGTH)
