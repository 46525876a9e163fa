"""Whatever comes in, a reader answers with values or with a refusal, and never with anything else."""

import re
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openhall.core.rails import iso20022
from openhall.core.rails.iso20022 import FileRefused
from tests.core.rails.iso20022.samples import GOLDEN

READERS = {
    "pain.001.001.09.xml": iso20022.read_payouts,
    "pain.002.001.10.xml": iso20022.read_status_report,
    "camt.053.001.08.xml": iso20022.read_statements,
    "camt.054.001.08.xml": iso20022.read_notifications,
    "bank.camt.053.001.02.xml": iso20022.read_statements,
}
names = st.sampled_from(sorted(READERS))
splinters = st.sampled_from(
    [b"", b"<", b">", b"&", b"&#0;", b"&#xD800;", b"<a/>", b"\x00", b"\xff", b"]]>", b"<!--", b"<?x", b"9" * 30, b"-",
     b"\xef\xbb\xbf", b"xmlns='urn:x' ", b"24:00:00", b"0000-00-00", b"\xe2\x80\xae"]
)  # fmt: skip


def answer(name: str, content: bytes) -> None:
    """Read it; nothing but a refusal may come instead of values."""
    with suppress(FileRefused):
        READERS[name](content)


@settings(max_examples=300, deadline=None)
@given(names, st.lists(st.tuples(st.integers(0, 4500), st.integers(0, 30), splinters), min_size=1, max_size=3))
def test_a_damaged_file_is_read_or_refused(name: str, damage: list[tuple[int, int, bytes]]) -> None:
    content = (GOLDEN / name).read_bytes()
    for start, length, splinter in damage:
        content = content[:start] + splinter + content[start + length :]
    answer(name, content)


@settings(max_examples=300, deadline=None)
@given(names, st.data())
def test_a_file_with_another_text_somewhere_is_read_or_refused(name: str, data: Any) -> None:
    content = (GOLDEN / name).read_text(encoding="utf-8")
    place = data.draw(st.sampled_from([found.span(1) for found in re.finditer(r">([^<>\s][^<>]*)<", content)]))
    text = data.draw(st.text(st.characters(codec="utf-8", exclude_characters="<&"), max_size=60) | st.just("1e400"))
    answer(name, (content[: place[0]] + text + content[place[1] :]).encode())


@settings(max_examples=200, deadline=None)
@given(names, st.data())
def test_a_file_with_an_element_lost_or_doubled_is_read_or_refused(name: str, data: Any) -> None:
    content = (GOLDEN / name).read_text(encoding="utf-8")
    spans = [found.span() for found in re.finditer(r"<(\w+)[^>]*>(?:(?!<\1[ >]).)*?</\1>", content, re.DOTALL)]
    start, end = data.draw(st.sampled_from(spans))
    times = data.draw(st.sampled_from([0, 2]))
    answer(name, (content[:start] + content[start:end] * times + content[end:]).encode())


@settings(max_examples=200, deadline=None)
@given(names, st.binary(max_size=200) | st.text().map(str.encode))
def test_noise_is_refused(name: str, noise: bytes) -> None:
    with pytest.raises(FileRefused):
        READERS[name](noise)
