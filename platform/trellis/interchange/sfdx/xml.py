"""Metadata XML -> a plain tree. No document types, no entities, no namespaces kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree
from xml.parsers.expat import ErrorString

from trellis.interchange.sfdx.errors import InvalidSfdxSource

MAX_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One element: its name without a namespace, its own text stripped, its children in order."""

    name: str
    text: str
    children: tuple[Node, ...]

    def all(self, name: str) -> Iterator[Node]:
        return (child for child in self.children if child.name == name)

    def first(self, name: str) -> Node | None:
        return next(self.all(name), None)

    def value(self, name: str, default: str = "") -> str:
        """The text of the first child called `name`."""
        found = self.first(name)
        return found.text if found is not None else default

    def is_true(self, name: str) -> bool:
        return self.value(name).lower() == "true"


def parse_xml(data: bytes, path: str) -> Node:
    """Raises InvalidSfdxSource naming the file and the line."""
    if len(data) > MAX_BYTES:
        raise InvalidSfdxSource(f"{path} has {len(data):,} bytes; {MAX_BYTES:,} are allowed")
    markup = data.replace(b"\0", b"")  # UTF-16 has one beside every letter
    if b"<!DOCTYPE" in markup or b"<!ENTITY" in markup:
        raise InvalidSfdxSource(f"{path} declares a document type; metadata files have none")
    try:
        return _node(ElementTree.fromstring(data))
    except ElementTree.ParseError as error:
        line, column = error.position
        raise InvalidSfdxSource(f"{path}, line {line}, column {column + 1}: {ErrorString(error.code)}") from error
    except (ValueError, LookupError, RecursionError) as error:
        raise InvalidSfdxSource(f"{path} is not XML that can be read: {error}") from error


def _node(element: ElementTree.Element) -> Node:
    return Node(
        name=element.tag.rpartition("}")[2],
        text=(element.text or "").strip(),
        children=tuple(_node(child) for child in element),
    )
