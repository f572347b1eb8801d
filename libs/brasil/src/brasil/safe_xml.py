"""XML from strangers, read into a small tree: no DTD, no entities, no outside references, bounded size and depth."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from xml.etree.ElementTree import ParseError  # the exception only; parsing is defusedxml's

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from brasil.errors import BrasilError

MAX_BYTES: Final = 64 * 1024 * 1024
MAX_DEPTH: Final = 64
MAX_ELEMENTS: Final = 2_000_000
_TRAILING: Final = b"\x00\x1a \t\r\n"


class Node:
    """One element: its local name, namespace, attributes, direct text, children and line (from 1)."""

    __slots__ = ("attributes", "children", "line", "name", "namespace", "text")

    def __init__(self, tag: str, attributes: dict[str, str], line: int) -> None:
        namespace, _, name = tag.rpartition("}")
        self.name = name
        self.namespace = namespace.removeprefix("{")
        self.attributes = attributes
        self.children: list[Node] = []
        self.text = ""
        self.line = line

    def all(self, name: str) -> Iterator[Node]:
        """Yield the children of a name, in order."""
        return (child for child in self.children if child.name == name)

    def first(self, *path: str) -> Node | None:
        """Return the first element down a path of names, or None."""
        node: Node | None = self
        for name in path:
            if node is None:
                return None
            node = next(node.all(name), None)
        return node

    def value(self, *path: str) -> str | None:
        """Return the text of the first element down a path of names; None if it is missing or blank."""
        node = self.first(*path)
        return (node.text.strip() or None) if node is not None else None

    def find(self, name: str) -> Node | None:
        """Return the first element of a name in document order, this one included, or None."""
        pending = [self]
        while pending:
            node = pending.pop()
            if node.name == name:
                return node
            pending.extend(reversed(node.children))
        return None


class _Builder:
    """Builds the tree while the parser runs, and stops it at the limits."""

    def __init__(self) -> None:
        self.parser: Any = None
        self.open: list[Node] = []
        self.texts: list[list[str]] = []
        self.root: Node | None = None
        self.elements = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        line = self.parser.parser.CurrentLineNumber
        self.elements += 1
        if self.elements > MAX_ELEMENTS:
            raise BrasilError("xml.too_many", "The XML has too many elements.", line=line)
        if len(self.open) >= MAX_DEPTH:
            raise BrasilError("xml.too_deep", f"The XML is nested deeper than {MAX_DEPTH} levels.", line=line)
        node = Node(tag, attributes, line)
        if self.open:
            self.open[-1].children.append(node)
        else:
            self.root = node
        self.open.append(node)
        self.texts.append([])

    def end(self, _tag: str) -> None:
        # Pieces are joined once: long texts arrive in thousands of them.
        self.open.pop().text = "".join(self.texts.pop())

    def data(self, text: str) -> None:
        if self.texts:
            self.texts[-1].append(text)

    def close(self) -> None:
        """End; the parser asks for it."""


def parse(data: bytes) -> Node:
    """Return the root of an XML document.

    Raises BrasilError `xml.empty`, `xml.too_large`, `xml.too_deep`, `xml.too_many`, `xml.forbidden` (a DTD or an
    entity) or `xml.malformed` with the line; nothing else on any bytes.
    """
    content = data.rstrip(_TRAILING) if not data.startswith((b"\xff\xfe", b"\xfe\xff")) else data
    if not content:
        raise BrasilError("xml.empty", "The file is empty: fetch it again.")
    if len(content) > MAX_BYTES:
        raise BrasilError("xml.too_large", f"The file is larger than {MAX_BYTES // 1024 // 1024} MiB.")
    builder = _Builder()
    parser = DefusedXMLParser(target=builder, forbid_dtd=True)
    builder.parser = parser
    try:
        parser.feed(content)
        parser.close()
    except BrasilError:
        raise
    except ParseError as error:
        line, column = error.position
        raise BrasilError(
            "xml.malformed", "This is no well-formed XML: the file is damaged or cut off.", line=line,
            position=column + 1,
        ) from error  # fmt: skip
    except DefusedXmlException as error:
        raise BrasilError("xml.forbidden", "The XML declares a DTD or entities; that is refused.") from error
    except (LookupError, ValueError) as error:
        raise BrasilError("xml.encoding", "The XML names an encoding that cannot be read.") from error
    if builder.root is None:
        raise BrasilError("xml.empty", "The file holds no element: fetch it again.")
    return builder.root
