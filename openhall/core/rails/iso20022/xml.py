"""XML in and out: the only file that knows lxml. Nothing is fetched, no entity is known, everything is bounded."""

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, TypeVar

from lxml import etree

from openhall.core.rails.iso20022.refusals import FileRefused, Refusal

T = TypeVar("T")

# Some twenty thousand entries, read in two seconds. The tree in memory is seven times the file.
MAX_BYTES = 16 * 1024 * 1024
# Such a file has a million tags. One of four bytes each would take seventy times its size in memory.
MAX_TAGS = 1_500_000
# The messages we read go 12 elements deep.
MAX_DEPTH = 40
# The longest text of the standard that we read; what is longer is refused before anything looks at it.
MAX_TEXT = 500

_NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:"
_ENCODING = re.compile(rb"""^\s*<\?xml[^>]*?\sencoding\s*=\s*["']([^"']*)["']""")
_PREFIX = re.compile(r"(?:\{[^}]*\})?")
_UTF8 = (b"utf-8", b"utf8", b"us-ascii", b"ascii")
_too_deep = etree.XPath("boolean(" + "/*" * (MAX_DEPTH + 1) + ")")


class Node:
    """An element of a file that is read strictly: what is missing, repeated or malformed is refused with its path."""

    __slots__ = ("_element", "_parent", "_place", "_prefix")

    def __init__(self, element: Any, parent: "Node | None" = None, place: int | None = None) -> None:
        self._element = element
        self._parent = parent
        self._place = place
        self._prefix: str = parent._prefix if parent else _PREFIX.match(element.tag)[0]  # type: ignore[index]

    @property
    def name(self) -> str:
        return str(self._element.tag).removeprefix(self._prefix)

    @property
    def path(self) -> str:
        """Document/BkToCstmrStmt/Stmt/Ntry[2]"""
        before = f"{self._parent.path}/" if self._parent else ""
        return f"{before}{self.name}" + (f"[{self._place}]" if self._place else "")

    def all(self, *names: str) -> Iterator["Node"]:
        """Every element at this path of names, in the order of the file."""
        for place, found in enumerate(self._element.iterchildren(self._prefix + names[0]), start=1):
            node = Node(found, self, place)
            if len(names) == 1:
                yield node
            else:
                yield from node.all(*names[1:])

    def some(self, name: str) -> list["Node"]:
        """Every element of this name, at least one."""
        found = list(self.all(name))
        if not found:
            raise FileRefused(Refusal.MISSING, path=f"{self.path}/{name}")
        return found

    def maybe(self, *names: str) -> "Node | None":
        """The element at this path of names, when there is one; refused when any on the way is repeated."""
        node = self
        for name in names:
            found = list(node._element.iterchildren(self._prefix + name))
            if len(found) > 1:
                raise FileRefused(Refusal.REPEATED, path=f"{node.path}/{name}")
            if not found:
                return None
            node = Node(found[0], node)
        return node

    def one(self, *names: str) -> "Node":
        """The element at this path of names; refused when it is not there."""
        found = self.maybe(*names)
        if found is None:
            raise FileRefused(Refusal.MISSING, path="/".join((self.path, *names)))
        return found

    def first(self, most: int) -> list["Node"]:
        """The first elements inside, also those of other namespaces."""
        return [Node(element, self) for element in islice(self._element, most)]

    def text(self, most: int = MAX_TEXT) -> str:
        """Its text without spaces around it, 1 to `most` characters; refused when it holds elements."""
        text = (self._element.text or "").strip()
        if len(self._element):
            raise self.refused(Refusal.BAD_VALUE, "elements where a text should stand")
        if not text:
            raise self.refused(Refusal.BAD_VALUE, "empty")
        if len(text) > most:
            raise self.refused(Refusal.BAD_VALUE, f"{len(text)} characters, {most} are allowed")
        return text

    def attribute(self, name: str) -> str:
        """An attribute that has to be there."""
        value = self._element.get(name)
        if value is None:
            raise FileRefused(Refusal.MISSING, path=f"{self.path}/@{name}")
        return str(value).strip()

    def read(self, convert: Callable[[str], T], code: Refusal = Refusal.BAD_VALUE) -> T:
        """Its text, converted; a ValueError becomes a refusal."""
        try:
            return convert(self.text())
        except FileRefused:
            raise
        except ValueError as wrong:
            raise self.refused(code, str(wrong)) from None

    def text_at(self, *names: str, most: int = MAX_TEXT) -> str | None:
        """The text at this path of names, None when there is no such element."""
        found = self.maybe(*names)
        return found.text(most) if found else None

    def read_at(self, *names: str, by: Callable[[str], T]) -> T | None:
        """The converted text at this path of names, None when there is no such element."""
        found = self.maybe(*names)
        return found.read(by) if found else None

    def refused(self, code: Refusal, detail: str = "") -> FileRefused:
        """The refusal to raise for this element."""
        return FileRefused(code, path=self.path, detail=detail)


def parse(content: bytes, message: str, versions: tuple[str, ...], body: str, *, most: int = MAX_BYTES) -> Node:
    """The body of a file that is `message` (camt.053) in one of `versions` (001.08), whose body is named `body`."""
    root = Node(_tree(content, most))
    namespace = root._prefix.strip("{}")
    found = namespace.removeprefix(_NAMESPACE)
    if found == namespace or root.name != "Document":
        raise FileRefused(Refusal.WRONG_MESSAGE, detail=f"{root.name} of {namespace[:100]}")
    if found[: len(message) + 1] != f"{message}.":
        raise FileRefused(Refusal.WRONG_MESSAGE, detail=f"{found[:40]} instead of {message}")
    if found.removeprefix(f"{message}.") not in versions:
        raise FileRefused(Refusal.UNSUPPORTED_VERSION, detail=found[:40])
    inside = root.first(2)
    if [child.name for child in inside] != [body]:
        names = ", ".join(child.name[:40] for child in inside)
        raise FileRefused(Refusal.WRONG_MESSAGE, path="Document", detail=f"{names or 'nothing'} instead of {body}")
    return inside[0]


def _tree(content: bytes, most: int) -> Any:
    """The root element. The bytes are looked through before a parser sees them: that cannot be led astray."""
    if len(content) > most:
        raise FileRefused(Refusal.TOO_LARGE, detail=f"{len(content)} bytes, {most} are allowed")
    if content.count(b"<") > MAX_TAGS:
        raise FileRefused(Refusal.TOO_LARGE, detail=f"more than {MAX_TAGS} tags")
    content = content.removeprefix(b"\xef\xbb\xbf")
    said = _ENCODING.match(content[:200])
    if said is not None and said[1].strip().lower() not in _UTF8:
        raise FileRefused(Refusal.ENCODING, detail=repr(said[1][:40]))
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as wrong:
        raise FileRefused(Refusal.ENCODING, detail=f"byte {wrong.start} is not UTF-8") from None
    # In UTF-8 these bytes are these letters. In a comment or CDATA they would be harmless, and no bank writes them.
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise FileRefused(Refusal.DTD)
    try:
        root = etree.fromstring(content, _parser())
    except etree.XMLSyntaxError as wrong:
        raise FileRefused(Refusal.NOT_XML, detail=str(wrong)[:200]) from None
    if _too_deep(root):
        raise FileRefused(Refusal.TOO_DEEP, detail=f"more than {MAX_DEPTH} elements in one another")
    return root


def _parser() -> Any:
    """Comments go while parsing, so that a text they stand in stays one text; blanks go, they double the tree."""
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        remove_blank_text=True,
        collect_ids=False,
    )


class Writer:
    """Makes the elements of one message: `put("Amt", "3.50", Ccy="CNY")`. What is None is left out."""

    def __init__(self, message: str) -> None:
        self._namespace = _NAMESPACE + message

    def __call__(self, name: str, *content: Any, **attributes: str) -> Any:
        """An element with a text or elements inside."""
        element = etree.Element(f"{{{self._namespace}}}{name}", attributes, nsmap={None: self._namespace})
        for part in content:
            if isinstance(part, str):
                element.text = part
            elif part is not None:
                element.append(part)
        return element

    def path(self, names: str, *content: Any) -> Any:
        """Elements in one another: path("Acct/Id/IBAN", number). None when there is nothing to put inside."""
        if all(part is None for part in content):
            return None
        *outer, last = names.split("/")
        element = self(last, *content)
        for name in reversed(outer):
            element = self(name, element)
        return element

    def bytes(self, body: Any) -> bytes:
        """The whole file: the same elements always give the same bytes."""
        written = etree.tostring(self("Document", body), encoding="UTF-8", xml_declaration=True, pretty_print=True)
        return bytes(written)
