"""Charts drawn by the hall: bars in whole numbers, for inline SVG without scripts and styles."""

from collections.abc import Sequence

from msgspec import Struct

# Units of the drawing; the page stretches it.
STEP = 12
HEIGHT = 100


class Bar(Struct, frozen=True):
    """One bar, from the ground up."""

    x: int
    y: int
    height: int


class Chart(Struct, frozen=True):
    """Bars side by side, the largest as high as the drawing. `peak` is its place, None when all are 0."""

    width: int
    bars: list[Bar]
    peak: int | None


def bars(values: Sequence[int]) -> Chart:
    """The bars of values; one below zero has none. What is not zero is never drawn as nothing."""
    most = max(values, default=0)
    drawn = []
    for place, value in enumerate(values):
        height = max(1, value * HEIGHT // most) if value > 0 else 0
        drawn.append(Bar(place * STEP + 1, HEIGHT - height, height))
    return Chart(len(values) * STEP, drawn, values.index(most) if most > 0 else None)
