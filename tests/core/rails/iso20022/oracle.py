"""A second opinion on the bank's files: pyiso20022 reads and writes them from classes made of the standard itself."""

import re
from importlib import import_module
from typing import Any

from lxml import etree
from xsdata.formats.dataclass.parsers import XmlParser
from xsdata.formats.dataclass.parsers.config import ParserConfig
from xsdata.formats.dataclass.serializers import XmlSerializer

_STRICT = ParserConfig(
    fail_on_unknown_properties=True, fail_on_unknown_attributes=True, fail_on_converter_warnings=True
)


def classes(message: str) -> Any:
    """The module with the classes of a message: classes("camt.053.001.08").Document"""
    name = message.replace(".", "_")
    return import_module(f"pyiso20022.{name[:4]}.{name}.{name}")


def read(content: bytes, message: str) -> Any:
    """The document as pyiso20022 understands it; it refuses elements it does not know and values of another kind."""
    return XmlParser(config=_STRICT).from_bytes(content, classes(message).Document)


def write(document: Any, message: str) -> bytes:
    """The document as pyiso20022 writes it, in the order of the standard."""
    return XmlSerializer().render(document, {None: f"urn:iso:std:iso:20022:tech:xsd:{message}"}).encode()


def assert_legal(content: bytes, message: str) -> None:
    """Nothing is lost, moved or changed when the file goes through pyiso20022: so each element stands in its place."""
    assert _elements(write(read(content, message), message)) == _elements(content)


def _elements(content: bytes) -> list[tuple[str, str]]:
    """Names and texts in their order. Zeros at the end of a fraction of a second are a matter of taste."""
    return [
        (element.tag, re.sub(r"(T[0-9:]{8}\.[0-9]*?)0+(?![0-9])", r"\1", (element.text or "").strip()))
        for element in etree.fromstring(content).iter()
    ]
