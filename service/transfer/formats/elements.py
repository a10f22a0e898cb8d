"""XML as a stream of the elements that somebody wants, whatever the size of the file.

A document type is refused, and with it every entity that somebody might declare: no export has one, and
entities that grow when they are read, or that name other files, come in no other way. A file that is broken
or was cut off is read as far as it goes.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import BinaryIO
from xml.parsers import expat

from service.transfer.formats.mending import mended
from service.transfer.formats.packed import DAMAGED, unpacked
from service.transfer.records import Unreadable

LONGEST = 1 << 20
"""Characters of one element's text that are held in memory: ten times what can become of it."""

_CUT_OFF = {
    expat.errors.codes[message]
    for message in (
        expat.errors.XML_ERROR_NO_ELEMENTS,
        expat.errors.XML_ERROR_UNCLOSED_TOKEN,
        expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
        expat.errors.XML_ERROR_PARTIAL_CHAR,
    )
}
_CHUNK = 1 << 16
_MOST_HELD = 4 << 20  # bytes of a single tag or remark, which the parser looks through with each chunk
_DEEPEST = 1_000  # levels of elements

Attributes = dict[str, str]


@dataclass(frozen=True, slots=True)
class Element:
    """An element at its end.

    Attributes:
        path: the names of all that it lies in and its own, as they are written, with `/` between them.
        line: on which it begins, from 1.
        text: all of it without that of elements in it; None where it is longer than `LONGEST`.
    """

    path: str
    line: int
    attributes: Attributes
    text: str | None


@dataclass(frozen=True, slots=True)
class Broken:
    """Where the file could not be read any further, and why."""

    line: int
    reason: str


class _TooMuch(Exception):
    """More than any exporter writes."""


def elements(file: BinaryIO, root: str, wanted: Collection[str], what: str) -> Iterator[Element | Broken]:
    """The elements with one of these paths, each at its end; last what the file is broken by, if it is.

    Args:
        root: the name of the outermost element.
        what: such a file is called, for the sentences that say what is wrong with it.

    Raises:
        Unreadable: it is no XML, has another root, or declares a document type.
    """
    reading = _Reading(root, frozenset(wanted), what)
    try:
        for chunk in mended(reading.begun(iter(partial(unpacked(file).read, _CHUNK), b""))):
            yield from reading.feed(chunk)
        yield from reading.end()
    except (LookupError, ValueError):  # of several bytes a letter, but not UTF-8; or one that nobody knows
        raise Unreadable(f"this {what} is not in UTF-8, but in an encoding that cannot be read") from None
    except (expat.ExpatError, _TooMuch, *DAMAGED) as error:
        yield from reading.taken()
        yield reading.broken(error)


@dataclass(slots=True)
class _Open:
    """An element whose end has not come; `size` counts the characters of `parts`."""

    path: str
    line: int
    attributes: Attributes
    parts: list[str] = field(default_factory=list)
    size: int = 0

    def grow(self, text: str) -> None:
        self.size += len(text)
        if self.size <= LONGEST:
            self.parts.append(text)

    def closed(self) -> Element:
        text = "".join(self.parts) if self.size <= LONGEST else None
        return Element(self.path, self.line, self.attributes, text)


class _Reading:
    """The parser, and what it has found since it was last asked."""

    def __init__(self, root: str, wanted: frozenset[str], what: str) -> None:
        self._root = root
        self._wanted = wanted
        self._above = 0  # lines that the parser has not seen
        self._what = what
        self._leads = {"/".join(path.split("/")[:n]) for path in wanted for n in range(path.count("/") + 2)}
        self._paths: list[str | None] = []  # of all open elements; None of one that leads to nothing wanted
        self._open: list[_Open | None] = []  # likewise; None of one that is not wanted itself
        self._found: list[Element] = []
        self._fed = 0
        self._began = False
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters

    def begun(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Without the empty lines before the beginning, which plugins of WordPress let slip in."""
        first = next(chunks, b"")
        begins = len(first) - len(first.lstrip())
        self._above = first[:begins].count(b"\n")
        yield first[begins:]
        yield from chunks

    def feed(self, chunk: bytes) -> list[Element]:
        self._parser.Parse(chunk, False)
        self._fed += len(chunk)
        if self._fed - self._parser.CurrentByteIndex > _MOST_HELD:
            raise _TooMuch
        return self.taken()

    def end(self) -> list[Element]:
        self._parser.Parse(b"", True)
        return self.taken()

    def taken(self) -> list[Element]:
        taken, self._found = self._found, []
        return taken

    def broken(self, error: Exception) -> Broken:
        """Raises: Unreadable: not even its beginning could be read."""
        if not self._began:
            raise Unreadable(f"this is no {self._what}: it is no XML") from None
        if isinstance(error, DAMAGED) or getattr(error, "code", None) in _CUT_OFF:
            return Broken(self._line, f"the file ends here: the {self._what} was cut off")
        return Broken(self._line, "is no well-formed XML; nothing after it was read")

    @property
    def _line(self) -> int:
        return self._above + self._parser.CurrentLineNumber

    def _doctype(self, *_: object) -> None:
        raise Unreadable(f"this is no {self._what}: it declares a document type")

    def _start(self, name: str, attributes: Attributes) -> None:
        if not self._began and name != self._root:
            raise Unreadable(
                f"this is no {self._what}: it begins with <{name[:40]}>, not with <{self._root}>"
            )
        self._began = True
        if len(self._paths) == _DEEPEST:
            raise _TooMuch
        above = self._paths[-1] if self._paths else ""
        path = None if above is None else f"{above}/{name}".lstrip("/")
        self._paths.append(path if path in self._leads else None)
        wanted = path is not None and path in self._wanted
        self._open.append(_Open(path, self._line, attributes) if path and wanted else None)

    def _end(self, _: str) -> None:
        self._paths.pop()
        done = self._open.pop()
        if done is not None:
            self._found.append(done.closed())

    def _characters(self, text: str) -> None:
        if self._open and (growing := self._open[-1]) is not None:
            growing.grow(text)
